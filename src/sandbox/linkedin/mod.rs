//! The stand-in for LinkedIn: OAuth 2 without PKCE, OpenID userinfo, and the versioned REST endpoints for company pages,
//! images, videos, documents, posts and comments.

mod comments;
mod files;
mod images;
mod pages;
mod posts;
mod text;
mod token;

use super::consent::{self, ConsentRules, UnknownScope};
use super::faults::Operation;
use super::feed;
use super::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use super::stand_in::{RateLimitFault, StandIn};
use super::state::Sandbox;
use super::tokens::{RefreshLifetime, TokenFault, TokenLifetimes};
use super::world::{ABOUT_LAB, ABOUT_ROASTERS, AccessToken, Account, Post, PostRef, World};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::ops::Range;
use uuid::Uuid;

/// What every app may ask for; it is also what publishing as a member needs.
const OPEN_SCOPES: &[&str] = &["openid", "profile", "email", "w_member_social"];

/// What only approved partners may ask for.
const RESTRICTED_SCOPES: &[&str] = &[
    "r_member_social",
    "w_member_social_feed",
    "r_member_social_feed",
    "r_member_postAnalytics",
    "r_member_profileAnalytics",
    "w_organization_social",
    "r_organization_social",
    "rw_organization_admin",
    "r_organization_admin",
];

/// What writing takes, as a member or as a company page, and what looking at posts takes.
const WRITING: &[&str] = &["w_member_social", "w_organization_social"];
const READING: &[&str] = &["r_member_social", "r_organization_social"];

/// The oldest version that is still served, and the newest that was seen in the documentation (review: 2026-11).
const OLDEST_VERSION: u32 = 202_512;
const NEWEST_VERSION: u32 = 202_607;

/// Posts, and as many comments, per member and day: the development tier's figure.
const POSTS_PER_DAY: u32 = 100;

const CONSENT: ConsentRules = ConsentRules {
    scope_separators: &[' '],
    may_ask: |client, scope| OPEN_SCOPES.contains(&scope) || (is_partner(client) && RESTRICTED_SCOPES.contains(&scope)),
    unknown_scope: UnknownScope::Redirect {
        error: "unauthorized_scope_error",
        description: |scope| format!("Scope \"{scope}\" is not authorized for your application"),
    },
    is_optional: |_| false,
    needs_pkce: false,
    cancelled: &[("error", "user_cancelled_authorize"), ("error_description", "The user cancelled the authorization")],
    code_lifetime: TimeDelta::minutes(30),
    success_suffix: "",
};

fn is_partner(client: &str) -> bool {
    client.starts_with("partner")
}

/// 60 days; a refresh token of a year for partners only.
fn token_lifetimes(client: &str) -> TokenLifetimes {
    let refresh = if is_partner(client) { RefreshLifetime::Seconds(31_536_000) } else { RefreshLifetime::NoToken };
    TokenLifetimes { access: 5_184_000, refresh, long_lived: true }
}

/// A share URN and its permalink.
fn new_post(world: &mut World, at: DateTime<Utc>) -> PostRef {
    named_post(world, "share", at)
}

/// The same of another kind: videos, documents and polls are a `ugcPost`.
fn named_post(world: &mut World, kind: &str, at: DateTime<Utc>) -> PostRef {
    // LinkedIn's numbers are larger than X's at the same moment; only the form matters.
    let id = format!("urn:li:{kind}:{}", 5_000_000_000_000_000_000 + world.snowflake(at));
    let url = format!("https://www.linkedin.com/feed/update/{id}");
    PostRef { id, url }
}

/// The URN of a member.
fn urn(account: &Account) -> String {
    format!("urn:li:person:{}", account.id)
}

pub(super) struct LinkedIn;

#[async_trait]
impl StandIn for LinkedIn {
    fn platform(&self) -> Platform {
        Platform::LinkedIn
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["api.linkedin.com", "www.linkedin.com"]
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, handle, name, about| Account::new(Platform::LinkedIn, id, handle, name, about);
        vec![
            account("nwDemo0001", "nora-north-demo", "Nora North (demo)", ABOUT_ROASTERS),
            account("nwDemo0002", "walt-west-demo", "Walt West (demo)", ABOUT_LAB),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        let (id, handle) = (format!("nwMore{number:04}"), format!("nora-north-{number}"));
        Account::numbered(Platform::LinkedIn, number, &id, &handle)
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [112, 181, 249]
    }

    fn publish_scopes(&self) -> &'static [&'static str] {
        OPEN_SCOPES
    }

    fn token_lifetimes(&self, client: &str, _scopes: &[String]) -> TokenLifetimes {
        token_lifetimes(client)
    }

