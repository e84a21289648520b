//! YouTube: the channel of a token, the categories, and the list of a channel's videos.

use super::reply::{error, page, parts, shown};
use super::thumbnails::is_verified;
use super::uploads_of;
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Post};
use chrono::SecondsFormat;
use serde_json::{Value, json};

/// As YouTube has them in the United States; those that no upload may have are among them.
const CATEGORIES: [(&str, &str, bool); 8] = [
    ("1", "Film & Animation", true),
    ("2", "Autos & Vehicles", true),
    ("18", "Short Movies", false),
    ("22", "People & Blogs", true),
    ("24", "Entertainment", true),
    ("26", "Howto & Style", true),
    ("27", "Education", true),
    ("30", "Movies", false),
];

/// A category that an upload may have.
pub(super) fn is_assignable(id: &str) -> bool {
    CATEGORIES.iter().any(|(known, _, assignable)| *known == id && *assignable)
}

/// `GET /channels`, with `mine=true` only.
pub(super) fn channels(request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let parts = parts(request, &["id", "snippet", "contentDetails", "statistics", "status"])?;
    if request.query("mine") != Some("true") {
        return Err(error(400, "missingRequiredParameter", "This stand-in knows channels by mine=true only."));
    }
    let whole = json!({
        "id": me.id,
        "snippet": {
            "title": me.name, "description": me.about, "customUrl": format!("@{}", me.handle), "country": "PT",
            "publishedAt": "2020-01-01T00:00:00Z",
            "thumbnails": { "default": { "url": request.avatar_url(&me.id), "width": 88, "height": 88 } },
        },
        "contentDetails": { "relatedPlaylists": { "likes": "", "uploads": uploads_of(me) } },
        "statistics": { "viewCount": "0", "subscriberCount": "0", "hiddenSubscriberCount": false, "videoCount": "0" },
        "status": { "privacyStatus": "public", "isLinked": true,
            "longUploadsStatus": if is_verified(me) { "allowed" } else { "eligible" } },
    });
    ok(&page(request, "channelListResponse", vec![shown(whole, "channel", &parts)], (5, 50))?)
}

/// `GET /videoCategories`
pub(super) fn categories(request: &PlatformRequest) -> PlatformResponse {
    let parts = parts(request, &["id", "snippet"])?;
    let region = request.query("regionCode").unwrap_or_default();
    if region.len() != 2 || !region.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(error(400, "invalidRegionCode", "The request specifies an invalid region code."));
    }
    let category = |(id, title, assignable): &(&str, &str, bool)| {
        let whole = json!({ "id": id, "snippet": { "title": title, "assignable": assignable,
            "channelId": "UCBR8-60-B28hp2BmDPdntcQ" } });
        shown(whole, "videoCategory", &parts)
    };
    let items: Vec<Value> = CATEGORIES.iter().map(category).collect();
    ok(&json!({ "kind": "youtube#videoCategoryListResponse", "etag": "sandbox", "items": items }))
}

/// `GET /playlistItems`: the videos of the caller's own channel, newest first.
pub(super) fn playlist(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let parts = parts(request, &["id", "snippet", "contentDetails", "status"])?;
    let list = uploads_of(me);
    let gone = || -> ErrorResponse { error(404, "playlistNotFound", "The playlist cannot be found.") };
    request.query("playlistId").filter(|asked| *asked == list).ok_or_else(gone)?;
    let world = sandbox.world();
    let posts = world.posts_of(Platform::YouTube, &me.id);
    let all = posts.into_iter().map(|post| shown(item(post, me, &list), "playlistItem", &parts)).collect();
    drop(world);
    ok(&page(request, "playlistItemListResponse", all, (5, 50))?)
}

fn item(post: &Post, me: &Account, list: &str) -> Value {
    let at = post.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "id": format!("item-{}", post.id),
        "snippet": {
            "publishedAt": at, "channelId": me.id, "channelTitle": me.name, "playlistId": list, "position": 0,
            "title": post.facts["title"].as_str().unwrap_or_default(), "description": post.text,
            "resourceId": { "kind": "youtube#video", "videoId": post.id },
        },
        "contentDetails": { "videoId": post.id, "videoPublishedAt": at },
        "status": { "privacyStatus": post.facts["privacy"].as_str().unwrap_or("public") },
    })
}
