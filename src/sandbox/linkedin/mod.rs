//! The stand-in for LinkedIn: OAuth 2 without PKCE, OpenID userinfo, and the versioned REST doors to images, posts
//! and comments.

mod comments;
mod images;
mod posts;
mod text;
mod token;

use super::ask::{Answer, Ask, Refusal, json, ok};
use super::faults::Operation;
use super::state::Sandbox;
use super::tokens::{Life, RefreshLife, TokenFault};
use super::world::{AccessToken, Account, World};
use super::{consent, feed};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// What every app may ask for.
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

/// What publishing as a member needs.
pub(super) const PUBLISH_SCOPES: &[&str] = OPEN_SCOPES;

/// The oldest version that is still served, and the newest that was seen in the documentation (review: 2026-11).
const OLDEST_VERSION: u32 = 202_512;
const NEWEST_VERSION: u32 = 202_607;

/// Posts, and as many comments, per member and day: the development tier's figure.
const POSTS_PER_DAY: u32 = 100;

fn is_partner(sandbox: &Sandbox, client: &str) -> bool {
    sandbox.options().linkedin_partner || client.starts_with("partner")
}

pub(super) fn may_ask(sandbox: &Sandbox, client: &str, scope: &str) -> bool {
    OPEN_SCOPES.contains(&scope) || (is_partner(sandbox, client) && RESTRICTED_SCOPES.contains(&scope))
}

/// 60 days; a refresh token of a year only for partners.
pub(super) fn life(sandbox: &Sandbox, client: &str) -> Life {
    let refresh = if is_partner(sandbox, client) { RefreshLife::Seconds(31_536_000) } else { RefreshLife::No };
    Life { access: 5_184_000, refresh, long_lived: true }
}

/// A new share URN and its permalink.
pub(super) fn new_id(world: &mut World, at: DateTime<Utc>) -> (String, String) {
    // LinkedIn's numbers are larger than X's at the same moment; only the shape matters.
    let urn = format!("urn:li:share:{}", 5_000_000_000_000_000_000 + world.snowflake(at));
    let url = format!("https://www.linkedin.com/feed/update/{urn}");
    (urn, url)
}

/// The URN by which a member writes.
fn urn(account: &Account) -> String {
    format!("urn:li:person:{}", account.id)
}

pub(super) fn operation(ask: &Ask) -> Operation {
    match (&ask.method, ask.segments().as_slice()) {
        (_, ["oauth", "v2", "accessToken" | "revoke"]) => Operation::Token,
        (_, ["oauth", "v2", "authorization"] | ["feed", ..] | ["in", _]) => Operation::Page,
        (&Method::POST, ["rest", "posts"] | ["rest", "socialActions", _, "comments"]) => Operation::Commit,
        (&Method::DELETE, ["rest", "posts", _]) => Operation::Retract,
        (&Method::POST, ["rest", "images"]) | (&Method::PUT, _) => Operation::Prepare,
        _ => Operation::Read,
    }
}

pub(super) async fn answer(sandbox: &Sandbox, ask: &Ask) -> Response {
    let mut response = if ask.too_large {
        refusal(413, "PAYLOAD_TOO_LARGE", "Request entity too large").into()
    } else {
        route(sandbox, ask).await.unwrap_or_else(Response::from)
    };
    if let Ok(id) = HeaderValue::from_str(&URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes())) {
        response.headers_mut().insert("x-li-uuid", id);
    }
    response
}

async fn route(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let segments = ask.segments();
    match (&ask.method, ask.host.as_str(), segments.as_slice()) {
        (&Method::GET | &Method::POST, "www.linkedin.com", ["oauth", "v2", "authorization"]) => {
            consent::serve(sandbox, ask)
        }
        (&Method::GET, "www.linkedin.com", ["feed", "update", urn]) => feed::permalink(ask, Some((*urn).to_owned())),
        (&Method::GET, "www.linkedin.com", ["in", _]) => feed::permalink(ask, None),
        (&Method::POST, "www.linkedin.com", ["oauth", "v2", "accessToken"]) => token::grant(sandbox, ask),
        (&Method::POST, "www.linkedin.com", ["oauth", "v2", "revoke"]) => token::revoke(sandbox, ask),
        (&Method::PUT, "www.linkedin.com", ["dms-uploads", "sp", id, "uploaded-image", "0"]) => {
            images::put(sandbox, ask, id).await
        }
        (&Method::GET, "api.linkedin.com", ["v2", "userinfo"]) => userinfo(sandbox, ask),
        (_, "api.linkedin.com", ["rest", ..]) => rest(sandbox, ask, &segments),
        _ => Err(refusal(404, "RESOURCE_NOT_FOUND", "No virtual resource found")),
    }
}

