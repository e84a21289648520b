//! YouTube: comments under a video, written, listed, answered, hidden and deleted. Answers are one level deep.

use super::reply::{error, page, parts};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Comment, Post, World};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// No page names the limit; this is what others say.
const MAX_TEXT: usize = 10_000;
/// Answers that come with a thread.
const WITH_THREAD: usize = 5;

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

/// A new comment's id.
pub(super) fn new_id(world: &mut World, at: DateTime<Utc>) -> String {
    format!("Ug{}AaABAg", world.snowflake(at))
}

fn body_of(request: &PlatformRequest, reason: &str, members: &[&str]) -> Result<Value, ErrorResponse> {
    let body = request.json().ok_or_else(|| error(400, "parseError", "Parse Error"))?;
    let known = |value: &Value, names: &[&str]| {
        value.as_object().is_some_and(|all| all.keys().all(|name| names.contains(&name.as_str())))
    };
    if known(&body, &["snippet"]) && known(&body["snippet"], members) {
        return Ok(body["snippet"].clone());
    }
    Err(error(400, reason, "The request contains invalid metadata."))
}

fn text_of(value: &Value) -> Result<&str, ErrorResponse> {
    let text = value.as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Err(error(400, "commentTextRequired", "The textOriginal property is required."));
    }
    if text.encode_utf16().count() > MAX_TEXT {
        return Err(error(400, "commentTextTooLong", "The comment text is too long."));
    }
    Ok(text)
}

/// `POST /commentThreads`
pub(super) fn create(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    parts(request, &["id", "snippet"])?;
    let snippet = body_of(request, "invalidCommentThreadMetadata", &["channelId", "videoId", "topLevelComment"])?;
    if snippet["channelId"].is_string() && snippet["channelId"] != me.id.as_str() {
        return Err(error(400, "channelOrVideoIdMissing", "The channel does not belong to the video."));
    }
    let text = text_of(&snippet["topLevelComment"]["snippet"]["textOriginal"])?;
    let post = open(sandbox, snippet["videoId"].as_str().unwrap_or_default())?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = new_id(&mut world, now);
    let comment = Comment::new(Platform::YouTube, id, &post.id, &me.id, text, now);
    world.comments.push(comment.clone());
    ok(&thread(&world, me, &comment, &[]))
}

/// `POST /comments`: an answer to the first comment of a thread.
pub(super) fn answer(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    parts(request, &["id", "snippet"])?;
    let snippet = body_of(request, "invalidCommentMetadata", &["parentId", "textOriginal"])?;
    let parent = snippet["parentId"].as_str().filter(|id| !id.is_empty());
    let parent = parent.ok_or_else(|| error(400, "parentIdMissing", "The comment must have a parent."))?;
    let text = text_of(&snippet["textOriginal"])?;
    let gone = || error(404, "parentCommentNotFound", "The specified parent comment could not be found.");
    let mut world = sandbox.world();
    let top = seen(&world).find(|c| c.id == parent && c.parent.is_none()).cloned().ok_or_else(gone)?;
    drop(world);
    open(sandbox, &top.post)?;
    let now = sandbox.now();
    world = sandbox.world();
    let id = format!("{}.{}", top.id, world.snowflake(now));
    let comment = Comment { parent: Some(top.id), ..Comment::new(Platform::YouTube, id, &top.post, &me.id, text, now) };
    world.comments.push(comment.clone());
    ok(&resource(&world, me, &comment))
}

/// The comments that lists have: neither deleted nor rejected.
fn seen(world: &World) -> impl Iterator<Item = &Comment> {
    world.comments.iter().filter(|c| c.platform == Platform::YouTube && c.deleted_at.is_none() && !c.hidden)
}

/// `GET /commentThreads?videoId=`, newest first.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let parts = parts(request, &["id", "snippet", "replies"])?;
    format(request)?;
    if !matches!(request.query("order"), None | Some("time" | "relevance")) {
        return Err(error(400, "invalidParameter", "Invalid value for order."));
    }
    let post = open(sandbox, request.query("videoId").unwrap_or_default())?;
    let world = sandbox.world();
    let mut all: Vec<_> = seen(&world).filter(|c| c.post == post.id && c.parent.is_none()).collect();
    all.reverse();
    let all = all.into_iter().map(|comment| {
        let below: Vec<_> = seen(&world).filter(|c| c.parent.as_ref() == Some(&comment.id)).collect();
        let mut shown = thread(&world, me, comment, &below);
        if parts.contains(&"replies") && !below.is_empty() {
            let some = below.iter().rev().take(WITH_THREAD).map(|comment| resource(&world, me, comment));
            shown["replies"] = json!({ "comments": some.collect::<Vec<_>>() });
        }
        shown
    });
    ok(&page(request, "commentThreadListResponse", all.collect(), (20, 100))?)
}

