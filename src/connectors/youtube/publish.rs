//! Publishing on YouTube: the session of an upload is opened, all but the last piece of the video is sent, and the
//! irreversible call is that piece. The video then has to be worked on before people can watch it.

use super::problem::content as refused;
use super::session::{self, Stage};
use super::videos::{self, Progress, Seen, Video};
use super::{COMMENTING, PUBLISHING, YouTube, comment, thumbnail};
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, ContentRole, Fault, Lookup, Media, Prepared, ProbeOutcome, Publish,
    RemotePost, checkpoint,
};
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use crate::domain::platforms::youtube::{Audience, Privacy, YouTubeOptions, own_rules, tags};
use crate::domain::post::{Format, MediaKind, PartKind};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

const VERSION: u64 = 1;
/// Nobody says how long a session lives; for Google's other uploads it is a week.
const SESSION_LIFE: TimeDelta = TimeDelta::hours(24);
/// Bytes of a video: YouTube's 256 GB.
const MAX_VIDEO: u64 = 256 << 30;
const MAX_TITLE: usize = 100;
/// Bytes of a description.
const MAX_TEXT: usize = 5_000;
/// Longer videos are for channels that have confirmed a phone number. Milliseconds.
const LONG: u64 = 15 * 60_000;
const FIRST_LOOK: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct Prep {
    v: u64,
    asset: AssetId,
    /// Of what the session was told of the video: it cannot be told anything else afterwards.
    about: String,
    begun_at: DateTime<Utc>,
    size: u64,
    /// The session's address. Whoever has it can send the bytes.
    session: String,
    /// Bytes that YouTube has confirmed.
    sent: u64,
    /// What it became, once all bytes are there.
    #[serde(default)]
    video: Option<String>,
}

/// What a part has of its own between its steps: nothing.
#[derive(Serialize, Deserialize)]
struct PartPrep {
    v: u64,
}

#[async_trait]
impl Publish for YouTube {
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &PUBLISHING
    }

    fn part_scopes(&self, kind: PartKind) -> &'static [&'static str] {
        match kind {
            PartKind::Comment => &[COMMENTING],
            PartKind::Reply => &[],
        }
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        if content.role.commented_on(Platform::YouTube)?.is_some() {
            comment::allowed(call)?;
            return Ok(Prepared::Ready(checkpoint::write(&PartPrep { v: VERSION })));
        }
        let media = suitable(content)?;
        let Some(had) = had else {
            return Ok(Prepared::More(checkpoint::write(&open(call, content, media).await?)));
        };
        let mut prep: Prep = checkpoint::read(had, VERSION)?;
        still_good(&prep, content, media)?;
        if prep.video.is_some() || session::before_last(prep.sent, prep.size) == 0 {
            return Ok(Prepared::Ready(had.clone()));
        }
        // A request that broke off may have brought some bytes: the session knows how many.
        let mut stage = session::ask(call, &prep.session, prep.size).await?;
        if let Stage::Has(there) = stage
            && session::before_last(there, prep.size) > 0
        {
            stage = session::part(call, &prep.session, media, there, prep.size).await?;
            if matches!(stage, Stage::Has(now) if now <= there) {
                return Err(Fault::transient("YouTube did not take the next part of the video."));
            }
        }
        match stage {
            Stage::Has(there) => prep.sent = there.min(prep.size),
            Stage::Done(video) => prep.video = Some(video.id),
            Stage::Gone => return Err(lost("YouTube no longer knows this upload; it has to be sent again.")),
        }
        Ok(Prepared::More(checkpoint::write(&prep)))
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        if let Some(post) = content.role.commented_on(Platform::YouTube)? {
            checkpoint::read::<PartPrep>(checkpoint, VERSION)?;
            return comment::write(call, &content.text, post).await;
        }
        let mut prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        let media = suitable(content)?;
        still_good(&prep, content, media)?;
        if prep.video.is_some() {
            return Ok(accepted(&prep));
        }
        if session::before_last(prep.sent, prep.size) > 0 {
            return Err(lost("The upload is not finished yet."));
        }
        match session::finish(call, &prep.session, media, prep.sent, prep.size).await? {
            Stage::Done(video) if video.progress() == Progress::Ready => {
                Ok(Committed::Live(videos::remote(&video.id, content.format)))
            }
            Stage::Done(video) => {
                prep.video = Some(video.id);
                Ok(accepted(&prep))
            }
            Stage::Has(_) => Err(lost("YouTube has lost a part of the upload; it has to be sent again.")),
            Stage::Gone => Err(lost("YouTube no longer knows this upload; it has to be sent again.")),
        }
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        if let Some(post) = content.role.commented_on(Platform::YouTube)? {
            return comment::find(call, &content.text, post, since).await;
        }
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        seen(call, content, &prep, since).await.or_else(ProbeOutcome::of_failed_probe)
    }

    async fn add_picture(&self, call: &Call<'_>, post: &RemotePost, _: &str, media: &Media) -> Result<(), Fault> {
        thumbnail::set(call, post, media).await
    }

    fn deletes(&self) -> bool {
        true
    }

    async fn delete(&self, call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
        videos::delete(call, post).await
    }

    fn id_in(&self, address: &str) -> Option<String> {
        videos::id_in(address)
    }

    fn address(&self, address: &str) -> Address {
        match videos::id_in(address) {
            Some(_) => Address::Post { account: None },
            None => Address::NoPost("https://www.youtube.com/watch?v=abcdefghijk"),
        }
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        videos::look_up(call, address).await
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        match content.role {
            ContentRole::CommentOn(_) => &["POST /youtube/v3/commentThreads"],
            _ => &["POST /upload/youtube/v3/videos"],
        }
    }

    /// The last piece may take a minute and a half to be answered.
    fn grace(&self) -> Duration {
        Duration::from_secs(180)
    }
}

