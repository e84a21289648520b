//! TikTok: the account's own posts that everybody can see.

use super::access::Caller;
use super::posts::is_public;
use super::{answer, body, invalid, only_known};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::Post;
use serde_json::{Value, json};

const FIELDS: &[&str] = &[
    "id",
    "create_time",
    "cover_image_url",
    "share_url",
    "video_description",
    "duration",
    "height",
    "width",
    "title",
    "embed_html",
    "embed_link",
    "like_count",
    "comment_count",
    "share_count",
    "view_count",
];

fn fields(request: &PlatformRequest) -> Result<Vec<&str>, ErrorResponse> {
    let wanted: Vec<&str> = request.query("fields").unwrap_or_default().split(',').filter(|f| !f.is_empty()).collect();
    match wanted.iter().find(|field| !FIELDS.contains(field)) {
        Some(unknown) => Err(invalid(&format!("The field {unknown} is not known."))),
        None if wanted.is_empty() => Err(invalid("The parameter fields is required.")),
        None => Ok(wanted),
    }
}

fn shown(request: &PlatformRequest, post: &Post, wanted: &[&str]) -> Value {
    let mut body = json!({});
    for field in wanted {
        body[*field] = match *field {
            "id" => json!(post.id),
            "create_time" => json!(post.at.timestamp()),
            "share_url" => json!(post.url),
            "video_description" => json!(post.text),
            "cover_image_url" => match post.pictures.iter().find(|picture| !picture.video) {
                Some(cover) => json!(cover.key.as_ref().map(|key| request.picture_url(key)).or(cover.url.clone())),
                None => continue,
            },
            "title" => json!(post.facts["title"].as_str().unwrap_or_default()),
            "like_count" | "comment_count" | "share_count" | "view_count" => json!(0),
            _ => continue,
        };
    }
    body
}

fn listed(sandbox: &Sandbox, caller: &Caller) -> Vec<Post> {
    let world = sandbox.world();
    let posts = world.posts_of(Platform::TikTok, &caller.me.id);
    posts.into_iter().filter(|post| is_public(&post.facts)).cloned().collect()
}

/// `POST /v2/video/list/`, newest first.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, caller: &Caller) -> PlatformResponse {
    caller.need("video.list")?;
    let (wanted, body) = (fields(request)?, body(request)?);
    only_known(&body, &["cursor", "max_count"])?;
    let most = body["max_count"].as_u64().unwrap_or(10);
    if !(1..=20).contains(&most) {
        return Err(invalid("The max_count is 1 to 20."));
    }
    let before = body["cursor"].as_i64().unwrap_or(i64::MAX);
    let older = listed(sandbox, caller).into_iter().filter(|post| post.at.timestamp_millis() < before);
    let mut page: Vec<Post> = older.take(most as usize + 1).collect();
    let has_more = page.len() > most as usize;
    page.truncate(most as usize);
    let cursor = page.last().map_or(0, |post| post.at.timestamp_millis());
    let videos: Vec<_> = page.iter().map(|post| shown(request, post, &wanted)).collect();
    answer(json!({ "videos": videos, "cursor": cursor, "has_more": has_more }))
}

/// `POST /v2/video/query/`: those of these ids that are the account's.
pub(super) fn query(sandbox: &Sandbox, request: &PlatformRequest, caller: &Caller) -> PlatformResponse {
    caller.need("video.list")?;
    let (wanted, body) = (fields(request)?, body(request)?);
    let ids = body["filters"]["video_ids"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !(1..=20).contains(&ids.len()) {
        return Err(invalid("The video_ids are 1 to 20."));
    }
    let all = listed(sandbox, caller);
    let videos: Vec<_> = all
        .iter()
        .filter(|post| ids.iter().any(|id| *id == post.id))
        .map(|post| shown(request, post, &wanted))
        .collect();
    answer(json!({ "videos": videos }))
}
