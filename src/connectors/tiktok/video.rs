//! A video on its way to TikTok: announced, then sent in parts, strictly in order. TikTok publishes it by itself when the last
//! part is there, so that part is the irreversible call. Everything before it may be repeated: an upload that is not
//! finished publishes nothing and is dropped after an hour.

use super::problem::{self, content as refused, lost};
use super::status::{self, Stage};
use super::{post, send};
use crate::connectors::wire::{WireRequest, WireResponse};
use crate::connectors::{Call, Fault, Media};
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::time::Duration;

/// The smallest part that TikTok takes of a file that has several. Small parts keep the irreversible call short.
const PART: u64 = 5 << 20;
/// TikTok takes 1,000; one run of a delivery makes 200 steps.
const MOST_PARTS: u64 = 150;
/// The address lives for an hour.
const LIFE: TimeDelta = TimeDelta::minutes(58);
/// For one part; shorter than what a step of preparing may take.
const DEADLINE: Duration = Duration::from_secs(4 * 60);
/// For the last part: the longest that the irreversible call may take, less a little.
const LAST_DEADLINE: Duration = Duration::from_secs(55);
/// Where uploads may go. They carry no token of ours, but all of the video.
const HOMES: [&str; 2] = ["tiktokapis.com", "tiktok.com"];

/// One video at TikTok, as far as it is.
#[derive(Serialize, Deserialize)]
pub struct Upload {
    pub asset: AssetId,
    pub publish_id: String,
    /// What was announced with it, as a digest: text, audience, switches.
    info: String,
    address: String,
    size: u64,
    part: u64,
    /// Bytes that are there.
    sent: u64,
    made_at: DateTime<Utc>,
    /// The last part has been confirmed: from then on it is only waited for.
    #[serde(default)]
    pub accepted: bool,
}

#[derive(Deserialize)]
struct Announced {
    publish_id: String,
    upload_url: String,
}

/// What came of a part.
enum Took {
    /// So many bytes are there now.
    Until(u64),
    /// The address is too old, not known, or wants another part: what is there has to be asked.
    Unsure,
}

/// The size of the parts of a file; the last one has the rest, too, so that none is smaller than this.
fn part_of(size: u64) -> u64 {
    let parts = (size / PART).clamp(1, MOST_PARTS);
    size / parts
}

