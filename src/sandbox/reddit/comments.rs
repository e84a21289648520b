//! Reddit: comments under a post, written and listed.

use super::{base36, done, error, listing, refused};
use crate::domain::platform::Platform;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Comment, Post};
use serde_json::{Value, json};

/// Said by others; Reddit's own pages name no number.
const MAX_TEXT: usize = 10_000;

fn present(comment: &Comment, post: &Post, author: &Account) -> Value {
    let id = comment.id.trim_start_matches("t1_");
    json!({ "kind": "t1", "data": {
        "id": id, "name": comment.id, "author": author.handle, "body": comment.text, "parent_id": comment.post,
        "link_id": comment.post, "created_utc": comment.at.timestamp() as f64, "replies": "", "score": 1,
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
    let post = world.post(Platform::Reddit, given("thing_id")).cloned();
    let post =
        post.ok_or_else(|| refused("DELETED_LINK", "the link you are commenting on has been deleted", "parent"))?;
    let id = format!("t1_{}", base36(world.snowflake(now)));
    let comment = Comment::new(Platform::Reddit, id, &post.id, &me.id, text, now);
    let shown = present(&comment, &post, me);
    world.comments.push(comment);
    drop(world);
    done(json!({ "things": [shown] }))
}

/// `GET /comments/{id}`: the post, then what is under it, newest first.
pub(super) fn list(sandbox: &Sandbox, id: &str) -> PlatformResponse {
    let world = sandbox.world();
    let post = world.post(Platform::Reddit, &format!("t3_{id}")).ok_or_else(|| error(404, "Not Found"))?;
    let author = world.account(Platform::Reddit, &post.account).ok_or_else(|| error(404, "Not Found"))?;
    let mut below = world.comments_under(Platform::Reddit, &post.id);
    below.reverse();
    let shown = below.iter().filter_map(|c| Some(present(c, post, world.account(Platform::Reddit, &c.account)?)));
    let shown: Vec<_> = shown.collect();
    let above = listing::of(vec![listing::present(post, author, shown.len())], None);
    ok(&json!([above, listing::of(shown, None)]))
}