/// The versioned API: versions first, then the token, then the resource.
fn rest(sandbox: &Sandbox, ask: &Ask, segments: &[&str]) -> Answer {
    check_versions(sandbox, ask)?;
    let (me, token) = caller(sandbox, ask)?;
    match (&ask.method, segments) {
        (&Method::POST, ["rest", "images"]) => {
            need_scope(&token, "w_member_social", "images.ACTION-initializeUpload", ask)?;
            images::initialize(sandbox, ask, &me)
        }
        (&Method::GET, ["rest", "images", id]) => {
            need_scope(&token, "w_member_social", "images.GET", ask)?;
            encoded_urn(ask)?;
            images::status(sandbox, ask, &me, id)
        }
        (&Method::POST, ["rest", "posts"]) => {
            need_scope(&token, "w_member_social", "posts.CREATE", ask)?;
            spend(sandbox, ask, &me, "posts")?;
            posts::create(sandbox, ask, &me)
        }
        (&Method::POST, ["rest", "socialActions", id, "comments"]) => {
            need_scope(&token, "w_member_social", "partnerApiSocialActions.CREATE", ask)?;
            encoded_urn(ask)?;
            spend(sandbox, ask, &me, "comments")?;
            comments::create(sandbox, ask, &me, id)
        }
        (&Method::GET, ["rest", "socialActions", id, "comments"]) => {
            need_scope(&token, "r_member_social", "partnerApiSocialActions.GET_ALL", ask)?;
            encoded_urn(ask)?;
            comments::list(sandbox, ask, &me, id)
        }
        (&Method::GET, ["rest", "posts"]) => {
            need_scope(&token, "r_member_social", "posts.FINDER-author", ask)?;
            posts::list(sandbox, ask, &me)
        }
        (&Method::GET, ["rest", "posts", id]) => {
            need_scope(&token, "r_member_social", "posts.GET", ask)?;
            encoded_urn(ask)?;
            posts::get(sandbox, ask, id)
        }
        (&Method::DELETE, ["rest", "posts", id]) => {
            need_scope(&token, "w_member_social", "posts.DELETE", ask)?;
            encoded_urn(ask)?;
            posts::delete(sandbox, &me, id)
        }
        _ => Err(refusal(404, "RESOURCE_NOT_FOUND", "No virtual resource found")),
    }
}

/// One of the day's budget of a kind.
fn spend(sandbox: &Sandbox, ask: &Ask, me: &Account, what: &'static str) -> Result<(), Refusal> {
    let (key, limit) = ((ask.network, me.id.clone(), what), sandbox.limit(POSTS_PER_DAY));
    let (left, _) = sandbox.world().spend(sandbox.now(), key, limit, TimeDelta::days(1));
    left.map(drop).ok_or_else(|| throttled(None, false).into())
}

/// Which part of a list is asked for: (start, count).
fn portion(ask: &Ask) -> Result<(usize, usize), Refusal> {
    let bad = |words: &str| refusal(400, "ILLEGAL_ARGUMENT", words);
    let number = |name: &str, default: usize| match ask.query(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| bad(&format!("Invalid value for {name}"))),
    };
    let (start, count) = (number("start", 0)?, number("count", 10)?);
    if count > 100 {
        return Err(bad("count must not be higher than 100"));
    }
    Ok((start, count))
}

fn check_versions(sandbox: &Sandbox, ask: &Ask) -> Result<(), Refusal> {
    let version = ask.header("linkedin-version").map(str::trim).filter(|v| !v.is_empty());
    let Some(version) = version else {
        let words = "A version must be present. Please specify a version by adding the LinkedIn-Version header.";
        return Err(refusal(400, "VERSION_MISSING", words));
    };
    let number = version.parse::<u32>().ok().filter(|_| version.len() == 6);
    let month = sandbox.now().format("%Y%m").to_string().parse().unwrap_or(NEWEST_VERSION);
    let active = number
        .is_some_and(|v| (OLDEST_VERSION..=NEWEST_VERSION.max(month)).contains(&v) && (1..=12).contains(&(v % 100)));
    if !active {
        return Err(refusal(426, "NONEXISTENT_VERSION", &format!("Requested version {version}01 is not active")));
    }
    match ask.header("x-restli-protocol-version").map(str::trim) {
        Some("2.0.0") => Ok(()),
        // What exactly LinkedIn says here is not documented.
        _ => Err(refusal(400, "ILLEGAL_ARGUMENT", "The header X-Restli-Protocol-Version must be 2.0.0")),
    }
}

