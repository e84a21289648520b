//! Videos that are at YouTube: how far they are, whether one of them is ours, and deleting them.

use super::problem::{self, Operation};
use super::{API, UPLOADS, channels, read, send};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::{Call, Fault, FoundPost, Lookup, ProbeOutcome, RemotePost, lookup};
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// Videos of the channel that are looked through.
const PAGE: usize = 50;
/// A new video can be missing in answers for a moment.
const APPEARS: TimeDelta = TimeDelta::minutes(10);

#[derive(Deserialize)]
struct List<T> {
    #[serde(default = "Vec::new")]
    items: Vec<T>,
}

/// A video, with the parts that were asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Video {
    #[serde(default)]
    pub id: String,
    snippet: Option<Snippet>,
    #[serde(default)]
    status: Status,
    #[serde(default)]
    processing_details: Processing,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snippet {
    channel_id: Option<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    published_at: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    /// `uploaded`, `processed`, `failed`, `rejected`, `deleted`.
    upload_status: String,
    failure_reason: Option<String>,
    rejection_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Processing {
    /// `processing`, `succeeded`, `failed`, `terminated`.
    processing_status: String,
    processing_failure_reason: Option<String>,
}

/// How far a video is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    Working,
    Ready,
    /// It will not be seen: why.
    Failed(&'static str),
}

impl Video {
    pub fn progress(&self) -> Progress {
        match (self.status.upload_status.as_str(), self.processing_details.processing_status.as_str()) {
            ("failed", _) => Progress::Failed(failed(self.status.failure_reason.as_deref().unwrap_or_default())),
            ("rejected", _) => Progress::Failed(rejected(self.status.rejection_reason.as_deref().unwrap_or_default())),
            ("deleted", _) => Progress::Failed("it was deleted there"),
            ("processed", _) | (_, "succeeded") => Progress::Ready,
            (_, "failed" | "terminated") => {
                let why = self.processing_details.processing_failure_reason.as_deref();
                Progress::Failed(unprocessed(why.unwrap_or_default()))
            }
            _ => Progress::Working,
        }
    }
}

/// Why YouTube could not take the file (`failureReason`).
fn failed(reason: &str) -> &'static str {
    match reason {
        "codec" => "it cannot read how the video is encoded. Export it anew as MP4 with H.264",
        "conversion" => "it could not convert the video. Export it anew as MP4 with H.264",
        "emptyFile" => "the file is empty",
        "invalidFile" => "it cannot read the file. Export it anew as MP4 with H.264",
        "tooSmall" => "the file is too small for a video",
        "uploadAborted" => "the upload was broken off there",
        _ => "it could not take the video",
    }
}

/// Why YouTube does not show the video (`rejectionReason`).
fn rejected(reason: &str) -> &'static str {
    match reason {
        "claim" => "somebody claims rights in it",
        "copyright" => "it says that the video violates a copyright",
        "duplicate" => "it has this video already",
        "inappropriate" => "it says that the video is not appropriate",
        "legal" => "it was taken down for legal reasons",
        "length" => {
            "it is longer than this channel may send. Confirm the channel at youtube.com/verify for more than 15 minutes"
        }
        "termsOfUse" => "it says that the video violates its terms of use",
        "trademark" => "it says that the video violates a trademark",
        "uploaderAccountClosed" => "the channel was closed",
        "uploaderAccountSuspended" => "the channel was suspended",
        _ => "it has refused the video",
    }
}

/// Why processing ended (`processingFailureReason`).
fn unprocessed(reason: &str) -> &'static str {
    match reason {
        "uploadFailed" => "the upload did not arrive there as a whole",
        "transcodeFailed" => "it could not convert the video. Export it anew as MP4 with H.264",
        "streamingFailed" => "it could not prepare the video for playing",
        _ => "it could not process the video",
    }
}

/// A video that people can watch, and where.
pub fn remote(id: &str, format: Format) -> RemotePost {
    let url = match format {
        Format::Short => format!("https://www.youtube.com/shorts/{id}"),
        _ => format!("https://www.youtube.com/watch?v={id}"),
    };
    RemotePost { id: id.to_owned(), url: Some(url) }
}

