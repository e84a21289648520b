//! YouTube: resumable uploads. A session is told all about the video, takes its bytes in parts of a multiple of 256 KiB, says at
//! any time how many it has, and becomes the video with the last one.

use super::reply::{error, parts, quota_exceeded, shown};
use super::videos::whole;
use super::{API, UPLOADS_A_DAY, lists, new_video};
use crate::domain::platform::Platform;
use crate::domain::platforms::youtube::tags_length;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, json as respond};
use crate::sandbox::state::Sandbox;
use crate::sandbox::videos::inspect;
use crate::sandbox::world::{AccessToken, Account, Post, PostPicture};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const GRAIN: u64 = 256 * 1024;
const MAX_BYTES: u64 = 274_877_906_944;
/// As Google says of its other uploads.
const KEPT: TimeDelta = TimeDelta::days(7);
const PARTS: &[&str] = &["snippet", "status", "contentDetails", "processingDetails"];
const SNIPPET: &[&str] = &["title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage"];
const STATUS: &[&str] = &[
    "privacyStatus",
    "publishAt",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
    "embeddable",
    "license",
    "publicStatsViewable",
];

/// What only YouTube keeps: the sessions, by the id in their address.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Sessions(BTreeMap<String, Session>);

impl PlatformState for Sessions {
    const PLATFORM: Platform = Platform::YouTube;

