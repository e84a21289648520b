//! LinkedIn: registering an image, receiving its bytes, saying how far it is.

use super::{refusal, schema, urn};
use crate::sandbox::ask::{Answer, Ask, Network, Refusal, ok};
use crate::sandbox::pictures::inspect;
use crate::sandbox::state::Sandbox;
use crate::sandbox::uploads::{Phase, Upload};
use crate::sandbox::world::Account;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use image::ImageFormat;
use serde_json::{Value, json};
use uuid::Uuid;

const MAX_PIXELS: u64 = 36_152_320;
const MAX_GIF_FRAMES: u32 = 250;

/// `POST /rest/images?action=initializeUpload`
pub(super) fn initialize(sandbox: &Sandbox, ask: &Ask, me: &Account) -> Answer {
    if ask.query("action") != Some("initializeUpload") {
        return Err(refusal(400, "ILLEGAL_ARGUMENT", "Unsupported action for the resource images"));
    }
    let body = ask.json().unwrap_or(Value::Null);
    let required = |path: &str| format!("/{path} :: field is required but not found and has no default value");
    if !body["initializeUploadRequest"].is_object() {
        return Err(schema(&[required("initializeUploadRequest")]));
    }
    let owner = body["initializeUploadRequest"]["owner"].as_str();
    let owner = owner.ok_or_else(|| schema(&[required("initializeUploadRequest/owner")]))?;
    if owner != urn(me) {
        return Err(super::forbidden_field("/initializeUploadRequest/owner"));
    }
    let now = sandbox.now();
    let name = format!("C4D22AQ{}", Uuid::new_v4().simple());
    let image = format!("urn:li:image:{name}");
    let expires_at = now + TimeDelta::days(1);
    let upload = Upload::new(Network::LinkedIn, image.clone(), me, now, expires_at);
    sandbox.world().uploads.insert(image.clone(), upload);
    ok(&json!({
        "value": {
            "uploadUrlExpiresAt": expires_at.timestamp_millis(),
            "uploadUrl": format!("https://www.linkedin.com/dms-uploads/sp/{name}/uploaded-image/0?m=AQSandbox&app=0"),
            "image": image,
        }
    }))
}

/// `PUT {uploadUrl}`: any bytes are taken; whether they are a picture shows in the status. A token is not needed, but a
/// wrong one is refused.
pub(super) async fn put(sandbox: &Sandbox, ask: &Ask, name: &str) -> Answer {
    let now = sandbox.now();
    if ask.bearer().is_some() {
        super::caller(sandbox, ask)?;
    }
    let image = format!("urn:li:image:{name}");
    let gone = || refusal(404, "RESOURCE_NOT_FOUND", "The upload address is not known");
    let upload = sandbox.world().uploads.get(&image).cloned().ok_or_else(gone)?;
    if now >= upload.expires_at {
        return Err(refusal(403, "FORBIDDEN", "The upload address has expired"));
    }
    if upload.phase != Phase::Waiting {
        return Err(refusal(409, "CONFLICT", "The upload is already complete"));
    }
    if ask.body.is_empty() {
        return Err(refusal(400, "ILLEGAL_ARGUMENT", "The upload is empty"));
    }
    let facts = inspect(ask.body.clone()).await.filter(|f| {
        u64::from(f.width) * u64::from(f.height) < MAX_PIXELS
            && match f.format {
                ImageFormat::Jpeg | ImageFormat::Png => true,
                ImageFormat::Gif => f.frames <= MAX_GIF_FRAMES,
                _ => false,
            }
    });
    let kept = match &facts {
        Some(_) => Some(sandbox.pictures().keep(ask.body.clone()).await),
        None => None,
    };
    if let Some(upload) = sandbox.world().uploads.get_mut(&image) {
        upload.bytes = ask.body.len() as u64;
        upload.phase = if facts.is_some() { Phase::Taken } else { Phase::Failed };
        (upload.width, upload.height) = facts.map_or((0, 0), |f| (f.width, f.height));
        upload.picture = kept;
        upload.ready_at = now + sandbox.processing();
    }
    Ok(StatusCode::CREATED.into_response())
}

fn state(upload: &Upload, now: DateTime<Utc>) -> &'static str {
    match upload.phase {
        Phase::Waiting => "WAITING_UPLOAD",
        Phase::Failed => "PROCESSING_FAILED",
        Phase::Taken if now < upload.ready_at => "PROCESSING",
        Phase::Taken => "AVAILABLE",
    }
}

/// `GET /rest/images/{urn}`
pub(super) fn status(sandbox: &Sandbox, ask: &Ask, me: &Account, id: &str) -> Answer {
    let upload = own(sandbox, me, id)?;
    let mut body = json!({ "id": upload.id, "owner": urn(me), "status": state(&upload, sandbox.now()) });
    if let Some(key) = &upload.picture {
        body["downloadUrl"] = json!(ask.picture_url(key));
        body["downloadUrlExpiresAt"] = json!(upload.expires_at.timestamp_millis());
    }
    ok(&body)
}

fn own(sandbox: &Sandbox, me: &Account, id: &str) -> Result<Upload, Refusal> {
    let world = sandbox.world();
    let found = world.uploads.get(id).filter(|u| u.network == Network::LinkedIn && u.account == me.id);
    found.cloned().ok_or_else(|| refusal(404, "RESOURCE_NOT_FOUND", "The image is not found"))
}

/// An image that a post may show: the member's own, with its bytes there. One that is still being processed is taken,
/// as LinkedIn documents nothing else.
pub(super) fn usable(upload: Option<&Upload>, me: &Account) -> bool {
    upload.is_some_and(|u| u.network == Network::LinkedIn && u.account == me.id && u.phase == Phase::Taken)
}
