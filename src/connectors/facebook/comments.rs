//! Comments under a Page's posts: read, answered, hidden and taken back. Answers are one level deep.

use super::problem::{self, Operation};
use super::{CONVERSING, Facebook, GRAPH, Paging, graph, is_gone, posts, read_for, succeeded};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::converse::{Answered, CommentPage, Converse, RemoteComment, needs};
use crate::connectors::meta::{Body, id_of, made, moment};
use crate::connectors::wire::{WireRequest, segment};
use crate::connectors::{Call, Checkpoint, Fault, ProbeOutcome, RemotePost};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use http::Method;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// Comments at a time.
const PAGE: &str = "100";
const FIELDS: &str = "id,message,from{id,name},created_time,parent{id},is_hidden,permalink_url";
/// Meta's pages name no limit for comments; more than this is cut off by "See more" and no answer needs it.
const LONGEST: usize = 8_000;

#[derive(Deserialize)]
struct Listing {
    data: Vec<Comment>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Deserialize)]
struct Comment {
    id: String,
    #[serde(default)]
    message: String,
    /// Not said of people who did not allow it.
    from: Option<From>,
    #[serde(default)]
    created_time: String,
    parent: Option<Parent>,
    #[serde(default)]
    is_hidden: bool,
    permalink_url: Option<String>,
}

#[derive(Deserialize)]
struct From {
    id: Option<Value>,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Parent {
    id: String,
}

impl Comment {
    fn is_of(&self, account: &str) -> bool {
        let id = self.from.as_ref().and_then(|from| id_of(from.id.as_ref()?));
        id.is_some_and(|id| id == account)
    }

    fn read(self, account: &str) -> Option<RemoteComment> {
        Some(RemoteComment {
            at: moment(&self.created_time)?,
            ours: self.is_of(account),
            id: self.id,
            parent: self.parent.map(|parent| parent.id),
            author: self.from.map(|from| from.name).unwrap_or_default(),
            text: self.message,
            hidden: self.is_hidden,
            url: self.permalink_url.as_deref().map(posts::whole),
        })
    }
}

async fn list(call: &Call<'_>, of: &str, page: Option<&str>) -> Result<Listing, Fault> {
    needs(call, &CONVERSING)?;
    let path = format!("{}/comments", segment(of));
    let mut query = vec![("fields", FIELDS), ("filter", "stream"), ("order", "reverse_chronological"), ("limit", PAGE)];
    query.extend(page.map(|after| ("after", after)));
    read_for(Operation::Comment, call.wire, &call.grant.access, &path, &query).await?.json()
}

/// What the comments under a post, or the answers to one of them, say of ours.
pub(super) enum Found {
    Ours {
        id: String,
        url: Option<String>,
    },
    No,
    /// So many comments since the attempt that ours may be among those that were not read.
    Unclear,
}

/// Looks for what the Page wrote itself: same words, and new enough. `top`: only what answers no comment.
pub(super) async fn find(
    call: &Call<'_>,
    of: &str,
    text: &str,
    since: DateTime<Utc>,
    top: bool,
) -> Result<Found, Fault> {
    let listing = list(call, of, None).await?;
    let (ours, from) = (plain(text), earliest(since));
    let recent = |c: &&Comment| moment(&c.created_time).is_some_and(|at| at >= from);
    let more = listing.paging.next.is_some() && listing.data.last().is_some_and(|c| recent(&c));
    let mine = |c: &&Comment| c.is_of(call.account) && plain(&c.message) == ours && !(top && c.parent.is_some());
    Ok(match listing.data.iter().filter(recent).find(mine) {
        Some(found) => Found::Ours { id: found.id.clone(), url: found.permalink_url.as_deref().map(posts::whole) },
        None if more => Found::Unclear,
        None => Found::No,
    })
}

/// A call to a comment that may be repeated.
fn change(call: &Call<'_>, method: Method, comment: &str) -> WireRequest {
    let request = call.wire.repeatable(Platform::Facebook, method, &format!("{GRAPH}/{}", segment(comment)));
    graph(request, &call.grant.access)
}

#[async_trait]
impl Converse for Facebook {
    fn scopes(&self) -> &'static [&'static str] {
        &CONVERSING
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    async fn comments(&self, call: &Call<'_>, post: &RemotePost, page: Option<&str>) -> Result<CommentPage, Fault> {
        let listing = list(call, &post.id, page).await?;
        let next = listing.paging.cursors.after.filter(|_| listing.paging.next.is_some());
        let comments = listing.data.into_iter().filter_map(|c| c.read(call.account)).collect();
        Ok(CommentPage { comments, whole: true, next })
    }

    async fn reply(&self, call: &Call<'_>, to: &Answered, text: &str, _: &Checkpoint) -> Result<String, Fault> {
        needs(call, &CONVERSING)?;
        let address = format!("{GRAPH}/{}/comments", segment(to.top()));
        let request = call.wire.mutate(Platform::Facebook, Method::POST, &address);
        let response = graph(request, &call.grant.access).form(&[("message", text)]).send().await?;
        made(&response.accepted(|a| problem::fault(a, Operation::Comment))?)
    }

    async fn find_reply(
        &self,
        call: &Call<'_>,
        to: &Answered,
        text: &str,
        _: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        match find(call, to.top(), text, since, false).await {
            Ok(Found::Ours { id, .. }) => Ok(ProbeOutcome::Live(RemotePost { id, url: None })),
            Ok(Found::No) => Ok(ProbeOutcome::Absent),
            Ok(Found::Unclear) => {
                Ok(ProbeOutcome::CannotTell("Facebook shows only a part of the answers to this comment.".into()))
            }
            Err(fault) => ProbeOutcome::of_failed_probe(fault),
        }
    }

    fn hides(&self) -> bool {
        true
    }

    async fn hide(&self, call: &Call<'_>, comment: &str, hidden: bool) -> Result<(), Fault> {
        needs(call, &CONVERSING)?;
        let is_hidden = if hidden { "true" } else { "false" };
        let response = change(call, Method::POST, comment).form(&[("is_hidden", is_hidden)]).send().await?;
        succeeded(&response.accepted(|a| problem::fault(a, Operation::Comment))?)
    }

    fn removes(&self) -> bool {
        true
    }

    async fn remove(&self, call: &Call<'_>, comment: &str) -> Result<(), Fault> {
        needs(call, &CONVERSING)?;
        let response = change(call, Method::DELETE, comment).send().await?;
        if is_gone(&response.error::<Body>().error) {
            return Ok(());
        }
        succeeded(&response.accepted(|a| problem::fault(a, Operation::Comment))?)
    }

    /// Listings follow within seconds; the deadline of the irreversible call is half a minute.
    fn grace(&self) -> Duration {
        Duration::from_secs(90)
    }
}
