//! The stand-in for Instagram (API with Instagram Login): the code exchange at `api.instagram.com`, everything else at
//! `graph.instagram.com`: tokens, profile, containers, publishing, media, comments.

mod comments;
mod containers;
mod media;
mod publish;
mod token;

use super::ask::{Answer, Ask, Refusal, find, json, ok};
use super::faults::Operation;
use super::state::Sandbox;
use super::tokens::{Life, RefreshLife, TokenFault};
use super::world::{AccessToken, Account, World};
use super::{consent, feed};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

/// Without it nothing works, not even a refresh.
pub(super) const BASIC: &str = "instagram_business_basic";
const PUBLISH: &str = "instagram_business_content_publish";
const COMMENT: &str = "instagram_business_manage_comments";

pub(super) const SCOPES: &[&str] =
    &[BASIC, PUBLISH, COMMENT, "instagram_business_manage_insights", "instagram_business_manage_messages"];

/// What publishing, with first comments, needs.
pub(super) const PUBLISH_SCOPES: &[&str] = &[BASIC, PUBLISH, COMMENT];

/// The token that a code gives: about an hour.
const SHORT: Life = Life { access: 3_600, refresh: RefreshLife::No, long_lived: false };

/// The token that the exchange and every refresh give: about 60 days.
pub(super) const LONG: Life = Life { access: 5_183_944, refresh: RefreshLife::No, long_lived: true };

/// A new media id and its permalink.
pub(super) fn new_id(world: &mut World) -> (String, String) {
    let id = world.graph_id();
    let url = format!("https://www.instagram.com/p/{}/", shortcode(&id));
    (id, url)
}

/// The short code of a permalink.
fn shortcode(id: &str) -> String {
    let number: u64 = id.parse().unwrap_or(0);
    URL_SAFE_NO_PAD.encode(number.to_be_bytes())
}

