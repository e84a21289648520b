//! Publishing on TikTok: the account is asked what it may do, a video is announced and sent but for its last part, then comes
//! the irreversible call: that last part, or the request that names the pictures.

use super::post::{of_pictures, of_video, only_posts, options, suitable, video_of};
use super::problem::{self, lost};
use super::status::{self, Stage};
use super::video::Upload;
use super::{POSTING, TikTok, address, creator, listing, with_json};
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, Fault, Lookup, Prepared, ProbeOutcome, Publish, RemotePost,
    checkpoint,
};
use crate::domain::ids::AssetId;
use crate::domain::platform::Platform;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const VERSION: u64 = 1;
/// An audience that everybody belongs to: only such a post gets an id that we are told.
const EVERYBODY: &str = "PUBLIC_TO_EVERYONE";
/// How long the id is waited for; TikTok tells it after a look at the post, which can take hours.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

#[derive(Serialize, Deserialize)]
struct Prep {
    v: u64,
    media: Vec<AssetId>,
    /// Whom the account may post to, as it was asked.
    audience: String,
    /// The account's name in addresses.
    username: Option<String>,
    upload: Option<Upload>,
    /// Of pictures, once TikTok has taken them.
    publish_id: Option<String>,
}

#[async_trait]
impl Publish for TikTok {
    fn scopes(&self, _: bool) -> &'static [&'static str] {
        &[POSTING]
    }

    fn fetches_media(&self) -> bool {
        true
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        only_posts(content)?;
        let options = options(content);
        let video = video_of(content);
        let Some(had) = had else {
            suitable(content, &options)?;
            let creator = creator::ask(call).await?;
            let audience = creator.check(content, &options)?;
            let media = content.media.iter().map(|media| media.facts.asset).collect();
            let username = creator.username();
            let prep = Prep { v: VERSION, media, audience, username, upload: None, publish_id: None };
            let checkpoint = checkpoint::write(&prep);
            return Ok(if video.is_some() { Prepared::More(checkpoint) } else { Prepared::Ready(checkpoint) });
        };
        let mut prep: Prep = checkpoint::read(had, VERSION)?;
        still_good(&prep, content)?;
        let Some(media) = video else {
            // What an earlier attempt got says nothing of the next one.
            prep.publish_id = None;
            return Ok(Prepared::Ready(checkpoint::write(&prep)));
        };
        match &mut prep.upload {
            None => {
                let info = of_video(content, &options, &prep.audience);
                prep.upload = Some(Upload::announce(call, media, &info).await?);
            }
            Some(upload) if upload.is_ready() => {}
            Some(upload) => upload.go_on(call, media).await?,
        }
        let is_ready = prep.upload.as_ref().is_some_and(Upload::is_ready);
        let checkpoint = checkpoint::write(&prep);
        Ok(if is_ready { Prepared::Ready(checkpoint) } else { Prepared::More(checkpoint) })
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        only_posts(content)?;
        let mut prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        still_good(&prep, content)?;
        match (video_of(content), &mut prep.upload) {
            (Some(media), Some(upload)) if upload.is_ready() => upload.finish(call, media).await?,
            (Some(_), _) => return Err(lost("The upload is not finished yet.")),
            (None, _) => {
                let body = of_pictures(content, &options(content), &prep.audience);
                let request = call.wire.mutate(Platform::TikTok, Method::POST, &address("post/publish/content/init"));
                let request = with_json(request, &body).bearer(&call.grant.access).limits(problem::limits);
                let response = request.send().await?;
                let Taken { publish_id } = problem::data(&response)?;
                if publish_id.is_empty() {
                    return Err(response.unreadable());
                }
                prep.publish_id = Some(publish_id);
            }
        }
        Ok(Committed::Processing { checkpoint: checkpoint::write(&prep), recheck_after: Duration::from_secs(5) })
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        let publish_id = prep.upload.as_ref().map(|upload| &upload.publish_id).or(prep.publish_id.as_ref());
        let Some(publish_id) = publish_id else {
            return match listing::find(call, content, since).await {
                Ok(Some(post)) => Ok(ProbeOutcome::Live(post)),
                Ok(None) => Ok(ProbeOutcome::CannotTell(UNSEEN.into())),
                Err(fault) => ProbeOutcome::of_failed_probe(fault),
            };
        };
        match status::ask(call, publish_id).await {
            Ok(stage) => Ok(outcome(&prep, publish_id, stage, Utc::now() - since)),
            Err(fault) => ProbeOutcome::of_failed_probe(fault),
        }
    }

    async fn delete(&self, _: &Call<'_>, _: &RemotePost) -> Result<(), Fault> {
        let message = "TikTok lets no program delete posts. Delete it in TikTok's app.".into();
        Err(Fault::Unsupported { message })
    }

    fn id_in(&self, address: &str) -> Option<String> {
        listing::id_in(address)
    }

    fn address(&self, address: &str) -> Address {
        Self::address_of(address)
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        listing::look_up(call, address).await
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        const ASKED: &str = "POST /v2/post/publish/creator_info/query/";
        match video_of(content) {
            Some(_) => &[ASKED, "POST /v2/post/publish/video/init/"],
            None => &[ASKED, "POST /v2/post/publish/content/init/"],
        }
    }

    /// The deadline of the irreversible call is a minute at most.
    fn grace(&self) -> Duration {
        Duration::from_secs(120)
    }
}

