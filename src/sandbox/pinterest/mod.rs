//! The stand-in for Pinterest: OAuth 2 with Basic and without PKCE, the account, its boards, pins and uploads of videos, as API
//! v5 has them. Every account has three boards from the start, of which the last one is secret.

mod boards;
mod media;
mod pins;
mod token;

use super::consent::{self, ConsentRules, UnknownScope};
use super::faults::Operation;
use super::feed;
use super::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use super::stand_in::{RateLimitFault, StandIn};
use super::state::Sandbox;
use super::tokens::{RefreshLifetime, TokenLifetimes};
use super::world::{ABOUT_LAB, ABOUT_ROASTERS, AccessToken, Account, PostRef, World};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

const API: &str = "api.pinterest.com";
const SITE: &str = "www.pinterest.com";
const STORE: &str = "pinterest-media-upload.s3-accelerate.amazonaws.com";

const SCOPES: &[&str] = &[
    "user_accounts:read",
    "boards:read",
    "boards:write",
    "pins:read",
    "pins:write",
    "boards:read_secret",
    "boards:write_secret",
    "pins:read_secret",
    "pins:write_secret",
];
/// What a pin needs.
const PINNING: &[&str] = &["boards:read", "boards:write", "pins:read", "pins:write"];
/// What is asked for to publish.
const PUBLISHING: &[&str] = &["user_accounts:read", "boards:read", "boards:write", "pins:read", "pins:write"];

/// Writes of one user and app in a minute, with Standard access.
const WRITES: u32 = 100;

const CONSENT: ConsentRules = ConsentRules {
    scope_separators: &[',', ' '],
    may_ask: |_, scope| SCOPES.contains(&scope),
    unknown_scope: UnknownScope::Page,
    is_optional: |_| false,
    needs_pkce: false,
    cancelled: &[("error", "access_denied"), ("error_description", "The user denied the request")],
    code_lifetime: TimeDelta::minutes(10),
    success_suffix: "",
};

/// 30 days, and 60 for a refresh token that is replaced with every use.
const LIFETIMES: TokenLifetimes =
    TokenLifetimes { access: 2_592_000, refresh: RefreshLifetime::Seconds(5_184_000), long_lived: true };

fn new_pin(world: &mut World, at: DateTime<Utc>) -> PostRef {
    let id = world.snowflake(at).to_string();
    PostRef { url: format!("https://{SITE}/pin/{id}/"), id }
}

pub(super) struct Pinterest;

#[async_trait]
impl StandIn for Pinterest {
    fn platform(&self) -> Platform {
        Platform::Pinterest
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[API, SITE, STORE]
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, handle, name, about| Account::new(Platform::Pinterest, id, handle, name, about);
        vec![
            account("813744226420000001", "northwind_demo", "Northwind Roasters (demo)", ABOUT_ROASTERS),
            account("813744226420000002", "northwind_lab_demo", "Northwind Lab (demo)", ABOUT_LAB),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        let (id, handle) = (format!("8137442264210{number:05}"), format!("northwind_{number}"));
        Account::numbered(Platform::Pinterest, number, &id, &handle)
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [232, 51, 74]
    }

    fn publish_scopes(&self) -> &'static [&'static str] {
        PUBLISHING
    }

    fn token_lifetimes(&self, _client: &str, _scopes: &[String]) -> TokenLifetimes {
        LIFETIMES
    }

    fn history_post(&self, world: &mut World, _account: &Account, _text: &str, at: DateTime<Utc>) -> PostRef {
        new_pin(world, at)
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        match (&request.method, request.host.as_str(), request.segments().as_slice()) {
            (_, API, ["v5", "oauth", ..]) => Operation::Token,
            (_, SITE, _) => Operation::Page,
            (&Method::POST, API, ["v5", "pins"]) => Operation::Commit,
            (&Method::DELETE, API, ["v5", "pins", _]) => Operation::Retract,
            (&Method::POST, API, ["v5", "media"]) | (_, STORE, _) => Operation::Prepare,
            _ => Operation::Read,
        }
    }

    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
        if request.too_large {
            return Err(error(413, 1, "The request is too large."));
        }
        match (&request.method, request.host.as_str(), request.segments().as_slice()) {
            (&Method::GET | &Method::POST, SITE, ["oauth"]) => consent::serve(sandbox, request, &CONSENT),
            (&Method::GET, SITE, ["pin", id]) => feed::permalink(request, Some((*id).to_owned())),
            (&Method::GET, SITE, [_]) => feed::permalink(request, None),
            (&Method::POST, STORE, _) => media::put(sandbox, request).await,
            (_, API, ["v5", path @ ..]) => api(sandbox, request, path).await,
            _ => Err(error(404, 1, "Not found")),
        }
    }

    fn rate_limited(&self, _request: &PlatformRequest, _limit: &RateLimitFault) -> Response {
        rate_limited()
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        json(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "code": 12, "message": "Something went wrong on our end." }))
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://api.pinterest.com/v5/user_account"
    }
}

