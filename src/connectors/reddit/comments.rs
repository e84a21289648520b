//! Comments under an account's posts: a tree of any depth, of which Reddit gives the newest 500. They are read and answered, the
//! account's own are taken back. (Only moderators of a subreddit remove what others wrote.)

use super::comment::name_of;
use super::problem::{self, Operation};
use super::things::{Listing, Thing, full_name};
use super::{Reddit, mutate, read, repeat, send};
use crate::connectors::compare::{earliest, plain};
use crate::connectors::converse::{Answered, CommentPage, Converse, RemoteComment, needs};
use crate::connectors::{Call, Checkpoint, Fault, ProbeOutcome, RemotePost};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use std::mem::take;
use std::time::Duration;

/// Comments at a time: what Reddit gives at most. The rest has to be asked for by its ids, which is not done here.
const PAGE: &str = "500";
/// Answers that are looked through for one of ours.
const ANSWERS: &str = "100";
/// Levels of the tree: what Reddit gives at most.
const LEVELS: &str = "10";
/// Said by others; Reddit's pages name no number.
const LONGEST: usize = 10_000;
/// To read, to write and to take back.
const CONVERSING: [&str; 3] = ["read", "submit", "edit"];
/// The name of an author who is gone, and the text of a comment that was deleted.
const DELETED: &str = "[deleted]";
/// The text of a comment that moderators have taken away.
const REMOVED: &str = "[removed]";

/// A comment, or the stub of those that were left out (kind `more`).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    name: String,
    author: String,
    body: String,
    /// `t1_…`: the comment that it answers; `t3_…`: the post.
    parent_id: String,
    permalink: String,
    created_utc: f64,
    /// A listing; an empty text where there are no answers.
    replies: Value,
}

impl Said {
    fn at(&self) -> Option<DateTime<Utc>> {
        // A cast from float saturates.
        DateTime::from_timestamp(self.created_utc as i64, 0).filter(|_| self.created_utc > 0.0)
    }

    fn is_by(&self, name: &str) -> bool {
        self.author.eq_ignore_ascii_case(name)
    }

    fn is_gone(&self) -> bool {
        self.author == DELETED && matches!(self.body.as_str(), DELETED | REMOVED)
    }

    fn read(self, name: &str) -> Option<RemoteComment> {
        Some(RemoteComment {
            at: self.at()?,
            parent: self.parent_id.starts_with("t1_").then_some(self.parent_id.clone()),
            ours: self.is_by(name),
            url: self.permalink.starts_with('/').then(|| format!("https://www.reddit.com{}", self.permalink)),
            id: self.name,
            author: self.author,
            text: self.body,
            hidden: false,
        })
    }
}

/// The comments of a tree, newest first, and below what others were left out.
struct Tree {
    all: Vec<Said>,
    left_out: Vec<String>,
}

impl Tree {
    fn of(top: Vec<Thing<Said>>) -> Self {
        let (mut all, mut left_out, mut waiting) = (vec![], vec![], top);
        while let Some(Thing { kind, data: mut said }) = waiting.pop() {
            match kind.as_str() {
                "more" => left_out.push(said.parent_id),
                "t1" => {
                    let below = take(&mut said.replies);
                    if below.is_object() {
                        match serde_json::from_value::<Thing<Listing<Said>>>(below) {
                            Ok(below) => waiting.extend(below.data.children),
                            Err(_) => left_out.push(said.name.clone()),
                        }
                    }
                    all.push(said);
                }
                _ => {}
            }
        }
        all.retain(|said| !said.is_gone());
        all.sort_by_key(|said| std::cmp::Reverse(said.at()));
        Self { all, left_out }
    }
}

