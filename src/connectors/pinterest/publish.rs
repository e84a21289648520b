//! Publishing on Pinterest: the board is looked for, a video is sent, then the one irreversible `POST /v5/pins`. Pictures are
//! fetched by Pinterest from their public addresses.

use super::problem::Operation;
use super::video::Upload;
use super::{API, PINNING, Pinterest, boards, read, send};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::wire::segment;
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, ContentRole, Fault, FoundPost, Lookup, Media, Prepared,
    ProbeOutcome, Publish, RemotePost, checkpoint, lookup,
};
use crate::domain::error::Problem;
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::platforms::pinterest::PinterestOptions;
use crate::domain::post::MediaKind;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

const VERSION: u64 = 1;
const MAX_PICTURES: usize = 5;
const MAX_ALT: usize = 500;
/// Pins of a board that are looked through.
const PAGE: usize = 100;

#[derive(Serialize, Deserialize)]
struct Prep {
    v: u64,
    /// The board that was found.
    board: String,
    /// What the pin shows.
    media: Vec<AssetId>,
    video: Option<Upload>,
}

#[derive(Deserialize)]
pub(super) struct Listing {
    pub(super) items: Vec<Pin>,
    pub(super) bookmark: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Pin {
    pub(super) id: String,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    link: Option<String>,
    #[serde(default)]
    pub(super) created_at: String,
    /// Its pictures and what kind they are.
    #[serde(default)]
    pub(super) media: Value,
    /// Not in every answer.
    is_owner: Option<bool>,
    board_owner: Option<Owner>,
}

#[derive(Deserialize)]
struct Owner {
    username: Option<String>,
}

#[async_trait]
impl Publish for Pinterest {
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &PINNING
    }

