//! X: media upload, in one request or in segments; alternative texts.

use super::uploads::{Phase, Upload, Uploads};
use super::{PROBLEM, invalid, missing, problem};
use crate::domain::platform::Platform;
use crate::sandbox::pictures::inspect;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok, typed};
use crate::sandbox::state::Sandbox;
use crate::sandbox::videos;
use crate::sandbox::world::Account;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use image::ImageFormat;
use serde_json::{Value, json};

const MAX_SEGMENT: usize = 5 * 1024 * 1024;
const MAX_IMAGE: u64 = 5 * 1024 * 1024;
const MAX_GIF: u64 = 15 * 1024 * 1024;
const MAX_VIDEO: u64 = 512 * 1024 * 1024;

const MEDIA_TYPES: &[&str] = &[
    "video/mp4",
    "video/webm",
    "video/mp2t",
    "video/quicktime",
    "text/srt",
    "text/vtt",
    "image/jpeg",
    "image/gif",
    "image/bmp",
    "image/png",
    "image/webp",
    "image/pjpeg",
    "image/tiff",
    "model/gltf-binary",
    "model/vnd.usdz+zip",
];

/// Image, GIF or video for a post. The stand-in takes nothing for messages and no subtitles, and says so.
fn check_category(category: &str) -> Result<u64, ErrorResponse> {
    match category {
        "tweet_image" => Ok(MAX_IMAGE),
        "tweet_gif" => Ok(MAX_GIF),
        "tweet_video" => Ok(MAX_VIDEO),
        "amplify_video" | "dm_image" | "dm_gif" | "dm_video" | "subtitles" => Err(invalid(
            "media_category",
            category,
            "This stand-in takes media for posts only (tweet_image, tweet_gif, tweet_video).",
        )),
        _ => Err(invalid("media_category", category, "$.media_category: does not have a value in the enumeration")),
    }
}

fn check_type(kind: &str) -> Result<(), ErrorResponse> {
    if MEDIA_TYPES.contains(&kind) {
        return Ok(());
    }
    Err(invalid("media_type", kind, "$.media_type: does not have a value in the enumeration"))
}

fn new_upload(sandbox: &Sandbox, me: &Account, category: &str, declared_bytes: u64) -> Upload {
    let now = sandbox.now();
    let id = sandbox.world().snowflake(now).to_string();
    Upload::new(id, me, category, declared_bytes, now)
}

/// Checks the bytes as X does, keeps them and completes the upload.
async fn take(sandbox: &Sandbox, upload: &mut Upload, bytes: Bytes) -> Result<(), ErrorResponse> {
    let size = bytes.len() as u64;
    let most = check_category(&upload.category)?;
    if size > most {
        return Err(invalid("media", "", &format!("File size exceeds {most} bytes.")));
    }
    if upload.category == "tweet_video" {
        let video = videos::inspect(bytes.clone()).await;
        let video = video.ok_or_else(|| invalid("media", "", "media type unrecognized."))?;
        let fits = video.codec == "avc1" && (500..=140_000).contains(&video.millis) && !sandbox.spoils(Platform::X);
        upload.phase = if fits { Phase::Taken } else { Phase::Failed };
        upload.picture = Some(sandbox.pictures().keep(bytes).await);
        upload.bytes = size;
        upload.ready_at = sandbox.now() + sandbox.processing();
        return Ok(());
    }
    let facts = inspect(bytes.clone()).await.ok_or_else(|| invalid("media", "", "media type unrecognized."))?;
    let fits = match upload.category.as_str() {
        "tweet_gif" => {
            facts.format == ImageFormat::Gif && facts.width <= 1280 && facts.height <= 1080 && facts.frames <= 350
        }
        _ => matches!(facts.format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP),
    };
    if !fits {
        let words = format!("The media does not fit the media category {}.", upload.category);
        return Err(invalid("media", "", &words));
    }
    upload.picture = Some(sandbox.pictures().keep(bytes).await);
    upload.bytes = size;
    upload.phase = Phase::Taken;
    // Stills are ready at once; an animation is processed for a while.
    upload.ready_at = sandbox.now();
    if upload.category == "tweet_gif" {
        upload.ready_at += sandbox.processing();
    }
    Ok(())
}

