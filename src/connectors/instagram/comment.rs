//! The first comment under a post: nothing to prepare, one irreversible call, and a probe that lists the post's comments.

use super::problem::{self, Operation};
use super::publish::{get, graph};
use super::{COMMENTING, GRAPH, Instagram, id_of, made, moment};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::wire::segment;
use crate::connectors::{Call, Committed, Fault, ProbeOutcome, RemotePost};
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use http::Method;
use serde::Deserialize;
use serde_json::Value;

/// Newest first, top level only.
#[derive(Deserialize)]
struct Listing {
    data: Vec<Comment>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paging {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Comment {
    id: Value,
    #[serde(default)]
    text: String,
    /// Not returned in every combination of permissions.
    username: Option<String>,
    #[serde(default)]
    timestamp: String,
}

/// What can be known before the call: accounts that were connected before comments were asked for lack the permission,
/// and a post that we found only by its upload has no id to comment on.
pub(super) fn ready(call: &Call<'_>, post: &RemotePost) -> Result<(), Fault> {
    let scopes = &call.grant.scopes;
    if !scopes.is_empty() && !scopes.iter().any(|s| s == COMMENTING) {
        return Err(Fault::NotAllowed {
            message: "it was connected without the permission to write comments".into(),
            scopes: vec![COMMENTING.into()],
        });
    }
    if post.id.is_empty() || !post.id.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Fault::Unsupported {
            message: "it has not told us the id of the post; write the comment there by hand".into(),
        });
    }
    Ok(())
}

impl Instagram {
    /// The irreversible call.
    pub(super) async fn comment(&self, call: &Call<'_>, text: &str, post: &RemotePost) -> Result<Committed, Fault> {
        let request = call.wire.mutate(Platform::Instagram, Method::POST, &format!("{GRAPH}/{}", edge(post)));
        let response = graph(request, call).form(&[("message", text)]).send().await?;
        let response = response.accepted(|a| problem::fault(a, Operation::Comment))?;
        Ok(Committed::Live(RemotePost { id: made(&response)?, url: post.url.clone() }))
    }

    /// Looks for it: same words, new enough, ours as far as Instagram says whose.
    pub(super) async fn find_comment(
        &self,
        call: &Call<'_>,
        text: &str,
        post: &RemotePost,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let listing: Listing = match get(call, &edge(post), "id,text,timestamp,username", None).await {
            Ok(response) => response.json()?,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let (ours, from, me) = (plain(text), earliest(since), call.handle.trim_start_matches('@'));
        let recent = |c: &&Comment| moment(&c.timestamp).is_some_and(|at| at >= from);
        let mine = |c: &&Comment| c.username.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(me));
        let found = listing.data.iter().filter(recent).filter(mine).find(|c| plain(&c.text) == ours);
        if let Some(id) = found.and_then(|c| id_of(&c.id)) {
            return Ok(ProbeOutcome::Live(RemotePost { id, url: post.url.clone() }));
        }
        // So many comments since the attempt that ours may be on the next page.
        if listing.paging.next.is_some() && listing.data.last().is_some_and(|c| recent(&c)) {
            return Ok(ProbeOutcome::CannotTell("Instagram shows only a part of the comments under this post.".into()));
        }
        Ok(ProbeOutcome::Absent)
    }
}

fn edge(post: &RemotePost) -> String {
    format!("{}/comments", segment(&post.id))
}