    fn fetches_media(&self) -> bool {
        true
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        only_pins(content)?;
        let Some(had) = had else {
            suitable(content)?;
            let board = board(content)?;
            boards::find(call, &board).await?;
            let media: Vec<_> = content.media.iter().map(|m| m.facts.asset).collect();
            let prep = Prep { v: VERSION, board, media, video: None };
            let checkpoint = checkpoint::write(&prep);
            return Ok(match video(content) {
                Some(_) => Prepared::More(checkpoint),
                None => Prepared::Ready(checkpoint),
            });
        };
        let mut prep: Prep = checkpoint::read(had, VERSION)?;
        still_good(&prep, content)?;
        let Some(media) = video(content) else { return Ok(Prepared::Ready(had.clone())) };
        let Some(upload) = &mut prep.video else {
            prep.video = Some(Upload::announce(call, media).await?);
            return Ok(Prepared::More(checkpoint::write(&prep)));
        };
        if upload.is_ready {
            return Ok(Prepared::Ready(had.clone()));
        }
        let wait = upload.go_on(call, media).await?;
        let ready = upload.is_ready;
        let checkpoint = checkpoint::write(&prep);
        Ok(match wait {
            Some(recheck_after) => Prepared::Waiting { checkpoint, recheck_after },
            None if ready => Prepared::Ready(checkpoint),
            None => Prepared::More(checkpoint),
        })
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        only_pins(content)?;
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        still_good(&prep, content)?;
        let request = call.wire.mutate(Platform::Pinterest, Method::POST, &format!("{API}/pins"));
        let response = send(request.json(&body(content, &prep)?), call, Operation::Pin).await?;
        let pin: Pin = response.json()?;
        if pin.id.is_empty() {
            return Err(response.unreadable());
        }
        Ok(Committed::Live(remote(pin.id)))
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        let section = options(content).section.map(|section| format!("sections/{}/", segment(&section)));
        let place = format!("boards/{}/{}pins", segment(&prep.board), section.unwrap_or_default());
        let request = read(call, &place);
        let listing = send(request.query("page_size", PAGE.to_string()), call, Operation::Read).await;
        let listing: Listing = match listing.and_then(|response| response.json()) {
            Ok(listing) => listing,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let from = earliest(since);
        let is_recent = |pin: &&Pin| moment(&pin.created_at).is_some_and(|at| at >= from);
        let mut recent = listing.items.iter().filter(is_recent);
        if let Some(found) = recent.clone().find(|pin| is_ours(pin, content)) {
            if says_nothing(content) {
                let why = "Pinterest shows a new pin without words on this board. Please look there: is it this one?";
                return Ok(ProbeOutcome::CannotTell(why.into()));
            }
            return Ok(ProbeOutcome::Live(remote(found.id.clone())));
        }
        // So many pins since the attempt that ours may be on the next page.
        let goes_on = listing.bookmark.is_some_and(|bookmark| !bookmark.is_empty());
        if goes_on && recent.by_ref().count() >= PAGE {
            return Ok(ProbeOutcome::CannotTell("Pinterest shows only a part of the new pins of this board.".into()));
        }
        Ok(ProbeOutcome::Absent)
    }

    fn deletes(&self) -> bool {
        true
    }

    async fn delete(&self, call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
        let address = format!("{API}/pins/{}", segment(&post.id));
        let request = call.wire.repeatable(Platform::Pinterest, Method::DELETE, &address);
        let response = request.bearer(&call.grant.access).limits(super::problem::limits).send().await?;
        match response.status.as_u16() {
            404 => Ok(()),
            _ => response.accepted(|a| super::problem::fault(a, Operation::Read)).map(drop),
        }
    }

    fn id_in(&self, address: &str) -> Option<String> {
        pin_in(address)
    }

    fn address(&self, address: &str) -> Address {
        match pin_in(address) {
            Some(_) => Address::Post { account: None },
            None => Address::NoPost("https://www.pinterest.com/pin/1234567890/"),
        }
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        let Some(id) = pin_in(address) else { return Ok(Lookup::Missing) };
        let request = read(call, &format!("pins/{}", segment(&id))).bearer(&call.grant.access);
        let response = request.limits(super::problem::limits).send().await?;
        if response.status.as_u16() == 404 {
            return Ok(Lookup::Missing);
        }
        let pin: Pin = response.accepted(|a| super::problem::fault(a, Operation::Read))?.json()?;
        let owner = pin.board_owner.and_then(|owner| owner.username);
        let is_ours = pin.is_owner.or(owner.map(|name| name.eq_ignore_ascii_case(call.handle)));
        if is_ours != Some(true) {
            return Ok(Lookup::NotOurs);
        }
        let at = moment(&pin.created_at);
        Ok(Lookup::Found(FoundPost { id: pin.id, text: pin.description.unwrap_or_default(), at }))
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        const CALLS: [&str; 2] = ["POST /v5/pins", "POST /v5/media"];
        if video(content).is_some() { &CALLS } else { &CALLS[..1] }
    }

    /// The deadline of the irreversible call is half a minute; Pinterest fetches the pictures within it.
    fn grace(&self) -> Duration {
        Duration::from_secs(120)
    }
}

/// Pinterest's API has neither threads nor comments.
fn only_pins(content: &Content) -> Result<(), Fault> {
    match content.role {
        ContentRole::Post => Ok(()),
        ContentRole::ReplyTo(_) => Err(ContentRole::unsupported(Platform::Pinterest, "threads")),
        ContentRole::CommentOn(_) => Err(ContentRole::unsupported(Platform::Pinterest, "comments for programs")),
    }
}

/// What Pinterest refuses in any case.
fn suitable(content: &Content) -> Result<(), Fault> {
    let media = |message: &str| {
        Err(Fault::InvalidContent { message: message.into(), problems: vec![Problem::error("media", message)] })
    };
    match (content.media.len(), video(content)) {
        (0, _) => media("A pin needs a picture or a video."),
        (n, Some(_)) if n > 1 => media("Pinterest shows a video only alone."),
        (n, None) if n > MAX_PICTURES => media("Pinterest takes up to 5 pictures in one pin."),
        _ => Ok(()),
    }
}

fn options(content: &Content) -> PinterestOptions {
    PinterestOptions::read(content.format, &content.options)
}

fn board(content: &Content) -> Result<String, Fault> {
    let board = options(content).board.filter(|board| !board.is_empty());
    let board = board.ok_or_else(|| boards::choose("Every pin is on a board."))?;
    // Anything else is refused as malformed.
    if board.bytes().all(|b| b.is_ascii_digit()) { Ok(board) } else { Err(boards::choose("There is no such board.")) }
}

fn video(content: &Content) -> Option<&Media> {
    content.media.iter().find(|media| media.facts.kind() == MediaKind::Video)
}

/// What was prepared is for this content.
fn still_good(prep: &Prep, content: &Content) -> Result<(), Fault> {
    let same = prep.media.iter().eq(content.media.iter().map(|m| &m.facts.asset));
    if same && options(content).board.as_ref() == Some(&prep.board) {
        return Ok(());
    }
    Err(Fault::PreparationLost { message: "The pin has changed since it was prepared.".into() })
}

/// What Pinterest is asked to create.
fn body(content: &Content, prep: &Prep) -> Result<Value, Fault> {
    let mut body = json!({ "board_id": prep.board });
    if let Some(section) = options(content).section {
        body["board_section_id"] = section.into();
    }
    let text = content.text.trim();
    if !text.is_empty() {
        body["description"] = text.into();
    }
    if let Some(title) = title(content) {
        body["title"] = title.into();
    }
    let link = content.given_link();
    if let Some(link) = link {
        body["link"] = link.into();
    }
    let alt: String = content
        .media
        .iter()
        .map(|m| m.facts.alt.trim())
        .find(|alt| !alt.is_empty())
        .unwrap_or_default()
        .chars()
        .take(MAX_ALT)
        .collect();
    if !alt.is_empty() {
        body["alt_text"] = alt.into();
    }
    body["media_source"] = match (&prep.video, content.media.as_slice()) {
        // Its first picture stands for it until somebody plays it.
        (Some(video), _) => json!({ "source_type": "video_id", "media_id": video.id, "cover_image_key_frame_time": 0 }),
        (None, [_]) if video(content).is_some() => {
            return Err(Fault::PreparationLost { message: "The video was not sent to Pinterest.".into() });
        }
        (None, [one]) => json!({ "source_type": "image_url", "url": one.public_url }),
        (None, several) => {
            let item = |media: &Media| {
                let mut item = json!({ "url": media.public_url });
                if let Some(link) = link {
                    item["link"] = link.into();
                }
                item
            };
            json!({ "source_type": "multiple_image_urls", "items": several.iter().map(item).collect::<Vec<_>>() })
        }
    };
    Ok(body)
}

fn title(content: &Content) -> Option<String> {
    options(content).title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty())
}

