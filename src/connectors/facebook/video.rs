//! Videos and reels on their way to a Page. Nothing of them is seen before the last call, which is the irreversible one.
//! A video of the feed goes in parts, as Facebook asks for them; a reel goes to the upload server in one request, which a
//! broken connection cuts short and the next one continues where Facebook says that it ended.

use super::problem::{self, Operation, content as refused};
use super::publish::{edge, send};
use super::{GRAPH, graph, posts, succeeded};
use crate::connectors::meta::{Body, GraphError, id_of};
use crate::connectors::wire::{WireRequest, WireResponse, clip, segment};
use crate::connectors::{Call, Content, Fault, Media, ProbeOutcome, RemotePost};
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use http::Method;
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// A part of a video. Facebook asks for so much at a time; this is more than it has been seen to ask for.
const MAX_PART: u64 = 64 << 20;
/// For one request with bytes of a video; shorter than what a step of preparing may take.
const DEADLINE: Duration = Duration::from_secs(4 * 60);
/// Videos take minutes; the first look comes soon for short ones.
const FIRST_LOOK: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_secs(20);
/// The servers that take a reel's bytes.
const UPLOAD_DOMAINS: [&str; 1] = ["facebook.com"];

/// One video at Facebook, as far as it is.
#[derive(Serialize, Deserialize)]
pub struct Video {
    pub asset: AssetId,
    id: String,
    way: Way,
    /// Bytes that are there.
    sent: u64,
    size: u64,
    /// Facebook has confirmed the last call: from then on it is only waited for.
    #[serde(default)]
    accepted: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// In parts; `until` is where the part ends that it wants next.
    Parts { session: String, until: u64 },
    /// To this address.
    Reel { address: String },
}

/// Numbers come as texts.
#[derive(Deserialize)]
struct Offsets {
    start_offset: Value,
    end_offset: Value,
}

impl Offsets {
    fn read(&self) -> Option<(u64, u64)> {
        let number = |value: &Value| id_of(value)?.parse::<u64>().ok();
        Some((number(&self.start_offset)?, number(&self.end_offset)?))
    }
}

#[derive(Deserialize)]
struct Started {
    upload_session_id: Value,
    video_id: Value,
    #[serde(flatten)]
    offsets: Offsets,
}

#[derive(Deserialize)]
struct ReelStarted {
    video_id: Value,
    upload_url: String,
}

#[derive(Deserialize)]
struct Node {
    #[serde(default)]
    status: Status,
    permalink_url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    /// `ready`, `processing`, `uploading`, `upload_complete`, `upload_failed`, `expired`, `error`.
    video_status: String,
    uploading_phase: Phase,
    processing_phase: Phase,
    publishing_phase: Phase,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Phase {
    /// `not_started`, `in_progress`, `complete`, `error`.
    status: String,
    /// `published`, `draft`, `scheduled`.
    publish_status: String,
    /// Facebook writes it in both ways.
    #[serde(alias = "bytes_transfered")]
    bytes_transferred: Option<u64>,
    errors: Vec<PhaseError>,
    error: Option<PhaseError>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct PhaseError {
    message: String,
}

impl Phase {
    fn words(&self) -> Option<&str> {
        let all = self.errors.iter().chain(&self.error);
        all.map(|error| error.message.trim()).find(|words| !words.is_empty())
    }
}

/// How far a video is.
#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// The last call has not arrived.
    Waiting,
    Working,
    Published,
    /// With Facebook's words, where there are some.
    Failed(String),
}

impl Status {
    fn stage(&self) -> Stage {
        let phases = [&self.processing_phase, &self.publishing_phase];
        let publishing = &self.publishing_phase;
        let is_published = publishing.publish_status == "published";
        if is_published && (publishing.status == "complete" || self.video_status == "ready") {
            Stage::Published
        } else if self.video_status == "error" || phases.iter().any(|phase| phase.status == "error") {
            Stage::Failed(phases.iter().find_map(|phase| phase.words()).unwrap_or_default().to_owned())
        } else if is_published || phases.iter().any(|phase| matches!(phase.status.as_str(), "in_progress" | "complete"))
        {
            Stage::Working
        } else {
            Stage::Waiting
        }
    }
}

impl Video {
    /// All of its bytes are there.
    pub fn is_sent(&self) -> bool {
        self.sent >= self.size
    }

    pub fn is_reel(&self) -> bool {
        matches!(self.way, Way::Reel { .. })
    }