/// `GET /comments?parentId=`: the answers to a comment.
pub(super) fn answers(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    parts(request, &["id", "snippet"])?;
    format(request)?;
    let parent = request.query("parentId").filter(|id| !id.is_empty());
    let parent = parent.ok_or_else(|| error(400, "missingRequiredParameter", "No filter selected."))?;
    let world = sandbox.world();
    if !seen(&world).any(|c| c.id == parent) {
        return Err(error(404, "commentNotFound", "The parentId parameter specifies no comment."));
    }
    let all: Vec<_> = seen(&world).filter(|c| c.parent.as_deref() == Some(parent)).collect();
    let all = all.into_iter().rev().map(|comment| resource(&world, me, comment)).collect();
    ok(&page(request, "commentListResponse", all, (20, 100))?)
}

fn format(request: &PlatformRequest) -> Result<(), ErrorResponse> {
    match request.query("textFormat") {
        None | Some("html" | "plainText") => Ok(()),
        Some(_) => Err(error(400, "invalidParameter", "Invalid value for textFormat.")),
    }
}

/// A comment under a video of this channel; rejected ones can be found by their id.
fn own<'a>(world: &'a mut World, me: &Account, id: &str) -> Result<&'a mut Comment, ErrorResponse> {
    if !world.comments.iter().any(|c| c.platform == Platform::YouTube && c.id == id && c.deleted_at.is_none()) {
        return Err(error(404, "commentNotFound", "One or more of the specified comments cannot be found."));
    }
    let no = || error(403, "forbidden", "The request is not authorized for this comment.");
    world.comment_mut(Platform::YouTube, &me.id, id).ok_or_else(no)
}

/// `POST /comments/setModerationStatus`
pub(super) fn moderate(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let ban = request.query("banAuthor").is_some();
    let hidden = match request.query("moderationStatus") {
        Some("rejected") => true,
        Some("published" | "heldForReview") if ban => {
            return Err(error(400, "banWithoutReject", "banAuthor is only valid with the status rejected."));
        }
        Some("heldForReview") => true,
        Some("published") => false,
        _ => return Err(error(400, "invalidParameter", "Invalid value for moderationStatus.")),
    };
    let mut world = sandbox.world();
    let comment = own(&mut world, me, request.query("id").unwrap_or_default())?;
    if comment.author.is_none() {
        return Err(error(400, "processingFailure", "The channel's own comments are not moderated."));
    }
    comment.hidden = hidden;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE /comments`
pub(super) fn delete(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    let comment = own(&mut world, me, request.query("id").unwrap_or_default())?;
    if comment.account != me.id {
        return Err(error(403, "forbidden", "The comment is of another channel."));
    }
    comment.deleted_at = Some(now);
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn resource(world: &World, me: &Account, comment: &Comment) -> Value {
    let (name, channel) = match &comment.author {
        Some(name) => (name.clone(), format!("UCvisitor{:015}", name.len())),
        None => {
            let account = world.account(Platform::YouTube, &comment.account);
            (account.map(|a| format!("@{}", a.handle)).unwrap_or_default(), comment.account.clone())
        }
    };
    let at = comment.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut snippet = json!({
        "videoId": comment.post, "textDisplay": comment.text, "authorDisplayName": name,
        "authorChannelId": { "value": channel }, "canRate": true, "viewerRating": "none", "likeCount": 0,
        "publishedAt": at, "updatedAt": at,
    });
    // The text as it was written is for who wrote it.
    if comment.account == me.id {
        snippet["textOriginal"] = json!(comment.text);
    }
    if let Some(parent) = &comment.parent {
        snippet["parentId"] = json!(parent);
    }
    if world.post(Platform::YouTube, &comment.post).is_some_and(|post| post.account == me.id) {
        snippet["moderationStatus"] = json!("published");
    }
    json!({ "kind": "youtube#comment", "etag": "sandbox", "id": comment.id, "snippet": snippet })
}

fn thread(world: &World, me: &Account, comment: &Comment, below: &[&Comment]) -> Value {
    json!({
        "kind": "youtube#commentThread", "etag": "sandbox", "id": comment.id,
        "snippet": {
            "videoId": comment.post, "canReply": true, "totalReplyCount": below.len(), "isPublic": true,
            "topLevelComment": resource(world, me, comment),
        },
    })
}
