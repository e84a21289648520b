//! Publishing on X: pictures one after the other (`upload`), then the one irreversible `POST /2/tweets`. The posts of a
//! thread go the same way, each answering the one before.

use super::compare::Post;
use super::problem::{self, Operation};
use super::upload::Upload;
use super::{API, X, limits};
use crate::connectors::compare::earliest;
use crate::connectors::wire::segment;
use crate::connectors::{
    Address, Call, Checkpoint, Committed, Content, ContentRole, Fault, FoundPost, Lookup, Media, Prepared,
    ProbeOutcome, Publish, RemotePost, checkpoint, lookup,
};
use crate::domain::platform::Platform;
use crate::domain::platforms::x::{WhoCanReply, XOptions};
use crate::domain::post::Format;
use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

const VERSION: u64 = 1;
/// The new name is `post.fields` (2.167); production is known to honour the old one, answers are read in both.
pub(super) const FIELDS: &str = "tweet.fields";
pub(super) const POST_FIELDS: &str = "attachments,created_at,entities,note_tweet,text";
const REPLY_FIELDS: &str = "attachments,created_at,entities,note_tweet,referenced_tweets,text";

#[derive(Serialize, Deserialize)]
struct Prep {
    v: u64,
    media: Vec<Upload>,
}

#[derive(Deserialize)]
struct Created {
    data: CreatedData,
}

#[derive(Deserialize)]
struct CreatedData {
    id: String,
}

#[derive(Deserialize)]
pub(super) struct Timeline {
    #[serde(default)]
    pub data: Vec<Post>,
    /// Present beside `data` when X withholds a part.
    #[serde(default)]
    pub errors: Vec<serde_json::Value>,
    #[serde(default)]
    pub meta: TimelineMeta,
}

#[derive(Default, Deserialize)]
pub(super) struct TimelineMeta {
    pub next_token: Option<String>,
}

/// Asks for the account's newest posts, threads included: replies are part of the timeline unless one excludes them.
pub(super) async fn timeline(call: &Call<'_>, query: &[(&str, &str)]) -> Result<Timeline, Fault> {
    let request = call.wire.read(Platform::X, &format!("{API}/users/{}/tweets", segment(call.account)));
    let request = request.query("exclude", "retweets");
    let request = query.iter().fold(request, |request, (name, value)| request.query(name, value));
    let response = request.bearer(&call.grant.access).limits(limits).send().await?;
    response.accepted(|a| problem::fault(a, Operation::Read, &call.grant.scopes))?.json()
}