/// What became of the last piece: the session knows, and for a session that has come to its end the channel's own list.
async fn seen(call: &Call<'_>, content: &Content, prep: &Prep, since: DateTime<Utc>) -> Result<ProbeOutcome, Fault> {
    let outcome = async |id: &str, known: Option<&Video>| videos::outcome(call, id, known, content.format, since).await;
    if let Some(id) = &prep.video {
        return outcome(id, None).await;
    }
    match session::ask(call, &prep.session, prep.size).await? {
        Stage::Done(video) => outcome(&video.id, Some(&video)).await,
        Stage::Has(_) => Ok(ProbeOutcome::Absent),
        Stage::Gone => {
            let title = title(&options(content)).unwrap_or_default();
            match videos::find(call, &title, &content.text, since).await? {
                Seen::Ours(id) => outcome(&id, None).await,
                Seen::No => Ok(ProbeOutcome::Absent),
                Seen::Unclear => {
                    Ok(ProbeOutcome::CannotTell("YouTube shows only a part of the channel’s videos".into()))
                }
            }
        }
    }
}

/// Announces the video, with all that is said of it.
async fn open(call: &Call<'_>, content: &Content, media: &Media) -> Result<Prep, Fault> {
    let millis = media.facts.video.as_ref().map_or(0, |video| video.millis);
    if millis > LONG && !videos::takes_long(call).await? {
        let why = "YouTube takes videos of more than 15 minutes only from channels that have confirmed a phone number. Do \
                   that at youtube.com/verify, or cut the video shorter.";
        return Err(refused("media", why));
    }
    let (about, size) = (about(content), media.source.length());
    let session = session::open(call, &about, options(content).quiet, &media.facts.mime, size).await?;
    Ok(Prep {
        v: VERSION,
        asset: media.facts.asset,
        about: fingerprint(content, &about),
        begun_at: Utc::now(),
        size,
        session,
        sent: 0,
        video: None,
    })
}