/// In Rest.li 2.0 a URN in an address has its colons encoded.
fn encoded_urn(ask: &Ask) -> Result<(), Refusal> {
    if ask.raw.contains("urn:li:") {
        return Err(refusal(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables"));
    }
    Ok(())
}

fn need_scope(token: &AccessToken, scope: &str, what: &str, ask: &Ask) -> Result<(), Refusal> {
    if token.scopes.iter().any(|s| s == scope) {
        return Ok(());
    }
    let version = ask.header("linkedin-version").unwrap_or_default();
    Err(denied(&format!("Not enough permissions to access: {what}.{version}01")))
}

fn caller(sandbox: &Sandbox, ask: &Ask) -> Result<(Account, AccessToken), Refusal> {
    let no = |number: u32, code: &str, words: &str| {
        let body = json!({ "status": 401, "serviceErrorCode": number, "code": code, "message": words });
        Refusal::from(json(StatusCode::UNAUTHORIZED, &body))
    };
    let shown = ask.bearer().filter(|t| !t.is_empty());
    let shown = shown.ok_or_else(|| no(65_604, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token"))?;
    let world = sandbox.world();
    let token = world.bearer(sandbox.now(), ask.network, shown).map_err(|fault| match fault {
        TokenFault::Unknown => no(65_600, "INVALID_ACCESS_TOKEN", "Invalid access token"),
        TokenFault::Revoked => {
            no(65_601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user")
        }
        TokenFault::Expired => no(65_602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired"),
    })?;
    let account = world.account(ask.network, &token.account).cloned();
    let account = account.ok_or_else(|| no(65_600, "INVALID_ACCESS_TOKEN", "Invalid access token"))?;
    Ok((account, token))
}

fn userinfo(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let (me, token) = caller(sandbox, ask)?;
    let may = |scope: &str| token.scopes.iter().any(|s| s == scope);
    if !may("openid") {
        return Err(denied("Not enough permissions to access: userinfo.GET.NO_VERSION"));
    }
    ok(&claims(ask, &me, may("profile"), may("email")))
}

fn claims(ask: &Ask, me: &Account, profile: bool, email: bool) -> Value {
    let mut claims = json!({ "sub": me.id });
    if profile {
        let (given, family) = me.name.split_once(' ').unwrap_or((&me.name, ""));
        claims["name"] = json!(me.name);
        claims["given_name"] = json!(given);
        claims["family_name"] = json!(family);
        claims["locale"] = json!({ "country": "US", "language": "en" });
        claims["picture"] = json!(ask.avatar_url(&me.id));
    }
    if email {
        claims["email"] = json!(format!("{}@example.com", me.handle));
        claims["email_verified"] = json!(true);
    }
    claims
}

// ---- how LinkedIn says no

fn code_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn oauth_error(status: u16, error: &str, description: &str) -> Refusal {
    json(code_of(status), &json!({ "error": error, "error_description": description })).into()
}

fn refusal(status: u16, code: &str, message: &str) -> Refusal {
    json(code_of(status), &json!({ "status": status, "code": code, "message": message })).into()
}

fn denied(message: &str) -> Refusal {
    let body = json!({ "status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED", "message": message });
    json(StatusCode::FORBIDDEN, &body).into()
}

/// A field names somebody that the token may not act for.
fn forbidden_field(path: &str) -> Refusal {
    denied(&format!(
        "Field Value validation failed in REQUEST_BODY: Data Processing Exception while processing fields [{path}]"
    ))
}

/// A body that does not fit the schema: 422 with one line for each field.
fn schema(lines: &[String]) -> Refusal {
    let message: String = lines.iter().map(|line| format!("ERROR :: {line}\n")).collect();
    json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "message": message, "status": 422 })).into()
}

/// A content rule: `errorDetails.inputErrors` with a code.
fn bad_input(status: u16, message: &str, code: &str, description: &str) -> Refusal {
    let body = json!({
        "errorDetailType": "com.linkedin.common.error.BadRequest",
        "message": format!("com.linkedin.content.common.exception.BadRequestResponseException: {message}"),
        "errorDetails": { "inputErrors": [{ "description": description, "input": {}, "code": code }] },
        "status": status,
    });
    json(code_of(status), &body).into()
}

/// LinkedIn does not say until when; `retry_after` (seconds) is for tests that cannot wait for midnight. `of_app`: the app
/// has used up its day.
pub(super) fn throttled(retry_after: Option<u32>, of_app: bool) -> Response {
    let which = if of_app { "APPLICATION DAY " } else { "" };
    let body = json!({
        "status": 429,
        "serviceErrorCode": 101,
        "code": "TOO_MANY_REQUESTS",
        "message": format!("Resource level throttle {which}limit for calls to this resource is reached."),
    });
    let mut answer = json(StatusCode::TOO_MANY_REQUESTS, &body);
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

pub(super) fn internal_error() -> Response {
    let body = json!({ "status": 500, "code": "INTERNAL_SERVER_ERROR", "message": "Internal Server Error" });
    json(StatusCode::INTERNAL_SERVER_ERROR, &body)
}
