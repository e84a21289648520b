//! One request to a stand-in, read completely, and the response types and helpers with which platforms answer it.

use super::stand_in::StandIn;
use crate::domain::platform::Platform;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The largest body that is read. The largest picture that any of the platforms takes is smaller.
const MAX_BODY: usize = 40 * 1024 * 1024;

/// Everything that a stand-in may look at.
#[derive(Clone)]
pub(super) struct PlatformRequest {
    pub stand_in: &'static dyn StandIn,
    pub method: Method,
    /// The host at the platform to which the caller wanted to send it: `api.x.com`.
    pub host: String,
    /// Path at that host, percent-decoded, without the leading slash.
    pub path: String,
    /// Path and query before decoding, with the prefix `/{platform}/{host}`.
    pub raw: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body is larger than any platform takes, and was not read.
    pub too_large: bool,
    /// Where the caller reached this server: `http://127.0.0.1:3001`.
    pub origin: String,
}

/// One part of a `multipart/form-data` body.
pub(super) struct Part {
    pub name: String,
    pub bytes: Bytes,
}

impl PlatformRequest {
    pub async fn read(stand_in: &'static dyn StandIn, host: String, path: String, request: Request) -> Self {
        let (head, body) = request.into_parts();
        let read = to_bytes(body, MAX_BODY).await;
        let too_large = read.is_err();
        let query = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let at = head.headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("127.0.0.1");
        Self {
            stand_in,
            method: head.method,
            host,
            path: path.trim_end_matches('/').to_owned(),
            raw: head.uri.path_and_query().map(|p| p.as_str().to_owned()).unwrap_or_default(),
            query,
            origin: format!("http://{at}"),
            headers: head.headers,
            body: read.unwrap_or_default(),
            too_large,
        }
    }

    pub fn platform(&self) -> Platform {
        self.stand_in.platform()
    }

    /// The path's segments.
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').collect()
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The token of `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    pub fn has_content_type(&self, wanted: &str) -> bool {
        self.header("content-type").is_some_and(|t| t.to_ascii_lowercase().starts_with(wanted))
    }

    /// The fields of an `application/x-www-form-urlencoded` body; empty for every other type.
    pub fn form(&self) -> Vec<(String, String)> {
        if !self.has_content_type("application/x-www-form-urlencoded") {
            return vec![];
        }
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }

    /// The body as JSON; `None` if its type is not `application/json` or it does not parse.
    pub fn json(&self) -> Option<Value> {
        if !self.has_content_type("application/json") {
            return None;
        }
        serde_json::from_slice(&self.body).ok()
    }

    /// The parts of a multipart body; `None` if it is not one, or a broken one.
    pub async fn parts(&self) -> Option<Vec<Part>> {
        let kind = self.headers.get(header::CONTENT_TYPE)?;
        let mut request = Request::new(Body::from(self.body.clone()));
        request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
        DefaultBodyLimit::disable().apply(&mut request);
        let mut multipart = Multipart::from_request(request, &()).await.ok()?;
        let mut parts = vec![];
        while let Some(field) = multipart.next_field().await.ok()? {
            let name = field.name().unwrap_or_default().to_owned();
            parts.push(Part { name, bytes: field.bytes().await.ok()? });
        }
        Some(parts)
    }

    /// Every parameter from the query and the form, multipart or JSON body. (Meta's Graph API reads all of them.)
    pub async fn params(&self) -> Vec<(String, String)> {
        let mut all = self.query.clone();
        all.extend(self.form());
        if let Some(Value::Object(fields)) = self.json() {
            all.extend(fields.into_iter().map(|(name, value)| match value {
                Value::String(text) => (name, text),
                other => (name, other.to_string()),
            }));
        }
        if self.has_content_type("multipart/form-data") {
            let parts = self.parts().await.unwrap_or_default();
            all.extend(parts.into_iter().map(|p| (p.name, String::from_utf8_lossy(&p.bytes).into_owned())));
        }
        all
    }

    /// The address of a kept picture.
    pub fn picture_url(&self, key: &str) -> String {
        format!("{}/pictures/{key}", self.origin)
    }

    /// The address of an account's generated avatar.
    pub fn avatar_url(&self, account: &str) -> String {
        format!("{}/{}/avatars/{account}.png", self.origin, self.platform().id())
    }
}

/// The first value of that name.
pub(super) fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// A response that says no, returned early with `?`. Boxed, because an HTTP response is large.
#[derive(Debug)]
pub(super) struct ErrorResponse(Box<Response>);

impl From<Response> for ErrorResponse {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<ErrorResponse> for Response {
    fn from(error: ErrorResponse) -> Self {
        *error.0
    }
}

/// What handling a request gives: either way an HTTP response.
pub(super) type PlatformResponse = Result<Response, ErrorResponse>;

pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    typed(status, "application/json; charset=utf-8", body)
}

pub(super) fn typed(status: StatusCode, kind: &'static str, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}

pub(super) fn ok(body: &Value) -> PlatformResponse {
    Ok(json(StatusCode::OK, body))
}

/// A time in a query: RFC 3339, or seconds since 1970.
pub(super) fn timestamp(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(seconds) = text.parse::<i64>() {
        return DateTime::from_timestamp(seconds, 0);
    }
    DateTime::parse_from_rfc3339(text).ok().map(|t| t.with_timezone(&Utc))
}