async fn api(sandbox: &Sandbox, request: &PlatformRequest, path: &[&str]) -> PlatformResponse {
    if path == ["oauth", "token"] && request.method == Method::POST {
        return token::grant(sandbox, request);
    }
    let (me, token) = caller(sandbox, request)?;
    match (&request.method, path) {
        (&Method::GET, ["user_account"]) => {
            need(&token, &["user_accounts:read"])?;
            ok(&json!({
                "id": me.id,
                "username": me.handle,
                "business_name": me.name,
                "account_type": "BUSINESS",
                "about": me.about,
                "profile_image": request.avatar_url(&me.id),
                "website_url": "",
                "board_count": boards::of(&me).len(),
            }))
        }
        (&Method::GET, ["boards"]) => {
            need(&token, &["boards:read"])?;
            boards::list(request, &me, &token)
        }
        (&Method::GET, ["boards", id]) => {
            need(&token, &["boards:read"])?;
            ok(&boards::visible(&me, &token, id)?.shown(&me))
        }
        (&Method::GET, ["boards", id, "pins"]) => {
            need(&token, &["boards:read", "pins:read"])?;
            let board = boards::visible(&me, &token, id)?;
            pins::list(sandbox, request, &me, Some(&board.id), None)
        }
        (&Method::GET, ["boards", id, "sections"]) => {
            need(&token, &["boards:read"])?;
            boards::sections(request, &boards::visible(&me, &token, id)?)
        }
        (&Method::GET, ["boards", id, "sections", section, "pins"]) => {
            need(&token, &["boards:read", "pins:read"])?;
            let board = boards::visible(&me, &token, id)?;
            board.section(section)?;
            pins::list(sandbox, request, &me, Some(&board.id), Some(section))
        }
        (&Method::GET, ["pins"]) => {
            need(&token, &["boards:read", "pins:read"])?;
            pins::list(sandbox, request, &me, None, None)
        }
        (&Method::POST, ["pins"]) => {
            need(&token, PINNING)?;
            write(sandbox, &me)?;
            pins::create(sandbox, request, &me, &token).await
        }
        (&Method::GET, ["pins", id]) => {
            need(&token, &["boards:read", "pins:read"])?;
            pins::get(sandbox, request, &me, id)
        }
        (&Method::DELETE, ["pins", id]) => {
            need(&token, &["boards:read", "boards:write", "pins:read", "pins:write"])?;
            pins::delete(sandbox, &me, id)
        }
        (&Method::POST, ["media"]) => {
            need(&token, &["pins:read", "pins:write"])?;
            write(sandbox, &me)?;
            media::announce(sandbox, request, &me)
        }
        (&Method::GET, ["media", id]) => {
            need(&token, &["pins:read"])?;
            media::state(sandbox, &me, id)
        }
        _ => Err(error(404, 1, "Not found")),
    }
}

fn caller(sandbox: &Sandbox, request: &PlatformRequest) -> Result<(Account, AccessToken), ErrorResponse> {
    let no = || error(401, 2, "Authentication failed.");
    let token = request.bearer().filter(|token| !token.is_empty()).ok_or_else(no)?;
    let world = sandbox.world();
    let token = world.bearer(sandbox.now(), Platform::Pinterest, token).map_err(|_| no())?;
    let account = world.account(Platform::Pinterest, &token.account).cloned().ok_or_else(no)?;
    Ok((account, token))
}

fn need(token: &AccessToken, scopes: &[&str]) -> Result<(), ErrorResponse> {
    if scopes.iter().all(|scope| token.scopes.iter().any(|s| s == scope)) {
        return Ok(());
    }
    let wanted: Vec<_> = scopes.iter().map(|scope| format!("'{scope}'")).collect();
    let words =
        format!("Your application consumer type is not supported, please check the scopes: [{}]", wanted.join(", "));
    Err(error(403, 3, &words))
}

/// Counts a call that writes.
fn write(sandbox: &Sandbox, me: &Account) -> Result<(), ErrorResponse> {
    let limit = sandbox.limit(WRITES);
    let key = (Platform::Pinterest, me.id.clone(), "org_write");
    let (left, _) = sandbox.world().spend(sandbox.now(), key, limit, TimeDelta::minutes(1));
    left.map(drop).ok_or_else(|| rate_limited().into())
}

fn rate_limited() -> Response {
    json(
        StatusCode::TOO_MANY_REQUESTS,
        &json!({ "code": 8, "message": "You have exceeded your rate limit. Try again later." }),
    )
}

fn error(status: u16, code: i64, message: &str) -> ErrorResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(status, &json!({ "code": code, "message": message })).into()
}

/// A field whose value does not fit, in the words of Pinterest's schema checks.
fn invalid(words: &str) -> ErrorResponse {
    error(400, 1, &format!("Invalid request: {words}"))
}

/// `page_size` of a list: 25, at most 250. A `bookmark` is the number of what was seen before.
fn paging(request: &PlatformRequest) -> Result<(usize, usize), ErrorResponse> {
    let size = request.query("page_size").map_or(Ok(25), str::parse::<usize>);
    let size =
        size.ok().filter(|size| (1..=250).contains(size)).ok_or_else(|| invalid("page_size must be 1 to 250"))?;
    let from = request.query("bookmark").map_or(Ok(0), str::parse::<usize>);
    Ok((from.map_err(|_| invalid("the bookmark is not valid"))?, size))
}

/// A page of a list, with the bookmark of the next one.
fn page(all: Vec<serde_json::Value>, (from, size): (usize, usize)) -> PlatformResponse {
    let next = (all.len() > from + size).then(|| (from + size).to_string());
    let items: Vec<_> = all.into_iter().skip(from).take(size).collect();
    ok(&json!({ "items": items, "bookmark": next }))
}