    fn history_post(&self, world: &mut World, _account: &Account, _text: &str, at: DateTime<Utc>) -> PostRef {
        new_post(world, at)
    }

    fn author(&self, id: &str) -> Option<Account> {
        pages::account(id)
    }

    fn more(&self, post: &Post) -> String {
        posts::more(post)
    }

    fn entities(&self, post: &Post) -> Vec<Range<usize>> {
        serde_json::from_value::<Vec<[usize; 2]>>(post.facts["entities"].clone())
            .unwrap_or_default()
            .into_iter()
            .map(|[start, end]| start..end)
            .collect()
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        match (&request.method, request.segments().as_slice()) {
            (_, ["oauth", "v2", "accessToken" | "revoke"]) => Operation::Token,
            (_, ["oauth", "v2", "authorization"] | ["feed", ..] | ["in", _]) => Operation::Page,
            (&Method::POST, ["rest", "posts"] | ["rest", "socialActions", _, "comments"]) => Operation::Commit,
            (&Method::DELETE, ["rest", "posts", _]) => Operation::Retract,
            (&Method::POST, ["rest", "images" | "videos" | "documents"]) | (&Method::PUT, _) => Operation::Prepare,
            _ => Operation::Read,
        }
    }

    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
        let mut response = if request.too_large {
            error(413, "PAYLOAD_TOO_LARGE", "Request entity too large").into()
        } else {
            route(sandbox, request).await.unwrap_or_else(Response::from)
        };
        if let Ok(id) = HeaderValue::from_str(&URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes())) {
            response.headers_mut().insert("x-li-uuid", id);
        }
        Ok(response)
    }

    fn rate_limited(&self, _request: &PlatformRequest, limit: &RateLimitFault) -> Response {
        throttled(limit.seconds, limit.whole_app)
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        let body = json!({ "status": 500, "code": "INTERNAL_SERVER_ERROR", "message": "Internal Server Error" });
        json(StatusCode::INTERNAL_SERVER_ERROR, &body)
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://api.linkedin.com/v2/userinfo"
    }
}

async fn route(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let segments = request.segments();
    match (&request.method, request.host.as_str(), segments.as_slice()) {
        (&Method::GET | &Method::POST, "www.linkedin.com", ["oauth", "v2", "authorization"]) => {
            consent::serve(sandbox, request, &CONSENT)
        }
        (&Method::GET, "www.linkedin.com", ["feed", "update", urn]) => {
            feed::permalink(request, Some((*urn).to_owned()))
        }
        (&Method::GET, "www.linkedin.com", ["in", _]) => feed::permalink(request, None),
        (&Method::POST, "www.linkedin.com", ["oauth", "v2", "accessToken"]) => token::grant(sandbox, request),
        (&Method::POST, "www.linkedin.com", ["oauth", "v2", "revoke"]) => token::revoke(sandbox, request),
        (&Method::PUT, "www.linkedin.com", ["dms-uploads", "sp", id, "uploaded-image", "0"]) => {
            images::put(sandbox, request, id).await
        }
        (&Method::GET, "api.linkedin.com", ["v2", "userinfo"]) => userinfo(sandbox, request),
        (&Method::PUT, "www.linkedin.com", ["dms-uploads", "sp", "v2", kind @ ("video" | "document"), name, part]) => {
            files::put(sandbox, request, &files::urn_of_address(kind, name), part).await
        }
        (_, "api.linkedin.com", ["rest", ..]) => rest(sandbox, request, &segments).await,
        _ => Err(error(404, "RESOURCE_NOT_FOUND", "No virtual resource found")),
    }
}

