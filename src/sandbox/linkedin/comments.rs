//! LinkedIn: comments under a post, written and listed.

use super::{bad_input, denied, error, pages, schema};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{AccessToken, Account, Comment, Post};
use axum::http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

const MAX_TEXT: usize = 1250;

fn post(sandbox: &Sandbox, request: &PlatformRequest, id: &str) -> Result<Post, ErrorResponse> {
    let found = sandbox.world().post(request.platform(), id).cloned();
    found.ok_or_else(|| error(404, "NOT_FOUND", &format!("Could not find entity {id}")))
}

/// `POST /rest/socialActions/{urn}/comments` -> 201 with the comment; its number is in `x-restli-id`.
pub(super) fn create(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
    id: &str,
) -> PlatformResponse {
    let body = match request.json() {
        Some(Value::Object(body)) => body,
        _ => return Err(error(400, "ILLEGAL_ARGUMENT", "The request body could not be read as JSON")),
    };
    let mut wrong: Vec<String> = body
        .keys()
        .filter(|name| !["actor", "object", "message", "content", "parentComment"].contains(&name.as_str()))
        .map(|name| format!("/{name} :: unrecognized field found but not allowed"))
        .collect();
    let (actor, object) = (body.get("actor").and_then(Value::as_str), body.get("object").and_then(Value::as_str));
    let message = body.get("message").and_then(|m| m["text"].as_str());
    for (name, missing) in [("actor", actor.is_none()), ("object", object.is_none()), ("message", message.is_none())] {
        if missing {
            wrong.push(format!("/{name} :: field is required but not found and has no default value"));
        }
    }
    let (Some(actor), Some(object), Some(message), true) = (actor, object, message, wrong.is_empty()) else {
        return Err(schema(&wrong));
    };
    let account = pages::acting(me, token, actor, "/actor")?;
    let post = post(sandbox, request, id)?;
    if object != post.id {
        return Err(error(400, "ILLEGAL_ARGUMENT", "The object does not belong to the post of the address"));
    }
    if message.trim().is_empty() {
        return Err(bad_input(400, "A comment needs a text", "MISSING_FIELD", "Required field is missing"));
    }
    let length = message.encode_utf16().count();
    if length > MAX_TEXT {
        let words = format!("Comment text length ({length} characters) exceeded the maximum allowed ({MAX_TEXT})");
        return Err(bad_input(400, &words, "FIELD_LENGTH_TOO_LONG", "Length of field is too long"));
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let number = (5_000_000_000_000_000_000 + world.snowflake(now)).to_string();
    let id = format!("urn:li:comment:({},{number})", post.id);
    let comment = Comment::new(request.platform(), id, &post.id, &account, message, now);
    let shown = present(&comment);
    world.comments.push(comment);
    drop(world);
    let mut response = json(StatusCode::CREATED, &shown);
    if let Ok(value) = HeaderValue::from_str(&number) {
        response.headers_mut().insert("x-restli-id", value);
    }
    Ok(response)
}

fn present(comment: &Comment) -> Value {
    let number = comment.id.trim_end_matches(')').rsplit(',').next().unwrap_or_default();
    let actor = pages::urn_of(&comment.account);
    json!({
        "id": number,
        "commentUrn": comment.id,
        "actor": actor,
        "object": comment.post,
        "message": { "attributes": [], "text": comment.text },
        "created": { "actor": actor, "time": comment.at.timestamp_millis() },
    })
}

/// `GET /rest/socialActions/{urn}/comments`
pub(super) fn list(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    me: &Account,
    token: &AccessToken,
    id: &str,
) -> PlatformResponse {
    let post = post(sandbox, request, id)?;
    if !pages::may_read(me, token, &post.account) {
        return Err(denied("Not enough permissions to access the comments of this post"));
    }
    let (start, count) = super::paging(request)?;
    let all = sandbox.world().comments_under(request.platform(), &post.id);
    let elements: Vec<Value> = all.iter().skip(start).take(count).map(present).collect();
    ok(&json!({ "paging": { "start": start, "count": count, "total": all.len(), "links": [] }, "elements": elements }))
}