/// The path without the Graph version. Graph serves a retired version as the next living one, so every one is fine.
fn node<'a>(segments: &'a [&'a str]) -> &'a [&'a str] {
    match segments.split_first() {
        Some((first, rest)) if is_version(first) => rest,
        _ => segments,
    }
}

fn is_version(segment: &str) -> bool {
    let numbers = segment.strip_prefix('v').and_then(|v| v.split_once('.'));
    numbers.is_some_and(|(major, minor)| major.parse::<u8>().is_ok() && minor.parse::<u8>().is_ok())
}

pub(super) fn operation(ask: &Ask) -> Operation {
    if ask.host == "www.instagram.com" {
        return Operation::Page;
    }
    let segments = ask.segments();
    match (&ask.method, node(&segments)) {
        (_, ["oauth", "access_token"] | ["access_token" | "refresh_access_token"]) => Operation::Token,
        (&Method::POST, [_, "media_publish" | "comments"]) => Operation::Commit,
        (&Method::POST, [_, "media"]) => Operation::Prepare,
        (&Method::DELETE, _) => Operation::Retract,
        _ => Operation::Read,
    }
}

pub(super) async fn answer(sandbox: &Sandbox, ask: &Ask) -> Response {
    if ask.too_large {
        return GraphError::new(1, "Please reduce the amount of data you're asking for").status(413).into();
    }
    route(sandbox, ask).await.unwrap_or_else(Response::from)
}

async fn route(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let segments = ask.segments();
    match (&ask.method, ask.host.as_str(), segments.as_slice()) {
        (&Method::GET | &Method::POST, "www.instagram.com", ["oauth", "authorize"]) => consent::serve(sandbox, ask),
        (&Method::GET, "www.instagram.com", ["p", code]) => {
            let wanted = format!("https://www.instagram.com/p/{code}/");
            let found = sandbox.world().posts.iter().find(|p| p.url == wanted).map(|p| p.id.clone());
            feed::permalink(ask, Some(found.unwrap_or_else(|| (*code).to_owned())))
        }
        (&Method::GET, "www.instagram.com", [_]) => feed::permalink(ask, None),
        (&Method::POST, "api.instagram.com", ["oauth", "access_token"]) => token::redeem(sandbox, ask).await,
        (&Method::GET, "graph.instagram.com", ["access_token"]) => token::exchange(sandbox, ask),
        (&Method::GET, "graph.instagram.com", ["refresh_access_token"]) => token::refresh(sandbox, ask),
        (_, "graph.instagram.com", segments) => graph(sandbox, ask, node(segments)).await,
        _ => Err(unsupported(ask, ask.path.as_str()).into()),
    }
}

async fn graph(sandbox: &Sandbox, ask: &Ask, node: &[&str]) -> Answer {
    let params = ask.params().await;
    let (me, token) = caller(sandbox, ask, &params)?;
    need_scope(&token, BASIC)?;
    let mine = |id: &str| id == "me" || id == me.id || id == me.scoped_id;
    match (&ask.method, node) {
        (&Method::GET, [id]) if mine(id) => media::profile(sandbox, ask, &me),
        (&Method::GET, [id, "media"]) if mine(id) => media::list(sandbox, ask, &me),
        (&Method::POST, [id, "media"]) if mine(id) => {
            need_scope(&token, PUBLISH)?;
            containers::create(sandbox, ask, &me, &params).await
        }
        (&Method::POST, [id, "media_publish"]) if mine(id) => {
            need_scope(&token, PUBLISH)?;
            publish::publish(sandbox, ask, &me, &params)
        }
        (&Method::GET, [id, "content_publishing_limit"]) if mine(id) => {
            need_scope(&token, PUBLISH)?;
            publish::limit(sandbox, ask, &me)
        }
        (&Method::POST, [id, "comments"]) => {
            need_scope(&token, COMMENT)?;
            comments::create(sandbox, ask, &me, id, &params)
        }
        (&Method::GET, [id, "comments"]) => {
            need_scope(&token, COMMENT)?;
            comments::list(sandbox, ask, &me, id)
        }
        (&Method::GET, [id]) => {
            let container = sandbox.world().containers.get(*id).filter(|c| c.account == me.id).cloned();
            match container {
                Some(container) => containers::read(sandbox, ask, &container),
                None => media::read(sandbox, ask, &me, id),
            }
        }
        _ => Err(unsupported(ask, node.first().copied().unwrap_or_default()).into()),
    }
}

/// The account of the token, from the header or the parameters.
fn caller(sandbox: &Sandbox, ask: &Ask, params: &[(String, String)]) -> Result<(Account, AccessToken), Refusal> {
    let shown = ask.bearer().or_else(|| find(params, "access_token")).unwrap_or_default();
    let token = checked(sandbox, ask, shown)?;
    let account = sandbox.world().account(ask.network, &token.account).cloned();
    Ok((account.ok_or_else(|| GraphError::token(None, "Cannot find the account"))?, token))
}

fn checked(sandbox: &Sandbox, ask: &Ask, shown: &str) -> Result<AccessToken, Refusal> {
    let found = sandbox.world().bearer(sandbox.now(), ask.network, shown);
    found.map_err(|fault| {
        let (subcode, words) = match fault {
            TokenFault::Unknown => (None, "Invalid OAuth access token - Cannot parse access token"),
            TokenFault::Expired => (Some(463), "Error validating access token: Session has expired."),
            TokenFault::Revoked => {
                (Some(458), "Error validating access token: The user has not authorized the application.")
            }
        };
        GraphError::token(subcode, words).into()
    })
}

fn need_scope(token: &AccessToken, scope: &str) -> Result<(), Refusal> {
    if token.scopes.iter().any(|s| s == scope) {
        return Ok(());
    }
    let words = format!("(#10) Application does not have permission for this action: {scope}");
    Err(GraphError::new(10, &words).status(403).into())
}

fn unsupported(ask: &Ask, id: &str) -> GraphError {
    let words = format!(
        "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, \
         or does not support this operation.",
        ask.method.as_str().to_lowercase()
    );
    GraphError::new(100, &words).subcode(33).kind("IGApiException")
}

/// The names in `fields`, without what is nested in braces. An unknown one fails the whole request.
fn fields<'a>(ask: &'a Ask, known: &[&str]) -> Result<Vec<&'a str>, Refusal> {
    let mut names = vec![];
    let (mut depth, mut start) = (0i32, 0);
    let text = ask.query("fields").unwrap_or_default();
    for (at, c) in text.char_indices().chain([(text.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 || at == text.len() => {
                let name = text[start..at].split(['{', '.', '(']).next().unwrap_or_default().trim();
                if !name.is_empty() {
                    names.push(name);
                }
                start = (at + 1).min(text.len());
            }
            _ => {}
        }
    }
    match names.iter().find(|n| !known.contains(n)) {
        Some(unknown) => {
            let words = format!("(#100) Tried accessing nonexisting field ({unknown})");
            Err(GraphError::new(100, &words).into())
        }
        None => Ok(names),
    }
}