fn accepted(prep: &Prep) -> Committed {
    Committed::Processing { checkpoint: checkpoint::write(prep), recheck_after: FIRST_LOOK }
}

fn lost(message: &str) -> Fault {
    Fault::PreparationLost { message: message.into() }
}

fn options(content: &Content) -> YouTubeOptions {
    YouTubeOptions::read(content.format, &content.options)
}

fn title(options: &YouTubeOptions) -> Option<String> {
    options.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).map(str::to_owned)
}

/// What YouTube refuses in any case, before anything is sent; the video.
fn suitable(content: &Content) -> Result<&Media, Fault> {
    let media = match content.media.as_slice() {
        [] => return Err(refused("media", "YouTube needs a video.")),
        [one] if one.facts.kind() == MediaKind::Video => one,
        [_] => return Err(refused("media", "YouTube takes videos only.")),
        _ => return Err(refused("media", "YouTube shows a video only alone.")),
    };
    if !(1..=MAX_VIDEO).contains(&media.source.length()) {
        return Err(refused("media", "YouTube takes videos of up to 256 GB that are not empty."));
    }
    if content.format == Format::Short && media.facts.width > media.facts.height {
        return Err(refused("media", "A Short is upright or square. Choose “Video”, or cut it to another shape."));
    }
    let options = options(content);
    if let Some(problem) = own_rules(&content.options, &content.text, &[]).into_iter().next() {
        return Err(refused(&problem.field, &problem.message));
    }
    let title = title(&options).unwrap_or_default();
    match () {
        () if title.is_empty() => Err(refused("options.title", "Every video on YouTube has a title. Write one.")),
        () if title.chars().count() > MAX_TITLE => {
            Err(refused("options.title", "A title on YouTube has up to 100 characters. Shorten it."))
        }
        () if content.text.len() > MAX_TEXT => {
            Err(refused("text", "A description on YouTube has up to 5,000 bytes. Shorten it."))
        }
        () if !content.options.has("made_for_kids") => {
            Err(refused("options.made_for_kids", "Say whether the video is made for kids."))
        }
        () => Ok(media),
    }
}

/// What was prepared is for this content, and young enough.
fn still_good(prep: &Prep, content: &Content, media: &Media) -> Result<(), Fault> {
    if prep.asset != media.facts.asset || prep.size != media.source.length() {
        return Err(lost("The video has changed since its upload to YouTube began."));
    }
    if prep.about != fingerprint(content, &about(content)) {
        return Err(lost("The post has changed since its upload to YouTube began."));
    }
    if Utc::now() - prep.begun_at > SESSION_LIFE {
        return Err(lost("YouTube keeps an unfinished upload for a while only; it has to be sent again."));
    }
    Ok(())
}

/// What YouTube is told of the video.
fn about(content: &Content) -> Value {
    let options = options(content);
    let mut snippet = json!({ "title": title(&options).unwrap_or_default(), "description": content.text.trim() });
    if let Some(category) = options.category.as_deref().filter(|category| !category.is_empty()) {
        snippet["categoryId"] = category.into();
    }
    let tags = options.tags.as_deref().map(tags).unwrap_or_default();
    if !tags.is_empty() {
        snippet["tags"] = tags.into();
    }
    let privacy = match options.privacy {
        Privacy::Public => "public",
        Privacy::Unlisted => "unlisted",
        Privacy::Private => "private",
    };
    let for_kids = options.made_for_kids == Audience::ForKids;
    let mut status = json!({ "privacyStatus": privacy, "selfDeclaredMadeForKids": for_kids });
    if options.altered {
        status["containsSyntheticMedia"] = true.into();
    }
    json!({ "snippet": snippet, "status": status })
}

/// A short name of all that a session was told.
fn fingerprint(content: &Content, about: &Value) -> String {
    let digest = Sha256::digest(format!("{about}{}", options(content).quiet));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
