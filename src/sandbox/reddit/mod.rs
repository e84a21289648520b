//! The stand-in for Reddit: OAuth 2 with Basic and without PKCE, sign-in by password for apps of the type "script", the
//! account, its subreddits with their rules and flairs, posts, pictures and comments, as the Data API has them. Every account
//! has joined the same four subreddits, of which one is private by now.

mod comments;
mod listing;
mod media;
mod posts;
mod subreddits;
mod token;

use super::consent::{self, ConsentRules, UnknownScope};
use super::faults::Operation;
use super::feed;
use super::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use super::stand_in::{RateLimitFault, StandIn};
use super::state::Sandbox;
use super::tokens::{RefreshLifetime, TokenLifetimes};
use super::world::{ABOUT_LAB, ABOUT_ROASTERS, AccessToken, Account, Post, PostRef, World};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const API: &str = "oauth.reddit.com";
const SITE: &str = "www.reddit.com";
const STORE: &str = "reddit-uploaded-media.s3-accelerate.amazonaws.com";

const SCOPES: &[&str] = &[
    "identity",
    "read",
    "submit",
    "edit",
    "flair",
    "history",
    "mysubreddits",
    "vote",
    "save",
    "subscribe",
    "report",
    "privatemessages",
    "account",
    "modposts",
    "modflair",
];
/// What is asked for to publish.
const PUBLISHING: &[&str] = &["identity", "read", "submit", "history", "edit", "flair", "mysubreddits"];

/// Calls of an app within ten minutes.
const CALLS: u32 = 1_000;
const WINDOW: TimeDelta = TimeDelta::minutes(10);

const CONSENT: ConsentRules = ConsentRules {
    scope_separators: &[' ', ','],
    may_ask: |_, scope| SCOPES.contains(&scope),
    unknown_scope: UnknownScope::Redirect { error: "invalid_scope", description: |scope| format!("no scope {scope}") },
    is_optional: |_| false,
    needs_pkce: false,
    cancelled: &[("error", "access_denied")],
    code_lifetime: TimeDelta::minutes(10),
    success_suffix: "",
};

/// A day, and a refresh token that stays.
const LIFETIMES: TokenLifetimes =
    TokenLifetimes { access: 86_400, refresh: RefreshLifetime::Unlimited, long_lived: false };

fn new_post(world: &mut World, place: &str, at: DateTime<Utc>) -> PostRef {
    let id = base36(world.snowflake(at));
    PostRef { url: format!("https://{SITE}/{place}/comments/{id}/"), id: format!("t3_{id}") }
}

