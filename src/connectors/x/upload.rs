//! Pictures and videos on their way to X. Stills go in one request; animated ones and videos are announced, sent in segments,
//! finished, and then worked on for a while. Every step is one request and may be repeated; all of them are saved in the checkpoint.

use super::problem::{self, Operation};
use super::{API, limits};
use crate::connectors::wire::{WireRequest, WireResponse, segment};
use crate::connectors::{Call, Fault, Media};
use crate::domain::error::Problem;
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::post::MediaKind;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

const MAX_STILL: u64 = 5 << 20;
const MAX_ANIMATED: u64 = 15 << 20;
const MAX_VIDEO: u64 = 512 << 20;
/// X's examples send 1 MB at a time; up to 1,000 segments are allowed.
const SEGMENT: u64 = 1 << 20;
/// Alternative text.
const MAX_ALT: usize = 1000;
const DEADLINE: Duration = Duration::from_secs(120);
/// An upload that is about to expire is not worth using.
const MARGIN: TimeDelta = TimeDelta::minutes(2);

/// One picture or video at X, as far as it is.
#[derive(Serialize, Deserialize)]
pub struct Upload {
    pub asset: AssetId,
    pub id: String,
    expires_at: Option<DateTime<Utc>>,
    /// The segment that is sent next; `None`: all bytes are there.
    next: Option<usize>,
    /// X still works on it.
    processing: bool,
    /// The description is there, or there is none.
    described: bool,
}

#[derive(Deserialize)]
struct UploadResponse {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    id: String,
    expires_after_secs: Option<i64>,
    processing_info: Option<Processing>,
}

#[derive(Deserialize)]
struct Processing {
    /// `pending`, `in_progress`, `succeeded`, `failed`.
    state: String,
    check_after_secs: Option<u64>,
}

impl Upload {
    /// X has it, with its description, and can show it.
    pub fn is_done(&self) -> bool {
        self.next.is_none() && !self.processing && self.described
    }
    /// X will keep it long enough for the post to be made.
    pub fn is_fresh(&self) -> bool {
        self.expires_at.is_none_or(|at| at > Utc::now() + MARGIN)
    }

    /// The first request for a picture.
    pub async fn begin(call: &Call<'_>, media: &Media) -> Result<Self, Fault> {
        let mime = media.facts.mime.as_str();
        let size = media.source.length();
        let in_segments = match mime {
            "image/jpeg" | "image/png" | "image/webp" if size > MAX_STILL => {
                return Err(refused("X takes pictures up to 5 MB."));
            }
            "image/gif" if size > MAX_ANIMATED => return Err(refused("X takes GIFs up to 15 MB.")),
            "video/mp4" | "video/quicktime" if size > MAX_VIDEO => {
                return Err(refused("X takes videos up to 512 MB."));
            }
            "image/jpeg" | "image/png" | "image/webp" => None,
            "image/gif" => Some("tweet_gif"),
            "video/mp4" | "video/quicktime" => Some("tweet_video"),
            _ => return Err(refused("X takes JPEG, PNG, WebP and GIF pictures, and MP4 and MOV videos.")),
        };
        let request = match in_segments {
            Some(category) => post(call, "/initialize").json(&json!({
                "media_type": mime, "media_category": category, "total_bytes": size,
            })),
            None => {
                let part = part(media.source.whole().await?, &media.facts.mime)?;
                let form = Form::new().text("media_category", "tweet_image").part("media", part);
                post(call, "").deadline(DEADLINE).multipart(form)
            }
        };
        let data = send(call, request).await?.json::<UploadResponse>()?.data;
        Ok(Self {
            asset: media.facts.asset,
            id: data.id,
            expires_at: data.expires_after_secs.and_then(|s| Utc::now().checked_add_signed(TimeDelta::try_seconds(s)?)),
            next: in_segments.map(|_| 0),
            processing: waits(&data.processing_info)?.is_some(),
            // X takes descriptions of pictures only.
            described: media.facts.alt.trim().is_empty() || media.facts.kind() == MediaKind::Video,
        })
    }

    /// The next request for it. `Some`: X is working, go on after this.
    pub async fn go_on(&mut self, call: &Call<'_>, media: &Media) -> Result<Option<Duration>, Fault> {
        let own = segment(&self.id);
        if let Some(next) = self.next {
            let from = next as u64 * SEGMENT;
            let bytes = media.source.part(from..from + SEGMENT).await?;
            if bytes.is_empty() {
                let data = send(call, post(call, &format!("/{own}/finalize"))).await?.json::<UploadResponse>()?.data;
                self.processing = waits(&data.processing_info)?.is_some();
                self.next = None;
            } else {
                let part = part(bytes, &media.facts.mime)?;
                let form = Form::new().text("segment_index", next.to_string()).part("media", part);
                send(call, post(call, &format!("/{own}/append")).deadline(DEADLINE).multipart(form)).await?;
                self.next = Some(next + 1);
            }
        } else if self.processing {
            let request = call.wire.read(Platform::X, &format!("{API}/media/upload"));
            let request = request.query("command", "STATUS").query("media_id", &self.id);
            let wait = waits(&send(call, request).await?.json::<UploadResponse>()?.data.processing_info)?;
            self.processing = wait.is_some();
            return Ok(wait);
        } else {
            let alt: String = media.facts.alt.trim().chars().take(MAX_ALT).collect();
            let request = call.wire.repeatable(Platform::X, Method::POST, &format!("{API}/media/metadata"));
            let body = json!({ "id": self.id, "metadata": { "alt_text": { "text": alt } } });
            send(call, request.json(&body)).await?;
            self.described = true;
        }
        Ok(None)
    }
}

fn post(call: &Call<'_>, path: &str) -> WireRequest {
    call.wire.repeatable(Platform::X, Method::POST, &format!("{API}/media/upload{path}"))
}

async fn send(call: &Call<'_>, request: WireRequest) -> Result<WireResponse, Fault> {
    let response = request.bearer(&call.grant.access).limits(limits).send().await?;
    response.accepted(|a| problem::fault(a, Operation::Upload, &call.grant.scopes))
}

/// How long X still wants to work. `None`: it is ready.
fn waits(info: &Option<Processing>) -> Result<Option<Duration>, Fault> {
    match info {
        Some(info) if info.state == "failed" => {
            Err(refused("X could not process this file. Export it anew and add it again."))
        }
        Some(info) if info.state != "succeeded" => {
            Ok(Some(Duration::from_secs(info.check_after_secs.unwrap_or(3).clamp(1, 60))))
        }
        _ => Ok(None),
    }
}

fn part(bytes: Bytes, mime: &str) -> Result<Part, Fault> {
    let length = bytes.len() as u64;
    let part = Part::stream_with_length(bytes, length).file_name("picture");
    part.mime_str(mime).map_err(|_| refused("The type of this file is not known."))
}

fn refused(message: &str) -> Fault {
    Fault::InvalidContent { message: message.into(), problems: vec![Problem::error("media", message)] }
}
