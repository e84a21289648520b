//! YouTube: the picture that stands for a video (Thumbnails: set).

use super::reply::error;
use crate::domain::platform::Platform;
use crate::sandbox::pictures::inspect;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, PostPicture};
use axum::http::header;
use image::ImageFormat;
use serde_json::json;

const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The one channel here whose owner has confirmed no phone number: it has no thumbnails of its own, and no long videos.
const UNVERIFIED: &str = "UCnorthwinddemo000000002";

pub(super) fn is_verified(me: &Account) -> bool {
    me.id != UNVERIFIED
}

/// `POST /upload/youtube/v3/thumbnails/set?videoId=`: the body is the picture.
pub(super) async fn set(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let Some(id) = request.query("videoId").filter(|id| !id.is_empty()).map(str::to_owned) else {
        return Err(error(400, "missingRequiredParameter", "Missing required parameter: videoId"));
    };
    if request.query("uploadType").is_some_and(|kind| kind != "media") {
        return Err(error(400, "badRequest", "This stand-in takes thumbnails in one piece only."));
    }
    let mime = request.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !matches!(mime, "image/jpeg" | "image/png" | "application/octet-stream") {
        let words = format!(
            "Media type '{mime}' is not supported. Valid media types: [image/jpeg, image/png, application/octet-stream]"
        );
        return Err(error(400, "badContent", &words));
    }
    if request.body.is_empty() {
        return Err(error(400, "mediaBodyRequired", "The request does not include the image content."));
    }
    if request.body.len() > MAX_BYTES {
        return Err(error(413, "uploadTooLarge", "Media larger than 2097152 bytes is not allowed."));
    }
    let missing =
        || error(404, "videoNotFound", "The video that you are trying to insert a thumbnail for cannot be found.");
    let foreign = || error(403, "forbidden", "The thumbnail can't be set for the specified video.");
    let owner = sandbox.world().post(Platform::YouTube, &id).map(|post| post.account.clone()).ok_or_else(missing)?;
    if owner != me.id {
        return Err(foreign());
    }
    if !is_verified(me) {
        let words = "The authenticated user doesnt have permissions to upload and set custom video thumbnails.";
        return Err(error(403, "forbidden", words));
    }
    match inspect(request.body.clone()).await {
        Some(facts) if matches!(facts.format, ImageFormat::Jpeg | ImageFormat::Png) => {}
        _ => return Err(error(400, "invalidImage", "The provided image content is invalid.")),
    }
    let key = sandbox.pictures().keep(request.body.clone()).await;
    let mut world = sandbox.world();
    let post = world.post_mut(Platform::YouTube, &id).ok_or_else(missing)?;
    // Another one takes the place of the first.
    post.pictures.retain(|picture| picture.video);
    let alt = "The thumbnail".to_owned();
    post.pictures.push(PostPicture { id: format!("{id}-thumbnail"), key: Some(key), url: None, alt, video: false });
    drop(world);
    let address = format!("https://i.ytimg.com/vi/{id}/default.jpg");
    ok(&json!({ "kind": "youtube#thumbnailSetResponse", "etag": "sandbox",
        "items": [{ "default": { "url": address, "width": 120, "height": 90 } }] }))
}
