//! Publishing on a Page. Text, links and photos: each photo is uploaded unpublished, then one irreversible call makes the
//! post of them. Videos: see `video`; the irreversible call is the end of the upload.

use super::comment;
use super::posts::{self, Seen};
use super::problem::{self, Operation, content as refused, lost};
use super::video::Video;
use super::{CONVERSING, Facebook, GRAPH, POSTING, graph, is_gone, succeeded};
use crate::connectors::meta::{Body, made};
use crate::connectors::wire::{WireRequest, WireResponse, segment};
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, ContentRole, Fault, Lookup, Media, Prepared, ProbeOutcome, Publish,
    RemotePost, checkpoint,
};
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, MediaKind, PartKind};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

const VERSION: u64 = 1;
const MAX_PHOTOS: usize = 10;
/// Unpublished photos and unfinished uploads live about 24 hours; an older one is not worth publishing.
const UPLOAD_LIFE: TimeDelta = TimeDelta::hours(23);
const UPLOAD_DEADLINE: Duration = Duration::from_secs(120);

#[derive(Serialize, Deserialize)]
struct Prep {
    v: u64,
    made_at: DateTime<Utc>,
    photos: Vec<Photo>,
    video: Option<Video>,
}

/// A photo that is on the Page's side and nobody sees yet.
#[derive(Serialize, Deserialize)]
struct Photo {
    id: String,
    asset: AssetId,
}

#[async_trait]
impl Publish for Facebook {
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &[POSTING]
    }

    fn part_scopes(&self, kind: PartKind) -> &'static [&'static str] {
        match kind {
            PartKind::Comment => &CONVERSING,
            PartKind::Reply => &[],
        }
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        let mut prep = match had {
            Some(checkpoint) => checkpoint::read(checkpoint, VERSION)?,
            None => Prep { v: VERSION, made_at: Utc::now(), photos: vec![], video: None },
        };
        if let Some(post) = content.role.commented_on(Platform::Facebook)? {
            comment::ready(call, post)?;
            return Ok(Prepared::Ready(checkpoint::write(&prep)));
        }
        suitable(content)?;
        still_good(&prep, content)?;
        let missing = content.media.get(prep.photos.len()).filter(|_| video_of(content).is_none());
        match (video_of(content), missing) {
            _ if is_ready(&prep, content) => return Ok(Prepared::Ready(checkpoint::write(&prep))),
            (Some(media), _) => match &mut prep.video {
                None => prep.video = Some(Video::begin(call, content.format == Format::Reel, media).await?),
                Some(video) => video.go_on(call, media).await?,
            },
            (None, Some(media)) => {
                prep.photos.push(Photo { id: upload(call, media).await?, asset: media.facts.asset });
            }
            (None, None) => {}
        }
        Ok(Prepared::More(checkpoint::write(&prep)))
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        let mut prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        if let Some(post) = content.role.commented_on(Platform::Facebook)? {
            comment::ready(call, post)?;
            return comment::write(call, &content.text, post).await;
        }
        suitable(content)?;
        still_good(&prep, content)?;
        if !is_ready(&prep, content) {
            return Err(lost("The upload is not finished yet."));
        }
        if let Some(video) = &mut prep.video {
            let recheck_after = video.publish(call, content).await?;
            return Ok(Committed::Processing { checkpoint: checkpoint::write(&prep), recheck_after });
        }
        let photos: Vec<_> = (0..).zip(&prep.photos).collect();
        let attached: Vec<(String, String)> = photos
            .into_iter()
            .map(|(n, photo)| (format!("attached_media[{n}]"), json!({ "media_fbid": photo.id }).to_string()))
            .collect();
        let mut form: Vec<(&str, &str)> = attached.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        if !content.text.is_empty() {
            form.push(("message", &content.text));
        }
        if let Some(link) = content.given_link().filter(|_| prep.photos.is_empty()) {
            form.push(("link", link));
        }
        let address = format!("{GRAPH}/{}/feed", segment(call.account));
        let request = call.wire.mutate(Platform::Facebook, Method::POST, &address);
        // What was made can be read in the same call.
        let request = graph(request, &call.grant.access).query("fields", "id,permalink_url").form(&form);
        let response = request.send().await?.accepted(|a| problem::fault(a, Operation::Publish))?;
        Ok(Committed::Live(posted(&response)?))
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        if let Some(post) = content.role.commented_on(Platform::Facebook)? {
            return comment::find(call, &content.text, post, since).await;
        }
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        if let Some(video) = &prep.video {
            return video.probe(call).await.or_else(ProbeOutcome::of_failed_probe);
        }
        let photos: Vec<_> = prep.photos.iter().map(|photo| photo.id.as_str()).collect();
        match posts::find(call, content, &photos, since).await {
            Ok(Seen::Ours(post)) => Ok(ProbeOutcome::Live(post)),
            Ok(Seen::No) => Ok(ProbeOutcome::Absent),
            Ok(Seen::Unclear) => {
                Ok(ProbeOutcome::CannotTell("Facebook shows only a part of this Page's newest posts.".into()))
            }
            Err(fault) => ProbeOutcome::of_failed_probe(fault),
        }
    }

    fn deletes(&self) -> bool {
        true
    }

    async fn delete(&self, call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
        let address = format!("{GRAPH}/{}", segment(&post.id));
        let request = call.wire.repeatable(Platform::Facebook, Method::DELETE, &address);
        let response = graph(request, &call.grant.access).send().await?;
        if is_gone(&response.error::<Body>().error) {
            return Ok(());
        }
        succeeded(&response.accepted(|a| problem::fault(a, Operation::Delete))?)
    }

    fn id_in(&self, address: &str) -> Option<String> {
        posts::id_in(address)
    }

    fn address(&self, address: &str) -> Address {
        posts::address(address)
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        posts::look_up(call, address).await
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        // Comments are no posts.
        if matches!(content.role, ContentRole::CommentOn(_)) {
            return &[];
        }
        match (video_of(content), content.format) {
            (Some(_), Format::Reel) => &["POST /*/*/video_reels"],
            (Some(_), _) => &["POST /*/*/videos"],
            (None, _) if content.media.is_empty() => &["POST /*/*/feed"],
            (None, _) => &["POST /*/*/feed", "POST /*/*/photos"],
        }
    }

    /// A Page's listing follows within seconds; the deadline of the irreversible call is half a minute.
    fn grace(&self) -> Duration {
        Duration::from_secs(90)
    }
}

