//! The first comment under a video: nothing to prepare, one irreversible call, and a probe that lists the video's comments.

use super::problem::Operation;
use super::threads::{Listing, Thread, address};
use super::{COMMENTING, create, read, send};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::{Call, Committed, Fault, ProbeOutcome, RemotePost};
use chrono::{DateTime, Utc};
use serde_json::json;

/// Comments per probe; a new video has a few.
const PAGE: usize = 100;

/// What can be known before the call: the permission can be left out on the consent page.
pub(super) fn allowed(call: &Call<'_>) -> Result<(), Fault> {
    let scopes = &call.grant.scopes;
    if scopes.is_empty() || scopes.iter().any(|scope| scope == COMMENTING) {
        return Ok(());
    }
    let message = "it was connected without the permission to write comments".into();
    Err(Fault::NotAllowed { message, scopes: vec![COMMENTING.into()] })
}

/// The irreversible call.
pub(super) async fn write(call: &Call<'_>, text: &str, post: &RemotePost) -> Result<Committed, Fault> {
    let body = json!({ "snippet": {
        "videoId": post.id, "topLevelComment": { "snippet": { "textOriginal": text } },
    } });
    let request = create(call, "commentThreads", "snippet").json(&body);
    let response = send(request, &call.grant.access, Operation::Comment).await?;
    let made: Thread = response.json()?;
    if made.id.is_empty() {
        return Err(response.unreadable());
    }
    Ok(Committed::Live(commented(post, &made.id)))
}

/// Looks for it: same words, new enough, ours.
pub(super) async fn find(
    call: &Call<'_>,
    text: &str,
    post: &RemotePost,
    since: DateTime<Utc>,
) -> Result<ProbeOutcome, Fault> {
    let request = read(call, "commentThreads", "snippet").query("videoId", &post.id).query("order", "time");
    let request = request.query("maxResults", PAGE.to_string()).query("textFormat", "plainText");
    let listing = send(request, &call.grant.access, Operation::Read).await;
    let listing: Listing<Thread> = match listing.and_then(|response| response.json()) {
        Ok(listing) => listing,
        Err(fault) => return ProbeOutcome::of_failed_probe(fault),
    };
    let (ours, from) = (plain(text), earliest(since));
    let found = listing.items.iter().find(|thread| {
        let comment = &thread.snippet.top_level_comment.snippet;
        comment.is_of(call.account) && comment.since(from) && plain(comment.words()) == ours
    });
    if let Some(thread) = found {
        return Ok(ProbeOutcome::Live(commented(post, &thread.id)));
    }
    let last = listing.items.last().filter(|_| listing.items.len() >= PAGE);
    if last.is_some_and(|thread| thread.snippet.top_level_comment.snippet.since(from)) {
        return Ok(ProbeOutcome::CannotTell("YouTube shows only a part of the comments under this video.".into()));
    }
    Ok(ProbeOutcome::Absent)
}

fn commented(post: &RemotePost, id: &str) -> RemotePost {
    RemotePost { id: id.to_owned(), url: Some(address(post, id)) }
}