/// What a video was announced with, to know it again.
pub fn digest(info: &Value) -> String {
    Sha256::digest(info.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Upload {
    pub async fn announce(call: &Call<'_>, media: &Media, info: &Value) -> Result<Self, Fault> {
        let size = media.source.length();
        let part = part_of(size);
        let Some(parts) = size.checked_div(part) else { return Err(refused("media", "The video is empty.")) };
        let source =
            json!({ "source": "FILE_UPLOAD", "video_size": size, "chunk_size": part, "total_chunk_count": parts });
        let body = json!({ "post_info": info, "source_info": source });
        let made_at = Utc::now();
        let announced: Announced = send(post(call, "post/publish/video/init", &body), call.grant).await?;
        let Announced { publish_id, upload_url } = announced;
        if !call.wire.trusts(Platform::TikTok, &upload_url, &HOMES) {
            let message = "TikTok named an upload address that is not its own.".into();
            return Err(Fault::Permanent { code: "upload_address".into(), message });
        }
        let (asset, info) = (media.facts.asset, digest(info));
        Ok(Self { asset, publish_id, info, address: upload_url, size, part, sent: 0, made_at, accepted: false })
    }

    /// Whether it was announced with this.
    pub fn is_for(&self, info: &Value) -> bool {
        self.info == digest(info)
    }

    fn is_old(&self) -> bool {
        Utc::now() - self.made_at > LIFE
    }

    /// Where the last part begins.
    fn last(&self) -> u64 {
        (self.size / self.part).saturating_sub(1) * self.part
    }

    /// Only the last part is left.
    pub fn is_ready(&self) -> bool {
        self.sent >= self.last()
    }

    fn request(&self, request: WireRequest, media: &Media, range: Range<u64>) -> WireRequest {
        let bytes = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), self.size);
        let body = media.source.body(range.clone());
        let request = request.header("content-range", &bytes).hide_path();
        request.stream(&media.facts.mime, range.end - range.start, body)
    }

    /// The next part but the last.
    pub async fn go_on(&mut self, call: &Call<'_>, media: &Media) -> Result<(), Fault> {
        if self.is_old() {
            return Err(lost("TikTok waits for a video for an hour only."));
        }
        let range = self.sent..(self.sent + self.part).min(self.last());
        let request = call.wire.repeatable(Platform::TikTok, Method::PUT, &self.address);
        let response = self.request(request, media, range.clone()).deadline(DEADLINE).send().await?;
        match took(&response, range.end, self.size)? {
            // Of a part whose answer was lost, or of another try.
            Took::Until(there) if there <= self.last() && there > self.sent => self.sent = there,
            _ => return Err(lost("TikTok does not go on with this upload.")),
        }
        Ok(())
    }

    /// The last part, which publishes.
    pub async fn finish(&mut self, call: &Call<'_>, media: &Media) -> Result<(), Fault> {
        if !self.accepted && !self.is_old() {
            let request = call.wire.mutate(Platform::TikTok, Method::PUT, &self.address);
            let request = self.request(request, media, self.last()..self.size).deadline(LAST_DEADLINE);
            let response = request.send().await?;
            if let Took::Until(there) = took(&response, self.size, self.size)? {
                if there < self.size {
                    return Err(lost("TikTok did not take all of the last part of the video."));
                }
                self.accepted = true;
                return Ok(());
            }
        }
        // An earlier call may have arrived although its answer was lost.
        match status::ask(call, &self.publish_id).await {
            Ok(stage) if self.is_there(&stage) => self.accepted = true,
            // Sent anew it could become a second post.
            Ok(Stage::Uploading(None)) => {
                return Err(Fault::unknown("TikTok does not say whether all of the video has arrived."));
            }
            Ok(_) | Err(Fault::PreparationLost { .. }) => return Err(lost("TikTok no longer waits for this video.")),
            Err(fault) => return Err(Fault::unknown(fault.to_string())),
        }
        Ok(())
    }

    /// Whether TikTok has all of it, or has published it already.
    pub fn is_there(&self, stage: &Stage) -> bool {
        match stage {
            Stage::Uploading(there) => self.accepted || there.is_some_and(|there| there >= self.size),
            Stage::Working | Stage::Published(_) | Stage::Inbox => true,
            Stage::Failed(_) => false,
        }
    }
}

/// What the upload server says. Its answers have no body that is described.
fn took(response: &WireResponse, until: u64, size: u64) -> Result<Took, Fault> {
    let there = || range_end(response.header("content-range")?);
    Ok(match response.status.as_u16() {
        201 => Took::Until(size),
        200 | 206 => Took::Until(there().unwrap_or(until)),
        416 => there().map_or(Took::Unsure, Took::Until),
        403 | 404 => Took::Unsure,
        400 => return Err(refused("media", "TikTok does not take this file.")),
        _ => return Err(problem::fault(response)),
    })
}

/// `bytes 0-524287/2000000`: how many bytes are there.
fn range_end(header: &str) -> Option<u64> {
    let range = header.trim().strip_prefix("bytes")?.trim().split('/').next()?;
    range.split_once('-')?.1.parse::<u64>().ok()?.checked_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TikTok's rules: 5 to 64 MB (the last one up to 128 MB), at most 1,000, `floor(size / part)` of them.
    #[test]
    fn parts_are_as_tiktok_wants_them() {
        const MB: u64 = 1_000_000;
        for size in [1, 4_999_999, 5 * MB, 10 * MB, 50_000_123, 786_432_001, 1 << 30, 4_000_000_000] {
            let part = part_of(size);
            let parts = size / part;
            let last = size - (parts - 1) * part;
            assert!((1..=MOST_PARTS).contains(&parts), "{size}: {parts}");
            assert!(parts == 1 || (PART..=64 * MB).contains(&part), "{size}: {part}");
            assert!(last >= part && last <= 30 * MB && last - part < parts.max(2), "{size}: {last}");
        }
    }

    #[test]
    fn what_is_there_is_read_from_the_header() {
        assert_eq!(range_end("bytes 0-524287/2000000"), Some(524_288));
        for bad in ["bytes */2000000", "0-5/10", "bytes 0-x/10", "bytes 0-18446744073709551615/1", ""] {
            assert_eq!(range_end(bad), None, "{bad}");
        }
    }
}
