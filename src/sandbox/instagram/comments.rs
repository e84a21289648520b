//! Instagram: comments under a post of one's own, written, listed, answered, hidden and deleted. Answers are one level deep.

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

/// The text of a comment that is to be written.
fn message(params: &[(String, String)]) -> Result<&str, ErrorResponse> {
    let message = find(params, "message").filter(|m| !m.trim().is_empty());
    let message = message.ok_or_else(|| GraphError::new(100, "(#100) The parameter message is required."))?;
    if message.encode_utf16().count() > MAX_TEXT || tags(message, '#') > MAX_TAGS {
        return Err(GraphError::new(100, "(#100) Param message is not valid: the comment is too long").into());
    }
    Ok(message)
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
    let message = message(params)?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = world.graph_id();
    world.comments.push(Comment::new(request.platform(), id.clone(), &post.id, &me.id, message, now));
    drop(world);
    ok_id(&id)
}

/// A comment under one of the account's posts.
fn own_comment(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> Result<Comment, ErrorResponse> {
    let found = sandbox.world().comment_mut(request.platform(), &me.id, id).cloned();
    found.ok_or_else(|| unsupported(request, id).into())
}

/// `POST /{comment}/replies`
pub(super) fn answer(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    id: &str,
    params: &[(String, String)],
) -> PlatformResponse {
    let comment = own_comment(sandbox, request, me, id)?;
    if comment.parent.is_some() {
        let words = "(#100) A comment that answers another one cannot be answered; answer the first one";
        return Err(GraphError::new(100, words).into());
    }
    let message = message(params)?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let id = world.graph_id();
    let answer = Comment::new(request.platform(), id.clone(), &comment.post, &me.id, message, now);
    world.comments.push(Comment { parent: Some(comment.id), ..answer });
    drop(world);
    ok_id(&id)
}

/// `GET /{comment}/replies`
pub(super) fn answers(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let comment = own_comment(sandbox, request, me, id)?;
    let wanted = fields(request, FIELDS)?;
    let mut all = sandbox.world().comments_under(request.platform(), &comment.post);
    all.retain(|c| c.parent.as_ref() == Some(&comment.id));
    page_of(request, me, &all, &[], &wanted)
}

/// `GET /{media}/comments`: those that answer none, newest first; answers come with what they answer where they are asked for.
pub(super) fn list(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let post = own_post(sandbox, request, me, id)?;
    let wanted = fields(request, FIELDS)?;
    let (mut top, answers): (Vec<_>, Vec<_>) =
        sandbox.world().comments_under(request.platform(), &post.id).into_iter().partition(|c| c.parent.is_none());
    top.reverse();
    page_of(request, me, &top, &answers, &wanted)
}

fn page_of(
    request: &PlatformRequest,
    me: &Account,
    all: &[Comment],
    answers: &[Comment],
    wanted: &[&str],
) -> PlatformResponse {
    let wrong = |name: &str| ErrorResponse::from(GraphError::new(100, &format!("(#100) Param {name} is not valid")));
    let limit = request.query("limit").map(str::parse::<usize>).transpose().map_err(|_| wrong("limit"))?;
    let limit = limit.unwrap_or(PAGE).clamp(1, PAGE);
    let after = request.query("after").map(str::parse::<usize>).transpose().map_err(|_| wrong("after"))?.unwrap_or(0);
    let page: Vec<Value> =
        all.iter().skip(after).take(limit).map(|comment| present(me, comment, answers, wanted)).collect();
    let mut body = json!({ "data": page });
    let end = after + limit;
    if all.len() > end {
        let next = format!("https://graph.instagram.com/{}?after={end}", request.path);
        body["paging"] = json!({ "cursors": { "after": end.to_string() }, "next": next });
    }
    ok(&body)
}

/// `POST /{comment}`
pub(super) fn hide(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    id: &str,
    params: &[(String, String)],
) -> PlatformResponse {
    let hidden = match find(params, "hide") {
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        _ => return Err(GraphError::new(100, "(#100) The parameter hide is required.").into()),
    };
    let mut world = sandbox.world();
    let comment = world.comment_mut(request.platform(), &me.id, id).ok_or_else(|| unsupported(request, id))?;
    if comment.author.is_none() {
        return Err(GraphError::new(100, "(#100) Comments of the account itself cannot be hidden").into());
    }
    comment.hidden = hidden;
    ok(&json!({ "success": true }))
}

/// `DELETE /{comment}`
pub(super) fn delete(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, id: &str) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    let comment = world.comment_mut(request.platform(), &me.id, id).ok_or_else(|| unsupported(request, id))?;
    comment.deleted_at = Some(now);
    ok(&json!({ "success": true }))
}

fn present(me: &Account, comment: &Comment, answers: &[Comment], wanted: &[&str]) -> Value {
    let mut body = json!({ "id": comment.id });
    let at = json!(comment.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string());
    let name = comment.author.as_deref().unwrap_or(&me.handle);
    if wanted.is_empty() {
        body["text"] = json!(comment.text);
        body["timestamp"] = at.clone();
    }
    for field in wanted {
        body[*field] = match *field {
            "text" => json!(comment.text),
            "timestamp" => at.clone(),
            "username" => json!(name),
            "from" if comment.author.is_none() => json!({ "id": me.id, "username": name }),
            "from" => json!({ "id": format!("9{}", comment.id), "username": name }),
            "like_count" => json!(0),
            "hidden" => json!(comment.hidden),
            "parent_id" if comment.parent.is_some() => json!(comment.parent),
            "replies" => {
                let of_this = answers.iter().filter(|c| c.parent.as_ref() == Some(&comment.id));
                let shown = ["text", "timestamp", "username", "hidden", "parent_id"];
                let list: Vec<_> = of_this.map(|answer| present(me, answer, &[], &shown)).collect();
                if list.is_empty() {
                    continue;
                }
                json!({ "data": list })
            }
            _ => continue,
        };
    }
    body
}
