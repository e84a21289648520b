//! `/_control`: faults, clock, accounts and posts, for tests in other processes and for people with curl. Requests from
//! pages of other origins are refused, so that no website can control a sandbox on somebody's computer.

use super::faults::{Fault, Operation};
use super::registry;
use super::request::json;
use super::state::Sandbox;
use super::switches;
use super::visitors;
use super::world::TokenStatus;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Map, Value, json};
use std::time::Duration;

pub(super) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/state", get(state))
        .route("/faults", post(add_fault).get(list_faults).delete(clear_faults))
        .route("/models", post(super::openai::add_fault))
        .route("/switches", post(switches::press))
        .route("/comments", post(visitors::write_comment))
        .route("/reset", post(reset))
        .route("/clock", post(clock))
        .route("/accounts/{platform}/{id}/expire", post(expire))
        .route("/accounts/{platform}/{id}/revoke", post(revoke))
        .layer(from_fn(same_origin))
}

async fn same_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|v: &header::HeaderValue| v.to_str().ok());
    let own = text(header::HOST).map(|host| format!("http://{host}"));
    let foreign = text(header::ORIGIN).is_some_and(|origin| own.as_deref() != Some(origin));
    if foreign {
        return no(StatusCode::FORBIDDEN, "another origin");
    }
    next.run(request).await
}

fn no(status: StatusCode, why: &str) -> Response {
    json(status, &json!({ "error": why }))
}

fn done(body: Value) -> Response {
    json(StatusCode::OK, &body)
}

/// `POST {platform, operation, kind, times?, ms?, seconds?, percent?, salt?}`
async fn add_fault(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    match serde_json::from_slice::<Fault>(&body) {
        Ok(fault) if registry::find(fault.platform).is_none() => {
            no(StatusCode::UNPROCESSABLE_ENTITY, "this platform has no stand-in")
        }
        Ok(fault) => {
            sandbox.inject(fault);
            done(json!({ "faults": sandbox.world().faults }))
        }
        Err(error) => no(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
    }
}

async fn list_faults(State(sandbox): State<Sandbox>) -> Response {
    done(json!({ "faults": sandbox.world().faults }))
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> Response {
    sandbox.clear_faults();
    done(json!({ "faults": [] }))
}

async fn reset(State(sandbox): State<Sandbox>) -> Response {
    sandbox.reset().await;
    done(json!({ "reset": true }))
}

/// `POST {advance_seconds}`
async fn clock(State(sandbox): State<Sandbox>, body: Bytes) -> Response {
    let asked = serde_json::from_slice::<Value>(&body).ok();
    let Some(seconds) = asked.as_ref().and_then(|b| b["advance_seconds"].as_u64()) else {
        return no(StatusCode::UNPROCESSABLE_ENTITY, "advance_seconds must be a whole number");
    };
    // A century is as far as anybody needs to look.
    sandbox.advance(Duration::from_secs(seconds.min(3_155_760_000)));
    done(json!({ "now": sandbox.now() }))
}

async fn expire(State(sandbox): State<Sandbox>, Path((platform, id)): Path<(String, String)>) -> Response {
    end(&sandbox, &platform, &id, TokenStatus::Expired)
}

async fn revoke(State(sandbox): State<Sandbox>, Path((platform, id)): Path<(String, String)>) -> Response {
    end(&sandbox, &platform, &id, TokenStatus::Revoked)
}

fn end(sandbox: &Sandbox, platform: &str, id: &str, status: TokenStatus) -> Response {
    let found = registry::platforms().find(|p| p.id() == platform && sandbox.world().account(*p, id).is_some());
    let Some(platform) = found else { return no(StatusCode::NOT_FOUND, "no such platform or account") };
    let ended = match status {
        TokenStatus::Expired => sandbox.expire_tokens(platform, id),
        _ => sandbox.revoke_account(platform, id),
    };
    done(json!({ "tokens": ended }))
}

/// Per platform: accounts, posts, comments and requests; no tokens.
async fn state(State(sandbox): State<Sandbox>) -> Response {
    let mut platforms = Map::new();
    for platform in registry::platforms() {
        let posts = sandbox.posts(platform);
        let live = posts.iter().filter(|p| p.deleted_at.is_none()).count();
        let published = posts.iter().filter(|p| !p.inserted).count();
        let count = |operation| sandbox.requests(platform, operation);
        let entry = json!({
            "accounts": sandbox.accounts(platform),
            "posts": posts,
            "comments": sandbox.comments(platform),
            // Posts that can be seen, and posts that came through the API (deleted ones too).
            "live": live,
            "published": published,
            "requests": {
                "commit": count(Operation::Commit),
                "prepare": count(Operation::Prepare),
                "token": count(Operation::Token),
                "read": count(Operation::Read),
                "retract": count(Operation::Retract),
                "page": count(Operation::Page),
            },
        });
        platforms.insert(platform.id().to_owned(), entry);
    }
    let faults = sandbox.world().faults.clone();
    done(json!({ "now": sandbox.now(), "platforms": platforms, "faults": faults }))
}
