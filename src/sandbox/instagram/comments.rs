//! Instagram: comments under a post of one's own, written and listed.

use super::containers::tags;
use super::{GraphError, fields, ok_id, unsupported};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{Account, Comment, Post};
use serde_json::{Value, json};

/// Meta's page names no limits for comments; these are the caption's.
const MAX_TEXT: usize = 2200;
const MAX_TAGS: usize = 30;
const PAGE: usize = 50;

const FIELDS: &[&str] =
    &["id", "text", "timestamp", "username", "from", "like_count", "hidden", "parent_id", "replies"];

fn own_post(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> Result<Post, ErrorResponse> {
    let post = sandbox.world().post(request.platform(), id).filter(|p| p.account == me.id).cloned();
    post.ok_or_else(|| unsupported(request, id).into())
}

/// `POST /{media}/comments`
pub(super) fn create(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    id: &str,
    params: &[(String, String)],
) -> PlatformResponse {
    let post = own_post(sandbox, request, me, id)?;
    let message = find(params, "message").filter(|m| !m.trim().is_empty());
    let message = message.ok_or_else(|| GraphError::new(100, "(#100) The parameter message is required."))?;
    if message.encode_utf16().count() > MAX_TEXT || tags(message, '#') > MAX_TAGS {
        return Err(GraphError::new(100, "(#100) Param message is not valid: the comment is too long").into());
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = world.graph_id();
    world.comments.push(Comment {
        platform: request.platform(),
        id: id.clone(),
        post: post.id,
        account: me.id.clone(),
        text: message.to_owned(),
        at: now,
    });
    drop(world);
    ok_id(&id)
}

/// `GET /{media}/comments`, newest first.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let post = own_post(sandbox, request, me, id)?;
    let wanted = fields(request, FIELDS)?;
    let mut all = sandbox.world().comments_under(request.platform(), &post.id);
    all.reverse();
    let page: Vec<Value> = all.iter().take(PAGE).map(|comment| present(me, comment, &wanted)).collect();
    let mut body = json!({ "data": page });
    if all.len() > PAGE {
        body["paging"] = json!({ "next": format!("https://graph.instagram.com/{}?after={PAGE}", request.path) });
    }
    ok(&body)
}

fn present(me: &Account, comment: &Comment, wanted: &[&str]) -> Value {
    let mut body = json!({ "id": comment.id });
    if wanted.is_empty() {
        body["text"] = json!(comment.text);
        body["timestamp"] = json!(comment.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string());
    }
    for field in wanted {
        body[*field] = match *field {
            "text" => json!(comment.text),
            "timestamp" => json!(comment.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()),
            "username" => json!(me.handle),
            "from" => json!({ "id": me.id, "username": me.handle }),
            "like_count" => json!(0),
            "hidden" => json!(false),
            _ => continue,
        };
    }
    body
}