const UNSEEN: &str = "TikTok did not say whether it took the pictures, and lists only what everybody can see.";

#[derive(Deserialize)]
struct Taken {
    publish_id: String,
}

/// What was prepared is for this content.
fn still_good(prep: &Prep, content: &Content) -> Result<(), Fault> {
    let options = options(content);
    let info = || of_video(content, &options, &prep.audience);
    let same = prep.media.iter().eq(content.media.iter().map(|media| &media.facts.asset))
        && options.privacy.as_deref() == Some(prep.audience.as_str())
        && prep.upload.as_ref().is_none_or(|upload| upload.is_for(&info()));
    if same { Ok(()) } else { Err(lost("The post has changed since it was prepared.")) }
}

/// What TikTok's word on it means. `ago`: since the first attempt.
fn outcome(prep: &Prep, publish_id: &str, stage: Stage, ago: TimeDelta) -> ProbeOutcome {
    let remote = |id| listing::remote(id, publish_id, prep.username.as_deref(), prep.upload.is_some());
    let later = Duration::from_secs(if ago < TimeDelta::minutes(1) { 5 } else { 20 });
    match (stage, &prep.upload) {
        (Stage::Published(None), _) if prep.audience == EVERYBODY && ago < PATIENCE => {
            ProbeOutcome::Processing { recheck_after: later }
        }
        (Stage::Published(id), _) => ProbeOutcome::Live(remote(id)),
        (Stage::Inbox, _) => {
            ProbeOutcome::CannotTell("TikTok put it into the account's inbox. Finish it in TikTok's app.".into())
        }
        // The next call asks again and then sends the video anew. Of pictures no later call could be told from this one.
        (Stage::Failed(reason), Some(_)) if status::is_theirs(&reason) => ProbeOutcome::Absent,
        (Stage::Failed(reason), _) => ProbeOutcome::Refused(status::why(&reason)),
        (Stage::Uploading(None), Some(upload)) if !upload.accepted => match ago < PATIENCE {
            true => ProbeOutcome::Processing { recheck_after: later },
            false => ProbeOutcome::CannotTell("TikTok does not say whether all of the video has arrived.".into()),
        },
        // The last part has not arrived: it may be sent again, as this upload can become one post only.
        (stage @ Stage::Uploading(_), Some(upload)) if !upload.is_there(&stage) => ProbeOutcome::Absent,
        (Stage::Uploading(_) | Stage::Working, _) => ProbeOutcome::Processing { recheck_after: later },
    }
}
