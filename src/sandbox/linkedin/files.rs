//! LinkedIn: videos, which come in parts with an ETag each, and documents, which come in one piece.

use super::images::Images;
use super::{error, pages, schema};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::videos::inspect;
use crate::sandbox::world::{AccessToken, Account, World};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// Bytes of a part of a video.
const PART: u64 = 4 << 20;
const MIN_VIDEO: u64 = 75 * 1024;
const MAX_VIDEO: u64 = 500 << 20;
const MAX_DOCUMENT: usize = 100 << 20;
/// How long the addresses of an upload are good.
const OPEN: TimeDelta = TimeDelta::days(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Video,
    Document,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct File {
    kind: Kind,
    /// Whose it is: a member or a company page.
    pub account: String,
    /// Of each part; `None`: it has not come.
    etags: Vec<Option<String>>,
    /// As the app announced it; 0 for a document.
    size: u64,
    token: String,
    at: DateTime<Utc>,
    phase: Phase,
    ready_at: DateTime<Utc>,
    /// Key of the kept bytes.
    pub key: Option<String>,
    /// What came so far. Not in the snapshot: an unfinished upload may be lost.
    #[serde(skip)]
    parts: Vec<Bytes>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Waiting,
    /// Ready at `ready_at`.
    Taken,
    Failed,
}

impl File {
    fn state(&self, now: DateTime<Utc>) -> &'static str {
        match self.phase {
            Phase::Waiting => "WAITING_UPLOAD",
            Phase::Failed => "PROCESSING_FAILED",
            Phase::Taken if now < self.ready_at => "PROCESSING",
            Phase::Taken => "AVAILABLE",
        }
    }

    /// Whether nothing can use it any more.
    pub fn is_old(&self, now: DateTime<Utc>) -> bool {
        self.at + OPEN + TimeDelta::days(1) < now
    }
}

impl Kind {
    fn of(resource: &str) -> Option<Self> {
        match resource {
            "videos" => Some(Self::Video),
            "documents" => Some(Self::Document),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Document => "document",
        }
    }
}

/// A file of this author that a post may show: all of it came, and it could be read so far.
pub(super) fn usable(world: &mut World, owner: &str, urn: &str) -> Option<File> {
    world.own::<Images>().files.get(urn).filter(|f| f.account == owner && f.phase == Phase::Taken).cloned()
}

/// `POST /rest/videos?action=`, `POST /rest/documents?action=`
pub(super) async fn act(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
    resource: &str,
) -> PlatformResponse {
    let body = request.json().unwrap_or(Value::Null);
    match (Kind::of(resource), request.query("action")) {
        (Some(kind), Some("initializeUpload")) => initialize(sandbox, me, token, kind, &body),
        (Some(Kind::Video), Some("finalizeUpload")) => {
            finalize(sandbox, me, token, &body["finalizeUploadRequest"]).await
        }
        _ => Err(error(400, "ILLEGAL_ARGUMENT", &format!("Unsupported action for the resource {resource}"))),
    }
}

fn initialize(sandbox: &Sandbox, me: &Account, token: &AccessToken, kind: Kind, body: &Value) -> PlatformResponse {
    let ask = &body["initializeUploadRequest"];
    let required =
        |path: &str| schema(&[format!("/{path} :: field is required but not found and has no default value")]);
    let Some(fields) = ask.as_object() else { return Err(required("initializeUploadRequest")) };
    let known: &[&str] = match kind {
        Kind::Video => &["owner", "fileSizeBytes", "uploadCaptions", "uploadThumbnail"],
        Kind::Document => &["owner"],
    };
    if let Some(name) = fields.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(schema(&[format!("/initializeUploadRequest/{name} :: unrecognized field found but not allowed")]));
    }
    let owner = ask["owner"].as_str().ok_or_else(|| required("initializeUploadRequest/owner"))?;
    let account = pages::acting(me, token, owner, "/initializeUploadRequest/owner")?;
    let size = match kind {
        Kind::Video => {
            let size = ask["fileSizeBytes"].as_u64();
            let size = size.ok_or_else(|| required("initializeUploadRequest/fileSizeBytes"))?;
            if !(MIN_VIDEO..=MAX_VIDEO).contains(&size) {
                return Err(error(400, "ILLEGAL_ARGUMENT", "The file size is outside of 75KB to 500MB"));
            }
            size
        }
        Kind::Document => 0,
    };
    let now = sandbox.now();
    let name = format!("C5F22AQ{}", Uuid::new_v4().simple());
    let urn = format!("urn:li:{}:{name}", kind.name());
    let parts = size.div_ceil(PART).max(1);
    let expires = (now + OPEN).timestamp_millis();
    let address = |n: u64| format!("https://www.linkedin.com/dms-uploads/sp/v2/{}/{name}/{n}?m=AQSandbox", kind.name());
    let file = File {
        kind,
        account,
        etags: vec![None; parts as usize],
        size,
        token: String::new(),
        at: now,
        phase: Phase::Waiting,
        ready_at: now,
        key: None,
        parts: vec![Bytes::new(); parts as usize],
    };
    sandbox.world().own::<Images>().files.insert(urn.clone(), file);
    ok(&match kind {
        Kind::Video => {
            let instructions: Vec<_> = (0..parts)
                .map(|n| {
                    let last = ((n + 1) * PART).min(size) - 1;
                    json!({ "uploadUrl": address(n), "firstByte": n * PART, "lastByte": last })
                })
                .collect();
            json!({ "value": { "uploadUrlsExpireAt": expires, "video": urn, "uploadInstructions": instructions, "uploadToken": "" } })
        }
        Kind::Document => {
            json!({ "value": { "uploadUrlExpiresAt": expires, "uploadUrl": address(0), "document": urn } })
        }
    })
}