#[async_trait]
impl Publish for X {
    fn scopes(&self, pictures: bool) -> &'static [&'static str] {
        if pictures { &["tweet.write", "media.write"] } else { &["tweet.write"] }
    }

    async fn prepare(&self, call: &Call<'_>, content: &Content, had: Option<&Checkpoint>) -> Result<Prepared, Fault> {
        let media = pictures(content)?;
        let mut prep = match had {
            Some(checkpoint) => checkpoint::read(checkpoint, VERSION)?,
            None => Prep { v: VERSION, media: vec![] },
        };
        still_good(&prep, media)?;
        if let Some((upload, media)) = prep.media.iter_mut().zip(media).find(|(u, _)| !u.is_done()) {
            if let Some(recheck_after) = upload.go_on(call, media).await? {
                return Ok(Prepared::Waiting { checkpoint: checkpoint::write(&prep), recheck_after });
            }
        } else if let Some(media) = media.get(prep.media.len()) {
            prep.media.push(Upload::begin(call, media).await?);
        }
        let done = prep.media.len() == media.len() && prep.media.iter().all(Upload::is_done);
        let checkpoint = checkpoint::write(&prep);
        Ok(if done { Prepared::Ready(checkpoint) } else { Prepared::More(checkpoint) })
    }

    async fn commit(&self, call: &Call<'_>, content: &Content, checkpoint: &Checkpoint) -> Result<Committed, Fault> {
        let media = pictures(content)?;
        let prep: Prep = checkpoint::read(checkpoint, VERSION)?;
        still_good(&prep, media)?;
        if prep.media.len() != media.len() || !prep.media.iter().all(Upload::is_done) {
            return Err(Fault::PreparationLost { message: "The pictures are not uploaded yet.".into() });
        }
        let response = call
            .wire
            .mutate(Platform::X, Method::POST, &format!("{API}/tweets"))
            .bearer(&call.grant.access)
            .json(&body(content, &prep))
            .limits(limits)
            .send()
            .await?
            .accepted(|a| problem::fault(a, Operation::Post, &call.grant.scopes))?;
        Ok(Committed::Live(remote(call, response.json::<Created>()?.data.id)))
    }

    async fn probe(
        &self,
        call: &Call<'_>,
        content: &Content,
        _checkpoint: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let media = pictures(content)?;
        let answered = match &content.role {
            ContentRole::ReplyTo(post) => Some(post.id.as_str()),
            _ => None,
        };
        let fields = if answered.is_some() { REPLY_FIELDS } else { POST_FIELDS };
        let from = earliest(since).to_rfc3339_opts(SecondsFormat::Secs, true);
        let query = [("max_results", "100"), ("start_time", from.as_str()), (FIELDS, fields)];
        let timeline = match timeline(call, &query).await {
            Ok(timeline) => timeline,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        if let Some(post) = timeline.data.iter().find(|p| p.shows(&content.text, media.len()) && p.may_answer(answered))
        {
            return Ok(ProbeOutcome::Live(remote(call, post.id.clone())));
        }
        // More than a page in so short a time, or a part withheld: not seeing it proves nothing.
        if timeline.meta.next_token.is_some() || (timeline.data.is_empty() && !timeline.errors.is_empty()) {
            return Ok(ProbeOutcome::CannotTell("X shows only a part of this account's newest posts.".into()));
        }
        Ok(ProbeOutcome::Absent)
    }

    fn deletes(&self) -> bool {
        true
    }

    /// Deleting what is gone is confirmed as well.
    async fn delete(&self, call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
        let address = format!("{API}/tweets/{}", segment(&post.id));
        let request = call.wire.repeatable(Platform::X, Method::DELETE, &address);
        let response = request.bearer(&call.grant.access).limits(limits).send().await?;
        if response.status.as_u16() == 404 {
            return Ok(());
        }
        response.accepted(|a| problem::fault(a, Operation::Read, &call.grant.scopes)).map(drop)
    }

    fn id_in(&self, address: &str) -> Option<String> {
        let id = address.split_once("/status/")?.1.split(['/', '?', '#']).next()?;
        (!id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())).then(|| id.to_owned())
    }

    fn address(&self, address: &str) -> Address {
        const FORM: &str = "https://x.com/name/status/1234567890";
        match lookup::parts(address) {
            Some((host, path)) if matches!(host.as_str(), "x.com" | "twitter.com") => match path.as_slice() {
                [name, status, ..] if status == "status" && self.id_in(address).is_some() => {
                    Address::Post { account: (name != "i").then(|| name.clone()) }
                }
                _ => Address::NoPost(FORM),
            },
            _ => Address::NoPost(FORM),
        }
    }

    async fn look_up(&self, call: &Call<'_>, address: &str) -> Result<Lookup, Fault> {
        #[derive(Deserialize)]
        struct Answer {
            data: Option<Seen>,
        }
        #[derive(Deserialize)]
        struct Seen {
            author_id: String,
            #[serde(default)]
            text: String,
            created_at: Option<DateTime<Utc>>,
        }
        let Some(id) = self.id_in(address) else { return Ok(Lookup::Missing) };
        let request =
            call.wire.read(Platform::X, &format!("{API}/tweets/{id}")).query(FIELDS, "author_id,created_at,text");
        let response = request.bearer(&call.grant.access).limits(limits).send().await?;
        let response = response.accepted(|a| problem::fault(a, Operation::Read, &call.grant.scopes))?;
        Ok(match response.json::<Answer>()?.data {
            None => Lookup::Missing,
            Some(seen) if seen.author_id != call.account => Lookup::NotOurs,
            Some(seen) => Lookup::Found(FoundPost { id, text: seen.text, at: seen.created_at }),
        })
    }

    fn spends(&self, content: &Content) -> &'static [&'static str] {
        // The irreversible call first; the rest is needed for pictures only.
        const CALLS: [&str; 5] = [
            "POST /2/tweets",
            "POST /2/media/upload",
            "POST /2/media/upload/initialize",
            "POST /2/media/upload/*/append",
            "POST /2/media/metadata",
        ];
        if content.media.is_empty() { &CALLS[..1] } else { &CALLS }
    }

    /// Timelines are indexed within seconds; the deadline of the irreversible call is half a minute.
    fn grace(&self) -> Duration {
        Duration::from_secs(90)
    }
}

/// What X is asked to create. A link is part of the text; X makes its card from the page itself.
fn body(content: &Content, prep: &Prep) -> serde_json::Value {
    let mut body = json!({ "text": content.text });
    if let ContentRole::ReplyTo(post) = &content.role {
        body["reply"] = json!({ "in_reply_to_tweet_id": post.id });
    } else {
        let options = XOptions::read(content.format, &content.options);
        match options.who_can_reply {
            WhoCanReply::Everybody => {}
            WhoCanReply::Following => body["reply_settings"] = json!("following"),
            WhoCanReply::Mentioned => body["reply_settings"] = json!("mentionedUsers"),
        }
        if content.format == Format::Poll {
            let answers = [options.answer_1, options.answer_2, options.answer_3, options.answer_4];
            let answers: Vec<_> = answers.into_iter().flatten().map(|answer| answer.trim().to_owned()).collect();
            body["poll"] = json!({ "options": answers, "duration_minutes": options.duration.minutes() });
        }
    }
    if !prep.media.is_empty() {
        body["media"] = json!({ "media_ids": prep.media.iter().map(|u| &u.id).collect::<Vec<_>>() });
    }
    body
}

pub(super) fn remote(call: &Call<'_>, id: String) -> RemotePost {
    let handle = call.handle.trim_start_matches('@');
    RemotePost { url: Some(format!("https://x.com/{}/status/{id}", if handle.is_empty() { "i" } else { handle })), id }
}

/// The pictures that go with it: the posts of a thread after the first are text only.
fn pictures(content: &Content) -> Result<&[Media], Fault> {
    match &content.role {
        ContentRole::Post => Ok(&content.media),
        ContentRole::ReplyTo(_) => Ok(&[]),
        ContentRole::CommentOn(_) => Err(ContentRole::unsupported(Platform::X, "comments beside replies")),
    }
}

/// The uploads still exist and belong to these pictures, in this order.
fn still_good(prep: &Prep, media: &[Media]) -> Result<(), Fault> {
    let same = checkpoint::in_order(prep.media.iter().map(|u| Some(u.asset)), media);
    let fresh = prep.media.iter().all(Upload::is_fresh);
    let message = match (same, fresh) {
        (true, true) => return Ok(()),
        (false, _) => "The pictures have changed since they were uploaded to X.",
        (true, false) => "X keeps uploaded pictures for a day only; they have to be uploaded again.",
    };
    Err(Fault::PreparationLost { message: message.into() })
}