/// As Reddit writes its ids.
fn base36(mut number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut id = vec![];
    while number > 0 || id.is_empty() {
        id.push(char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
    }
    id.into_iter().rev().collect()
}

pub(super) struct Reddit;

#[async_trait]
impl StandIn for Reddit {
    fn platform(&self) -> Platform {
        Platform::Reddit
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[API, SITE, STORE]
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, handle, name, about| Account::new(Platform::Reddit, id, handle, name, about);
        vec![
            account("1nwdemo001", "northwind_demo", "Northwind Roasters (demo)", ABOUT_ROASTERS),
            account("1nwdemo002", "northwind_lab_demo", "Northwind Lab (demo)", ABOUT_LAB),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        let (id, handle) = (format!("1nwmany{number:05}"), format!("northwind_{number}"));
        Account::numbered(Platform::Reddit, number, &id, &handle)
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [255, 69, 0]
    }

    fn publish_scopes(&self) -> &'static [&'static str] {
        PUBLISHING
    }

    fn token_lifetimes(&self, _client: &str, _scopes: &[String]) -> TokenLifetimes {
        LIFETIMES
    }

    fn history_post(&self, world: &mut World, account: &Account, _text: &str, at: DateTime<Utc>) -> PostRef {
        new_post(world, &format!("user/{}", account.handle), at)
    }

    fn takes_visitors(&self) -> bool {
        true
    }

    fn comment_id(&self, world: &mut World, _post: &Post) -> Option<String> {
        Some(comments::new_id(world, Utc::now()))
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        match (&request.method, request.host.as_str(), request.segments().as_slice()) {
            (_, SITE, ["api", "v1", "access_token" | "revoke_token"]) => Operation::Token,
            (_, SITE, _) => Operation::Page,
            (&Method::POST, API, ["api", "submit" | "submit_gallery_post.json" | "comment"]) => Operation::Commit,
            (&Method::POST, API, ["api", "del"]) => Operation::Retract,
            (&Method::POST, API, ["api", "media", _]) | (_, STORE, _) => Operation::Prepare,
            _ => Operation::Read,
        }
    }

    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
        if request.too_large {
            return Err(error(413, "Request Entity Too Large"));
        }
        match (&request.method, request.host.as_str(), request.segments().as_slice()) {
            (&Method::GET | &Method::POST, SITE, ["api", "v1", "authorize"]) => authorize(sandbox, request),
            (&Method::POST, SITE, ["api", "v1", end @ ("access_token" | "revoke_token")]) => {
                described(request, false)?;
                if *end == "access_token" { token::grant(sandbox, request) } else { token::revoke(sandbox, request) }
            }
            (&Method::GET, SITE, ["r" | "user", _, "comments", id, ..] | ["comments", id, ..]) => {
                feed::permalink(request, Some(format!("t3_{id}")))
            }
            (&Method::GET, SITE, ["r" | "user", ..]) => feed::permalink(request, None),
            (&Method::POST, STORE, _) => media::put(sandbox, request).await,
            (_, API, path) => api(sandbox, request, path).await,
            _ => Err(error(404, "Not Found")),
        }
    }

    fn rate_limited(&self, _request: &PlatformRequest, limit: &RateLimitFault) -> Response {
        too_many(limit.wait.num_seconds())
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "message": "Service Unavailable", "error": 503 }))
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://oauth.reddit.com/api/v1/me"
    }
}

/// A consent without `state` is refused, and one that does not ask to last gives no refresh token, which is no use here.
fn authorize(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let lasts = request.query("duration") == Some("permanent");
    if request.query("state").is_none_or(str::is_empty) || !lasts {
        return Err(error(400, "invalid request: state and duration=permanent are wanted"));
    }
    consent::serve(sandbox, request, &CONSENT)
}

async fn api(sandbox: &Sandbox, request: &PlatformRequest, path: &[&str]) -> PlatformResponse {
    described(request, request.method != Method::GET)?;
    let (me, token) = caller(sandbox, request)?;
    let key = (Platform::Reddit, token.client.clone(), "calls");
    let now = sandbox.now();
    let most = sandbox.limit(CALLS);
    let (left, ends) = sandbox.world().spend(now, key, most, WINDOW);
    let wait = (ends - now).num_seconds().max(1);
    let Some(left) = left else { return Err(too_many(wait).into()) };
    let answer = answer(sandbox, request, (&me, &token), path).await;
    let with = |mut response: Response| {
        let said = [
            ("x-ratelimit-used", (most - left).to_string()),
            ("x-ratelimit-remaining", format!("{left}.0")),
            ("x-ratelimit-reset", wait.to_string()),
        ];
        for (name, value) in said {
            response.headers_mut().insert(name, HeaderValue::from_str(&value).expect("a number"));
        }
        response
    };
    match answer {
        Ok(response) => Ok(with(response)),
        Err(refusal) => Err(with(refusal.into()).into()),
    }
}

