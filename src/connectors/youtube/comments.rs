//! Comments under a channel's videos: read, answered, hidden and taken back. Answers are one level deep. A call that reads
//! costs one unit of the project's day (10,000), one that changes something 50.

use super::problem::Operation;
use super::threads::{Comment, Listing, Thread};
use super::{API, COMMENTING, YouTube, create, problem, read, send};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::converse::{Answered, CommentPage, Converse, RemoteComment, needs};
use crate::connectors::wire::WireRequest;
use crate::connectors::{Call, Checkpoint, Fault, ProbeOutcome, RemotePost};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use http::Method;
use serde_json::json;
use std::time::Duration;

/// Comments at a time: what YouTube gives at most.
const PAGE: &str = "100";
/// A thread comes with a few of its answers; of so many threads of a page all answers are asked for, with a call each.
const WHOLE_THREADS: usize = 10;
/// No page names a limit; others say so.
const LONGEST: usize = 10_000;

/// The answers to a comment.
async fn answers(call: &Call<'_>, to: &str) -> Result<Listing<Comment>, Fault> {
    let request = read(call, "comments", "snippet").query("parentId", to);
    let request = request.query("maxResults", PAGE).query("textFormat", "plainText");
    send(request, &call.grant.access, Operation::Converse).await?.json()
}

/// A change of a comment that may be repeated.
fn change(call: &Call<'_>, method: Method, path: &str, comment: &str) -> WireRequest {
    let request = call.wire.repeatable(Platform::YouTube, method, &format!("{API}/{path}")).query("id", comment);
    request.bearer(&call.grant.access).limits(problem::limits)
}

#[async_trait]
impl Converse for YouTube {
    fn scopes(&self) -> &'static [&'static str] {
        &[COMMENTING]
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    async fn comments(&self, call: &Call<'_>, post: &RemotePost, page: Option<&str>) -> Result<CommentPage, Fault> {
        needs(call, &[COMMENTING])?;
        let request = read(call, "commentThreads", "snippet,replies").query("videoId", &post.id).query("order", "time");
        let request = request.query("maxResults", PAGE).query("textFormat", "plainText");
        let request = page.into_iter().fold(request, |request, token| request.query("pageToken", token));
        let listing: Listing<Thread> = send(request, &call.grant.access, Operation::Converse).await?.json()?;
        let (mut comments, mut whole, mut asked): (Vec<RemoteComment>, _, _) = (vec![], true, 0);
        for thread in listing.items {
            let (top, mut below) = (thread.snippet.top_level_comment, thread.replies.comments);
            let id = top.id.clone();
            if below.len() < thread.snippet.total_reply_count {
                match asked < WHOLE_THREADS {
                    true => {
                        asked += 1;
                        let all = answers(call, &id).await?;
                        whole &= all.next_page_token.is_none();
                        below = all.items;
                    }
                    false => whole = false,
                }
            }
            comments.extend(top.read(call.account, post, None));
            comments.extend(below.into_iter().filter_map(|one| one.read(call.account, post, Some(&id))));
        }
        Ok(CommentPage { comments, whole, next: listing.next_page_token })
    }

    async fn reply(&self, call: &Call<'_>, to: &Answered, text: &str, _: &Checkpoint) -> Result<String, Fault> {
        needs(call, &[COMMENTING])?;
        let body = json!({ "snippet": { "parentId": to.top(), "textOriginal": text } });
        let request = create(call, "comments", "snippet").json(&body);
        let response = send(request, &call.grant.access, Operation::Converse).await?;
        let made: Comment = response.json()?;
        if made.id.is_empty() { Err(response.unreadable()) } else { Ok(made.id) }
    }

    async fn find_reply(
        &self,
        call: &Call<'_>,
        to: &Answered,
        text: &str,
        _: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let listing = match answers(call, to.top()).await {
            Ok(listing) => listing,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let (ours, from) = (plain(text), earliest(since));
        let mine = |one: &&Comment| {
            one.snippet.is_of(call.account) && one.snippet.since(from) && plain(one.snippet.words()) == ours
        };
        if let Some(found) = listing.items.iter().find(mine) {
            return Ok(ProbeOutcome::Live(RemotePost { id: found.id.clone(), url: None }));
        }
        // In which order they come is not documented, so what is not on this page may be on the next.
        Ok(match listing.next_page_token {
            Some(_) => ProbeOutcome::CannotTell("YouTube shows only a part of the answers to this comment.".into()),
            None => ProbeOutcome::Absent,
        })
    }

    fn hides(&self) -> bool {
        true
    }

    /// Rejected comments are in no list, and neither is what answers them.
    fn lists_hidden(&self) -> bool {
        false
    }

    async fn hide(&self, call: &Call<'_>, comment: &str, hidden: bool) -> Result<(), Fault> {
        needs(call, &[COMMENTING])?;
        let status = if hidden { "rejected" } else { "published" };
        let request = change(call, Method::POST, "comments/setModerationStatus", comment);
        let response = request.query("moderationStatus", status).send().await?;
        response.accepted(|refusal| problem::fault(refusal, Operation::Converse)).map(drop)
    }

    fn removes(&self) -> bool {
        true
    }

    async fn remove(&self, call: &Call<'_>, comment: &str) -> Result<(), Fault> {
        needs(call, &[COMMENTING])?;
        let response = change(call, Method::DELETE, "comments", comment).send().await?;
        if response.status.as_u16() == 404 {
            return Ok(());
        }
        response.accepted(|refusal| problem::fault(refusal, Operation::Converse)).map(drop)
    }

    /// Lists follow within a minute or two; the deadline of the irreversible call is a minute.
    fn grace(&self) -> Duration {
        Duration::from_secs(180)
    }
}
