//! Facebook: videos of the feed, in parts, and reels, whose bytes go to the upload server. Both are seen once the last call
//! has come and they were worked on.

use super::access::{self, need_scope, unsupported};
use super::desk::{Desk, KEPT, Video};
use super::posts::MAX_TEXT;
use super::{PUBLISH, fields, find, new_post};
use crate::domain::platform::Platform;
use crate::sandbox::graph::GraphError;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, json as respond, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::videos::{Facts, inspect};
use crate::sandbox::world::{Account, Post, PostPicture, PostRef};
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

const MIN_BYTES: u64 = 1_024;
const MAX_BYTES: u64 = 2_000_000_000;
/// How much it asks for at a time.
const PART: u64 = 1 << 20;
const REELS_PER_DAY: u32 = 30;

const FIELDS: &[&str] =
    &["id", "status", "permalink_url", "description", "created_time", "from", "published", "length"];

/// Whether a request is the last call of an upload, which publishes.
pub(super) fn is_finish(request: &PlatformRequest) -> bool {
    let form = request.form();
    let json = request.json().and_then(|body| body["upload_phase"].as_str().map(str::to_owned));
    let phase = find(&form, "upload_phase").or(json.as_deref()).or_else(|| request.query("upload_phase"));
    phase.is_some_and(|phase| phase.eq_ignore_ascii_case("finish"))
}

fn parameter(words: &str) -> ErrorResponse {
    GraphError::new(100, &format!("(#100) {words}")).into()
}

fn upload_error(subcode: u32, words: &str) -> GraphError {
    GraphError::new(6_000, "There was a problem uploading your video file.")
        .subcode(subcode)
        .user("Upload problem", words)
}

fn check_size(size: u64) -> Result<(), ErrorResponse> {
    match size {
        0..MIN_BYTES => Err(upload_error(1_363_022, "The video is too small.").into()),
        _ if size > MAX_BYTES => Err(upload_error(1_363_023, "The video is too large.").into()),
        _ => Ok(()),
    }
}

fn number(params: &[(String, String)], name: &str) -> Result<u64, ErrorResponse> {
    let value = find(params, name).and_then(|text| text.parse().ok());
    value.ok_or_else(|| parameter(&format!("The parameter {name} is required.")))
}

/// `POST /{page}/videos`: `upload_phase` start, transfer, finish. Facebook also takes a whole file at once; here it is parts.
pub(super) async fn of_feed(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    params: &[(String, String)],
) -> PlatformResponse {
    match find(params, "upload_phase") {
        Some("start") => {
            let size = number(params, "file_size")?;
            check_size(size)?;
            let now = sandbox.now();
            let mut world = sandbox.world();
            let (id, session) = (world.graph_id(), world.graph_id());
            world.own::<Desk>().add_video(id.clone(), Video::new(me, session.clone(), false, size, now));
            let mut body = offsets(0, size);
            body["upload_session_id"] = json!(session);
            body["video_id"] = json!(id);
            ok(&body)
        }
        Some("transfer") => transfer(sandbox, request, me, params).await,
        Some("finish") => {
            let id = by_session(sandbox, request, me, params)?;
            finish(sandbox, request, me, &id, params).await
        }
        Some("cancel") => ok(&json!({ "success": true })),
        Some(other) => {
            Err(parameter(&format!("Param upload_phase must be one of start, transfer, finish, cancel, not {other}")))
        }
        None => Err(parameter("This stand-in takes videos in parts only: upload_phase is required.")),
    }
}

/// From where to where it wants the next part, as texts.
fn offsets(from: u64, size: u64) -> Value {
    json!({ "start_offset": from.to_string(), "end_offset": (from + PART).min(size).to_string() })
}

fn by_session(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    params: &[(String, String)],
) -> Result<String, ErrorResponse> {
    let session = find(params, "upload_session_id").unwrap_or_default();
    let found = sandbox.world().own::<Desk>().video_of_session(me, session);
    found.ok_or_else(|| unsupported(request, session).into())
}

