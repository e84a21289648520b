//! A video or a document on its way to LinkedIn: announced, sent (a video in the parts that LinkedIn names), then worked on
//! for a while. All of it may be repeated; what was sent is saved in the checkpoint.

use super::problem::{self, Operation, lost};
use super::publish::trusted;
use super::{REST, versioned};
use crate::connectors::wire::segment;
use crate::connectors::{Call, Fault, Media};
use crate::domain::error::Problem;
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::post::MediaKind;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// Bytes below which LinkedIn takes no video (Videos API: 75 KB to 500 MB).
const MIN_VIDEO: u64 = 75 * 1024;
/// LinkedIn asks for parts of 4 MiB; more than this at a time we do not send. Bytes.
const MAX_PART: u64 = 64 << 20;
/// More than the largest video has.
const MAX_PARTS: usize = 500;
/// Parts that are sent before the checkpoint is saved, which is some kilobytes for a long video.
const A_STEP: usize = 4;
/// For one part of a video. Four of them stay below what a step of preparing may take.
const PART_DEADLINE: Duration = Duration::from_secs(55);
/// For a document, which goes in one piece.
const DOCUMENT_DEADLINE: Duration = Duration::from_secs(4 * 60);
/// How often the state is asked for, at most.
const MAX_CHECKS: u32 = 90;
/// Where the access may not ask for the state: long enough for a short video.
const UNSEEN: Duration = Duration::from_secs(20);
/// Bytes of what LinkedIn calls a part.
const MAX_ETAG: usize = 1_000;

/// A file at LinkedIn, as far as it is.
#[derive(Serialize, Deserialize)]
pub(super) struct File {
    pub asset: AssetId,
    pub urn: String,
    kind: Kind,
    stage: Stage,
    /// What is still to be sent, in order.
    parts: Vec<Part>,
    /// When the addresses of the parts end.
    until: Option<DateTime<Utc>>,
    /// What LinkedIn called the parts that it has. Of a video.
    etags: Vec<String>,
    token: String,
    checks: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Video,
    Document,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Sending,
    /// All bytes of a video are there; LinkedIn has to be told so.
    Sent,
    Working,
    /// A post can show it.
    Ready,
}

/// Bytes `first` to `last`, and where they go.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    upload_url: String,
    first_byte: u64,
    last_byte: u64,
}

#[derive(Deserialize)]
struct Announced {
    value: AnnouncedValue,
}

/// Of a video or of a document.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnnouncedValue {
    video: Option<String>,
    #[serde(default)]
    upload_token: String,
    upload_urls_expire_at: Option<i64>,
    #[serde(default)]
    upload_instructions: Vec<Part>,
    document: Option<String>,
    upload_url: Option<String>,
    upload_url_expires_at: Option<i64>,
}

#[derive(Deserialize)]
struct State {
    /// `WAITING_UPLOAD`, `PROCESSING`, `PROCESSING_FAILED`, `AVAILABLE`.
    status: String,
}

impl Kind {
    /// In addresses.
    fn resource(self) -> &'static str {
        match self {
            Self::Video => "videos",
            Self::Document => "documents",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Document => "document",
        }
    }

    /// A call to the resource, as `action`.
    fn call(self, call: &Call<'_>, action: &str) -> crate::connectors::wire::WireRequest {
        let address = format!("{REST}/{}?action={action}", self.resource());
        versioned(call.wire.repeatable(Platform::LinkedIn, Method::POST, &address), &call.grant.access)
    }
}