fn describe(upload: &Upload, now: DateTime<Utc>) -> Value {
    let mut data = json!({
        "id": upload.id,
        "media_key": format!("3_{}", upload.id),
        "expires_after_secs": (upload.expires_at - now).num_seconds().max(0),
    });
    match upload.phase {
        Phase::Waiting => {}
        Phase::Failed => {
            data["processing_info"] = json!({
                "state": "failed",
                "error": { "code": 1, "name": "InvalidMedia", "message": "media type unrecognized." },
            });
        }
        Phase::Taken => {
            data["size"] = json!(upload.bytes);
            if upload.category != "tweet_image" {
                data["processing_info"] = if now < upload.ready_at {
                    json!({ "state": "in_progress", "check_after_secs": 1, "progress_percent": 50 })
                } else {
                    json!({ "state": "succeeded", "progress_percent": 100 })
                };
            }
        }
    }
    data
}

/// `POST /2/media/upload`: multipart, or JSON with base64.
pub(super) async fn one_shot(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let known = ["media", "media_category", "media_type", "additional_owners", "shared"];
    let mut bytes = None;
    let mut category = String::new();
    if let Some(parts) = request.parts().await {
        for part in parts {
            match part.name.as_str() {
                "media" => bytes = Some(part.bytes),
                "media_category" => category = String::from_utf8_lossy(&part.bytes).into_owned(),
                "media_type" => check_type(&String::from_utf8_lossy(&part.bytes))?,
                name if known.contains(&name) => {}
                name => return Err(invalid(name, "", &format!("$.{name}: is not defined in the schema"))),
            }
        }
    } else if let Some(Value::Object(fields)) = request.json() {
        if let Some(unknown) = fields.keys().find(|k| !known.contains(&k.as_str())) {
            return Err(invalid(unknown, "", &format!("$.{unknown}: is not defined in the schema")));
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        text("media_category").unwrap_or_default().clone_into(&mut category);
        text("media_type").map_or(Ok(()), check_type)?;
        bytes = text("media").and_then(|m| STANDARD.decode(m).ok()).map(Bytes::from);
    } else {
        return Err(invalid("", "", "Requests bodies must be of type multipart/form-data or application/json."));
    }
    if category.is_empty() {
        return Err(invalid("media_category", "", "$.media_category: is missing but it is required"));
    }
    if category == "tweet_gif" || category == "tweet_video" {
        return Err(invalid("media_category", &category, "$.media_category: does not have a value in the enumeration"));
    }
    let bytes = bytes.ok_or_else(|| invalid("media", "", "$.media: is missing but it is required"))?;
    let mut upload = new_upload(sandbox, me, &category, bytes.len() as u64);
    take(sandbox, &mut upload, bytes).await?;
    let body = json!({ "data": describe(&upload, sandbox.now()) });
    sandbox.world().own::<Uploads>().insert(upload);
    ok(&body)
}

/// `POST /2/media/upload/initialize`
pub(super) fn initialize(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let body = request.json().ok_or_else(|| invalid("", "", "Requests bodies must be of type application/json."))?;
    let fields = body.as_object().ok_or_else(|| invalid("", "", "Request body must be a JSON object."))?;
    let known = ["media_type", "total_bytes", "media_category", "additional_owners", "shared"];
    if let Some(unknown) = fields.keys().find(|k| !known.contains(&k.as_str())) {
        return Err(invalid(unknown, "", &format!("$.{unknown}: is not defined in the schema")));
    }
    let need = |name: &str| {
        fields.get(name).and_then(Value::as_str).ok_or_else(|| invalid(name, "", &format!("$.{name}: string expected")))
    };
    check_type(need("media_type")?)?;
    let category = need("media_category")?;
    let most = check_category(category)?;
    let total = fields.get("total_bytes").and_then(Value::as_u64).filter(|t| *t > 0);
    let total = total.ok_or_else(|| invalid("total_bytes", "", "$.total_bytes: integer expected"))?;
    if total > most {
        return Err(invalid("total_bytes", &total.to_string(), &format!("File size exceeds {most} bytes.")));
    }
    let upload = new_upload(sandbox, me, category, total);
    let data = describe(&upload, sandbox.now());
    sandbox.world().own::<Uploads>().insert(upload);
    ok(&json!({ "data": data }))
}

/// A copy of this account's upload of that id, if it has not expired.
fn own_upload(sandbox: &Sandbox, me: &Account, id: &str) -> Result<Upload, ErrorResponse> {
    let now = sandbox.now();
    let found = sandbox.world().own::<Uploads>().of(me, id, now).cloned();
    found.ok_or_else(|| invalid("id", id, "The media id is invalid or has expired."))
}

/// `POST /2/media/upload/{id}/append`: multipart, or JSON with base64.
pub(super) async fn append(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let mut bytes = None;
    let mut index: Option<u16> = None;
    if let Some(parts) = request.parts().await {
        for part in parts {
            match part.name.as_str() {
                "media" => bytes = Some(part.bytes),
                "segment_index" => index = std::str::from_utf8(&part.bytes).ok().and_then(|i| i.trim().parse().ok()),
                _ => {}
            }
        }
    } else if let Some(body) = request.json() {
        bytes = body["media"].as_str().and_then(|m| STANDARD.decode(m).ok()).map(Bytes::from);
        index = match &body["segment_index"] {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64().and_then(|n| u16::try_from(n).ok()),
        };
    }
    let bytes = bytes.ok_or_else(|| invalid("media", "", "$.media: is missing but it is required"))?;
    let index = index.filter(|i| *i <= 999);
    let index = index.ok_or_else(|| invalid("segment_index", "", "$.segment_index: must be between 0 and 999"))?;
    if bytes.len() > MAX_SEGMENT {
        let body = problem(413, "Payload Too Large", "Payload Too Large");
        return Err(typed(StatusCode::PAYLOAD_TOO_LARGE, PROBLEM, &body).into());
    }
    let upload = own_upload(sandbox, me, id)?;
    if upload.phase != Phase::Waiting {
        return Err(invalid("id", id, "The upload is already finalized."));
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    if let Some(upload) = world.own::<Uploads>().of(me, id, now) {
        let others: usize = upload.segments.iter().filter(|(i, _)| **i != index).map(|(_, s)| s.len()).sum();
        if (others + bytes.len()) as u64 > upload.declared_bytes {
            return Err(invalid("media", "", "Segments do not add up to provided total file size."));
        }
        upload.segments.insert(index, bytes);
    }
    ok(&json!({ "data": { "expires_at": upload.expires_at.timestamp() } }))
}

/// `POST /2/media/upload/{id}/finalize`
pub(super) async fn finalize(sandbox: &Sandbox, me: &Account, id: &str) -> PlatformResponse {
    let mut upload = own_upload(sandbox, me, id)?;
    if upload.phase == Phase::Waiting {
        let mut whole = BytesMut::new();
        for (wanted, (index, segment)) in upload.segments.iter().enumerate() {
            if usize::from(*index) != wanted {
                return Err(invalid("id", id, &format!("Segment {wanted} is missing.")));
            }
            whole.extend_from_slice(segment);
        }
        if whole.len() as u64 != upload.declared_bytes {
            return Err(invalid("id", id, "Segments do not add up to provided total file size."));
        }
        let taken = take(sandbox, &mut upload, whole.freeze()).await;
        upload.segments.clear();
        if taken.is_err() {
            upload.phase = Phase::Failed;
        }
        sandbox.world().own::<Uploads>().insert(upload.clone());
        taken?;
    }
    ok(&json!({ "data": describe(&upload, sandbox.now()) }))
}

/// `GET /2/media/upload?command=STATUS&media_id=`
pub(super) fn status(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    super::reading::check_query(request, &["command", "media_id"])?;
    if request.query("command").is_some_and(|c| c != "STATUS") {
        return Err(invalid("command", request.query("command").unwrap_or_default(), "The only command is STATUS"));
    }
    let id = request
        .query("media_id")
        .ok_or_else(|| invalid("media_id", "", "The `media_id` query parameter can not be empty"))?;
    let upload = own_upload(sandbox, me, id)?;
    ok(&json!({ "data": describe(&upload, sandbox.now()) }))
}

/// `POST /2/media/metadata`: the alternative text.
pub(super) fn metadata(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let body = request.json().ok_or_else(|| invalid("", "", "Requests bodies must be of type application/json."))?;
    let id = body["id"].as_str().ok_or_else(|| invalid("id", "", "$.id: is missing but it is required"))?;
    let alt = &body["metadata"]["alt_text"];
    let text = match alt {
        Value::Null => None,
        alt => Some(alt["text"].as_str().ok_or_else(|| {
            invalid("metadata.alt_text.text", "", "$.metadata.alt_text.text: is missing but it is required")
        })?),
    };
    if text.is_some_and(|t| t.chars().count() > 1000) {
        let words = "$.metadata.alt_text.text: may only be 1000 characters long";
        return Err(invalid("metadata.alt_text.text", "", words));
    }
    own_upload(sandbox, me, id).map_err(|_| not_there(id))?;
    let mut associated = json!({});
    if let Some(text) = text {
        let now = sandbox.now();
        if let Some(upload) = sandbox.world().own::<Uploads>().of(me, id, now) {
            text.clone_into(&mut upload.alt);
        }
        associated["alt_text"] = json!({ "text": text });
    }
    ok(&json!({ "data": { "id": id, "associated_metadata": associated } }))
}

fn not_there(id: &str) -> ErrorResponse {
    let mut body = missing("media", "id", id);
    body["status"] = json!(404);
    typed(StatusCode::NOT_FOUND, PROBLEM, &body).into()
}
