//! The stand-in for X: OAuth 2 with PKCE, users, media and posts. Bodies are as in X's OpenAPI description (names of version
//! 2.159 in queries and responses, names of 2.167 accepted), error texts as clients have seen them.

mod media;
mod posts;
mod reading;
mod text;
mod token;
mod uploads;

use super::consent::{self, ConsentRules, UnknownScope};
use super::faults::Operation;
use super::feed;
use super::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, typed};
use super::stand_in::{RateLimitFault, StandIn};
use super::state::Sandbox;
use super::tokens::{RefreshLifetime, TokenLifetimes};
use super::world::{ABOUT_LAB, ABOUT_ROASTERS, Account, Post, PostRef, World};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use std::ops::Range;

/// Every scope that can be asked for.
const SCOPES: &[&str] = &[
    "tweet.read",
    "tweet.write",
    "tweet.moderate.write",
    "users.read",
    "users.email",
    "media.write",
    "offline.access",
    "like.read",
    "like.write",
    "follows.read",
    "follows.write",
    "mute.read",
    "mute.write",
    "block.read",
    "block.write",
    "bookmark.read",
    "bookmark.write",
    "list.read",
    "list.write",
    "space.read",
    "dm.read",
    "dm.write",
];

/// Posts and media, and a refresh token.
const PUBLISH_SCOPES: &[&str] = &["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"];

const CONSENT: ConsentRules = ConsentRules {
    scope_separators: &[' '],
    may_ask: |_, scope| SCOPES.contains(&scope),
    unknown_scope: UnknownScope::Page,
    is_optional: |_| false,
    needs_pkce: true,
    cancelled: &[("error", "access_denied")],
    code_lifetime: TimeDelta::seconds(30),
    success_suffix: "",
};

/// Two hours; a refresh token without an end, only with `offline.access`.
fn token_lifetimes(scopes: &[String]) -> TokenLifetimes {
    let offline = scopes.iter().any(|s| s == "offline.access");
    let refresh = if offline { RefreshLifetime::Unlimited } else { RefreshLifetime::NoToken };
    TokenLifetimes { access: 7_200, refresh, long_lived: false }
}

fn new_post(world: &mut World, account: &Account, at: DateTime<Utc>) -> PostRef {
    let id = world.snowflake(at).to_string();
    let url = format!("https://x.com/{}/status/{id}", account.handle);
    PostRef { id, url }
}

pub(super) struct X;

#[async_trait]
impl StandIn for X {
    fn platform(&self) -> Platform {
        Platform::X
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["api.x.com", "x.com", "api.twitter.com", "twitter.com"]
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, handle, name, about| Account::new(Platform::X, id, handle, name, about);
        vec![
            account("1700000000000000001", "northwind_demo", "Northwind Roasters (demo)", ABOUT_ROASTERS),
            account("1700000000000000002", "northwind_lab", "Northwind Lab (demo)", ABOUT_LAB),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        let id = (1_710_000_000_000_000_000 + number).to_string();
        Account::numbered(Platform::X, number, &id, &format!("northwind_{number}"))
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [231, 233, 234]
    }

    fn publish_scopes(&self) -> &'static [&'static str] {
        PUBLISH_SCOPES
    }

    fn token_lifetimes(&self, _client: &str, scopes: &[String]) -> TokenLifetimes {
        token_lifetimes(scopes)
    }

    fn history_post(&self, world: &mut World, account: &Account, _text: &str, at: DateTime<Utc>) -> PostRef {
        new_post(world, account, at)
    }

    fn in_reply_to<'a>(&self, post: &'a Post) -> Option<&'a str> {
        post.facts["in_reply_to_tweet_id"].as_str()
    }

    fn more(&self, post: &Post) -> String {
        posts::more(post)
    }

    fn entities(&self, post: &Post) -> Vec<Range<usize>> {
        text::entities(&post.text)
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        if matches!(request.host.as_str(), "x.com" | "twitter.com") {
            return Operation::Page;
        }
        match (&request.method, request.segments().as_slice()) {
            (_, ["2", "oauth2", "token" | "revoke"]) => Operation::Token,
            (&Method::POST, ["2", "tweets"]) => Operation::Commit,
            (&Method::DELETE, ["2", "tweets", _]) => Operation::Retract,
            (&Method::POST, ["2", "media", ..]) => Operation::Prepare,
            _ => Operation::Read,
        }
    }

    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
        if request.too_large {
            let body = problem(413, "Payload Too Large", "Payload Too Large");
            return Err(typed(StatusCode::PAYLOAD_TOO_LARGE, PROBLEM, &body).into());
        }
        route(sandbox, request).await
    }

    fn rate_limited(&self, _request: &PlatformRequest, limit: &RateLimitFault) -> Response {
        if limit.whole_app { app_limited(limit.ends) } else { rate_limited(100, limit.ends) }
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        let body = problem(503, "Service Unavailable", "Service Unavailable");
        typed(StatusCode::SERVICE_UNAVAILABLE, PROBLEM, &body)
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://api.x.com/2/users/me"
    }
}