async fn answer(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    (me, token): (&Account, &AccessToken),
    path: &[&str],
) -> PlatformResponse {
    match (&request.method, path) {
        (&Method::GET, ["api", "v1", "me"]) => {
            need(token, "identity")?;
            ok(&json!({
                "id": me.id,
                "name": me.handle,
                "icon_img": format!("{}?width=256", request.avatar_url(&me.id)),
                "is_suspended": false,
                "total_karma": 1_204,
                "subreddit": { "display_name": format!("u_{}", me.handle), "title": me.name },
            }))
        }
        (&Method::GET, ["subreddits", "mine", "subscriber"]) => {
            need(token, "mysubreddits")?;
            subreddits::joined(request)
        }
        (&Method::GET, ["r", name, "about"]) => {
            need(token, "read")?;
            subreddits::about(me, name)
        }
        (&Method::GET, ["r", name, "api", "link_flair_v2"]) => {
            need(token, "flair")?;
            subreddits::flairs(me, name)
        }
        (&Method::GET, ["api", "v1", name, "post_requirements"]) => {
            need(token, "submit")?;
            subreddits::requirements(me, name)
        }
        (&Method::GET, ["user", name, "submitted"]) => {
            need(token, "history")?;
            listing::submitted(sandbox, request, name)
        }
        (&Method::GET, ["api", "info"]) => {
            need(token, "read")?;
            listing::info(sandbox, request)
        }
        (&Method::GET, ["comments", id]) => {
            need(token, "read")?;
            comments::list(sandbox, request, id)
        }
        (&Method::POST, ["api", "media", "asset.json"]) => {
            need(token, "submit")?;
            media::lease(sandbox, request, me)
        }
        (&Method::POST, ["api", "submit"]) => {
            need(token, "submit")?;
            posts::submit(sandbox, request, me)
        }
        (&Method::POST, ["api", "submit_gallery_post.json"]) => {
            need(token, "submit")?;
            posts::gallery(sandbox, request, me)
        }
        (&Method::POST, ["api", "comment"]) => {
            need(token, "submit")?;
            comments::create(sandbox, request, me)
        }
        (&Method::POST, ["api", "del"]) => {
            need(token, "edit")?;
            posts::delete(sandbox, request, me)
        }
        _ => Err(error(404, "Not Found")),
    }
}

fn caller(sandbox: &Sandbox, request: &PlatformRequest) -> Result<(Account, AccessToken), ErrorResponse> {
    let no = || {
        let mut response = json(StatusCode::UNAUTHORIZED, &json!({ "message": "Unauthorized", "error": 401 }));
        let said = HeaderValue::from_static("Bearer realm=\"reddit\", error=\"invalid_token\"");
        response.headers_mut().insert("www-authenticate", said);
        ErrorResponse::from(response)
    };
    let token = request.bearer().filter(|token| !token.is_empty()).ok_or_else(no)?;
    let world = sandbox.world();
    let token = world.bearer(sandbox.now(), Platform::Reddit, token).map_err(|_| no())?;
    let account = world.account(Platform::Reddit, &token.account).cloned().ok_or_else(no)?;
    Ok((account, token))
}

fn need(token: &AccessToken, scope: &str) -> Result<(), ErrorResponse> {
    if token.scopes.iter().any(|s| s == scope) {
        return Ok(());
    }
    let mut response = json(StatusCode::FORBIDDEN, &json!({ "message": "Forbidden", "error": 403 }));
    let said = HeaderValue::from_static("Bearer realm=\"reddit\", error=\"insufficient_scope\"");
    response.headers_mut().insert("www-authenticate", said);
    Err(response.into())
}

/// Programs say which app they are and whose: `web:app:v1 (by /u/name)`. The real Reddit slows the others down. (Before the first
/// answer about the account its name is not known.)
fn described(request: &PlatformRequest, by_somebody: bool) -> Result<(), ErrorResponse> {
    let said = request.header("user-agent").unwrap_or_default();
    let is_said = said.split(':').count() >= 3 && (!by_somebody || said.contains("(by /u/"));
    if is_said { Ok(()) } else { Err(too_many(60).into()) }
}

fn too_many(wait: i64) -> Response {
    let mut response = json(StatusCode::TOO_MANY_REQUESTS, &json!({ "message": "Too Many Requests", "error": 429 }));
    let said = [("x-ratelimit-remaining", "0.0".to_owned()), ("x-ratelimit-reset", wait.to_string())];
    for (name, value) in said {
        response.headers_mut().insert(name, HeaderValue::from_str(&value).expect("a number"));
    }
    response
}

fn error(status: u16, message: &str) -> ErrorResponse {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(code, &json!({ "message": message, "error": status })).into()
}

/// The answer of a call that writes and is refused: 200.
fn refused(code: &str, message: &str, field: &str) -> ErrorResponse {
    let errors = json!([[code, message, field]]);
    json(StatusCode::OK, &json!({ "json": { "errors": errors } })).into()
}

/// The answer of a call that writes.
fn done(data: Value) -> PlatformResponse {
    ok(&json!({ "json": { "errors": [], "data": data } }))
}