async fn transfer(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    params: &[(String, String)],
) -> PlatformResponse {
    let id = by_session(sandbox, request, me, params)?;
    let start = number(params, "start_offset")?;
    let parts = request.parts().await.unwrap_or_default();
    let chunk = parts.into_iter().find(|part| part.name == "video_file_chunk").map(|part| part.bytes);
    let chunk = chunk
        .filter(|chunk| !chunk.is_empty())
        .ok_or_else(|| parameter("The parameter video_file_chunk is required."))?;
    let mut world = sandbox.world();
    let video = world.own::<Desk>().video(me, &id).ok_or_else(|| unsupported(request, &id))?;
    let (there, size) = (video.received(), video.size);
    if start != there {
        let error = upload_error(1_363_037, "The upload does not go on from there.");
        return Err(error.data(offsets(there, size)).into());
    }
    if there + chunk.len() as u64 > (there + PART).min(size) {
        return Err(upload_error(1_363_019, "The part is larger than what was asked for.").into());
    }
    video.bytes.extend_from_slice(&chunk);
    let there = video.received();
    ok(&offsets(there, size))
}

/// `POST /{page}/video_reels`: `upload_phase` start, finish.
pub(super) async fn reel(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    params: &[(String, String)],
) -> PlatformResponse {
    match find(params, "upload_phase").map(str::to_ascii_lowercase).as_deref() {
        Some("start") => {
            let now = sandbox.now();
            let mut world = sandbox.world();
            let id = world.graph_id();
            world.own::<Desk>().add_video(id.clone(), Video::new(me, String::new(), true, 0, now));
            let address = format!("https://rupload.facebook.com/video-upload/v25.0/{id}");
            ok(&json!({ "video_id": id, "upload_url": address }))
        }
        Some("finish") => {
            let id = find(params, "video_id").ok_or_else(|| parameter("The parameter video_id is required."))?;
            if find(params, "video_state") != Some("PUBLISHED") {
                return Err(parameter("Param video_state: this stand-in publishes at once (PUBLISHED)"));
            }
            let now = sandbox.now();
            let limit = sandbox.limit(REELS_PER_DAY) as usize;
            if sandbox.world().own::<Desk>().reels(me, now - TimeDelta::hours(24)) >= limit {
                return Err(GraphError::new(613, "(#613) Calls to this api have exceeded the rate limit.").into());
            }
            finish(sandbox, request, me, id, params).await
        }
        _ => Err(parameter("Param upload_phase must be one of {START, FINISH}")),
    }
}

/// An error of the upload server, which is not in the form of the Graph.
fn not_taken(kind: &str, words: &str) -> ErrorResponse {
    let info = json!({ "retriable": true, "type": kind, "message": words });
    respond(StatusCode::BAD_REQUEST, &json!({ "debug_info": info })).into()
}

/// `POST https://rupload.facebook.com/video-upload/{version}/{video}`: the bytes of a reel from `offset` on.
pub(super) async fn receive(sandbox: &Sandbox, request: &PlatformRequest, id: &str) -> PlatformResponse {
    let (me, token) = access::page(sandbox, request)?;
    need_scope(&token, PUBLISH)?;
    let number = |name: &str| request.header(name).and_then(|text| text.parse::<u64>().ok());
    let (Some(offset), Some(size)) = (number("offset"), number("file_size")) else {
        return Err(not_taken("InvalidHeaderError", "The headers offset and file_size are required."));
    };
    check_size(size)?;
    let mut world = sandbox.world();
    let video =
        world.own::<Desk>().video(&me, id).filter(|video| video.is_reel).ok_or_else(|| unsupported(request, id))?;
    if offset != video.received() {
        return Err(not_taken("OffsetInvalidError", &format!("The next byte is {}.", video.received())));
    }
    if offset + request.body.len() as u64 > size {
        return Err(not_taken("ProcessingFailedError", "There are more bytes than file_size says."));
    }
    video.size = size;
    video.bytes.extend_from_slice(&request.body);
    if video.received() < size {
        return Err(not_taken("PartialRequestError", "The request ended before the file did."));
    }
    ok(&json!({ "success": true }))
}

/// Why Facebook cannot show such a reel.
fn unfit_reel(facts: &Facts) -> Option<&'static str> {
    let (width, height) = (u64::from(facts.width), u64::from(facts.height));
    if !(3_000..=90_000).contains(&facts.millis) {
        return Some("The video has to be between 3 and 90 seconds long.");
    }
    if width < 540 || height < 960 {
        return Some("The video has to have at least 540 × 960 pixels.");
    }
    // How near it has to be nobody says; encoders miss it by a pixel or two.
    let (wide, tall) = (width * 16, height * 9);
    (wide.abs_diff(tall) * 100 > wide.max(tall)).then_some("The shape of the video has to be 9:16.")
}