async fn one(call: &Call<'_>, id: &str, parts: &str) -> Result<Option<Video>, Fault> {
    let request = read(call, "videos", parts).query("id", id);
    let list: List<Video> = send(request, &call.grant.access, Operation::Read).await?.json()?;
    Ok(list.items.into_iter().find(|video| video.id == id))
}

/// What became of the video that a session made, as far as `known` does not say it yet.
pub async fn outcome(
    call: &Call<'_>,
    id: &str,
    known: Option<&Video>,
    format: Format,
    since: DateTime<Utc>,
) -> Result<ProbeOutcome, Fault> {
    let progress = match known.map(Video::progress) {
        Some(said) if said != Progress::Working => said,
        _ => match one(call, id, "status,processingDetails").await? {
            Some(video) => video.progress(),
            None if Utc::now() - since < APPEARS => Progress::Working,
            None => Progress::Failed("the video is not there any more"),
        },
    };
    Ok(match progress {
        Progress::Ready => ProbeOutcome::Live(remote(id, format)),
        Progress::Working => ProbeOutcome::Processing { recheck_after: look_again(Utc::now() - since) },
        Progress::Failed(why) => ProbeOutcome::CannotTell(format!("YouTube has got the video, and {why}")),
    })
}

/// Each look costs a unit of the day's quota, and a long video is worked on for hours.
fn look_again(waited: TimeDelta) -> Duration {
    let seconds = if waited < TimeDelta::minutes(10) { 20 } else { 120 };
    Duration::from_secs(seconds)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    snippet: Snippet,
    content_details: ItemDetails,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemDetails {
    video_id: String,
}

/// What the list of the channel's videos says.
pub enum Seen {
    Ours(String),
    No,
    /// More videos came since than are looked through.
    Unclear,
}

/// The list of all videos of the channel.
pub async fn uploads(call: &Call<'_>) -> Result<Option<String>, Fault> {
    if let Some(list) = call.facts.get(UPLOADS).and_then(Value::as_str) {
        return Ok(Some(list.to_owned()));
    }
    let all = channels(call.wire, &call.grant.access, "contentDetails").await?;
    let own = all.into_iter().find(|channel| channel.id == call.account);
    Ok(own.and_then(|channel| channel.content_details?.related_playlists.uploads))
}

/// Looks for our video among the newest of the channel: same title, same description, new enough.
pub async fn find(call: &Call<'_>, title: &str, text: &str, since: DateTime<Utc>) -> Result<Seen, Fault> {
    let Some(uploads) = uploads(call).await? else { return Ok(Seen::Unclear) };
    let request = read(call, "playlistItems", "snippet,contentDetails");
    let request = request.query("playlistId", &uploads).query("maxResults", PAGE.to_string());
    let list: List<Item> = send(request, &call.grant.access, Operation::Read).await?.json()?;
    let from = earliest(since);
    let is_recent = |item: &Item| moment(&item.snippet.published_at).is_some_and(|at| at >= from);
    let same = |theirs: &str, ours: &str| plain(theirs) == plain(ours);
    let is_ours =
        |item: &&Item| is_recent(item) && same(&item.snippet.title, title) && same(&item.snippet.description, text);
    if let Some(item) = list.items.iter().find(is_ours) {
        return Ok(Seen::Ours(item.content_details.video_id.clone()));
    }
    let more = list.items.len() >= PAGE && list.items.last().is_some_and(is_recent);
    Ok(if more { Seen::Unclear } else { Seen::No })
}

/// The channel may send videos of more than 15 minutes.
pub async fn takes_long(call: &Call<'_>) -> Result<bool, Fault> {
    let all = channels(call.wire, &call.grant.access, "status").await?;
    let own = all.into_iter().find(|channel| channel.id == call.account);
    let status = own.and_then(|channel| channel.status?.long_uploads_status);
    // Unsaid is left to YouTube, which says it of the video afterwards.
    Ok(!matches!(status.as_deref(), Some("eligible" | "disallowed")))
}

pub async fn delete(call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
    let request = call.wire.repeatable(Platform::YouTube, Method::DELETE, &format!("{API}/videos"));
    let request = request.query("id", &post.id).bearer(&call.grant.access).limits(problem::limits);
    let response = request.send().await?;
    if response.status.as_u16() == 404 {
        return Ok(());
    }
    response.accepted(|refusal| problem::fault(refusal, Operation::Delete)).map(drop)
}

pub async fn look_up(call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
    let Some(id) = id_in(address) else { return Ok(Lookup::Missing) };
    // A private video of somebody else is not there for us either.
    let Some(video) = one(call, &id, "snippet").await? else { return Ok(Lookup::Missing) };
    let Some(snippet) = video.snippet.filter(|snippet| snippet.channel_id.as_deref() == Some(call.account)) else {
        return Ok(Lookup::NotOurs);
    };
    Ok(Lookup::Found(FoundPost { id, text: snippet.description, at: moment(&snippet.published_at) }))
}

pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

/// The video that an address of YouTube names, in any of its forms.
pub fn id_in(address: &str) -> Option<String> {
    let (host, path) = lookup::parts(address)?;
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    let id = match (host.as_str(), path.as_slice()) {
        ("youtu.be", [id]) | ("youtube.com", ["shorts" | "live" | "embed" | "v", id]) => (*id).to_owned(),
        ("studio.youtube.com", ["video", id, ..]) => (*id).to_owned(),
        ("youtube.com", ["watch"]) => {
            let url = Url::parse(address).ok()?;
            url.query_pairs().find(|(name, _)| name == "v")?.1.into_owned()
        }
        _ => return None,
    };
    let is_id = id.len() == 11 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn videos_are_read_from_addresses() {
        for address in [
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&t=5s",
            "https://youtu.be/dQw4w9WgXcQ?si=1",
            "https://www.youtube.com/shorts/dQw4w9WgXcQ",
            "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share",
            "https://studio.youtube.com/video/dQw4w9WgXcQ/edit",
        ] {
            assert_eq!(id_in(address).as_deref(), Some("dQw4w9WgXcQ"), "{address}");
        }
        for address in [
            "https://www.youtube.com/@northwind",
            "https://www.youtube.com/channel/UC0000000000000000000001",
            "https://www.youtube.com/watch?v=short",
            "https://www.youtube.com/watch?v=../../../../",
            "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
            "https://youtu.be/",
        ] {
            assert_eq!(id_in(address), None, "{address}");
        }
    }

    #[test]
    fn how_far_a_video_is_is_read_from_both_parts() {
        let video = |status: Value, details: Value| {
            serde_json::from_value::<Video>(json!({"id": "x", "status": status, "processingDetails": details})).unwrap()
        };
        let of = |status: &str, details: &str| {
            video(json!({ "uploadStatus": status }), json!({ "processingStatus": details })).progress()
        };
        assert_eq!(of("uploaded", "processing"), Progress::Working);
        assert_eq!(of("uploaded", "succeeded"), Progress::Ready);
        assert_eq!(of("processed", ""), Progress::Ready);
        for (status, details, part) in [
            (json!({"uploadStatus": "failed", "failureReason": "codec"}), json!({}), "encoded"),
            (json!({"uploadStatus": "failed", "failureReason": "new"}), json!({}), "could not take"),
            (json!({"uploadStatus": "rejected", "rejectionReason": "duplicate"}), json!({}), "already"),
            (json!({"uploadStatus": "rejected", "rejectionReason": "length"}), json!({}), "youtube.com/verify"),
            (json!({"uploadStatus": "deleted"}), json!({}), "deleted"),
            (
                json!({"uploadStatus": "uploaded"}),
                json!({"processingStatus": "failed", "processingFailureReason": "transcodeFailed"}),
                "convert",
            ),
            (json!({"uploadStatus": "uploaded"}), json!({"processingStatus": "terminated"}), "process"),
        ] {
            let got = video(status.clone(), details).progress();
            assert!(matches!(got, Progress::Failed(why) if why.contains(part)), "{status}: {got:?}");
        }
    }
}
