//! The stand-in for TikTok: the consent page at `www.tiktok.com`, tokens, the account, what it may do, posts and their state at
//! `open.tiktokapis.com`, the bytes of videos at `open-upload.tiktokapis.com`.
//!
//! The first account is public; the others are private, so that nobody makes duets of their videos. Client keys that start
//! with `unaudited` are those of apps that TikTok has not audited. Every address counts as verified but those of hosts that
//! start with `unverified`.

mod access;
mod desk;
mod listing;
mod posts;
mod token;
mod uploads;

use super::consent::{ConsentRules, UnknownScope};
use super::faults::Operation;
use super::feed;
use super::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use super::stand_in::{RateLimitFault, StandIn};
use super::state::Sandbox;
use super::tokens::{RefreshLifetime, TokenLifetimes};
use super::world::{ABOUT_LAB, ABOUT_ROASTERS, Account, Post, PostRef, World};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const API: &str = "open.tiktokapis.com";
const UPLOAD: &str = "open-upload.tiktokapis.com";
const SITE: &str = "www.tiktok.com";

const SCOPES: &[&str] =
    &["user.info.basic", "user.info.profile", "user.info.stats", "video.list", "video.publish", "video.upload"];
const PUBLISHING: &[&str] = &["user.info.basic", "user.info.profile", "video.list", "video.publish"];

const CONSENT: ConsentRules = ConsentRules {
    scope_separators: &[','],
    may_ask: |_, scope| SCOPES.contains(&scope),
    unknown_scope: UnknownScope::Page,
    is_optional: |scope| scope != "user.info.basic",
    needs_pkce: false,
    cancelled: &[("error", "access_denied"), ("error_description", "The user denied the request")],
    code_lifetime: TimeDelta::minutes(10),
    success_suffix: "",
};

/// Two hours and 180 days, as the newest pages have it; the refresh token is replaced with every use.
const LIFETIMES: TokenLifetimes =
    TokenLifetimes { access: 7_200, refresh: RefreshLifetime::Seconds(15_552_000), long_lived: false };

pub(super) struct TikTok;

/// A new post and its address.
fn new_post(world: &mut World, account: &Account, is_video: bool, at: DateTime<Utc>) -> PostRef {
    let id = world.snowflake(at).to_string();
    let kind = if is_video { "video" } else { "photo" };
    PostRef { url: format!("https://{SITE}/@{}/{kind}/{id}", account.handle), id }
}

#[async_trait]
impl StandIn for TikTok {
    fn platform(&self) -> Platform {
        Platform::TikTok
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[API, UPLOAD, SITE]
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, handle, name, about| Account::new(Platform::TikTok, id, handle, name, about);
        vec![
            account("-000NorthwindDemo0001", "northwind.roasts", "Northwind Roasters (demo)", ABOUT_ROASTERS),
            account("-000NorthwindDemo0002", "northwind.roastlab", "Northwind Lab (demo)", ABOUT_LAB),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        let (id, handle) = (format!("-000NorthwindNo{number:06}"), format!("northwind.roasts.{number}"));
        Account::numbered(Platform::TikTok, number, &id, &handle)
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [37, 244, 238]
    }

    fn publish_scopes(&self) -> &'static [&'static str] {
        PUBLISHING
    }

    fn token_lifetimes(&self, _client: &str, _scopes: &[String]) -> TokenLifetimes {
        LIFETIMES
    }

    fn history_post(&self, world: &mut World, account: &Account, _text: &str, at: DateTime<Utc>) -> PostRef {
        new_post(world, account, false, at)
    }

