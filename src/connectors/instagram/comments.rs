//! Comments under an account's posts: read, answered, hidden and taken back. Answers are one level deep.

use super::problem::{self, Operation};
use super::publish::graph;
use super::{COMMENTING, GRAPH, Instagram, id_of, made, moment};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::converse::{Answered, CommentPage, Converse, RemoteComment, needs};
use crate::connectors::meta::Body;
use crate::connectors::wire::{WireRequest, WireResponse, segment};
use crate::connectors::{Call, Checkpoint, Fault, ProbeOutcome, RemotePost};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use http::Method;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// Comments at a time: what Instagram gives at most.
const PAGE: &str = "50";
const FIELDS: &str = "id,text,timestamp,username,from{id,username},hidden,parent_id,replies{id,text,timestamp,username,hidden,parent_id}";
/// Without what is not given in every combination of permissions: one refused field fails the whole call.
const FEWER_FIELDS: &str = "id,text,timestamp,username,hidden,replies{id,text,timestamp,username}";
/// As other programs keep to; Meta's pages name no limit.
const LONGEST: usize = 300;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Listing {
    data: Vec<Comment>,
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paging {
    next: Option<String>,
    cursors: Cursors,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursors {
    after: Option<String>,
}

#[derive(Deserialize)]
struct Comment {
    id: Value,
    #[serde(default)]
    text: String,
    #[serde(default)]
    timestamp: String,
    username: Option<String>,
    from: Option<From>,
    #[serde(default)]
    hidden: bool,
    parent_id: Option<Value>,
    #[serde(default)]
    replies: Listing,
}

#[derive(Deserialize)]
struct From {
    id: Option<Value>,
    username: Option<String>,
}

impl Comment {
    fn is_of(&self, call: &Call<'_>) -> bool {
        let id = self.from.as_ref().and_then(|from| id_of(from.id.as_ref()?));
        let name = self.name().unwrap_or_default();
        id.is_some_and(|id| id == call.account) || name.eq_ignore_ascii_case(call.handle.trim_start_matches('@'))
    }

    fn name(&self) -> Option<&str> {
        self.username.as_deref().or_else(|| self.from.as_ref()?.username.as_deref())
    }

    /// The comment and the answers that came with it. `under`: the comment that it answers.
    fn read(self, call: &Call<'_>, under: Option<&str>, into: &mut Vec<RemoteComment>) {
        let (Some(id), Some(at)) = (id_of(&self.id), moment(&self.timestamp)) else { return };
        let (ours, author) = (self.is_of(call), self.name().unwrap_or_default().to_owned());
        let parent = under.map(str::to_owned).or_else(|| id_of(self.parent_id.as_ref()?));
        into.push(RemoteComment {
            parent,
            author,
            text: self.text,
            at,
            ours,
            hidden: self.hidden,
            url: None,
            id: id.clone(),
        });
        // Instagram knows one level of them.
        if under.is_none() {
            self.replies.data.into_iter().for_each(|answer| answer.read(call, Some(&id), into));
        }
    }
}

async fn get(call: &Call<'_>, path: &str, fields: &str, page: Option<&str>) -> Result<WireResponse, Fault> {
    needs(call, &[COMMENTING])?;
    let request = call.wire.read(Platform::Instagram, &format!("{GRAPH}/{path}"));
    let request = request.query("fields", fields).query("limit", PAGE);
    let request = page.into_iter().fold(request, |request, after| request.query("after", after));
    graph(request, call).send().await?.accepted(|a| problem::fault(a, Operation::Converse))
}

/// A call to a comment that may be repeated.
fn change(call: &Call<'_>, method: Method, comment: &str) -> WireRequest {
    graph(call.wire.repeatable(Platform::Instagram, method, &format!("{GRAPH}/{}", segment(comment))), call)
}

/// `{"success": true}`; anything else is no answer that can be relied on.
fn succeeded(response: &WireResponse) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Done {
        success: bool,
    }
    if response.json::<Done>()?.success { Ok(()) } else { Err(response.unreadable()) }
}

#[async_trait]
impl Converse for Instagram {
    fn scopes(&self) -> &'static [&'static str] {
        &[COMMENTING]
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    async fn comments(&self, call: &Call<'_>, post: &RemotePost, page: Option<&str>) -> Result<CommentPage, Fault> {
        let path = format!("{}/comments", segment(&post.id));
        let response = match get(call, &path, FIELDS, page).await {
            Err(Fault::InvalidContent { .. }) => get(call, &path, FEWER_FIELDS, page).await?,
            other => other?,
        };
        let listing: Listing = response.json()?;
        let next = listing.paging.cursors.after.filter(|_| listing.paging.next.is_some());
        // Of a comment with very many answers Instagram gives the first ones.
        let whole = listing.data.iter().all(|comment| comment.replies.paging.next.is_none());
        let mut comments = vec![];
        listing.data.into_iter().for_each(|comment| comment.read(call, None, &mut comments));
        Ok(CommentPage { comments, whole, next })
    }

    async fn reply(&self, call: &Call<'_>, to: &Answered, text: &str, _: &Checkpoint) -> Result<String, Fault> {
        needs(call, &[COMMENTING])?;
        let address = format!("{GRAPH}/{}/replies", segment(to.top()));
        let request = call.wire.mutate(Platform::Instagram, Method::POST, &address);
        let response = graph(request, call).form(&[("message", text)]).send().await?;
        made(&response.accepted(|a| problem::fault(a, Operation::Converse))?)
    }

    async fn find_reply(
        &self,
        call: &Call<'_>,
        to: &Answered,
        text: &str,
        _: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let path = format!("{}/replies", segment(to.top()));
        let listing: Listing = match get(call, &path, "id,text,timestamp,username", None).await {
            Ok(response) => response.json()?,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let (ours, from) = (plain(text), earliest(since));
        let mine =
            |c: &&Comment| c.is_of(call) && plain(&c.text) == ours && moment(&c.timestamp).is_some_and(|at| at >= from);
        if let Some(id) = listing.data.iter().find(mine).and_then(|c| id_of(&c.id)) {
            return Ok(ProbeOutcome::Live(RemotePost { id, url: None }));
        }
        // In which order they come is not documented, so what is not on this page may be on the next.
        Ok(match listing.paging.next {
            Some(_) => ProbeOutcome::CannotTell("Instagram shows only a part of the answers to this comment.".into()),
            None => ProbeOutcome::Absent,
        })
    }

    fn hides(&self) -> bool {
        true
    }

    async fn hide(&self, call: &Call<'_>, comment: &str, hidden: bool) -> Result<(), Fault> {
        needs(call, &[COMMENTING])?;
        let hide = if hidden { "true" } else { "false" };
        let response = change(call, Method::POST, comment).form(&[("hide", hide)]).send().await?;
        succeeded(&response.accepted(|a| problem::fault(a, Operation::Converse))?)
    }

    fn removes(&self) -> bool {
        true
    }

    async fn remove(&self, call: &Call<'_>, comment: &str) -> Result<(), Fault> {
        needs(call, &[COMMENTING])?;
        let response = change(call, Method::DELETE, comment).send().await?;
        let error = response.error::<Body>().error;
        if error.code == Some(100) && error.error_subcode == Some(33) {
            return Ok(());
        }
        succeeded(&response.accepted(|a| problem::fault(a, Operation::Converse))?)
    }

    /// The deadline of the irreversible call is half a minute; listings follow at once.
    fn grace(&self) -> Duration {
        Duration::from_secs(90)
    }
}