/// The versioned API: versions first, then the token, then the resource.
async fn rest(sandbox: &Sandbox, request: &PlatformRequest, segments: &[&str]) -> PlatformResponse {
    check_versions(sandbox, request)?;
    let (me, token) = caller(sandbox, request)?;
    match (&request.method, segments) {
        (&Method::POST, ["rest", "images"]) => {
            need_any(&token, WRITING, "images.ACTION-initializeUpload", request)?;
            images::initialize(sandbox, request, &me, &token)
        }
        (&Method::GET, ["rest", "images", id]) => {
            need_any(&token, WRITING, "images.GET", request)?;
            encoded_urn(request)?;
            images::status(sandbox, request, &me, &token, id)
        }
        (&Method::POST, ["rest", resource @ ("videos" | "documents")]) => {
            need_any(&token, WRITING, &format!("{resource}.ACTION"), request)?;
            files::act(sandbox, request, &me, &token, resource).await
        }
        (&Method::GET, ["rest", "videos" | "documents", id]) => {
            need_any(&token, WRITING, "videos.GET", request)?;
            encoded_urn(request)?;
            ok(&files::status(sandbox, &me, &token, id)?)
        }
        (&Method::GET, ["rest", "organizationAcls"]) => pages::roles(request, &me, &token),
        (&Method::GET, ["rest", "organizations"]) => pages::names(request, &me, &token),
        (&Method::POST, ["rest", "posts"]) => {
            need_any(&token, WRITING, "posts.CREATE", request)?;
            spend(sandbox, request, &me, "posts")?;
            posts::create(sandbox, request, &me, &token)
        }
        (&Method::POST, ["rest", "socialActions", id, "comments"]) => {
            need_any(&token, WRITING, "partnerApiSocialActions.CREATE", request)?;
            encoded_urn(request)?;
            spend(sandbox, request, &me, "comments")?;
            comments::create(sandbox, request, &me, &token, id)
        }
        (&Method::GET, ["rest", "socialActions", id, "comments"]) => {
            need_any(&token, READING, "partnerApiSocialActions.GET_ALL", request)?;
            encoded_urn(request)?;
            comments::list(sandbox, request, &me, &token, id)
        }
        (&Method::GET, ["rest", "posts"]) => {
            need_any(&token, READING, "posts.FINDER-author", request)?;
            posts::list(sandbox, request, &me, &token)
        }
        (&Method::GET, ["rest", "posts", id]) => {
            need_any(&token, READING, "posts.GET", request)?;
            encoded_urn(request)?;
            posts::get(sandbox, request, &me, &token, id)
        }
        (&Method::DELETE, ["rest", "posts", id]) => {
            need_any(&token, WRITING, "posts.DELETE", request)?;
            encoded_urn(request)?;
            posts::delete(sandbox, &me, &token, id)
        }
        _ => Err(error(404, "RESOURCE_NOT_FOUND", "No virtual resource found")),
    }
}

/// Counts one call against the day's limit of its kind.
fn spend(sandbox: &Sandbox, request: &PlatformRequest, me: &Account, what: &'static str) -> Result<(), ErrorResponse> {
    let (key, limit) = ((request.platform(), me.id.clone(), what), sandbox.limit(POSTS_PER_DAY));
    let (left, _) = sandbox.world().spend(sandbox.now(), key, limit, TimeDelta::days(1));
    left.map(drop).ok_or_else(|| throttled(None, false).into())
}

/// The page of a list that the request asks for: (start, count).
fn paging(request: &PlatformRequest) -> Result<(usize, usize), ErrorResponse> {
    let bad = |words: &str| error(400, "ILLEGAL_ARGUMENT", words);
    let number = |name: &str, default: usize| match request.query(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| bad(&format!("Invalid value for {name}"))),
    };
    let (start, count) = (number("start", 0)?, number("count", 10)?);
    if count > 100 {
        return Err(bad("count must not be higher than 100"));
    }
    Ok((start, count))
}

fn check_versions(sandbox: &Sandbox, request: &PlatformRequest) -> Result<(), ErrorResponse> {
    let version = request.header("linkedin-version").map(str::trim).filter(|v| !v.is_empty());
    let Some(version) = version else {
        let words = "A version must be present. Please specify a version by adding the LinkedIn-Version header.";
        return Err(error(400, "VERSION_MISSING", words));
    };
    let number = version.parse::<u32>().ok().filter(|_| version.len() == 6);
    let month = sandbox.now().format("%Y%m").to_string().parse().unwrap_or(NEWEST_VERSION);
    let active = number
        .is_some_and(|v| (OLDEST_VERSION..=NEWEST_VERSION.max(month)).contains(&v) && (1..=12).contains(&(v % 100)));
    if !active {
        return Err(error(426, "NONEXISTENT_VERSION", &format!("Requested version {version}01 is not active")));
    }
    match request.header("x-restli-protocol-version").map(str::trim) {
        Some("2.0.0") => Ok(()),
        // What exactly LinkedIn says here is not documented.
        _ => Err(error(400, "ILLEGAL_ARGUMENT", "The header X-Restli-Protocol-Version must be 2.0.0")),
    }
}