    /// Announces a video.
    pub async fn begin(call: &Call<'_>, reel: bool, media: &Media) -> Result<Self, Fault> {
        let size = media.source.length();
        let asset = media.facts.asset;
        if reel {
            let response = send(call, edge(call, "video_reels").form(&[("upload_phase", "start")])).await?;
            let ReelStarted { video_id, upload_url } = response.json()?;
            if !call.wire.trusts(Platform::Facebook, &upload_url, &UPLOAD_DOMAINS) {
                let message = "Facebook named an upload address that is not its own.".into();
                return Err(Fault::Permanent { code: "upload_address".into(), message });
            }
            let id = id_of(&video_id).ok_or_else(|| response.unreadable())?;
            let way = Way::Reel { address: upload_url };
            return Ok(Self { asset, id, way, sent: 0, size, accepted: false });
        }
        let form = [("upload_phase", "start"), ("file_size", &size.to_string())];
        let response = send(call, edge(call, "videos").form(&form)).await?;
        let started: Started = response.json()?;
        let read = |value: &Value| id_of(value).ok_or_else(|| response.unreadable());
        let (sent, until) = started.offsets.read().ok_or_else(|| response.unreadable())?;
        let way = Way::Parts { session: read(&started.upload_session_id)?, until };
        Ok(Self { asset, id: read(&started.video_id)?, way, sent, size, accepted: false })
    }

    /// Sends what Facebook wants next.
    pub async fn go_on(&mut self, call: &Call<'_>, media: &Media) -> Result<(), Fault> {
        let (size, sent) = (self.size, self.sent);
        match &mut self.way {
            Way::Parts { session, until } => {
                let end = (*until).min(size).min(sent + MAX_PART);
                if end <= sent {
                    return Err(Fault::transient("Facebook did not say which part of the video it wants."));
                }
                let (start, next) = part(call, media, session, sent..end).await?;
                if start == sent {
                    return Err(Fault::transient("Facebook did not take the next part of the video."));
                }
                // Equal offsets say that all is there.
                (self.sent, *until) = if start == next { (size, size) } else { (start.min(size), next) };
            }
            Way::Reel { .. } => {
                // Some of it may be there from a request that broke off.
                let there = state(call, &self.id).await?.status.uploading_phase.bytes_transferred.unwrap_or(0);
                self.send_reel(call, media, there.min(size)).await?;
            }
        }
        Ok(())
    }

    /// The reel's bytes from there on. What was sent when the connection breaks off stays.
    async fn send_reel(&mut self, call: &Call<'_>, media: &Media, from: u64) -> Result<(), Fault> {
        let Way::Reel { address } = &self.way else { return Ok(()) };
        if from < self.size {
            let body = media.source.body(from..self.size);
            let request = call
                .wire
                .repeatable(Platform::Facebook, Method::POST, address)
                .oauth(&call.grant.access)
                .header("offset", &from.to_string())
                .header("file_size", &self.size.to_string())
                .stream("application/octet-stream", self.size - from, body)
                .deadline(DEADLINE)
                .keep_server_errors()
                .limits(problem::limits);
            succeeded(&request.send().await?.accepted(refused_bytes)?)?;
        }
        self.sent = self.size;
        Ok(())
    }

    /// The last call, which publishes it. How long to wait before looking for it.
    pub async fn publish(&mut self, call: &Call<'_>, content: &Content) -> Result<Duration, Fault> {
        if self.accepted {
            return Ok(FIRST_LOOK);
        }
        let request = |edge: &str| -> WireRequest {
            let address = format!("{GRAPH}/{}/{edge}", segment(call.account));
            graph(call.wire.mutate(Platform::Facebook, Method::POST, &address), &call.grant.access)
        };
        let mut form = vec![("upload_phase", "finish")];
        if !content.text.is_empty() {
            form.push(("description", &content.text));
        }
        let request = match &self.way {
            Way::Parts { session, .. } => {
                form.push(("upload_session_id", session));
                request("videos").form(&form)
            }
            Way::Reel { .. } => {
                form.extend([("video_id", self.id.as_str()), ("video_state", "PUBLISHED")]);
                request("video_reels").form(&form)
            }
        };
        let response = request.send().await?;
        if !response.ok() {
            let fault = problem::fault(&response, Operation::Publish);
            // An earlier call may have arrived although its answer was lost: then this one comes too late.
            let late =
                matches!(fault, Fault::Permanent { .. } | Fault::InvalidContent { .. } | Fault::PreparationLost { .. });
            let there = late && state(call, &self.id).await.is_ok_and(|node| node.status.stage() != Stage::Waiting);
            if !there {
                return Err(fault);
            }
        } else {
            succeeded(&response)?;
        }
        self.accepted = true;
        Ok(FIRST_LOOK)
    }