// ---- how Instagram says no

/// The Graph envelope.
struct GraphError {
    status: u16,
    code: i64,
    subcode: Option<u32>,
    kind: &'static str,
    message: String,
    user: Option<(String, String)>,
    transient: bool,
}

impl GraphError {
    fn new(code: i64, message: &str) -> Self {
        let message = message.to_owned();
        Self { status: 400, code, subcode: None, kind: "OAuthException", message, user: None, transient: false }
    }
    fn token(subcode: Option<u32>, message: &str) -> Self {
        Self { subcode, ..Self::new(190, message) }
    }
    fn subcode(mut self, subcode: u32) -> Self {
        self.subcode = Some(subcode);
        self
    }
    fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
    fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }
    fn transient(mut self) -> Self {
        self.transient = true;
        self
    }
    /// What a person would read.
    fn user(mut self, title: &str, words: &str) -> Self {
        self.user = Some((title.to_owned(), words.to_owned()));
        self
    }
}

impl From<GraphError> for Response {
    fn from(error: GraphError) -> Self {
        let mut body = json!({
            "message": error.message,
            "type": error.kind,
            "code": error.code,
            "is_transient": error.transient,
            "fbtrace_id": format!("A{}", URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes())),
        });
        if let Some(subcode) = error.subcode {
            body["error_subcode"] = json!(subcode);
        }
        if let Some((title, words)) = error.user {
            body["error_user_title"] = json!(title);
            body["error_user_msg"] = json!(words);
        }
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        json(status, &json!({ "error": body }))
    }
}

impl From<GraphError> for Refusal {
    fn from(error: GraphError) -> Self {
        Response::from(error).into()
    }
}

/// Application throttle, with the business-use-case header that tells when it ends (in minutes).
pub(super) fn throttled(ask: &Ask, wait: TimeDelta) -> Response {
    let error = GraphError::new(4, "(#4) Application request limit reached").transient();
    let mut response = Response::from(error);
    let minutes = (wait.num_seconds() + 59) / 60;
    let usage = json!({
        "type": "instagram",
        "call_count": 100,
        "total_cputime": 100,
        "total_time": 100,
        "estimated_time_to_regain_access": minutes,
    });
    let account = ask.segments().iter().find(|s| s.parse::<u64>().is_ok()).map_or("me", |s| *s).to_owned();
    let mut by_account = serde_json::Map::new();
    by_account.insert(account, json!([usage]));
    if let Ok(value) = HeaderValue::from_str(&Value::Object(by_account).to_string()) {
        response.headers_mut().insert("x-business-use-case-usage", value);
    }
    response
}

pub(super) fn unexpected_error() -> Response {
    GraphError::new(2, "An unexpected error has occurred. Please retry your request later.")
        .transient()
        .status(500)
        .into()
}

/// `{"data": […]}`
fn list_of(items: Vec<Value>) -> Value {
    json!({ "data": items })
}

fn ok_id(id: &str) -> Answer {
    ok(&json!({ "id": id }))
}