/// In Rest.li 2.0 the colons of a URN in an address must be encoded.
fn encoded_urn(request: &PlatformRequest) -> Result<(), ErrorResponse> {
    if request.raw.contains("urn:li:") {
        return Err(error(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables"));
    }
    Ok(())
}

/// One of these scopes, before it is looked at for whom the call is.
fn need_any(token: &AccessToken, scopes: &[&str], what: &str, request: &PlatformRequest) -> Result<(), ErrorResponse> {
    if token.scopes.iter().any(|s| scopes.contains(&s.as_str())) {
        return Ok(());
    }
    let version = request.header("linkedin-version").unwrap_or_default();
    Err(denied(&format!("Not enough permissions to access: {what}.{version}01")))
}

fn caller(sandbox: &Sandbox, request: &PlatformRequest) -> Result<(Account, AccessToken), ErrorResponse> {
    let no = |number: u32, code: &str, words: &str| {
        let body = json!({ "status": 401, "serviceErrorCode": number, "code": code, "message": words });
        ErrorResponse::from(json(StatusCode::UNAUTHORIZED, &body))
    };
    let token = request.bearer().filter(|t| !t.is_empty());
    let token = token.ok_or_else(|| no(65_604, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token"))?;
    let world = sandbox.world();
    let token = world.bearer(sandbox.now(), request.platform(), token).map_err(|fault| match fault {
        TokenFault::Unknown => no(65_600, "INVALID_ACCESS_TOKEN", "Invalid access token"),
        TokenFault::Revoked => {
            no(65_601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user")
        }
        TokenFault::Expired => no(65_602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired"),
    })?;
    let account = world.account(request.platform(), &token.account).cloned();
    let account = account.ok_or_else(|| no(65_600, "INVALID_ACCESS_TOKEN", "Invalid access token"))?;
    Ok((account, token))
}

fn userinfo(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let (me, token) = caller(sandbox, request)?;
    let may = |scope: &str| token.scopes.iter().any(|s| s == scope);
    if !may("openid") {
        return Err(denied("Not enough permissions to access: userinfo.GET.NO_VERSION"));
    }
    ok(&claims(request, &me, may("profile"), may("email")))
}

fn claims(request: &PlatformRequest, me: &Account, profile: bool, email: bool) -> Value {
    let mut claims = json!({ "sub": me.id });
    if profile {
        let (given, family) = me.name.split_once(' ').unwrap_or((&me.name, ""));
        claims["name"] = json!(me.name);
        claims["given_name"] = json!(given);
        claims["family_name"] = json!(family);
        claims["locale"] = json!({ "country": "US", "language": "en" });
        claims["picture"] = json!(request.avatar_url(&me.id));
    }
    if email {
        claims["email"] = json!(format!("{}@example.com", me.handle));
        claims["email_verified"] = json!(true);
    }
    claims
}

// ---- error responses

fn code_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn oauth_error(status: u16, error: &str, description: &str) -> ErrorResponse {
    json(code_of(status), &json!({ "error": error, "error_description": description })).into()
}

fn error(status: u16, code: &str, message: &str) -> ErrorResponse {
    json(code_of(status), &json!({ "status": status, "code": code, "message": message })).into()
}

fn denied(message: &str) -> ErrorResponse {
    let body = json!({ "status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED", "message": message });
    json(StatusCode::FORBIDDEN, &body).into()
}

/// A field names somebody for whom the token may not act.
fn forbidden_field(path: &str) -> ErrorResponse {
    denied(&format!(
        "Field Value validation failed in REQUEST_BODY: Data Processing Exception while processing fields [{path}]"
    ))
}

/// A body that does not fit the schema: 422 with one line for each field.
fn schema(lines: &[String]) -> ErrorResponse {
    let message: String = lines.iter().map(|line| format!("ERROR :: {line}\n")).collect();
    json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "message": message, "status": 422 })).into()
}

/// A content rule: `errorDetails.inputErrors` with a code.
fn bad_input(status: u16, message: &str, code: &str, description: &str) -> ErrorResponse {
    let body = json!({
        "errorDetailType": "com.linkedin.common.error.BadRequest",
        "message": format!("com.linkedin.content.common.exception.BadRequestResponseException: {message}"),
        "errorDetails": { "inputErrors": [{ "description": description, "input": {}, "code": code }] },
        "status": status,
    });
    json(code_of(status), &body).into()
}

/// LinkedIn does not say when the limit ends; `retry_after` (seconds) is for tests that cannot wait for midnight.
/// `whole_app`: the app has used up its day.
fn throttled(retry_after: Option<u32>, whole_app: bool) -> Response {
    let which = if whole_app { "APPLICATION DAY " } else { "" };
    let body = json!({
        "status": 429,
        "serviceErrorCode": 101,
        "code": "TOO_MANY_REQUESTS",
        "message": format!("Resource level throttle {which}limit for calls to this resource is reached."),
    });
    let mut response = json(StatusCode::TOO_MANY_REQUESTS, &body);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}
