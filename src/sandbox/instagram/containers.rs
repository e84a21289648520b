//! Instagram: containers, which only Instagram has. A picture is fetched from its public address and checked before the
//! container exists.

use super::{GraphError, fields, ok_id};
use crate::domain::platform::Platform;
use crate::sandbox::fetch::{self, FetchFault};
use crate::sandbox::pictures::inspect;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::videos;
use crate::sandbox::world::Account;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use image::ImageFormat;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;

const MAX_CAPTION: usize = 2200;
const MAX_HASHTAGS: usize = 30;
const MAX_MENTIONS: usize = 20;
const MAX_BYTES: usize = 8 * 1024 * 1024;
const MAX_VIDEO: usize = 300 * 1024 * 1024;
/// Of a video in a carousel or story.
const MAX_SHORT: usize = 100 * 1024 * 1024;
/// How long a container can be published.
const LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Containers per account and day.
const PER_DAY: u32 = 400;

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Containers {
    containers: BTreeMap<String, Container>,
}

impl PlatformState for Containers {
    const PLATFORM: Platform = Platform::Instagram;

    fn tidy(&mut self, now: DateTime<Utc>) {
        self.containers.retain(|_, c| c.published.is_some() || c.created_at + TimeDelta::days(3) > now);
    }
}

impl Containers {
    /// This account's container of that id.
    pub fn of(&mut self, account: &Account, id: &str) -> Option<&mut Container> {
        self.containers.get_mut(id).filter(|c| c.account == account.id)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Container {
    pub id: String,
    pub account: String,
    pub caption: String,
    pub alt: String,
    /// Key of the kept bytes; none for a carousel.
    pub picture: Option<String>,
    /// Ids of a carousel's items.
    pub children: Vec<String>,
    /// It is an item of a carousel.
    pub is_child: bool,
    /// A reel, or a video of a carousel or story; older files have none.
    #[serde(default)]
    pub is_video: bool,
    #[serde(default)]
    pub is_story: bool,
    /// Where it is shown, and which picture stands for it, as the app wished.
    #[serde(default)]
    pub wishes: Value,
    /// The video cannot be shown.
    #[serde(default)]
    pub failed: bool,
    pub created_at: DateTime<Utc>,
    pub ready_at: DateTime<Utc>,
    /// The id of the media that it became.
    pub published: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    InProgress,
    Finished,
    Published,
    Expired,
    Error,
}

pub(super) fn state(container: &Container, now: DateTime<Utc>) -> State {
    if container.published.is_some() {
        State::Published
    } else if now >= container.created_at + LIFETIME {
        State::Expired
    } else if now < container.ready_at {
        State::InProgress
    } else if container.failed {
        State::Error
    } else {
        State::Finished
    }
}

/// `GET /{container}?fields=status_code,status`
pub(super) fn read(sandbox: &Sandbox, request: &PlatformRequest, container: &Container) -> PlatformResponse {
    let wanted = fields(request, &["id", "status_code", "status", "copyright_check_status", "video_status"])?;
    let (code, words) = match state(container, sandbox.now()) {
        State::InProgress => ("IN_PROGRESS", "In Progress: Media is still being processed."),
        State::Finished => ("FINISHED", "Finished: Media has been uploaded and it is ready to be published."),
        State::Published => ("PUBLISHED", "Published: Media has been published."),
        State::Error => ("ERROR", "Error: Media upload has failed with error code 2207026"),
        State::Expired => ("EXPIRED", "Expired: The container was not published within 24 hours."),
    };
    let mut body = json!({ "id": container.id });
    for field in wanted {
        match field {
            "status_code" => body[field] = json!(code),
            "status" => body[field] = json!(words),
            _ => {}
        }
    }
    ok(&body)
}

/// Tags that begin with `mark` and a letter, digit or underscore.
pub(super) fn tags(caption: &str, mark: char) -> usize {
    let mut count = 0;
    let mut before = ' ';
    let mut all = caption.chars().peekable();
    while let Some(c) = all.next() {
        let begins = all.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_');
        if c == mark && begins && !before.is_alphanumeric() {
            count += 1;
        }
        before = c;
    }
    count
}

/// Where Instagram shows hashtags and mentions: from `#` or `@` to the end of the word. It links no addresses.
pub(super) fn tagged(caption: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = vec![];
    for (at, _) in caption.match_indices(['#', '@']) {
        let before = caption[..at].chars().next_back();
        let word = &caption[at + 1..];
        let ends = |c: char| {
            c.is_whitespace()
                || (c.is_ascii_punctuation() && c != '_')
                || (c >= '\u{2000}' && !c.is_alphanumeric() && !matches!(c, '\u{200c}' | '\u{200d}'))
        };
        let length = word.find(ends).unwrap_or(word.len());
        let free = !before.is_some_and(|c| c.is_alphanumeric() || c == '/');
        if free && length > 0 {
            found.push(at..at + 1 + length);
        }
    }
    found
}

fn check_caption(caption: &str) -> Result<(), ErrorResponse> {
    // Instagram does not say in which unit it counts; UTF-16 is the strictest.
    if caption.encode_utf16().count() > MAX_CAPTION || tags(caption, '#') > MAX_HASHTAGS {
        let words = "The caption was too long. A caption can have at most 2,200 characters, 30 hashtags and 20 @ tags.";
        let error = GraphError::new(36004, "The caption is too long").subcode(2_207_010);
        return Err(error.user("Caption Too Long", words).into());
    }
    if tags(caption, '@') > MAX_MENTIONS {
        let error = GraphError::new(100, "Invalid parameter").subcode(2_207_040);
        return Err(error.user("Too many tags", "Cannot use more than 20 @ tags in a caption.").into());
    }
    Ok(())
}

fn parameter(words: &str) -> ErrorResponse {
    GraphError::new(100, &format!("(#100) {words}")).into()
}

/// `POST /{ig-id}/media`
pub(super) async fn create(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    params: &[(String, String)],
) -> PlatformResponse {
    let get = |name: &str| find(params, name).filter(|v| !v.is_empty());
    let caption = get("caption").unwrap_or_default();
    let alt = get("alt_text").unwrap_or_default();
    let is_child = get("is_carousel_item").is_some_and(|v| v == "true" || v == "1");
    check_caption(caption)?;
    if alt.chars().count() > 1000 {
        return Err(parameter("Param alt_text must be at most 1000 characters"));
    }
    let limit = sandbox.limit(PER_DAY);
    let (left, ends) = sandbox.world().spend(
        sandbox.now(),
        (request.platform(), me.id.clone(), "containers"),
        limit,
        TimeDelta::days(1),
    );
    if left.is_none() {
        return Err(super::throttled(request, "instagram", ends - sandbox.now()).into());
    }
    let (mut is_video, mut failed, mut is_story) = (false, false, false);
    let wishes = wishes(params, get("media_type"))?;
    let (picture, children) = match get("media_type") {
        Some("CAROUSEL") => {
            if is_child {
                return Err(parameter("A carousel cannot be an item of a carousel"));
            }
            (None, carousel(sandbox, me, get("children").unwrap_or_default())?)
        }
        None | Some("IMAGE") => {
            if is_child && !caption.is_empty() {
                return Err(parameter("Param caption is not supported on an item of a carousel"));
            }
            let address = get("image_url").ok_or_else(|| parameter("The parameter image_url is required."))?;
            (Some(fetch_and_check(sandbox, address).await?), vec![])
        }
        Some("REELS") => {
            if is_child {
                return Err(parameter("A reel cannot be an item of a carousel"));
            }
            let address = get("video_url").ok_or_else(|| parameter("The parameter video_url is required."))?;
            // Whether it is a video that Instagram can show is found out later, and said by the container.
            let bytes = fetch(sandbox, address, MAX_VIDEO).await?;
            is_video = true;
            failed = !is_shown(bytes.clone(), 900_000, wishes["thumb_offset"].as_u64()).await;
            (Some(sandbox.pictures().keep(bytes).await), vec![])
        }
        Some("VIDEO") => {
            if !is_child {
                return Err(parameter("The media_type VIDEO is for items of a carousel. Use REELS to publish a video"));
            }
            if !caption.is_empty() {
                return Err(parameter("Param caption is not supported on an item of a carousel"));
            }
            let address = get("video_url").ok_or_else(|| parameter("The parameter video_url is required."))?;
            let bytes = fetch(sandbox, address, MAX_SHORT).await?;
            is_video = true;
            failed = !is_shown(bytes.clone(), 60_000, None).await;
            (Some(sandbox.pictures().keep(bytes).await), vec![])
        }
        Some("STORIES") => {
            if is_child || !caption.is_empty() {
                return Err(parameter("Param caption or is_carousel_item is not supported on a story"));
            }
            is_story = true;
            match (get("image_url"), get("video_url")) {
                (Some(address), None) => (Some(fetch_jpeg(sandbox, address, false).await?), vec![]),
                (None, Some(address)) => {
                    let bytes = fetch(sandbox, address, MAX_SHORT).await?;
                    is_video = true;
                    failed = !is_shown(bytes.clone(), 60_000, None).await;
                    (Some(sandbox.pictures().keep(bytes).await), vec![])
                }
                _ => return Err(parameter("One of image_url and video_url is required.")),
            }
        }
        Some(_) => {
            let error = GraphError::new(100, "Invalid parameter").subcode(2_207_023);
            return Err(error.user("Unknown media type", "The media type is unknown.").into());
        }
    };
    failed |= sandbox.spoils(Platform::Instagram);
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = world.graph_id();
    world.own::<Containers>().containers.insert(
        id.clone(),
        Container {
            id: id.clone(),
            account: me.id.clone(),
            caption: caption.to_owned(),
            alt: alt.to_owned(),
            picture,
            children,
            is_child,
            is_video,
            is_story,
            wishes,
            failed,
            created_at: now,
            ready_at: now + sandbox.processing(),
            published: None,
        },
    );
    drop(world);
    ok_id(&id)
}

/// `share_to_feed` and `thumb_offset`, which only reels have.
fn wishes(params: &[(String, String)], kind: Option<&str>) -> Result<Value, ErrorResponse> {
    let mut wishes = json!({});
    for name in ["share_to_feed", "thumb_offset"] {
        let Some(text) = find(params, name).filter(|text| !text.is_empty()) else { continue };
        let value = serde_json::from_str::<Value>(text).unwrap_or_default();
        let fits = if name == "share_to_feed" { value.is_boolean() } else { value.is_u64() };
        if !fits || kind != Some("REELS") {
            return Err(parameter(&format!("Param {name} is not valid here")));
        }
        wishes[name] = value;
    }
    Ok(wishes)
}

/// MP4 or MOV with H.264 or H.265, from 3 seconds to `most` milliseconds, at most 1,920 pixels wide; the cover lies within it.
async fn is_shown(bytes: Bytes, most: u64, cover: Option<u64>) -> bool {
    let facts = videos::inspect(bytes).await;
    facts.is_some_and(|facts| {
        ["avc1", "hvc1"].contains(&facts.codec.as_str())
            && (3_000..=most).contains(&facts.millis)
            && cover.is_none_or(|at| at < facts.millis)
            && facts.width <= 1_920
    })
}

/// The children of a carousel: 2 to 10 finished items of this account. A comma list or a JSON array.
fn carousel(sandbox: &Sandbox, me: &Account, list: &str) -> Result<Vec<String>, ErrorResponse> {
    let children: Vec<String> = match serde_json::from_str::<Value>(list) {
        Ok(Value::Array(items)) => {
            items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned)).collect()
        }
        _ => list.split(',').map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned).collect(),
    };
    if !(2..=10).contains(&children.len()) {
        let error = GraphError::new(100, "Invalid parameter").subcode(2_207_028);
        return Err(error
            .user("Carousel validation failed", "A carousel needs at least 2 and at most 10 items.")
            .into());
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let containers = world.own::<Containers>();
    for id in &children {
        let Some(child) = containers.of(me, id) else {
            return Err(lost(id));
        };
        if !child.is_child {
            return Err(parameter(&format!("The container {id} was not created with is_carousel_item")));
        }
        match state(child, now) {
            State::Finished => {}
            State::Expired => return Err(lost(id)),
            State::InProgress | State::Published | State::Error => return Err(not_ready()),
        }
    }
    Ok(children)
}