    /// Title, labels, and who sees it.
    fn notes(&self, post: &Post) -> Vec<String> {
        posts::notes(&post.facts)
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        match (&request.method, request.host.as_str(), request.segments().as_slice()) {
            (_, SITE, _) => Operation::Page,
            (_, UPLOAD, _) if uploads::is_last(request) => Operation::Commit,
            (_, UPLOAD, _) | (_, API, ["v2", "post", "publish", "video", "init"]) => Operation::Prepare,
            (_, API, ["v2", "oauth", ..]) => Operation::Token,
            (_, API, ["v2", "post", "publish", "content", "init"]) => Operation::Commit,
            _ => Operation::Read,
        }
    }

    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
        if request.too_large {
            return Err(error(413, "invalid_params", "The request is too large."));
        }
        match (&request.method, request.host.as_str(), request.segments().as_slice()) {
            (&Method::GET | &Method::POST, SITE, ["v2", "auth", "authorize"]) => token::authorize(sandbox, request),
            (&Method::GET, SITE, [_, "video" | "photo", id]) => feed::permalink(request, Some((*id).to_owned())),
            (&Method::GET, SITE, [_]) => feed::permalink(request, None),
            (&Method::PUT, UPLOAD, ["video"]) => uploads::put(sandbox, request).await,
            (_, API, ["v2", path @ ..]) => api(sandbox, request, path).await,
            _ => Err(error(404, "invalid_params", "Unsupported path")),
        }
    }

    fn rate_limited(&self, _request: &PlatformRequest, _limit: &RateLimitFault) -> Response {
        too_fast().into()
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        error(500, "internal_error", "Something went wrong. Please try again later.").into()
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://open.tiktokapis.com/v2/user/info/?fields=open_id"
    }
}

async fn api(sandbox: &Sandbox, request: &PlatformRequest, path: &[&str]) -> PlatformResponse {
    match (&request.method, path) {
        (&Method::POST, ["oauth", "token"]) => return token::grant(sandbox, request),
        (&Method::POST, ["oauth", "revoke"]) => return token::revoke(sandbox, request),
        _ => {}
    }
    let caller = access::caller(sandbox, request)?;
    match (&request.method, path) {
        (&Method::GET, ["user", "info"]) => access::user_info(request, &caller),
        (&Method::POST, ["post", "publish", "creator_info", "query"]) => posts::creator_info(sandbox, request, &caller),
        (&Method::POST, ["post", "publish", "video", "init"]) => uploads::init(sandbox, request, &caller),
        (&Method::POST, ["post", "publish", "content", "init"]) => posts::pictures(sandbox, request, &caller).await,
        (&Method::POST, ["post", "publish", "status", "fetch"]) => posts::status(sandbox, request, &caller),
        (&Method::POST, ["video", "list"]) => listing::list(sandbox, request, &caller),
        (&Method::POST, ["video", "query"]) => listing::query(sandbox, request, &caller),
        _ => Err(error(404, "invalid_params", "Unsupported path")),
    }
}

/// A success, in TikTok's envelope.
fn answer(data: Value) -> PlatformResponse {
    ok(&json!({ "data": data, "error": { "code": "ok", "message": "", "log_id": "sandbox" } }))
}

fn error(status: u16, code: &str, message: &str) -> ErrorResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(status, &json!({ "data": {}, "error": { "code": code, "message": message, "log_id": "sandbox" } })).into()
}

fn invalid(message: &str) -> ErrorResponse {
    error(400, "invalid_params", message)
}

fn too_fast() -> ErrorResponse {
    error(429, "rate_limit_exceeded", "The API rate limit was exceeded. Please try again later.")
}

/// The body of a POST.
fn body(request: &PlatformRequest) -> Result<Value, ErrorResponse> {
    request.json().filter(Value::is_object).ok_or_else(|| invalid("The request body is not JSON."))
}

/// Refuses members that TikTok does not describe: a slip in a name would change what is published.
fn only_known(value: &Value, known: &[&str]) -> Result<(), ErrorResponse> {
    let unknown = value.as_object().and_then(|all| all.keys().find(|name| !known.contains(&name.as_str())));
    unknown.map_or(Ok(()), |name| Err(invalid(&format!("The field {name} is not known."))))
}