impl File {
    /// Announces it.
    pub async fn announce(call: &Call<'_>, media: &Media) -> Result<Self, Fault> {
        let size = media.source.length();
        let kind = if media.facts.kind() == MediaKind::Video { Kind::Video } else { Kind::Document };
        let ask = match kind {
            Kind::Video if size < MIN_VIDEO => {
                return Err(refused("LinkedIn takes no video below 75 kB. Export it longer or in a better quality."));
            }
            Kind::Video => {
                json!({ "owner": call.account, "fileSizeBytes": size, "uploadCaptions": false, "uploadThumbnail": false })
            }
            Kind::Document => json!({ "owner": call.account }),
        };
        let request = kind.call(call, "initializeUpload").json(&json!({ "initializeUploadRequest": ask }));
        let response = request.send().await?.accepted(|a| problem::fault(a, Operation::Upload))?;
        let value = response.json::<Announced>()?.value;
        let (urn, parts, until) = match kind {
            Kind::Video => (value.video, value.upload_instructions, value.upload_urls_expire_at),
            Kind::Document => {
                let whole = |upload_url| Part { upload_url, first_byte: 0, last_byte: size.saturating_sub(1) };
                (value.document, value.upload_url.map(whole).into_iter().collect(), value.upload_url_expires_at)
            }
        };
        let urn = urn.filter(|urn| !urn.is_empty() && urn.len() <= 200).ok_or_else(|| response.unreadable())?;
        if !covers(&parts, size, kind) {
            return Err(response.unreadable());
        }
        for part in &parts {
            trusted(call, &part.upload_url)?;
        }
        Ok(Self {
            asset: media.facts.asset,
            urn,
            kind,
            stage: Stage::Sending,
            parts,
            // A minute early: the bytes have to arrive in time.
            until: until.and_then(DateTime::from_timestamp_millis).map(|at| at - TimeDelta::minutes(1)),
            etags: vec![],
            token: value.upload_token,
            checks: 0,
        })
    }

    pub fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }

    /// The next requests for it. `Some`: LinkedIn is working, go on after this.
    pub async fn go_on(&mut self, call: &Call<'_>, media: &Media) -> Result<Option<Duration>, Fault> {
        match self.stage {
            Stage::Sending => {
                if self.until.is_some_and(|until| until < Utc::now()) {
                    return Err(lost());
                }
                let now = self.parts.len().min(A_STEP);
                for part in &self.parts[..now] {
                    self.etags.extend(send(call, self.kind, part, media).await?);
                }
                self.parts.drain(..now);
                if self.parts.is_empty() {
                    self.stage = if self.kind == Kind::Video { Stage::Sent } else { Stage::Working };
                }
                Ok(None)
            }
            Stage::Sent => {
                self.finalize(call).await?;
                self.stage = Stage::Working;
                Ok(None)
            }
            Stage::Working => self.look(call).await,
            Stage::Ready => Ok(None),
        }
    }

    /// All parts are there. An earlier call may have arrived although its answer was lost: then this one comes too late.
    async fn finalize(&self, call: &Call<'_>) -> Result<(), Fault> {
        let ask = json!({ "video": self.urn, "uploadToken": self.token, "uploadedPartIds": self.etags });
        let request = self.kind.call(call, "finalizeUpload").json(&json!({ "finalizeUploadRequest": ask }));
        let fault = match request.send().await?.accepted(|a| problem::fault(a, Operation::Upload)) {
            Ok(_) => return Ok(()),
            Err(fault @ (Fault::InvalidContent { .. } | Fault::Permanent { .. } | Fault::Transient { .. })) => fault,
            Err(fault) => return Err(fault),
        };
        match state(call, self.kind, &self.urn).await {
            Ok(state) if matches!(state.status.as_str(), "PROCESSING" | "AVAILABLE") => Ok(()),
            _ if matches!(fault, Fault::Transient { .. }) => Err(fault),
            _ => Err(lost()),
        }
    }

    async fn look(&mut self, call: &Call<'_>) -> Result<Option<Duration>, Fault> {
        self.checks += 1;
        match state(call, self.kind, &self.urn).await {
            // The access of some apps may send, but not ask.
            Err(Fault::PermissionMissing { .. }) if self.checks == 1 => return Ok(Some(UNSEEN)),
            Err(Fault::PermissionMissing { .. }) => self.stage = Stage::Ready,
            Err(fault) => return Err(fault),
            Ok(state) => match state.status.as_str() {
                "AVAILABLE" => self.stage = Stage::Ready,
                "PROCESSING_FAILED" if self.kind == Kind::Video => {
                    return Err(refused("LinkedIn could not read the video. Export it again as MP4 with H.264."));
                }
                "PROCESSING_FAILED" => {
                    return Err(refused(
                        "LinkedIn could not read the document. Save it again as PDF without a password.",
                    ));
                }
                _ if self.checks >= MAX_CHECKS => {
                    let message = format!("LinkedIn did not finish with the {}.", self.kind.name());
                    return Err(Fault::PreparationLost { message });
                }
                _ => return Ok(Some(Duration::from_secs(u64::from(2 + self.checks).min(20)))),
            },
        }
        Ok(None)
    }
}