async fn finish(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    id: &str,
    params: &[(String, String)],
) -> PlatformResponse {
    let description = find(params, "description").unwrap_or_default().to_owned();
    if description.encode_utf16().count() > MAX_TEXT {
        return Err(parameter("Param description is too long"));
    }
    let now = sandbox.now();
    let video = sandbox.world().own::<Desk>().video(me, id).cloned().ok_or_else(|| unsupported(request, id))?;
    if video.finished.is_some() && !sandbox.options().takes_repeats {
        return Err(parameter("The upload was finished before"));
    }
    if video.finished.is_none() && (video.received() < video.size || video.size == 0 || now > video.at + KEPT) {
        return Err(upload_error(1_363_019, "The video was not uploaded completely.").into());
    }
    let bytes = video.bytes.clone().freeze();
    let facts = inspect(bytes.clone()).await;
    let failed = match &facts {
        _ if sandbox.spoils(Platform::Facebook) => Some("The video could not be converted."),
        None => Some("The file is no video that can be read."),
        Some(facts) if !matches!(facts.codec.as_str(), "avc1" | "hvc1") => Some("The video's codec is not supported."),
        Some(facts) if video.is_reel => unfit_reel(facts),
        Some(_) => None,
    };
    let key = sandbox.pictures().keep(bytes).await;
    let mut world = sandbox.world();
    let post_id = new_post(&mut world, &me.id).id;
    if let Some(video) = world.own::<Desk>().video(me, id) {
        video.finished = Some(now);
        video.failed = failed.map(str::to_owned);
        video.ready_at = now + sandbox.processing();
        video.description.clone_from(&description);
    }
    if failed.is_none() {
        let url = format!("https://www.facebook.com{}", permalink(me, id, video.is_reel).trim_end_matches('/'));
        let shown = PostPicture { id: id.to_owned(), key: Some(key), url: None, alt: String::new(), video: true };
        world.posts.push(Post {
            text: description,
            pictures: vec![shown],
            facts: json!({ "post_id": post_id, "reel": video.is_reel }),
            ..Post::new(Platform::Facebook, PostRef { id: id.to_owned(), url }, me, now)
        });
    }
    ok(&json!({ "success": true }))
}

/// Without the host, as Facebook gives it.
fn permalink(page: &Account, id: &str, is_reel: bool) -> String {
    if is_reel { format!("/reel/{id}/") } else { format!("/{}/videos/{id}/", page.id) }
}

/// `GET /{video}`; `None`: there is no such video.
pub(super) fn read(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> Option<PlatformResponse> {
    let video = sandbox.world().own::<Desk>().video(me, id).cloned()?;
    if video.finished.is_some() && video.failed.is_none() && sandbox.world().post(Platform::Facebook, id).is_none() {
        return Some(Err(unsupported(request, id).into()));
    }
    let wanted = match fields(request, FIELDS) {
        Ok(wanted) => wanted,
        Err(error) => return Some(Err(error)),
    };
    let mut body = json!({ "id": id });
    for field in wanted {
        body[field] = match field {
            "status" => status(sandbox, &video),
            "permalink_url" => json!(permalink(me, id, video.is_reel)),
            "description" => json!(video.description),
            "created_time" => json!(video.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()),
            "from" => json!({ "id": me.id, "name": me.name }),
            "published" => json!(video.finished.is_some()),
            _ => continue,
        };
    }
    Some(ok(&body))
}

fn status(sandbox: &Sandbox, video: &Video) -> Value {
    let phase = |word: &str| json!({ "status": word });
    let complete = video.size > 0 && video.received() >= video.size;
    let mut uploading = phase(if complete || video.finished.is_some() { "complete" } else { "in_progress" });
    uploading["bytes_transferred"] = json!(video.received());
    let whole = |word: &str, processing: Value, publishing: Value| json!({ "video_status": word, "uploading_phase": uploading, "processing_phase": processing, "publishing_phase": publishing });
    match (&video.failed, video.finished) {
        (_, None) => {
            let word = if complete { "upload_complete" } else { "uploading" };
            whole(word, phase("not_started"), phase("not_started"))
        }
        (_, Some(_)) if sandbox.now() < video.ready_at => {
            let publishing = json!({ "status": "not_started", "publish_status": "published" });
            whole("processing", phase("in_progress"), publishing)
        }
        (Some(why), Some(_)) => {
            let processing = json!({ "status": "error", "errors": [{ "code": 1_363_008, "message": why }] });
            whole("error", processing, phase("not_started"))
        }
        (None, Some(at)) => {
            let time = at.format("%Y-%m-%dT%H:%M:%S+0000").to_string();
            whole(
                "ready",
                phase("complete"),
                json!({ "status": "complete", "publish_status": "published", "publish_time": time }),
            )
        }
    }
}