/// The video that is published, where there is one.
fn video_of(content: &Content) -> Option<&Media> {
    content.media.first().filter(|media| media.facts.kind() == MediaKind::Video)
}

/// What Facebook refuses in any case, before anything is uploaded.
fn suitable(content: &Content) -> Result<(), Fault> {
    let media = |why: &str| Err(refused("media", why.to_owned()));
    let number = content.media.len();
    let videos = content.media.iter().filter(|media| media.facts.kind() == MediaKind::Video).count();
    let pictures = content.media.iter().filter(|media| media.facts.kind() == MediaKind::Picture).count();
    match content.format {
        _ if videos + pictures < number => media("Facebook takes no documents."),
        _ if videos > 0 && number > 1 => media("Facebook shows a video only alone."),
        Format::Reel if videos != 1 => media("A reel needs a video."),
        _ if pictures > MAX_PHOTOS => media("Facebook takes up to 10 pictures in one post."),
        _ if number == 0 && content.text.trim().is_empty() && content.given_link().is_none() => {
            Err(refused("text", "Facebook needs text, a link or a picture.".into()))
        }
        _ => Ok(()),
    }
}

/// The uploads are young enough and belong to the files of this content, in this order.
fn still_good(prep: &Prep, content: &Content) -> Result<(), Fault> {
    let video = prep.video.iter().map(|video| Some(video.asset));
    let assets = prep.photos.iter().map(|photo| Some(photo.asset)).chain(video);
    if !checkpoint::in_order(assets, &content.media) {
        return Err(lost("The pictures have changed since they were sent to Facebook."));
    }
    if prep.video.as_ref().is_some_and(|video| video.is_reel() != (content.format == Format::Reel)) {
        return Err(lost("The form of the post has changed since the video was sent to Facebook."));
    }
    if Utc::now() - prep.made_at > UPLOAD_LIFE {
        return Err(lost("Facebook keeps an upload for a day only; it has to be sent again."));
    }
    Ok(())
}

fn is_ready(prep: &Prep, content: &Content) -> bool {
    match video_of(content) {
        Some(_) => prep.video.as_ref().is_some_and(Video::is_sent),
        None => prep.photos.len() == content.media.len(),
    }
}

/// The post that a call has made.
fn posted(response: &WireResponse) -> Result<RemotePost, Fault> {
    #[derive(Deserialize)]
    struct Seen {
        permalink_url: Option<String>,
    }
    let id = made(response)?;
    let url = response.json::<Seen>()?.permalink_url.unwrap_or_else(|| posts::web(&id));
    Ok(RemotePost { id, url: Some(url) })
}

/// Uploads a photo that nobody sees yet; its id.
async fn upload(call: &Call<'_>, media: &Media) -> Result<String, Fault> {
    let bytes = media.source.whole().await?;
    let length = bytes.len() as u64;
    let part = Part::stream_with_length(bytes, length).file_name("picture");
    let part =
        part.mime_str(&media.facts.mime).map_err(|_| refused("media", "The type of this file is not known.".into()))?;
    let mut form = Form::new().text("published", "false");
    let alt = media.facts.alt.trim();
    if !alt.is_empty() {
        form = form.text("alt_text_custom", alt.to_owned());
    }
    let form = form.part("source", part);
    made(&send(call, edge(call, "photos").deadline(UPLOAD_DEADLINE).multipart(form)).await?)
}

/// A call to an edge of the Page that may be repeated.
pub(super) fn edge(call: &Call<'_>, edge: &str) -> WireRequest {
    let address = format!("{GRAPH}/{}/{edge}", segment(call.account));
    call.wire.repeatable(Platform::Facebook, Method::POST, &address)
}

/// Sends a part of an upload.
pub(super) async fn send(call: &Call<'_>, request: WireRequest) -> Result<WireResponse, Fault> {
    let response = graph(request, &call.grant.access).send().await?;
    response.accepted(|a| problem::fault(a, Operation::Upload))
}
