//! TikTok: a video is announced, then its bytes come in parts, strictly in order. With the last part it is published.

use super::access::Caller;
use super::desk::{Closed, Desk, Sent};
use super::posts::{check_info, may_post, publish};
use super::{UPLOAD, answer, body, invalid, only_known};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse};
use crate::sandbox::state::Sandbox;
use crate::sandbox::videos::{Facts, inspect};
use crate::sandbox::world::PostPicture;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use uuid::Uuid;

const MB: u64 = 1_000_000;
const TYPES: [&str; 3] = ["video/mp4", "video/quicktime", "video/webm"];
const INITS_A_MINUTE: u32 = 6;
const CODECS: [&str; 3] = ["avc1", "hvc1", "vp09"];

/// The first and last byte and the size of `bytes 0-9/10`.
fn content_range(request: &PlatformRequest) -> Option<(u64, u64, u64)> {
    let (range, size) = request.header("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?, size.parse().ok()?))
}

/// Whether a request has the last part of a video, with which it is published.
pub(super) fn is_last(request: &PlatformRequest) -> bool {
    content_range(request).is_some_and(|(_, last, size)| last.checked_add(1) == Some(size))
}

/// TikTok's rules about parts: 5 to 64 MB, as many as fit in whole, a smaller file as one.
fn check_source(source: &Value) -> Result<(u64, u64), ErrorResponse> {
    only_known(source, &["source", "video_size", "chunk_size", "total_chunk_count"])?;
    if source["source"] != "FILE_UPLOAD" {
        return Err(invalid("This stand-in takes the source FILE_UPLOAD only."));
    }
    let number = |name: &str| {
        source[name].as_u64().filter(|n| *n > 0).ok_or_else(|| invalid(&format!("The field {name} is required.")))
    };
    let (size, part, parts) = (number("video_size")?, number("chunk_size")?, number("total_chunk_count")?);
    let fits = match size {
        0..5_000_000 => part == size,
        _ => (5 * MB..=64 * MB).contains(&part) || (part == size && size <= 64 * MB),
    };
    if size > 4_000 * MB || !fits || parts != size / part || parts > 1_000 {
        return Err(invalid("The total chunk count is invalid"));
    }
    Ok((size, part))
}

/// `POST /v2/post/publish/video/init/`
pub(super) fn init(sandbox: &Sandbox, request: &PlatformRequest, caller: &Caller) -> PlatformResponse {
    caller.need("video.publish")?;
    caller.spend(sandbox, "video/init", INITS_A_MINUTE)?;
    let body = body(request)?;
    only_known(&body, &["post_info", "source_info"])?;
    let (size, part) = check_source(&body["source_info"])?;
    let info = &body["post_info"];
    check_info(caller, info, true)?;
    may_post(sandbox, caller, info)?;
    let (now, key) = (sandbox.now(), Uuid::new_v4().simple().to_string());
    let publish_id = format!("v_pub_file~v2-1.{}", sandbox.world().snowflake(now));
    let sent = Sent {
        account: caller.me.id.clone(),
        key: key.clone(),
        at: now,
        ready_at: now,
        info: info.clone(),
        size,
        part,
        ..Sent::default()
    };
    sandbox.world().own::<Desk>().add(publish_id.clone(), sent);
    let address = format!("https://{UPLOAD}/video/?upload_id={}&upload_token={key}", &key[..8]);
    answer(json!({ "publish_id": publish_id, "upload_url": address }))
}

/// `PUT` to the address of an upload: a part of a video. It knows no tokens, only the key in the address.
pub(super) async fn put(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let refused = |status: StatusCode| Err(status.into_response().into());
    let is_type = request.header("content-type").is_some_and(|kind| TYPES.contains(&kind));
    let Some((first, last, size)) = content_range(request) else { return refused(StatusCode::BAD_REQUEST) };
    let length = last.checked_sub(first).and_then(|n| n.checked_add(1));
    if request.header("authorization").is_some() || !is_type || length != Some(request.body.len() as u64) {
        return refused(StatusCode::BAD_REQUEST);
    }
    let (now, key) = (sandbox.now(), request.query("upload_token").unwrap_or_default().to_owned());
    let there = |status: StatusCode, there: u64| {
        let range = format!("bytes 0-{}/{size}", there.saturating_sub(1));
        (status, [(header::CONTENT_RANGE, range)]).into_response()
    };
    let (publish_id, whole) = {
        let mut world = sandbox.world();
        let (publish_id, sent) = match world.own::<Desk>().open(&key, now) {
            Ok(open) => open,
            Err(Closed::TooLate) => return refused(StatusCode::FORBIDDEN),
            Err(Closed::Unknown) => return refused(StatusCode::NOT_FOUND),
        };
        let begun = sent.received();
        let parts = sent.size / sent.part;
        let is_last = begun / sent.part + 1 >= parts;
        let wanted = if is_last { sent.size - begun } else { sent.part };
        if size != sent.size || first != begun {
            return Err(there(StatusCode::RANGE_NOT_SATISFIABLE, begun).into());
        }
        if length != Some(wanted) {
            return refused(StatusCode::BAD_REQUEST);
        }
        sent.bytes.extend_from_slice(&request.body);
        if !is_last {
            return Ok(there(StatusCode::PARTIAL_CONTENT, sent.received()));
        }
        // From here on the address is closed.
        sent.finished = Some(now);
        sent.ready_at = now + sandbox.processing();
        (publish_id, std::mem::take(&mut sent.bytes).freeze())
    };
    let facts = inspect(whole.clone()).await;
    let failed = unfit(facts.as_ref()).or(sandbox.spoils(Platform::TikTok).then_some("internal"));
    let shown = match failed {
        None => vec![PostPicture {
            id: key.clone(),
            key: Some(sandbox.pictures().keep(whole).await),
            url: None,
            alt: String::new(),
            video: true,
        }],
        Some(_) => vec![],
    };
    publish(sandbox, &publish_id, failed, shown);
    Ok(there(StatusCode::CREATED, size))
}

/// Why TikTok cannot show such a video: its `fail_reason`.
fn unfit(facts: Option<&Facts>) -> Option<&'static str> {
    let Some(facts) = facts.filter(|facts| CODECS.contains(&facts.codec.as_str())) else {
        return Some("file_format_check_failed");
    };
    let side = |side: u16| (360..=4_096).contains(&side);
    if !side(facts.width) || !side(facts.height) {
        return Some("picture_size_check_failed");
    }
    (facts.millis > 600_000).then_some("duration_check_failed")
}