    fn tidy(&mut self, now: DateTime<Utc>) {
        self.0.retain(|_, session| session.at + KEPT > now);
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Session {
    account: String,
    /// Snippet and status, as the app sent them.
    about: Value,
    /// The parts that are shown of the video.
    parts: Vec<String>,
    notify: bool,
    /// The project was not audited: whatever it uploads is private.
    locked: bool,
    size: u64,
    at: DateTime<Utc>,
    /// The video that it became.
    video: Option<String>,
    /// What came so far. Not in the snapshot: an unfinished upload may be lost.
    #[serde(skip)]
    bytes: BytesMut,
    /// All came, and the video is being made of it: nothing more is taken, and no second video.
    #[serde(skip)]
    whole: bool,
}

impl Session {
    fn has(&self) -> u64 {
        if self.whole { self.size } else { self.bytes.len() as u64 }
    }
}

/// The numbers of `Content-Range: bytes 0-262143/300000`; the first two are missing in `bytes */300000`.
fn range(request: &PlatformRequest) -> Option<(Option<(u64, u64)>, u64)> {
    let (range, size) = request.header("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let size = size.parse().ok()?;
    if range == "*" {
        return Some((None, size));
    }
    let (first, last) = range.split_once('-')?;
    Some((Some((first.parse().ok()?, last.parse().ok()?)), size))
}

/// Whether a PUT only asks how much is there.
pub(super) fn is_question(request: &PlatformRequest) -> bool {
    matches!(range(request), Some((None, _)))
}

/// Whether a PUT has the last byte, with which the video exists.
pub(super) fn is_last(request: &PlatformRequest) -> bool {
    match range(request) {
        Some((Some((_, last)), size)) => last.checked_add(1) == Some(size),
        Some((None, _)) => false,
        // Everything at once.
        None => true,
    }
}

/// `POST /upload/youtube/v3/videos?uploadType=resumable`
pub(super) fn open(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
) -> PlatformResponse {
    if request.query("uploadType") != Some("resumable") {
        return Err(error(400, "wrongUrlForUpload", "This stand-in takes resumable uploads only."));
    }
    let parts = parts(request, PARTS)?;
    let body = request.json().filter(Value::is_object).ok_or_else(|| error(400, "parseError", "Parse Error"))?;
    check(&body, &parts)?;
    let kind = request.header("x-upload-content-type").unwrap_or_default();
    if !kind.starts_with("video/") && kind != "application/octet-stream" {
        let words =
            format!("Media type '{kind}' is not supported. Valid media types: [video/*, application/octet-stream]");
        return Err(error(400, "badRequest", &words));
    }
    let size = request.header("x-upload-content-length").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    if !(1..=MAX_BYTES).contains(&size) {
        return Err(error(400, "mediaBodyRequired", "The request does not include the video content."));
    }
    let (now, limit) = (sandbox.now(), sandbox.limit(UPLOADS_A_DAY));
    let mut world = sandbox.world();
    let key = (Platform::YouTube, token.client.clone(), "uploads");
    if world.spend(now, key, limit, TimeDelta::days(1)).0.is_none() {
        return Err(quota_exceeded());
    }
    let id = format!("AAANsUm{}", Uuid::new_v4().simple());
    let session = Session {
        account: me.id.clone(),
        about: body,
        parts: parts.iter().map(|part| (*part).to_owned()).collect(),
        notify: request.query("notifySubscribers") != Some("false"),
        locked: token.client.starts_with("unaudited"),
        size,
        at: now,
        video: None,
        bytes: BytesMut::new(),
        whole: false,
    };
    world.own::<Sessions>().0.insert(id.clone(), session);
    drop(world);
    let part = parts.join(",");
    let address = format!("https://{API}/upload/youtube/v3/videos?uploadType=resumable&part={part}&upload_id={id}");
    Ok((StatusCode::OK, [(header::LOCATION, address)]).into_response())
}

fn check(body: &Value, parts: &[&str]) -> Result<(), ErrorResponse> {
    let bad = |reason: &str, words: &str| Err(error(400, reason, words));
    let unnamed = body.as_object().and_then(|all| all.keys().find(|name| !parts.contains(&name.as_str())));
    if let Some(name) = unnamed {
        return bad("unexpectedPart", &format!("{name} is in the body and not in the parameter part."));
    }
    for (name, known) in [("snippet", SNIPPET), ("status", STATUS)] {
        let other = body[name].as_object().and_then(|all| all.keys().find(|member| !known.contains(&member.as_str())));
        if let Some(other) = other {
            return bad(
                "invalidVideoMetadata",
                &format!("Invalid JSON payload received. Unknown name \"{other}\" at '{name}'"),
            );
        }
    }
    let (snippet, status) = (&body["snippet"], &body["status"]);
    let brackets = |text: &str| text.contains(['<', '>']);
    let title = snippet["title"].as_str().unwrap_or_default();
    if title.trim().is_empty() || title.chars().count() > 100 || brackets(title) {
        return bad("invalidTitle", "The request metadata specifies an invalid or empty video title.");
    }
    let description = snippet["description"].as_str().unwrap_or_default();
    if description.len() > 5_000 || brackets(description) {
        return bad("invalidDescription", "The request metadata specifies an invalid video description.");
    }
    let tags: Vec<&str> = snippet["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if tags_length(&tags) > 500 || tags.iter().any(|tag| brackets(tag) || tag.is_empty()) {
        return bad("invalidTags", "The request metadata specifies invalid video keywords.");
    }
    if snippet["categoryId"].as_str().is_some_and(|id| !lists::is_assignable(id)) {
        return bad("invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.");
    }
    let privacy = status["privacyStatus"].as_str().unwrap_or("public");
    if !matches!(privacy, "public" | "unlisted" | "private") {
        return bad("invalidVideoMetadata", "The request metadata is invalid: status.privacyStatus");
    }
    if !status["publishAt"].is_null() && privacy != "private" {
        return bad("invalidPublishAt", "The request metadata specifies an invalid scheduled publishing time.");
    }
    let flags = ["selfDeclaredMadeForKids", "containsSyntheticMedia", "embeddable", "publicStatsViewable"];
    match flags.iter().find(|name| !status[**name].is_null() && !status[**name].is_boolean()) {
        Some(name) => bad("invalidVideoMetadata", &format!("Invalid value at 'status.{name}' (TYPE_BOOL)")),
        None => Ok(()),
    }
}

fn gone() -> ErrorResponse {
    error(404, "notFound", "The upload session is not known.")
}

/// 308, with what is there.
fn incomplete(has: u64) -> PlatformResponse {
    let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
    if has > 0 {
        let range = HeaderValue::from_str(&format!("bytes=0-{}", has - 1));
        response.headers_mut().extend(range.ok().map(|range| (header::RANGE, range)));
    }
    Ok(response)
}

/// `PUT` to a session: a part of the bytes, or the question how many are there.
pub(super) async fn put(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let id = request.query("upload_id").unwrap_or_default().to_owned();
    let now = sandbox.now();
    let found =
        sandbox.world().own::<Sessions>().0.get(&id).filter(|s| s.account == me.id && s.at + KEPT > now).cloned();
    let session = found.ok_or_else(gone)?;
    let bad = |words: &str| Err(error(400, "badRequest", words));
    let Some((part, size)) = range(request) else {
        return bad("Failed to parse Content-Range header.");
    };
    if size != session.size {
        return bad("Content-Range names another size than the session was opened with.");
    }
    if let Some(video) = &session.video {
        return finished(sandbox, me, &session, video, StatusCode::OK);
    }
    let Some((first, last)) = part else {
        if !request.body.is_empty() {
            return bad("A question how much is there has no body.");
        }
        return incomplete(session.has());
    };
    let length = request.body.len() as u64;
    if last.checked_sub(first).and_then(|rest| rest.checked_add(1)) != Some(length) || last >= size {
        return bad("Content-Range does not fit the body.");
    }
    // What Google does with a part that begins elsewhere is not written down.
    if first != session.has() {
        return bad("The upload does not go on from there.");
    }
    if last + 1 < size && !length.is_multiple_of(GRAIN) {
        let words = "Invalid request. The number of bytes uploaded is required to be a multiple of 262144, except for the \
                     final request.";
        return bad(words);
    }
    let all = {
        let mut world = sandbox.world();
        let session = world.own::<Sessions>().0.get_mut(&id).ok_or_else(gone)?;
        // Another request may have been faster.
        if session.has() != first {
            return bad("The upload does not go on from there.");
        }
        session.bytes.extend_from_slice(&request.body);
        if last + 1 < size {
            return incomplete(session.has());
        }
        session.whole = true;
        session.bytes.split().freeze()
    };
    let video = publish(sandbox, me, &id, &session, all).await;
    finished(sandbox, me, &session, &video, StatusCode::CREATED)
}

fn finished(sandbox: &Sandbox, me: &Account, session: &Session, id: &str, status: StatusCode) -> PlatformResponse {
    let (now, world) = (sandbox.now(), sandbox.world());
    let post = world.post(Platform::YouTube, id).ok_or_else(gone)?;
    let parts: Vec<&str> = session.parts.iter().map(String::as_str).collect();
    let video = shown(whole(post, me, me, now), "video", &parts);
    drop(world);
    Ok(respond(status, &video))
}

/// The video exists from now on, and is worked on for a while; its id.
async fn publish(sandbox: &Sandbox, me: &Account, session_id: &str, session: &Session, bytes: Bytes) -> String {
    const WEBM: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
    let is_webm = bytes.starts_with(&WEBM);
    let failure = match inspect(bytes.clone()).await {
        _ if sandbox.spoils(Platform::YouTube) => Some("conversion"),
        _ if is_webm => None,
        None => Some("invalidFile"),
        Some(facts) if facts.codec == "other" => Some("codec"),
        Some(_) => None,
    };
    let key = sandbox.pictures().keep(bytes).await;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let video = new_video(&mut world, now);
    let id = video.id.clone();
    if let Some(session) = world.own::<Sessions>().0.get_mut(session_id) {
        session.video = Some(id.clone());
    }
    let (snippet, status) = (&session.about["snippet"], &session.about["status"]);
    let privacy = if session.locked { "private" } else { status["privacyStatus"].as_str().unwrap_or("public") };
    let shown = PostPicture { id: id.clone(), key: Some(key), url: None, alt: String::new(), video: true };
    world.posts.push(Post {
        text: snippet["description"].as_str().unwrap_or_default().to_owned(),
        pictures: vec![shown],
        facts: json!({
            "title": snippet["title"], "tags": snippet["tags"], "category": snippet["categoryId"], "privacy": privacy,
            "made_for_kids": status["selfDeclaredMadeForKids"] == true,
            "altered": status["containsSyntheticMedia"] == true, "notify": session.notify,
            "ready_at": (now + sandbox.processing()).to_rfc3339(), "failure": failure,
        }),
        ..Post::new(Platform::YouTube, video, me, now)
    });
    id
}
