//! YouTube: reading, listing and deleting videos.

use super::reply::{error, page, parts, shown};
use crate::domain::platform::Platform;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Post};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

const PARTS: &[&str] = &["id", "snippet", "status", "contentDetails", "processingDetails", "statistics"];

/// A video with all of its parts. What only its owner may know is for `me`.
pub(super) fn whole(post: &Post, owner: &Account, me: &Account, now: DateTime<Utc>) -> Value {
    let facts = &post.facts;
    let privacy = facts["privacy"].as_str().unwrap_or("public");
    let ready = facts["ready_at"].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    let is_working = ready.is_some_and(|at| now < at);
    let failure = facts["failure"].as_str().filter(|_| !is_working);
    let mut snippet = json!({
        "publishedAt": post.at.to_rfc3339_opts(SecondsFormat::Secs, true), "channelId": owner.id,
        "channelTitle": owner.name, "title": facts["title"].as_str().unwrap_or_default(), "description": post.text,
        "categoryId": facts["category"].as_str().unwrap_or("22"), "liveBroadcastContent": "none", "thumbnails": {},
    });
    if let Some(tags) = facts["tags"].as_array().filter(|tags| !tags.is_empty()) {
        snippet["tags"] = json!(tags);
    }
    let mut status = json!({
        "uploadStatus": if is_working { "uploaded" } else if failure.is_some() { "failed" } else { "processed" },
        "privacyStatus": privacy, "license": "youtube", "embeddable": true, "publicStatsViewable": true,
        "madeForKids": facts["made_for_kids"],
    });
    if let Some(reason) = failure {
        status["failureReason"] = reason.into();
    }
    let mut whole = json!({
        "id": post.id, "snippet": snippet, "status": status,
        "contentDetails": { "duration": "PT5S", "dimension": "2d", "definition": "hd", "caption": "false" },
        "statistics": { "viewCount": "0", "likeCount": "0", "favoriteCount": "0", "commentCount": "0" },
    });
    if owner.id == me.id {
        whole["status"]["selfDeclaredMadeForKids"] = facts["made_for_kids"].clone();
        let word = if is_working {
            "processing"
        } else if failure.is_some() {
            "failed"
        } else {
            "succeeded"
        };
        whole["processingDetails"] = json!({ "processingStatus": word });
    }
    whole
}

/// `GET /videos?id=`: other people's videos can be seen too, unless they are private.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let parts = parts(request, PARTS)?;
    let Some(ids) = request.query("id").filter(|ids| !ids.is_empty()) else {
        return Err(error(400, "missingRequiredParameter", "No filter selected. Expected one of: id"));
    };
    let (now, world) = (sandbox.now(), sandbox.world());
    let find = |id: &str| {
        let post = world.post(Platform::YouTube, id)?;
        let owner = world.account(Platform::YouTube, &post.account)?;
        let is_seen = owner.id == me.id || post.facts["privacy"] != "private";
        is_seen.then(|| shown(whole(post, owner, me, now), "video", &parts))
    };
    let all: Vec<Value> = ids.split(',').take(50).filter_map(find).collect();
    drop(world);
    ok(&page(request, "videoListResponse", all, (50, 50))?)
}

/// `DELETE /videos?id=`
pub(super) fn delete(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let id = request.query("id").unwrap_or_default();
    let now = sandbox.now();
    let mut world = sandbox.world();
    let gone = || error(404, "videoNotFound", "The video that you are trying to delete cannot be found.");
    let post = world.post_mut(Platform::YouTube, id).ok_or_else(gone)?;
    if post.account != me.id {
        return Err(error(403, "forbidden", "The video that you are trying to delete cannot be deleted."));
    }
    post.deleted_at = Some(now);
    Ok(StatusCode::NO_CONTENT.into_response())
}
