//! The stand-in for X: OAuth 2 with PKCE, users, and the doors to media and posts. Bodies as in the OpenAPI description
//! (2.159 names in queries and answers, 2.167 names accepted), texts of errors as clients have seen them.

mod media;
mod posts;
mod reading;
mod text;

use super::ask::{Answer, Ask, Refusal, find, json, ok, typed};
use super::faults::Operation;
use super::state::Sandbox;
use super::tokens::{self, CodeFault, Life, Redemption, RefreshLife};
use super::world::{Account, World};
use super::{consent, feed};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// Every scope that can be asked for.
pub(super) const SCOPES: &[&str] = &[
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

/// What publishing needs.
pub(super) const PUBLISH_SCOPES: &[&str] =
    &["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"];

/// Two hours; a refresh token, without an end, only with `offline.access`.
pub(super) fn life(scopes: &[String]) -> Life {
    let offline = scopes.iter().any(|s| s == "offline.access");
    let refresh = if offline { RefreshLife::Endless } else { RefreshLife::No };
    Life { access: 7_200, refresh, long_lived: false }
}

/// A new post id and its permalink.
pub(super) fn new_id(world: &mut World, account: &Account, at: DateTime<Utc>) -> (String, String) {
    let id = world.snowflake(at).to_string();
    let url = format!("https://x.com/{}/status/{id}", account.handle);
    (id, url)
}

pub(super) fn operation(ask: &Ask) -> Operation {
    if matches!(ask.host.as_str(), "x.com" | "twitter.com") {
        return Operation::Page;
    }
    match (&ask.method, ask.segments().as_slice()) {
        (_, ["2", "oauth2", "token" | "revoke"]) => Operation::Token,
        (&Method::POST, ["2", "tweets"]) => Operation::Commit,
        (&Method::DELETE, ["2", "tweets", _]) => Operation::Retract,
        (&Method::POST, ["2", "media", ..]) => Operation::Prepare,
        _ => Operation::Read,
    }
}

pub(super) async fn answer(sandbox: &Sandbox, ask: &Ask) -> Response {
    if ask.too_large {
        return typed(StatusCode::PAYLOAD_TOO_LARGE, PROBLEM, &problem(413, "Payload Too Large", "Payload Too Large"));
    }
    route(sandbox, ask).await.unwrap_or_else(Response::from)
}

async fn route(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let segments = ask.segments();
    match (&ask.method, ask.host.as_str(), segments.as_slice()) {
        (&Method::GET | &Method::POST, "x.com" | "twitter.com", ["i", "oauth2", "authorize"]) => {
            consent::serve(sandbox, ask)
        }
        (&Method::GET, "x.com" | "twitter.com", [_, "status", id]) => feed::permalink(ask, Some((*id).to_owned())),
        (&Method::GET, "x.com" | "twitter.com", [_]) => feed::permalink(ask, None),
        (&Method::POST, "api.x.com" | "api.twitter.com", ["2", "oauth2", "token"]) => token(sandbox, ask),
        (&Method::POST, "api.x.com" | "api.twitter.com", ["2", "oauth2", "revoke"]) => revoke(sandbox, ask),
        (_, "api.x.com" | "api.twitter.com", ["2", ..]) => call(sandbox, ask, &segments).await,
        _ => Err(not_found()),
    }
}

/// An API route: its name in the rate limits, calls per 15 minutes and user, scopes.
struct Door(&'static str, u32, &'static [&'static str]);

const READ: &[&str] = &["tweet.read", "users.read"];
const WRITE: &[&str] = &["tweet.read", "tweet.write", "users.read"];
const MEDIA: &[&str] = &["media.write"];

fn door(method: &Method, segments: &[&str]) -> Option<Door> {
    Some(match (method, segments) {
        (&Method::GET, ["2", "users", "me"]) => Door("me", 75, READ),
        (&Method::GET, ["2", "users", _, "tweets"]) => Door("timeline", 900, READ),
        (&Method::GET, ["2", "tweets"]) => Door("lookup", 900, READ),
        (&Method::GET, ["2", "tweets", _]) => Door("post", 900, READ),
        (&Method::POST, ["2", "tweets"]) => Door("create", 100, WRITE),
        (&Method::DELETE, ["2", "tweets", _]) => Door("delete", 50, WRITE),
        (&Method::GET, ["2", "media", "upload"]) => Door("status", 1_000, MEDIA),
        (&Method::POST, ["2", "media", "upload"]) => Door("upload", 1_875, MEDIA),
        (&Method::POST, ["2", "media", "upload", "initialize"]) => Door("initialize", 1_875, MEDIA),
        (&Method::POST, ["2", "media", "upload", _, "append"]) => Door("append", 1_875, MEDIA),
        (&Method::POST, ["2", "media", "upload", _, "finalize"]) => Door("finalize", 1_875, MEDIA),
        (&Method::POST, ["2", "media", "metadata"]) => Door("metadata", 500, MEDIA),
        _ => return None,
    })
}

async fn call(sandbox: &Sandbox, ask: &Ask, segments: &[&str]) -> Answer {
    let Door(name, limit, scopes) = door(&ask.method, segments).ok_or_else(not_found)?;
    let (me, granted) = caller(sandbox, ask)?;
    if scopes.iter().any(|needed| !granted.iter().any(|g| g == needed)) {
        return Err(forbidden("Forbidden"));
    }
    let limit = sandbox.limit(limit);
    let (left, ends) =
        sandbox.world().spend(sandbox.now(), (ask.network, me.id.clone(), name), limit, TimeDelta::minutes(15));
    let Some(left) = left else { return Err(rate_limited(limit, ends).into()) };
    let answer = match (name, segments) {
        ("me", _) => posts::me(ask, &me, &granted),
        ("timeline", [_, _, user, _]) => posts::timeline(sandbox, ask, user),
        ("lookup", _) => posts::lookup(sandbox, ask),
        ("post", [_, _, id]) => posts::one(sandbox, ask, id),
        ("create", _) => posts::create(sandbox, ask, &me),
        ("delete", [_, _, id]) => posts::delete(sandbox, &me, id),
        ("status", _) => media::status(sandbox, ask, &me),
        ("upload", _) => media::one_shot(sandbox, ask, &me).await,
        ("initialize", _) => media::initialize(sandbox, ask, &me),
        ("append", [_, _, _, id, _]) => media::append(sandbox, ask, &me, id).await,
        ("finalize", [_, _, _, id, _]) => media::finalize(sandbox, &me, id).await,
        ("metadata", _) => media::metadata(sandbox, ask, &me),
        _ => Err(not_found()),
    };
    let response = answer.unwrap_or_else(Response::from);
    Ok(stamp(response, limit, left, ends))
}

fn stamp(mut response: Response, limit: u32, left: u32, ends: DateTime<Utc>) -> Response {
    let headers = response.headers_mut();
    headers.insert("x-rate-limit-limit", limit.into());
    headers.insert("x-rate-limit-remaining", left.into());
    headers.insert("x-rate-limit-reset", HeaderValue::from(ends.timestamp()));
    response
}

/// The account and the scopes of the bearer token.
fn caller(sandbox: &Sandbox, ask: &Ask) -> Result<(Account, Vec<String>), Refusal> {
    let unauthorized =
        || Refusal::from(typed(StatusCode::UNAUTHORIZED, PROBLEM, &problem(401, "Unauthorized", "Unauthorized")));
    let world = sandbox.world();
    let token = ask.bearer().ok_or_else(unauthorized)?;
    // X says the same to an unknown, an expired and a revoked token.
    let token = world.bearer(sandbox.now(), ask.network, token).map_err(|_| unauthorized())?;
    let account = world.account(ask.network, &token.account).cloned().ok_or_else(unauthorized)?;
    Ok((account, token.scopes))
}

// ---- token address

/// A confidential client proves itself by Basic; a public one (`public…`) names itself in the body.
fn client(ask: &Ask, form: &[(String, String)]) -> Result<String, Refusal> {
    let no_header = || oauth_error(401, "unauthorized_client", "Missing valid authorization header");
    let id = match tokens::basic(ask.header("authorization")) {
        Some((id, secret)) => {
            if !tokens::secret_is_right(&secret) {
                return Err(no_header());
            }
            id
        }
        None => match find(form, "client_id") {
            Some(id) if id.starts_with("public") || id.starts_with("wrong") => id.to_owned(),
            _ => return Err(no_header()),
        },
    };
    if tokens::client_is_known(&id) {
        return Ok(id);
    }
    Err(oauth_error(401, "invalid_client", "Value passed for the client id was invalid."))
}

fn token(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let form = ask.form();
    let client = client(ask, &form)?;
    let need = |name: &str| {
        find(&form, name)
            .filter(|v| !v.is_empty())
            .ok_or_else(|| oauth_error(400, "invalid_request", &format!("Missing required parameter [{name}].")))
    };
    let now = sandbox.now();
    let mut world = sandbox.world();
    let minted = match need("grant_type")? {
        "authorization_code" => {
            let exchange = Redemption {
                code: need("code")?,
                client: &client,
                redirect_uri: need("redirect_uri")?,
                verifier: Some(need("code_verifier")?),
            };
            let code = world.redeem(now, ask.network, &exchange).map_err(|fault| {
                let words = match fault {
                    CodeFault::WrongRedirect => {
                        "Value passed for the redirect uri did not match the uri of the authorization code."
                    }
                    _ => "Value passed for the authorization code was invalid.",
                };
                oauth_error(400, "invalid_request", words)
            })?;
            world.mint(now, &code.consent(), life(&code.scopes))
        }
        "refresh_token" => {
            let used = need("refresh_token")?;
            let old = world
                .refresher(now, ask.network, used, &client)
                .map_err(|_| oauth_error(400, "invalid_request", "Value passed for the token was invalid."))?;
            let life = life(&old.scopes);
            world.renew(now, used, &old, life)
        }
        _ => return Err(oauth_error(400, "unsupported_grant_type", "Value passed for the grant type was invalid.")),
    };
    let mut body = json!({
        "token_type": "bearer",
        "expires_in": (minted.access_expires_at - now).num_seconds(),
        "access_token": minted.access,
        "scope": minted.scopes.join(" "),
    });
    if let Some(refresh) = minted.refresh {
        body["refresh_token"] = refresh.into();
    }
    ok(&body)
}

/// Ends the whole consent, whichever of its tokens is shown.
fn revoke(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let form = ask.form();
    client(ask, &form)?;
    let Some(token) = find(&form, "token") else {
        return Err(oauth_error(400, "invalid_request", "Missing required parameter [token]."));
    };
    if sandbox.world().end_grant(ask.network, token) {
        return ok(&json!({ "revoked": true }));
    }
    Err(oauth_error(400, "invalid_request", "Value passed for the token was invalid."))
}

// ---- how X says no

const PROBLEM: &str = "application/problem+json";

fn problem(status: u16, title: &str, detail: &str) -> Value {
    json!({ "title": title, "detail": detail, "type": "about:blank", "status": status })
}

fn code_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn oauth_error(status: u16, error: &str, description: &str) -> Refusal {
    json(code_of(status), &json!({ "error": error, "error_description": description })).into()
}

fn forbidden(detail: &str) -> Refusal {
    typed(StatusCode::FORBIDDEN, PROBLEM, &problem(403, "Forbidden", detail)).into()
}

fn not_found() -> Refusal {
    typed(StatusCode::NOT_FOUND, PROBLEM, &problem(404, "Not Found", "Not Found")).into()
}

/// 400 "One or more parameters to your request was invalid.", with the parameter and what is wrong with it.
fn invalid(parameter: &str, value: &str, message: &str) -> Refusal {
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

/// An entry for `errors` in an answer that is otherwise fine.
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

pub(super) fn rate_limited(limit: u32, ends: DateTime<Utc>) -> Response {
    let body = problem(429, "Too Many Requests", "Too Many Requests");
    stamp(typed(StatusCode::TOO_MANY_REQUESTS, PROBLEM, &body), limit, 0, ends)
}

/// The app's 24 hours are used up, though the account's window is not.
pub(super) fn used_up(ends: DateTime<Utc>) -> Response {
    let body = problem(429, "Too Many Requests", "Too Many Requests");
    let mut answer = stamp(typed(StatusCode::TOO_MANY_REQUESTS, PROBLEM, &body), 100, 99, ends);
    let headers = answer.headers_mut();
    headers.insert("x-app-limit-24hour-limit", HeaderValue::from(10_000u32));
    headers.insert("x-app-limit-24hour-remaining", HeaderValue::from(0u32));
    headers.insert("x-app-limit-24hour-reset", HeaderValue::from(ends.timestamp()));
    answer
}

pub(super) fn unavailable() -> Response {
    let body = problem(503, "Service Unavailable", "Service Unavailable");
    typed(StatusCode::SERVICE_UNAVAILABLE, PROBLEM, &body)
}
