//! Facebook: comments under a Page's posts, listed, written, hidden and deleted. A comment is under a post or answers one
//! that is: answers are one level deep.

use super::access::unsupported;
use super::{fields, find, list_of, ok_id};
use crate::domain::platform::Platform;
use crate::sandbox::graph::GraphError;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Comment, Post, World};
use serde_json::{Value, json};

/// Meta's page names no limit; this is what people can write.
const MAX_TEXT: usize = 8_000;

const FIELDS: &[&str] = &[
    "id",
    "message",
    "from",
    "created_time",
    "parent",
    "comment_count",
    "like_count",
    "is_hidden",
    "can_hide",
    "can_remove",
    "can_reply_privately",
    "attachment",
    "permalink_url",
];

fn parameter(words: &str) -> ErrorResponse {
    GraphError::new(100, &format!("(#100) {words}")).into()
}

/// The number of the post, and one of its own.
pub(super) fn new_id(world: &mut World, post: &Post) -> String {
    let number = world.graph_id();
    format!("{}_{number}", post.id.rsplit('_').next().unwrap_or_default())
}

pub(super) fn is_one(sandbox: &Sandbox, id: &str) -> bool {
    sandbox.world().comments.iter().any(|c| c.platform == Platform::Facebook && c.id == id)
}

/// The post of this Page that is meant, and the comment under it, where it is a comment's id.
fn place(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    id: &str,
) -> Result<(Post, Option<Comment>), ErrorResponse> {
    let mut world = sandbox.world();
    let comment = world.comment_mut(Platform::Facebook, &me.id, id).cloned();
    let post = comment.as_ref().map_or(id, |comment| &comment.post);
    // The id that lists have of a video's post.
    let is_it = |p: &&Post| p.platform == Platform::Facebook && (p.id == post || p.facts["post_id"] == post);
    let post = world.posts.iter().find(|p| is_it(p) && p.account == me.id && p.deleted_at.is_none()).cloned();
    Ok((post.ok_or_else(|| unsupported(request, id))?, comment))
}

/// `GET /{post}/comments`, `GET /{comment}/comments`
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let (post, under) = place(sandbox, request, me, id)?;
    let wanted = fields(request, FIELDS)?;
    let limit = match request.query("limit") {
        None => 25,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|l| (1..=100).contains(l))
            .ok_or_else(|| parameter("Param limit must be a number from 1 to 100"))?,
    };
    let after: usize = match request.query("after") {
        None => 0,
        Some(text) => text.parse().map_err(|_| parameter("Invalid cursors values"))?,
    };
    let stream = match request.query("filter") {
        None | Some("toplevel") => false,
        Some("stream") => true,
        Some(_) => return Err(parameter("Param filter must be one of {toplevel, stream}")),
    };
    let newest_first = match request.query("order") {
        None | Some("chronological") => false,
        Some("reverse_chronological") => true,
        Some(_) => return Err(parameter("Param order must be one of {chronological, reverse_chronological}")),
    };
    let mut all = sandbox.world().comments_under(Platform::Facebook, &post.id);
    match &under {
        Some(comment) => all.retain(|c| c.parent.as_ref() == Some(&comment.id)),
        None => all.retain(|c| stream || c.parent.is_none()),
    }
    if newest_first {
        all.reverse();
    }
    let page = all.iter().skip(after).take(limit).map(|comment| present(me, &post, comment, &wanted)).collect();
    let mut body = list_of(page);
    let end = after + limit;
    body["paging"] = json!({ "cursors": { "before": after.to_string(), "after": end.to_string() } });
    if all.len() > end {
        body["paging"]["next"] =
            json!(format!("https://graph.facebook.com/{}?limit={limit}&after={end}", request.path));
    }
    ok(&body)
}

fn present(me: &Account, post: &Post, comment: &Comment, wanted: &[&str]) -> Value {
    let (ours, mut body) = (comment.author.is_none(), json!({ "id": comment.id }));
    let number = comment.id.rsplit('_').next().unwrap_or_default();
    for field in wanted {
        body[*field] = match (*field, &comment.author, &comment.parent) {
            ("message", ..) => json!(comment.text),
            ("created_time", ..) => json!(comment.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()),
            ("from", None, _) => json!({ "id": me.id, "name": me.name }),
            ("from", Some(name), _) => json!({ "id": person(name), "name": name }),
            ("parent", _, Some(parent)) => json!({ "id": parent }),
            ("is_hidden", ..) => json!(comment.hidden),
            ("can_hide", ..) => json!(!ours),
            ("can_remove", ..) => json!(true),
            ("like_count" | "comment_count", ..) => json!(0),
            ("permalink_url", ..) => json!(format!("{}?comment_id={number}", post.url)),
            _ => continue,
        };
    }
    body
}

/// The same visitor has the same id.
fn person(name: &str) -> String {
    let number = name.bytes().fold(7_u64, |sum, byte| (sum * 31 + u64::from(byte)) % 1_000_000_000);
    format!("1023{number:013}")
}

/// `POST /{post}/comments`, `POST /{comment}/comments`
pub(super) fn create(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    id: &str,
    params: &[(String, String)],
) -> PlatformResponse {
    let (post, under) = place(sandbox, request, me, id)?;
    let message = find(params, "message").filter(|m| !m.trim().is_empty());
    let message = message.ok_or_else(|| parameter("The comment is empty. Please enter a message."))?;
    if message.encode_utf16().count() > MAX_TEXT {
        return Err(parameter("Param message is too long"));
    }
    if under.as_ref().is_some_and(|comment| comment.parent.is_some()) {
        return Err(parameter("Comments that answer a comment cannot be answered; answer the first one"));
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = new_id(&mut world, &post);
    world.comments.push(Comment {
        parent: under.map(|comment| comment.id),
        ..Comment::new(Platform::Facebook, id.clone(), &post.id, &me.id, message, now)
    });
    drop(world);
    ok_id(&id)
}

/// `POST /{comment}`
pub(super) fn hide(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    id: &str,
    params: &[(String, String)],
) -> PlatformResponse {
    let hidden = match find(params, "is_hidden") {
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        _ => return Err(parameter("Param is_hidden must be a boolean")),
    };
    let mut world = sandbox.world();
    let comment = world.comment_mut(Platform::Facebook, &me.id, id);
    let comment = comment.ok_or_else(|| unsupported(request, id))?;
    if comment.author.is_none() {
        return Err(parameter("A Page cannot hide its own comments"));
    }
    comment.hidden = hidden;
    ok(&json!({ "success": true }))
}

/// `DELETE /{comment}`
pub(super) fn delete(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    let comment = world.comment_mut(Platform::Facebook, &me.id, id);
    comment.ok_or_else(|| unsupported(request, id))?.deleted_at = Some(now);
    ok(&json!({ "success": true }))
}