/// What is under a post; with `below`, a comment of it and what is under that one.
async fn tree(call: &Call<'_>, post: &RemotePost, below: Option<&str>) -> Result<Tree, Fault> {
    let name = name_of(post)?;
    let request = read(call, &format!("comments/{}", name.trim_start_matches("t3_"))).query("sort", "new");
    let request = match below {
        None => request.query("limit", PAGE).query("depth", LEVELS),
        Some(comment) => {
            let id = comment.trim_start_matches("t1_");
            request.query("comment", id).query("limit", ANSWERS).query("depth", "2")
        }
    };
    let response = send(request, call).await?.accepted(|a| problem::fault(a, Operation::Converse))?;
    // The post, then what is under it.
    let all: Vec<Value> = response.json()?;
    let under = all.into_iter().nth(1).ok_or_else(|| response.unreadable())?;
    let under: Thing<Listing<Said>> = serde_json::from_value(under).map_err(|_| response.unreadable())?;
    Ok(Tree::of(under.data.children))
}

/// A comment's full name, as far as it can be one.
fn comment_of(id: &str) -> Result<String, Fault> {
    full_name("t1", id)
        .ok_or_else(|| Fault::Permanent { code: "unknown_id".into(), message: "It is no comment of Reddit.".into() })
}

#[async_trait]
impl Converse for Reddit {
    fn scopes(&self) -> &'static [&'static str] {
        &CONVERSING
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    /// All in one: what is behind the newest 500 has no page of its own.
    async fn comments(&self, call: &Call<'_>, post: &RemotePost, _: Option<&str>) -> Result<CommentPage, Fault> {
        needs(call, &CONVERSING)?;
        let Tree { all, left_out } = tree(call, post, None).await?;
        let comments = all.into_iter().filter_map(|said| said.read(call.handle)).collect();
        Ok(CommentPage { comments, whole: left_out.is_empty(), next: None })
    }

    async fn reply(&self, call: &Call<'_>, to: &Answered, text: &str, _: &Checkpoint) -> Result<String, Fault> {
        needs(call, &CONVERSING)?;
        let name = comment_of(self.below(to))?;
        let form = [("api_type", "json"), ("thing_id", name.as_str()), ("text", text)];
        let response = send(mutate(call, "api/comment").form(&form), call).await?;
        let data = problem::done(&response, Operation::Converse)?;
        let made = &data["things"][0]["data"];
        let id = made["name"].as_str().or(made["id"].as_str()).and_then(|id| full_name("t1", id));
        id.ok_or_else(|| response.unreadable())
    }

    async fn find_reply(
        &self,
        call: &Call<'_>,
        to: &Answered,
        text: &str,
        _: &Checkpoint,
        since: DateTime<Utc>,
    ) -> Result<ProbeOutcome, Fault> {
        let name = comment_of(self.below(to))?;
        let Tree { all, left_out } = match tree(call, &to.post, Some(&name)).await {
            Ok(tree) => tree,
            Err(fault) => return ProbeOutcome::of_failed_probe(fault),
        };
        let (ours, from) = (plain(text), earliest(since));
        let mine = |said: &&Said| {
            said.parent_id == name
                && said.is_by(call.handle)
                && plain(&said.body) == ours
                && said.at().is_some_and(|at| at >= from)
        };
        if let Some(found) = all.iter().find(mine) {
            return Ok(ProbeOutcome::Live(RemotePost { id: found.name.clone(), url: None }));
        }
        Ok(match left_out.contains(&name) {
            true => ProbeOutcome::CannotTell("Reddit shows only a part of the answers to this comment.".into()),
            false => ProbeOutcome::Absent,
        })
    }

    /// Answers stand below what they answer, however deep.
    fn below<'a>(&self, to: &'a Answered) -> &'a str {
        &to.comment
    }

    fn removes(&self) -> bool {
        true
    }

    /// Reddit answers as if all were well whether there is such a comment or not.
    async fn remove(&self, call: &Call<'_>, comment: &str) -> Result<(), Fault> {
        needs(call, &CONVERSING)?;
        let name = comment_of(comment)?;
        let response = send(repeat(call, "api/del").form(&[("id", name.as_str())]), call).await?;
        match response.status.as_u16() {
            404 => Ok(()),
            _ => response.accepted(|a| problem::fault(a, Operation::Converse)).map(drop),
        }
    }

    /// Lists follow within seconds; the deadline of the irreversible call is a minute.
    fn grace(&self) -> Duration {
        Duration::from_secs(120)
    }
}