/// The container is missing or expired.
pub(super) fn lost(id: &str) -> ErrorResponse {
    let words = format!("The media with ID {id} is not found, or has expired.");
    GraphError::new(24, "The requested resource does not exist")
        .subcode(2_207_008)
        .user("Media not found", &words)
        .into()
}

/// The container cannot be published now: still processing, or published before.
pub(super) fn not_ready() -> ErrorResponse {
    let words = "The media is not ready for publishing, please wait for a moment";
    GraphError::new(9007, "Media ID is not available").subcode(2_207_027).user("Media Not Ready", words).into()
}

async fn fetch_and_check(sandbox: &Sandbox, address: &str) -> Result<String, ErrorResponse> {
    fetch_jpeg(sandbox, address, true).await
}

/// Fetches a picture as Instagram's servers would, checks it and keeps it. `shaped`: the feed takes some shapes only.
async fn fetch_jpeg(sandbox: &Sandbox, address: &str, shaped: bool) -> Result<String, ErrorResponse> {
    let bytes = fetch(sandbox, address, MAX_BYTES).await?;
    if !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        let error = GraphError::new(36001, "The image format is not supported").subcode(2_207_005);
        return Err(error
            .user("Unsupported image format", "The image format is not supported. Please use JPEG.")
            .into());
    }
    let facts = inspect(bytes.clone()).await.filter(|f| f.format == ImageFormat::Jpeg).ok_or_else(|| {
        let error = GraphError::new(-1, "The image could not be read").subcode(2_207_053);
        ErrorResponse::from(error.user("Unknown upload error", "The image is damaged."))
    })?;
    let ratio = f64::from(facts.width) / f64::from(facts.height.max(1));
    // Tolerates rounding by one pixel.
    if shaped && !(0.798..=1.915).contains(&ratio) {
        let words = format!("The aspect ratio {ratio:.3} is not supported: it must be between 4:5 and 1.91:1.");
        let error = GraphError::new(36003, "The aspect ratio is not supported").subcode(2_207_009);
        return Err(error.user("Invalid aspect ratio", &words).into());
    }
    Ok(sandbox.pictures().keep(bytes).await)
}

async fn fetch(sandbox: &Sandbox, address: &str, max: usize) -> Result<Bytes, ErrorResponse> {
    fetch::fetch(sandbox, address, max).await.map_err(|fault| match fault {
        FetchFault::Unreachable(why) => {
            let words = format!("The media could not be fetched from this URI: {address} ({why})");
            let error = GraphError::new(9004, "Only photo or video can be accepted as media type.").subcode(2_207_052);
            error.user("Media download has failed", &words).into()
        }
        FetchFault::TimedOut => {
            let error = GraphError::new(-2, "The download timed out").subcode(2_207_003).transient();
            error.user("Timeout", "It takes too long to download the media.").into()
        }
        FetchFault::TooBig => {
            let words = format!("The file is too large to download: at most {} MB.", max / (1024 * 1024));
            GraphError::new(36000, "The image is too large").subcode(2_207_004).user("File too large", &words).into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_counted_as_people_see_them() {
        assert_eq!(tags("#a b#c #Ä_1 # d ##e", '#'), 3);
        assert_eq!(tags("@a mail@example.com @ @b.", '@'), 2);
    }
}