    /// Whether it is there.
    pub async fn probe(&self, call: &Call<'_>) -> Result<ProbeOutcome, Fault> {
        let node = state(call, &self.id).await?;
        Ok(match node.status.stage() {
            Stage::Published => {
                let url = node.permalink_url.as_deref().map_or_else(|| posts::web(&self.id), posts::whole);
                ProbeOutcome::Live(RemotePost { id: self.id.clone(), url: Some(url) })
            }
            Stage::Working => ProbeOutcome::Processing { recheck_after: LOOK_AGAIN },
            // It was confirmed: Facebook has not begun with it.
            Stage::Waiting if self.accepted => ProbeOutcome::Processing { recheck_after: LOOK_AGAIN },
            Stage::Waiting => ProbeOutcome::Absent,
            Stage::Failed(words) => {
                let said = if words.is_empty() { String::new() } else { format!(" It says: {words}") };
                ProbeOutcome::CannotTell(format!("Facebook could not process this video.{said}"))
            }
        })
    }
}

/// What Facebook says of a video.
async fn state(call: &Call<'_>, id: &str) -> Result<Node, Fault> {
    posts::get(call, &segment(id), &[("fields", "status,permalink_url")]).await?.json()
}

/// What a refusal of the upload server means. It has a form of its own.
fn refused_bytes(response: &WireResponse) -> Fault {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Body {
        debug_info: Option<DebugInfo>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct DebugInfo {
        retriable: bool,
        /// `OffsetInvalidError`, `PartialRequestError`, `ProcessingFailedError`.
        r#type: String,
        message: String,
    }
    let Some(info) = response.error::<Body>().debug_info else { return problem::fault(response, Operation::Upload) };
    let message = format!("Facebook says: {}", clip(&info.message, 300));
    match info.r#type.as_str() {
        // The next try asks how much is there.
        "OffsetInvalidError" | "PartialRequestError" => Fault::transient(message),
        _ if info.retriable => Fault::transient(message),
        "ProcessingFailedError" => refused("media", message),
        _ => Fault::Permanent { code: info.r#type, message },
    }
}

/// Sends a part of a feed video; from where to where Facebook wants the next one.
async fn part(call: &Call<'_>, media: &Media, session: &str, range: std::ops::Range<u64>) -> Result<(u64, u64), Fault> {
    let length = range.end.saturating_sub(range.start);
    let body = media.source.body(range.clone());
    let chunk = Part::stream_with_length(body, length).file_name("video");
    let chunk =
        chunk.mime_str("application/octet-stream").map_err(|_| refused("media", "The video cannot be sent.".into()))?;
    let form = Form::new()
        .text("upload_phase", "transfer")
        .text("upload_session_id", session.to_owned())
        .text("start_offset", range.start.to_string())
        .part("video_file_chunk", chunk);
    let request = graph(edge(call, "videos").deadline(DEADLINE).multipart(form), &call.grant.access);
    let response = request.send().await?;
    let offsets = match response.ok() {
        true => response.json::<Offsets>()?.read(),
        // It has another part than we think: the answer to that one was lost.
        false => wanted(&response.error::<Body>().error),
    };
    match offsets {
        Some(offsets) => Ok(offsets),
        None if response.ok() => Err(response.unreadable()),
        None => Err(problem::fault(&response, Operation::Upload)),
    }
}

/// From where to where Facebook wants the next part, in its refusal of another one (1363037).
fn wanted(error: &GraphError) -> Option<(u64, u64)> {
    if error.error_subcode != Some(1_363_037) {
        return None;
    }
    let data = match &error.error_data {
        Value::String(text) => serde_json::from_str(text).ok()?,
        other => other.clone(),
    };
    serde_json::from_value::<Offsets>(data).ok()?.read()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn stages_are_read_from_what_facebook_says() {
        let stage = |status: Value| serde_json::from_value::<Status>(status).unwrap().stage();
        let phase = |status: &str| json!({ "status": status });
        let waiting = json!({"video_status": "uploading", "uploading_phase": phase("complete"),
            "processing_phase": phase("not_started"), "publishing_phase": phase("not_started")});
        assert_eq!(stage(waiting), Stage::Waiting);
        assert_eq!(stage(json!({})), Stage::Waiting);
        let processing = json!({"video_status": "processing", "processing_phase": phase("in_progress"),
            "publishing_phase": {"status": "not_started", "publish_status": "published"}});
        assert_eq!(stage(processing), Stage::Working);
        let done = json!({"video_status": "ready", "processing_phase": phase("complete"),
            "publishing_phase": {"status": "complete", "publish_status": "published"}});
        assert_eq!(stage(done), Stage::Published);
        let failed = json!({"video_status": "error",
            "processing_phase": {"status": "error", "errors": [{"code": 1, "message": "Too short"}]}});
        assert_eq!(stage(failed), Stage::Failed("Too short".into()));
    }

    #[test]
    fn the_place_to_go_on_from_is_read_in_both_forms() {
        let error =
            |data: Value| serde_json::from_value(json!({"error_subcode": 1_363_037, "error_data": data})).unwrap();
        assert_eq!(wanted(&error(json!({"start_offset": "4", "end_offset": 8}))), Some((4, 8)));
        assert_eq!(wanted(&error(json!(r#"{"start_offset":4,"end_offset":"8"}"#))), Some((4, 8)));
        assert_eq!(wanted(&error(json!(null))), None);
        assert_eq!(wanted(&GraphError::default()), None);
    }
}
