//! LinkedIn: images, which are registered, uploaded and then processed.

use super::files::File;
use super::{error, pages, schema};
use crate::domain::platform::Platform;
use crate::sandbox::pictures::inspect;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{AccessToken, Account};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use image::ImageFormat;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const MAX_PIXELS: u64 = 36_152_320;
const MAX_GIF_FRAMES: u32 = 250;

/// What only LinkedIn keeps: the registered images, videos and documents, by URN.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Images {
    images: BTreeMap<String, Image>,
    #[serde(default)]
    pub files: BTreeMap<String, File>,
}

impl PlatformState for Images {
    const PLATFORM: Platform = Platform::LinkedIn;

    fn tidy(&mut self, now: DateTime<Utc>) {
        self.images.retain(|_, i| i.expires_at + TimeDelta::days(1) > now);
        self.files.retain(|_, file| !file.is_old(now));
    }
}

impl Images {
    /// An image that a post of this author may show: their own, with its bytes uploaded. One that is still being processed is
    /// accepted, as LinkedIn documents nothing else.
    pub fn usable(&self, author: &str, urn: &str) -> Option<&Image> {
        self.images.get(urn).filter(|i| i.account == author && i.phase == Phase::Taken)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Image {
    pub id: String,
    pub account: String,
    pub phase: Phase,
    /// Key of the kept bytes.
    pub picture: Option<String>,
    /// When the upload address expires.
    pub expires_at: DateTime<Utc>,
    pub ready_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// The bytes are not uploaded.
    Waiting,
    /// Ready at `ready_at`.
    Taken,
    /// The bytes are not a picture that LinkedIn takes.
    Failed,
}

/// `POST /rest/images?action=initializeUpload`
pub(super) fn initialize(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
) -> PlatformResponse {
    if request.query("action") != Some("initializeUpload") {
        return Err(error(400, "ILLEGAL_ARGUMENT", "Unsupported action for the resource images"));
    }
    let body = request.json().unwrap_or(Value::Null);
    let required = |path: &str| format!("/{path} :: field is required but not found and has no default value");
    if !body["initializeUploadRequest"].is_object() {
        return Err(schema(&[required("initializeUploadRequest")]));
    }
    let owner = body["initializeUploadRequest"]["owner"].as_str();
    let owner = owner.ok_or_else(|| schema(&[required("initializeUploadRequest/owner")]))?;
    let account = pages::acting(me, token, owner, "/initializeUploadRequest/owner")?;
    let now = sandbox.now();
    let name = format!("C4D22AQ{}", Uuid::new_v4().simple());
    let urn = format!("urn:li:image:{name}");
    let expires_at = now + TimeDelta::days(1);
    let image = Image { id: urn.clone(), account, phase: Phase::Waiting, picture: None, expires_at, ready_at: now };
    sandbox.world().own::<Images>().images.insert(urn.clone(), image);
    ok(&json!({
        "value": {
            "uploadUrlExpiresAt": expires_at.timestamp_millis(),
            "uploadUrl": format!("https://www.linkedin.com/dms-uploads/sp/{name}/uploaded-image/0?m=AQSandbox&app=0"),
            "image": urn,
        }
    }))
}

/// `PUT {uploadUrl}`: accepts any bytes; the status shows whether they are a picture. A token is not needed, but a wrong
/// one is an error.
pub(super) async fn put(sandbox: &Sandbox, request: &PlatformRequest, name: &str) -> PlatformResponse {
    let now = sandbox.now();
    if request.bearer().is_some() {
        super::caller(sandbox, request)?;
    }
    let urn = format!("urn:li:image:{name}");
    let unknown = || error(404, "RESOURCE_NOT_FOUND", "The upload address is not known");
    let image = sandbox.world().own::<Images>().images.get(&urn).cloned().ok_or_else(unknown)?;
    if now >= image.expires_at {
        return Err(error(403, "FORBIDDEN", "The upload address has expired"));
    }
    if image.phase != Phase::Waiting {
        return Err(error(409, "CONFLICT", "The upload is already complete"));
    }
    if request.body.is_empty() {
        return Err(error(400, "ILLEGAL_ARGUMENT", "The upload is empty"));
    }
    let facts = inspect(request.body.clone()).await.filter(|f| {
        u64::from(f.width) * u64::from(f.height) < MAX_PIXELS
            && match f.format {
                ImageFormat::Jpeg | ImageFormat::Png => true,
                ImageFormat::Gif => f.frames <= MAX_GIF_FRAMES,
                _ => false,
            }
    });
    let kept = match &facts {
        Some(_) => Some(sandbox.pictures().keep(request.body.clone()).await),
        None => None,
    };
    if let Some(image) = sandbox.world().own::<Images>().images.get_mut(&urn) {
        image.phase = if facts.is_some() { Phase::Taken } else { Phase::Failed };
        image.picture = kept;
        image.ready_at = now + sandbox.processing();
    }
    Ok(StatusCode::CREATED.into_response())
}

fn state(image: &Image, now: DateTime<Utc>) -> &'static str {
    match image.phase {
        Phase::Waiting => "WAITING_UPLOAD",
        Phase::Failed => "PROCESSING_FAILED",
        Phase::Taken if now < image.ready_at => "PROCESSING",
        Phase::Taken => "AVAILABLE",
    }
}

/// `GET /rest/images/{urn}`
pub(super) fn status(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
    id: &str,
) -> PlatformResponse {
    let found =
        sandbox.world().own::<Images>().images.get(id).filter(|i| pages::writes_for(me, token, &i.account)).cloned();
    let image = found.ok_or_else(|| error(404, "RESOURCE_NOT_FOUND", "The image is not found"))?;
    let mut body =
        json!({ "id": image.id, "owner": pages::urn_of(&image.account), "status": state(&image, sandbox.now()) });
    if let Some(key) = &image.picture {
        body["downloadUrl"] = json!(request.picture_url(key));
        body["downloadUrlExpiresAt"] = json!(image.expires_at.timestamp_millis());
    }
    ok(&body)
}
