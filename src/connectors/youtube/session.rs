//! A video on its way to YouTube, by Google's resumable uploads. A session is opened with all that is said of the video;
//! then its bytes are sent in parts, each of a multiple of 256 KiB. The video exists with the last byte and not before, so
//! that preparing sends all but the last piece, and the irreversible call is that piece alone. The session tells at any
//! time how much it has, or, once it has everything, which video it became.

use super::UPLOAD;
use super::problem::{self, Operation};
use super::videos::Video;
use crate::connectors::wire::{WireRequest, WireResponse};
use crate::connectors::{Call, Fault, Media};
use crate::domain::platform::Platform;
use bytes::Bytes;
use http::Method;
use serde_json::Value;
use std::time::Duration;

/// Every part but the last one has a multiple of this. Bytes.
const GRAIN: u64 = 256 << 10;
/// What is sent in one request, read from the store while it goes. A line with 1.2 Mbit a second sends it within the deadline,
/// and what has arrived of a request that broke off counts. Bytes.
const PART: u64 = 32 << 20;
/// For one request with bytes; shorter than what a step of preparing may take.
const DEADLINE: Duration = Duration::from_secs(4 * 60);
/// For the last piece, which YouTube answers when it has put the whole video together: the longest that the irreversible call
/// may take, less a little.
const LAST_DEADLINE: Duration = Duration::from_secs(55);
/// Where the bytes and our token may go.
const HOMES: [&str; 1] = ["googleapis.com"];

/// What a session says of itself.
pub enum Stage {
    /// It has so many bytes from the beginning.
    Has(u64),
    /// It has all of them: this video.
    Done(Box<Video>),
    /// It is not known: it came to an end, or was never there.
    Gone,
}

/// Opens a session for a video of `size` bytes; the address to which its bytes go.
pub async fn open(call: &Call<'_>, about: &Value, quiet: bool, mime: &str, size: u64) -> Result<String, Fault> {
    let mut request = call.wire.repeatable(Platform::YouTube, Method::POST, UPLOAD);
    request = request.query("uploadType", "resumable").query("part", "snippet,status");
    if quiet {
        request = request.query("notifySubscribers", "false");
    }
    let request =
        request.header("x-upload-content-length", &size.to_string()).header("x-upload-content-type", mime).json(about);
    let response = super::send(request, &call.grant.access, Operation::Upload).await?;
    let address = response.header("location").ok_or_else(|| response.unreadable())?.to_owned();
    if !call.wire.trusts(Platform::YouTube, &address, &HOMES) {
        let message = "YouTube named an upload address that is not Google’s.".into();
        return Err(Fault::Permanent { code: "foreign_upload_address".into(), message });
    }
    Ok(address)
}

/// How far it is. Changes nothing.
pub async fn ask(call: &Call<'_>, address: &str, size: u64) -> Result<Stage, Fault> {
    let request = call.wire.repeatable(Platform::YouTube, Method::PUT, address);
    let request = request.header("content-range", &format!("bytes */{size}")).header("content-length", "0");
    stage(&sent(request, call).await?, Operation::Upload)
}

/// How many of the bytes behind `sent` preparing sends: whole grains, so that 1 byte to one grain is left for the end.
pub fn before_last(sent: u64, size: u64) -> u64 {
    size.saturating_sub(1).saturating_sub(sent) / GRAIN * GRAIN
}

/// Sends the next part, from `from` on.
pub async fn part(call: &Call<'_>, address: &str, media: &Media, from: u64, size: u64) -> Result<Stage, Fault> {
    let length = before_last(from, size).min(PART);
    let end = from + length;
    let request = call.wire.repeatable(Platform::YouTube, Method::PUT, address).deadline(DEADLINE);
    let request = ranged(request, from, end, size).stream(&media.facts.mime, length, media.source.body(from..end));
    stage(&sent(request, call).await?, Operation::Upload)
}

/// Sends the last piece, which makes the video. The irreversible call.
pub async fn finish(call: &Call<'_>, address: &str, media: &Media, from: u64, size: u64) -> Result<Stage, Fault> {
    let last: Bytes = media.source.part(from..size).await?;
    if last.len() as u64 != size - from {
        return Err(Fault::transient("The file is not at hand."));
    }
    let request = call.wire.mutate(Platform::YouTube, Method::PUT, address).deadline(LAST_DEADLINE);
    let request = ranged(request, from, size, size).bytes(&media.facts.mime, last);
    stage(&sent(request, call).await?, Operation::Publish)
}

fn ranged(request: WireRequest, from: u64, end: u64, size: u64) -> WireRequest {
    request.header("content-range", &format!("bytes {from}-{}/{size}", end - 1))
}

async fn sent(request: WireRequest, call: &Call<'_>) -> Result<WireResponse, Fault> {
    request.bearer(&call.grant.access).limits(problem::limits).send().await
}

fn stage(response: &WireResponse, operation: Operation) -> Result<Stage, Fault> {
    match response.status.as_u16() {
        // Google's "resume incomplete": no header where it has nothing yet.
        308 => Ok(Stage::Has(response.header("range").map_or(Some(0), held).ok_or_else(|| response.unreadable())?)),
        200 | 201 => {
            let video: Video = response.json()?;
            if video.id.is_empty() { Err(response.unreadable()) } else { Ok(Stage::Done(Box::new(video))) }
        }
        404 | 410 => Ok(Stage::Gone),
        _ => Err(problem::fault(response, operation)),
    }
}

/// `bytes=0-262143`: 262,144 bytes from the beginning.
fn held(range: &str) -> Option<u64> {
    let last: u64 = range.trim().strip_prefix("bytes=")?.strip_prefix("0-")?.parse().ok()?;
    last.checked_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_piece_has_a_byte_at_least_and_a_grain_at_most() {
        for size in [1, 2, GRAIN - 1, GRAIN, GRAIN + 1, 3 * GRAIN, 3 * GRAIN + 7, PART * 2 + 1] {
            let before = before_last(0, size);
            assert!(before.is_multiple_of(GRAIN) && (1..=GRAIN).contains(&(size - before)), "{size}");
            // From wherever it goes on, also where that is no multiple.
            for from in [before / 2, before, size - 1] {
                let left = size - from - before_last(from, size);
                assert!((1..=GRAIN).contains(&left), "{size} from {from}: {left}");
            }
        }
        assert_eq!(before_last(5, 0), 0);
    }

    #[test]
    fn what_a_session_holds_is_read_from_its_range() {
        assert_eq!(held("bytes=0-0"), Some(1));
        assert_eq!(held("bytes=0-262143"), Some(262_144));
        for other in ["", "0-5", "bytes=5-9", "bytes=0-", "bytes=0-x", "bytes=0-18446744073709551615"] {
            assert_eq!(held(other), None, "{other}");
        }
    }
}
