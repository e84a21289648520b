//! Reddit: comments under a post, written and listed as a tree. What is too deep or too much in it is left out, with a stub in
//! its place.

use super::{base36, done, error, listing, refused};
use crate::domain::platform::Platform;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Comment, Post, World};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Said by others; Reddit's own pages name no number.
const MAX_TEXT: usize = 10_000;
/// Comments and levels of a list, and at most so many.
const USUAL: usize = 200;
const MOST: usize = 500;
const LEVELS: usize = 10;

/// A new comment's id.
pub(super) fn new_id(world: &mut World, at: DateTime<Utc>) -> String {
    format!("t1_{}", base36(world.snowflake(at)))
}

fn present(comment: &Comment, post: &Post, author: &str, replies: Value) -> Value {
    let id = comment.id.trim_start_matches("t1_");
    json!({ "kind": "t1", "data": {
        "id": id, "name": comment.id, "author": author, "body": comment.text,
        "parent_id": comment.parent.as_ref().unwrap_or(&comment.post),
        "link_id": comment.post, "created_utc": comment.at.timestamp() as f64, "replies": replies, "score": 1,
        "permalink": format!("{}comment/{id}/", post.url.trim_start_matches("https://www.reddit.com")),
    }})
}

/// `POST /api/comment`
pub(super) fn create(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let form = request.form();
    let given = |name: &str| find(&form, name).unwrap_or_default();
    if given("api_type") != "json" {
        return Err(error(400, "Bad Request"));
    }
    let text = given("text");
    if text.trim().is_empty() {
        return Err(refused("NO_TEXT", "we need something here", "text"));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(refused("TOO_LONG", &format!("this is too long (max: {MAX_TEXT})"), "text"));
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let to = given("thing_id");
    let there = |c: &&Comment| c.platform == Platform::Reddit && c.id == to && c.deleted_at.is_none();
    let parent = world.comments.iter().find(there).cloned();
    if parent.is_none() && to.starts_with("t1_") {
        return Err(refused("DELETED_COMMENT", "that comment has been deleted", "parent"));
    }
    let post = world.post(Platform::Reddit, parent.as_ref().map_or(to, |parent| &parent.post)).cloned();
    let post =
        post.ok_or_else(|| refused("DELETED_LINK", "the link you are commenting on has been deleted", "parent"))?;
    let id = new_id(&mut world, now);
    let comment = Comment {
        parent: parent.map(|parent| parent.id),
        ..Comment::new(Platform::Reddit, id, &post.id, &me.id, text, now)
    };
    let shown = present(&comment, &post, &me.handle, json!(""));
    world.comments.push(comment);
    drop(world);
    done(json!({ "things": [shown] }))
}

/// What is under a post, as far as a list has room.
struct Tree<'a> {
    world: &'a World,
    post: &'a Post,
    all: Vec<Comment>,
    room: usize,
}

impl Tree<'_> {
    /// A listing of these comments, newest first, each with what answers it.
    fn listing(&mut self, mut level: Vec<Comment>, parent: &str, levels: usize) -> Value {
        level.reverse();
        let mut children = vec![];
        let mut left_out = vec![];
        for comment in &level {
            if levels == 0 || self.room == 0 {
                left_out.push(comment.id.trim_start_matches("t1_").to_owned());
                continue;
            }
            self.room -= 1;
            let below: Vec<_> = self.all.iter().filter(|c| c.parent.as_ref() == Some(&comment.id)).cloned().collect();
            let replies = match below.is_empty() {
                true => json!(""),
                false => self.listing(below, &comment.id, levels - 1),
            };
            let account = || self.world.account(Platform::Reddit, &comment.account).map(|a| a.handle.clone());
            let author = comment.author.clone().or_else(account).unwrap_or_else(|| "[deleted]".into());
            children.push(present(comment, self.post, &author, replies));
        }
        if !left_out.is_empty() {
            // What is too deep is on a page of its own, and has no ids.
            let (id, children_of) =
                if levels == 0 { ("_".to_owned(), vec![]) } else { (left_out[0].clone(), left_out) };
            let data = json!({ "count": children_of.len(), "name": format!("t1_{id}"), "id": id, "parent_id": parent,
                "children": children_of });
            children.push(json!({ "kind": "more", "data": data }));
        }
        listing::of(children, None)
    }
}

/// `GET /comments/{id}`: the post, then what is under it; with `comment`, that one and what is under it.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, id: &str) -> PlatformResponse {
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok());
    let world = sandbox.world();
    let post = world.post(Platform::Reddit, &format!("t3_{id}")).ok_or_else(|| error(404, "Not Found"))?;
    let author = world.account(Platform::Reddit, &post.account).ok_or_else(|| error(404, "Not Found"))?;
    let all = world.comments_under(Platform::Reddit, &post.id);
    let count = all.len();
    let focus = request.query("comment").map(|id| format!("t1_{id}"));
    let is_top = |c: &&Comment| focus.as_ref().map_or(c.parent.is_none(), |focus| c.id == *focus);
    let top: Vec<_> = all.iter().filter(is_top).cloned().collect();
    let room = number("limit").unwrap_or(USUAL).clamp(1, MOST);
    let levels = number("depth").unwrap_or(LEVELS).clamp(1, LEVELS);
    let below = Tree { world: &world, post, all, room }.listing(top, &post.id, levels);
    let above = listing::of(vec![listing::present(request, post, author, count)], None);
    ok(&json!([above, below]))
}
