//! Pinterest: videos, which are announced, sent to a store of Amazon's and then worked on.

use super::{STORE, error, invalid};
use crate::domain::platform::Platform;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::videos;
use crate::sandbox::world::Account;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long the store takes the bytes of an announced video.
const OPEN: TimeDelta = TimeDelta::hours(1);
const CODECS: [&str; 2] = ["avc1", "hvc1"];

/// What only Pinterest keeps: the announced videos, by id.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Videos {
    videos: BTreeMap<String, Video>,
}

impl PlatformState for Videos {
    const PLATFORM: Platform = Platform::Pinterest;

    fn tidy(&mut self, now: DateTime<Utc>) {
        self.videos.retain(|_, video| video.announced_at + TimeDelta::days(2) > now);
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Video {
    account: String,
    /// The store takes the bytes under this name only.
    key: String,
    announced_at: DateTime<Utc>,
    /// Key of the kept bytes, and from when the video can be shown.
    kept: Option<(String, DateTime<Utc>)>,
    failed: bool,
}

impl Videos {
    /// The kept bytes of this account's video, if it can be shown by now.
    pub fn usable(&self, me: &Account, id: &str, now: DateTime<Utc>) -> Option<String> {
        let video = self.videos.get(id).filter(|video| video.account == me.id)?;
        video.kept.as_ref().filter(|(_, from)| *from <= now).map(|(key, _)| key.clone())
    }
}

/// `POST /v5/media`
pub(super) fn announce(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let body = request.json().unwrap_or_default();
    if body["media_type"] != "video" {
        return Err(invalid("'media_type' is not one of ['video']"));
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = world.snowflake(now).to_string();
    let key = format!("uploads/{}:video:{id}", Uuid::new_v4().simple());
    let video = Video { account: me.id.clone(), key: key.clone(), announced_at: now, kept: None, failed: false };
    world.own::<Videos>().videos.insert(id.clone(), video);
    drop(world);
    ok(&json!({
        "media_id": id,
        "media_type": "video",
        "upload_url": format!("https://{STORE}/"),
        "upload_parameters": { "key": key, "policy": "c2FuZGJveA==", "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "Content-Type": "multipart/form-data" },
    }))
}

/// The store: a form whose last part is the file. It knows no tokens, only the key that was given out.
pub(super) async fn put(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let refused = |status: u16, code: &str| {
        let body = format!("<Error><Code>{code}</Code></Error>");
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Err((status, [("content-type", "application/xml")], body).into_response().into())
    };
    if request.header("authorization").is_some() {
        return refused(400, "InvalidArgument");
    }
    let Some(parts) = request.parts().await else { return refused(400, "MalformedPOSTRequest") };
    let text =
        |name: &str| parts.iter().find(|p| p.name == name).map(|p| String::from_utf8_lossy(&p.bytes).into_owned());
    let (Some(key), Some(_)) = (text("key"), text("policy")) else { return refused(403, "AccessDenied") };
    let Some(file) = parts.last().filter(|part| part.name == "file") else { return refused(400, "InvalidArgument") };
    let now = sandbox.now();
    let is_open = |video: &Video| video.key == key && now < video.announced_at + OPEN;
    let id = sandbox.world().own::<Videos>().videos.iter().find(|(_, v)| is_open(v)).map(|(id, _)| id.clone());
    let Some(id) = id else { return refused(403, "AccessDenied") };
    let facts = videos::inspect(file.bytes.clone()).await;
    let fits = facts.is_some_and(|f| CODECS.contains(&f.codec.as_str()) && (4_000..=900_000).contains(&f.millis));
    let fits = fits && !sandbox.spoils(Platform::Pinterest);
    let kept = if fits { Some(sandbox.pictures().keep(file.bytes.clone()).await) } else { None };
    if let Some(video) = sandbox.world().own::<Videos>().videos.get_mut(&id) {
        video.failed = kept.is_none();
        video.kept = kept.map(|key| (key, now + sandbox.processing()));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /v5/media/{id}`
pub(super) fn state(sandbox: &Sandbox, me: &Account, id: &str) -> PlatformResponse {
    let found = sandbox.world().own::<Videos>().videos.get(id).filter(|video| video.account == me.id).cloned();
    let video = found.ok_or_else(|| error(404, 1, "Media not found."))?;
    let status = match &video.kept {
        _ if video.failed => "failed",
        None => "registered",
        Some((_, from)) if *from > sandbox.now() => "processing",
        Some(_) => "succeeded",
    };
    ok(&json!({ "media_id": id, "media_type": "video", "status": status }))
}