/// Whether the parts are the whole file, one after the other.
fn covers(parts: &[Part], size: u64, kind: Kind) -> bool {
    let mut at = 0;
    for part in parts {
        let fits = part.first_byte == at && part.last_byte >= at && part.last_byte < size;
        if !fits || (kind == Kind::Video && part.last_byte - at >= MAX_PART) {
            return false;
        }
        at = part.last_byte + 1;
    }
    at == size && size > 0 && parts.len() <= MAX_PARTS
}

/// Sends one part; what LinkedIn calls it, for a video. Safe to repeat.
async fn send(call: &Call<'_>, kind: Kind, part: &Part, media: &Media) -> Result<Option<String>, Fault> {
    let range = part.first_byte..part.last_byte + 1;
    let deadline = if kind == Kind::Video { PART_DEADLINE } else { DOCUMENT_DEADLINE };
    let length = range.end - range.start;
    let response = call
        .wire
        .repeatable(Platform::LinkedIn, Method::PUT, &part.upload_url)
        .hide_path()
        .bearer(&call.grant.access)
        .stream("application/octet-stream", length, media.source.body(range))
        .deadline(deadline)
        .limits(super::limits)
        .send()
        .await?;
    match (response.status.as_u16(), kind) {
        // The bytes arrived the first time, only our memory of it was lost.
        (409, Kind::Document) => return Ok(None),
        // The address is used up or too old.
        (403 | 404 | 409 | 410, _) => return Err(lost()),
        _ => {}
    }
    let response = response.accepted(|a| problem::fault(a, Operation::Upload))?;
    if kind == Kind::Document {
        return Ok(None);
    }
    let etag = response.header("etag").filter(|etag| (1..=MAX_ETAG).contains(&etag.len()));
    etag.map(|etag| Some(etag.to_owned())).ok_or_else(|| response.unreadable())
}

async fn state(call: &Call<'_>, kind: Kind, urn: &str) -> Result<State, Fault> {
    let request = call.wire.read(Platform::LinkedIn, &format!("{REST}/{}/{}", kind.resource(), segment(urn)));
    let response = versioned(request, &call.grant.access).send().await?;
    response.accepted(|a| problem::fault(a, Operation::Read))?.json()
}

fn refused(message: &str) -> Fault {
    Fault::InvalidContent { message: message.into(), problems: vec![Problem::error("media", message)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(ranges: &[(u64, u64)]) -> Vec<Part> {
        let part = |(first_byte, last_byte): &(u64, u64)| Part {
            upload_url: String::new(),
            first_byte: *first_byte,
            last_byte: *last_byte,
        };
        ranges.iter().map(part).collect()
    }

    #[test]
    fn only_parts_that_are_the_whole_file_are_sent() {
        let fits = |ranges: &[(u64, u64)], size| covers(&parts(ranges), size, Kind::Video);
        assert!(fits(&[(0, 9)], 10) && fits(&[(0, 3), (4, 7), (8, 9)], 10));
        for wrong in
            [&[][..], &[(0, 8)], &[(0, 10)], &[(1, 9)], &[(0, 3), (5, 9)], &[(0, 3), (3, 9)], &[(4, 9), (0, 3)]]
        {
            assert!(!fits(wrong, 10), "{wrong:?}");
        }
        assert!(!fits(&[(0, MAX_PART)], MAX_PART + 1), "more at a time than is sent");
        assert!(!fits(&[(0, u64::MAX)], 10) && !fits(&[], 0));
    }
}
