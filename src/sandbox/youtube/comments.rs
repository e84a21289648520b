//! YouTube: comments under a video, written and listed.

use super::reply::{error, page, parts};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Comment, Post};
use chrono::SecondsFormat;
use serde_json::{Value, json};

/// No page names the limit; this is what others say.
const MAX_TEXT: usize = 10_000;

/// A video that can have comments.
fn open(sandbox: &Sandbox, id: &str) -> Result<Post, ErrorResponse> {
    let gone = || error(404, "videoNotFound", "The video identified by the videoId parameter could not be found.");
    let post = sandbox.world().post(Platform::YouTube, id).cloned().ok_or_else(gone)?;
    if post.facts["made_for_kids"] == true || post.facts["privacy"] == "private" {
        let words = "The video identified by the videoId parameter has disabled comments.";
        return Err(error(403, "commentsDisabled", words));
    }
    Ok(post)
}

/// `POST /commentThreads`
pub(super) fn create(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    parts(request, &["id", "snippet"])?;
    let body = request.json().ok_or_else(|| error(400, "parseError", "Parse Error"))?;
    let snippet = &body["snippet"];
    let known = |value: &Value, names: &[&str]| {
        value.as_object().is_some_and(|all| all.keys().all(|name| names.contains(&name.as_str())))
    };
    if !known(&body, &["snippet"]) || !known(snippet, &["channelId", "videoId", "topLevelComment"]) {
        return Err(error(400, "invalidCommentThreadMetadata", "The request contains invalid metadata."));
    }
    if snippet["channelId"].is_string() && snippet["channelId"] != me.id.as_str() {
        return Err(error(400, "channelOrVideoIdMissing", "The channel does not belong to the video."));
    }
    let text = snippet["topLevelComment"]["snippet"]["textOriginal"].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Err(error(400, "commentTextRequired", "The textOriginal property is required."));
    }
    if text.encode_utf16().count() > MAX_TEXT {
        return Err(error(400, "commentTextTooLong", "The comment text is too long."));
    }
    let post = open(sandbox, snippet["videoId"].as_str().unwrap_or_default())?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = format!("Ug{}AaABAg", world.snowflake(now));
    let comment = Comment::new(Platform::YouTube, id, &post.id, &me.id, text, now);
    world.comments.push(comment.clone());
    drop(world);
    ok(&thread(sandbox, &comment))
}

/// `GET /commentThreads?videoId=`, newest first.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    parts(request, &["id", "snippet", "replies"])?;
    if !matches!(request.query("order"), None | Some("time" | "relevance")) {
        return Err(error(400, "invalidParameter", "Invalid value for order."));
    }
    let post = open(sandbox, request.query("videoId").unwrap_or_default())?;
    let mut all = sandbox.world().comments_under(Platform::YouTube, &post.id);
    all.reverse();
    let all = all.iter().map(|comment| thread(sandbox, comment)).collect();
    ok(&page(request, "commentThreadListResponse", all, (20, 100))?)
}

fn thread(sandbox: &Sandbox, comment: &Comment) -> Value {
    let world = sandbox.world();
    let author = world.account(Platform::YouTube, &comment.account).map(|a| a.handle.clone()).unwrap_or_default();
    let at = comment.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let snippet = json!({
        "videoId": comment.post, "textDisplay": comment.text, "textOriginal": comment.text,
        "authorDisplayName": format!("@{author}"), "authorChannelId": { "value": comment.account },
        "canRate": true, "viewerRating": "none", "likeCount": 0, "publishedAt": at, "updatedAt": at,
    });
    json!({
        "kind": "youtube#commentThread", "etag": "sandbox", "id": comment.id,
        "snippet": {
            "videoId": comment.post, "canReply": true, "totalReplyCount": 0, "isPublic": true,
            "topLevelComment": { "kind": "youtube#comment", "etag": "sandbox", "id": comment.id, "snippet": snippet },
        },
    })
}