/// `PUT {uploadUrl}`: the ETag of a part is in the answer's head. A part may be sent again until the upload is finished.
pub(super) async fn put(sandbox: &Sandbox, request: &PlatformRequest, urn: &str, part: &str) -> PlatformResponse {
    let now = sandbox.now();
    if request.bearer().is_some() {
        super::caller(sandbox, request)?;
    }
    let unknown = || error(404, "RESOURCE_NOT_FOUND", "The upload address is not known");
    let n: usize = part.parse().map_err(|_| unknown())?;
    let bytes = request.body.clone();
    let kind = {
        let mut world = sandbox.world();
        let file = world.own::<Images>().files.get_mut(urn).ok_or_else(unknown)?;
        if now >= file.at + OPEN {
            return Err(error(403, "FORBIDDEN", "The upload address has expired"));
        }
        if file.phase != Phase::Waiting {
            return Err(error(409, "CONFLICT", "The upload is already complete"));
        }
        let begins = n as u64 * PART;
        let fits = match file.kind {
            Kind::Video => begins < file.size && bytes.len() as u64 == PART.min(file.size - begins),
            Kind::Document => n == 0 && (1..=MAX_DOCUMENT).contains(&bytes.len()),
        };
        if !fits {
            return Err(error(400, "ILLEGAL_ARGUMENT", "These are not the bytes of this part"));
        }
        // A world that was read from a snapshot has lost the bytes.
        file.parts.resize(file.etags.len(), Bytes::new());
        file.parts[n] = bytes.clone();
        if file.kind == Kind::Video {
            let etag =
                file.etags[n].get_or_insert_with(|| format!("/ambry-video/signedId/{}", Uuid::new_v4().simple()));
            let etag = HeaderValue::from_str(etag).map_err(|_| unknown())?;
            return Ok((StatusCode::OK, [(header::ETAG, etag)]).into_response());
        }
        file.kind
    };
    let taken = kind == Kind::Document && bytes.starts_with(b"%PDF-");
    take(sandbox, urn, bytes, taken).await;
    Ok(StatusCode::CREATED.into_response())
}

/// All bytes came; `fits`: they are what LinkedIn takes.
async fn take(sandbox: &Sandbox, urn: &str, bytes: Bytes, fits: bool) {
    let fits = fits && !sandbox.spoils(Platform::LinkedIn);
    let key = if fits { Some(sandbox.pictures().keep(bytes).await) } else { None };
    let (now, processing) = (sandbox.now(), sandbox.processing());
    if let Some(file) = sandbox.world().own::<Images>().files.get_mut(urn) {
        file.phase = if fits { Phase::Taken } else { Phase::Failed };
        file.ready_at = now + processing;
        file.key = key;
        file.parts = vec![];
    }
}

async fn finalize(sandbox: &Sandbox, me: &Account, token: &AccessToken, ask: &Value) -> PlatformResponse {
    let bad = |words: &str| error(400, "ILLEGAL_ARGUMENT", words);
    let urn = ask["video"].as_str().unwrap_or_default();
    let found = sandbox.world().own::<Images>().files.get(urn).cloned();
    let mut file = found
        .filter(|f| f.kind == Kind::Video && pages::writes_for(me, token, &f.account))
        .ok_or_else(|| bad("The video is not known"))?;
    if ask["uploadToken"].as_str() != Some(file.token.as_str()) {
        return Err(bad("The upload token is not the one of this upload"));
    }
    let given: Vec<_> = ask["uploadedPartIds"].as_array().into_iter().flatten().map(|id| id.as_str()).collect();
    let came: Vec<_> = file.etags.iter().map(|etag| etag.as_deref()).collect();
    if given.contains(&None) || given != came {
        return Err(bad("The uploaded part ids are not those of this upload, in their order"));
    }
    if file.phase != Phase::Waiting {
        return Err(bad("The upload was finalized before"));
    }
    let mut bytes = BytesMut::with_capacity(file.size as usize);
    file.parts.drain(..).for_each(|part| bytes.extend_from_slice(&part));
    let bytes = bytes.freeze();
    let facts = inspect(bytes.clone()).await;
    let fits = bytes.len() as u64 == file.size
        && facts.is_some_and(|facts| {
            let (width, height) = (u64::from(facts.width), u64::from(facts.height));
            facts.codec == "avc1"
                && (3_000..=1_800_000).contains(&facts.millis)
                && width * 12 >= height * 5
                && width * 5 <= height * 12
        });
    take(sandbox, urn, bytes, fits).await;
    Ok(StatusCode::OK.into_response())
}

/// `GET /rest/videos/{urn}`, `GET /rest/documents/{urn}`
pub(super) fn status(sandbox: &Sandbox, me: &Account, token: &AccessToken, urn: &str) -> Result<Value, ErrorResponse> {
    let found = sandbox.world().own::<Images>().files.get(urn).cloned();
    let file = found.filter(|f| pages::writes_for(me, token, &f.account));
    let file = file.ok_or_else(|| error(404, "RESOURCE_NOT_FOUND", "The file is not found"))?;
    Ok(json!({ "id": urn, "owner": pages::urn_of(&file.account), "status": file.state(sandbox.now()) }))
}

/// As an address of the upload names it.
pub(super) fn urn_of_address(kind: &str, name: &str) -> String {
    format!("urn:li:{kind}:{name}")
}