async fn route(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let segments = request.segments();
    match (&request.method, request.host.as_str(), segments.as_slice()) {
        (&Method::GET | &Method::POST, "x.com" | "twitter.com", ["i", "oauth2", "authorize"]) => {
            consent::serve(sandbox, request, &CONSENT)
        }
        (&Method::GET, "x.com" | "twitter.com", [_, "status", id]) => feed::permalink(request, Some((*id).to_owned())),
        (&Method::GET, "x.com" | "twitter.com", [_]) => feed::permalink(request, None),
        (&Method::POST, "api.x.com" | "api.twitter.com", ["2", "oauth2", "token"]) => token::grant(sandbox, request),
        (&Method::POST, "api.x.com" | "api.twitter.com", ["2", "oauth2", "revoke"]) => token::revoke(sandbox, request),
        (_, "api.x.com" | "api.twitter.com", ["2", ..]) => call(sandbox, request, &segments).await,
        _ => Err(not_found()),
    }
}

/// An API endpoint: its name in the rate limits, calls per 15 minutes and user, scopes.
struct Endpoint(&'static str, u32, &'static [&'static str]);

const READ: &[&str] = &["tweet.read", "users.read"];
const WRITE: &[&str] = &["tweet.read", "tweet.write", "users.read"];
const MEDIA: &[&str] = &["media.write"];

fn endpoint(method: &Method, segments: &[&str]) -> Option<Endpoint> {
    Some(match (method, segments) {
        (&Method::GET, ["2", "users", "me"]) => Endpoint("me", 75, READ),
        (&Method::GET, ["2", "users", _, "tweets"]) => Endpoint("timeline", 900, READ),
        (&Method::GET, ["2", "tweets"]) => Endpoint("lookup", 900, READ),
        (&Method::GET, ["2", "tweets", _]) => Endpoint("post", 900, READ),
        (&Method::POST, ["2", "tweets"]) => Endpoint("create", 100, WRITE),
        (&Method::DELETE, ["2", "tweets", _]) => Endpoint("delete", 50, WRITE),
        (&Method::GET, ["2", "media", "upload"]) => Endpoint("status", 1_000, MEDIA),
        (&Method::POST, ["2", "media", "upload"]) => Endpoint("upload", 1_875, MEDIA),
        (&Method::POST, ["2", "media", "upload", "initialize"]) => Endpoint("initialize", 1_875, MEDIA),
        (&Method::POST, ["2", "media", "upload", _, "append"]) => Endpoint("append", 1_875, MEDIA),
        (&Method::POST, ["2", "media", "upload", _, "finalize"]) => Endpoint("finalize", 1_875, MEDIA),
        (&Method::POST, ["2", "media", "metadata"]) => Endpoint("metadata", 500, MEDIA),
        _ => return None,
    })
}

async fn call(sandbox: &Sandbox, request: &PlatformRequest, segments: &[&str]) -> PlatformResponse {
    let Endpoint(name, limit, scopes) = endpoint(&request.method, segments).ok_or_else(not_found)?;
    let (me, granted) = caller(sandbox, request)?;
    if scopes.iter().any(|needed| !granted.iter().any(|g| g == needed)) {
        return Err(forbidden("Forbidden"));
    }
    let limit = sandbox.limit(limit);
    let (left, ends) =
        sandbox.world().spend(sandbox.now(), (request.platform(), me.id.clone(), name), limit, TimeDelta::minutes(15));
    let Some(left) = left else { return Err(rate_limited(limit, ends).into()) };
    let response = match (name, segments) {
        ("me", _) => posts::me(request, &me, &granted),
        ("timeline", [_, _, user, _]) => posts::timeline(sandbox, request, user),
        ("lookup", _) => posts::lookup(sandbox, request),
        ("post", [_, _, id]) => posts::one(sandbox, request, id),
        ("create", _) => posts::create(sandbox, request, &me),
        ("delete", [_, _, id]) => posts::delete(sandbox, &me, id),
        ("status", _) => media::status(sandbox, request, &me),
        ("upload", _) => media::one_shot(sandbox, request, &me).await,
        ("initialize", _) => media::initialize(sandbox, request, &me),
        ("append", [_, _, _, id, _]) => media::append(sandbox, request, &me, id).await,
        ("finalize", [_, _, _, id, _]) => media::finalize(sandbox, &me, id).await,
        ("metadata", _) => media::metadata(sandbox, request, &me),
        _ => Err(not_found()),
    };
    let response = response.unwrap_or_else(Response::from);
    Ok(with_rate_limit(response, limit, left, ends))
}

/// With the headers that every response of the API has.
fn with_rate_limit(mut response: Response, limit: u32, left: u32, ends: DateTime<Utc>) -> Response {
    let headers = response.headers_mut();
    headers.insert("x-rate-limit-limit", limit.into());
    headers.insert("x-rate-limit-remaining", left.into());
    headers.insert("x-rate-limit-reset", HeaderValue::from(ends.timestamp()));
    response
}

/// The account and the scopes of the bearer token.
fn caller(sandbox: &Sandbox, request: &PlatformRequest) -> Result<(Account, Vec<String>), ErrorResponse> {
    let unauthorized =
        || ErrorResponse::from(typed(StatusCode::UNAUTHORIZED, PROBLEM, &problem(401, "Unauthorized", "Unauthorized")));
    let world = sandbox.world();
    let token = request.bearer().ok_or_else(unauthorized)?;
    // X gives the same error for an unknown, an expired and a revoked token.
    let token = world.bearer(sandbox.now(), request.platform(), token).map_err(|_| unauthorized())?;
    let account = world.account(request.platform(), &token.account).cloned().ok_or_else(unauthorized)?;
    Ok((account, token.scopes))
}

// ---- error responses

const PROBLEM: &str = "application/problem+json";

fn problem(status: u16, title: &str, detail: &str) -> Value {
    json!({ "title": title, "detail": detail, "type": "about:blank", "status": status })
}

fn code_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn oauth_error(status: u16, error: &str, description: &str) -> ErrorResponse {
    json(code_of(status), &json!({ "error": error, "error_description": description })).into()
}

fn forbidden(detail: &str) -> ErrorResponse {
    typed(StatusCode::FORBIDDEN, PROBLEM, &problem(403, "Forbidden", detail)).into()
}

fn not_found() -> ErrorResponse {
    typed(StatusCode::NOT_FOUND, PROBLEM, &problem(404, "Not Found", "Not Found")).into()
}

/// 400 "One or more parameters to your request was invalid.", with the parameter and what is wrong with it.
fn invalid(parameter: &str, value: &str, message: &str) -> ErrorResponse {
    let mut parameters = Map::new();
    if !parameter.is_empty() {
        parameters.insert(parameter.to_owned(), json!([value]));
    }
    let body = json!({
        "errors": [{ "parameters": parameters, "message": message }],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.x.com/2/problems/invalid-request",
        "status": 400,
    });
    typed(StatusCode::BAD_REQUEST, PROBLEM, &body).into()
}

/// An entry of `errors` in a response that is otherwise a success.
fn missing(kind: &str, parameter: &str, value: &str) -> Value {
    json!({
        "value": value,
        "detail": format!("Could not find {kind} with {parameter}: [{value}]."),
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": "https://api.x.com/2/problems/resource-not-found",
    })
}

fn rate_limited(limit: u32, ends: DateTime<Utc>) -> Response {
    let body = problem(429, "Too Many Requests", "Too Many Requests");
    with_rate_limit(typed(StatusCode::TOO_MANY_REQUESTS, PROBLEM, &body), limit, 0, ends)
}

/// The app's limit for 24 hours is used up, though the account's window is not.
fn app_limited(ends: DateTime<Utc>) -> Response {
    let body = problem(429, "Too Many Requests", "Too Many Requests");
    let mut response = with_rate_limit(typed(StatusCode::TOO_MANY_REQUESTS, PROBLEM, &body), 100, 99, ends);
    let headers = response.headers_mut();
    headers.insert("x-app-limit-24hour-limit", HeaderValue::from(10_000u32));
    headers.insert("x-app-limit-24hour-remaining", HeaderValue::from(0u32));
    headers.insert("x-app-limit-24hour-reset", HeaderValue::from(ends.timestamp()));
    response
}