/// Nothing by which a pin could be told from another one.
fn says_nothing(content: &Content) -> bool {
    content.text.trim().is_empty() && title(content).is_none() && content.given_link().is_none()
}

fn is_ours(pin: &Pin, content: &Content) -> bool {
    let same = |theirs: &Option<String>, ours: &str| plain(theirs.as_deref().unwrap_or_default()) == plain(ours);
    same(&pin.description, &content.text)
        && same(&pin.title, &title(content).unwrap_or_default())
        // Pinterest may write an address in another way.
        && pin.link.as_deref().unwrap_or_default().is_empty() == content.given_link().is_none()
}

pub(super) fn remote(id: String) -> RemotePost {
    RemotePost { url: Some(format!("https://www.pinterest.com/pin/{id}/")), id }
}

/// RFC 3339, or the same without a zone.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let with_zone = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    with_zone.or_else(|| Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?.and_utc()))
}

/// The pin that an address of Pinterest, in any of its countries, names: `/pin/123/` or `/pin/some-words--123/`.
fn pin_in(address: &str) -> Option<String> {
    const COUNTRIES: [&str; 22] = [
        "at", "ca", "ch", "cl", "co.kr", "co.uk", "com", "com.au", "com.mx", "de", "dk", "es", "fr", "ie", "it", "jp",
        "nz", "ph", "pt", "ru", "se", "co.nz",
    ];
    let (host, path) = lookup::parts(address)?;
    let country = host.strip_prefix("pinterest.").or_else(|| host.split_once(".pinterest.").map(|(_, end)| end))?;
    let [kind, name, ..] = path.as_slice() else { return None };
    let id = name.rsplit_once("--").map_or(name.as_str(), |(_, id)| id);
    let is_id = !id.is_empty() && id.len() <= 30 && id.bytes().all(|b| b.is_ascii_digit());
    (kind == "pin" && is_id && COUNTRIES.contains(&country)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read_from_addresses() {
        for address in [
            "https://www.pinterest.com/pin/813744226420795884/",
            "https://de.pinterest.com/pin/813744226420795884",
            "https://www.pinterest.co.uk/pin/813744226420795884/sent/?invite_code=1",
            "https://pinterest.com/pin/fresh-beans--813744226420795884/",
        ] {
            assert_eq!(pin_in(address).as_deref(), Some("813744226420795884"), "{address}");
        }
        for address in [
            "https://www.pinterest.com/northwind/coffee/",
            "https://www.pinterest.com/pin/x/",
            "https://pinterest.evil.example/pin/1/",
            "https://a.pinterest.evil/pin/1/",
            "https://example.com/pin/1/",
        ] {
            assert_eq!(pin_in(address), None, "{address}");
        }
    }

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        let at = "2020-01-01T20:10:40Z".parse().ok();
        for text in ["2020-01-01T20:10:40-00:00", "2020-01-01T20:10:40Z", "2020-01-01T20:10:40"] {
            assert_eq!(moment(text), at, "{text}");
        }
        assert_eq!(moment("yesterday"), None);
    }
}
