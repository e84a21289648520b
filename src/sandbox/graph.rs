//! What the stand-ins for Meta's networks share: the Graph API's errors, versions in paths and lists of fields.

use super::request::{ErrorResponse, PlatformRequest, PlatformResponse, json, ok};
use super::tokens::TokenFault;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

/// The path without the Graph version. Graph serves a retired version as the oldest active one, so every version is valid.
pub(super) fn node<'a>(segments: &'a [&'a str]) -> &'a [&'a str] {
    match segments.split_first() {
        Some((first, rest)) if is_version(first) => rest,
        _ => segments,
    }
}

fn is_version(segment: &str) -> bool {
    let numbers = segment.strip_prefix('v').and_then(|v| v.split_once('.'));
    numbers.is_some_and(|(major, minor)| major.parse::<u8>().is_ok() && minor.parse::<u8>().is_ok())
}

/// The names in `fields`, without what is nested in braces. An unknown one fails the whole request.
pub(super) fn fields<'a>(request: &'a PlatformRequest, known: &[&str]) -> Result<Vec<&'a str>, ErrorResponse> {
    let mut names = vec![];
    let (mut depth, mut start) = (0i32, 0);
    let text = request.query("fields").unwrap_or_default();
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

/// An error in the form of the Graph API.
pub(super) struct GraphError {
    status: u16,
    code: i64,
    subcode: Option<u32>,
    kind: &'static str,
    message: String,
    user: Option<(String, String)>,
    transient: bool,
    data: Option<Value>,
}

impl GraphError {
    pub fn new(code: i64, message: &str) -> Self {
        let message = message.to_owned();
        Self {
            status: 400,
            code,
            subcode: None,
            kind: "OAuthException",
            message,
            user: None,
            transient: false,
            data: None,
        }
    }
    pub fn token(subcode: Option<u32>, message: &str) -> Self {
        Self { subcode, ..Self::new(190, message) }
    }
    pub fn subcode(mut self, subcode: u32) -> Self {
        self.subcode = Some(subcode);
        self
    }
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }
    pub fn transient(mut self) -> Self {
        self.transient = true;
        self
    }
    /// What else the app should know (`error_data`).
    pub fn data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }
    /// Title and text for people.
    pub fn user(mut self, title: &str, words: &str) -> Self {
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
        if let Some(data) = error.data {
            body["error_data"] = data;
        }
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
        json(status, &json!({ "error": body }))
    }
}

impl From<GraphError> for ErrorResponse {
    fn from(error: GraphError) -> Self {
        Response::from(error).into()
    }
}

/// The app's rate-limit error, with the business-use-case header of this `kind` that says in how many minutes the limit ends.
pub(super) fn throttled(request: &PlatformRequest, kind: &str, wait: TimeDelta) -> Response {
    let error = GraphError::new(4, "(#4) Application request limit reached").transient();
    let mut response = Response::from(error);
    let minutes = (wait.num_seconds() + 59) / 60;
    let usage = json!({
        "type": kind,
        "call_count": 100,
        "total_cputime": 100,
        "total_time": 100,
        "estimated_time_to_regain_access": minutes,
    });
    let account = request.segments().iter().find(|s| s.parse::<u64>().is_ok()).map_or("me", |s| *s).to_owned();
    let mut by_account = serde_json::Map::new();
    by_account.insert(account, json!([usage]));
    if let Ok(value) = HeaderValue::from_str(&Value::Object(by_account).to_string()) {
        response.headers_mut().insert("x-business-use-case-usage", value);
    }
    response
}

/// `{"data": […]}`
pub(super) fn list_of(items: Vec<Value>) -> Value {
    json!({ "data": items })
}

pub(super) fn ok_id(id: &str) -> PlatformResponse {
    ok(&json!({ "id": id }))
}

/// Why a token is not accepted.
pub(super) fn bad_token(fault: TokenFault) -> GraphError {
    let (subcode, words) = match fault {
        TokenFault::Unknown => (None, "Invalid OAuth access token - Cannot parse access token"),
        TokenFault::Expired => (Some(463), "Error validating access token: Session has expired."),
        TokenFault::Revoked => {
            (Some(458), "Error validating access token: The user has not authorized the application.")
        }
    };
    GraphError::token(subcode, words)
}
