//! One request to a stand-in, read completely, and the small tools with which it is answered.

use super::faults::Operation;
use crate::domain::platform::Platform;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The largest body that is read. The largest picture that any of the platforms takes is smaller.
const MAX_BODY: usize = 40 * 1024 * 1024;

/// A platform that has a stand-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    X,
    LinkedIn,
    Instagram,
}

impl Network {
    pub const ALL: [Network; 3] = [Self::X, Self::LinkedIn, Self::Instagram];

    pub fn platform(self) -> Platform {
        match self {
            Self::X => Platform::X,
            Self::LinkedIn => Platform::LinkedIn,
            Self::Instagram => Platform::Instagram,
        }
    }

    /// The stand-in of a platform; `None` while there is none.
    pub fn of(platform: Platform) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.platform() == platform)
    }

    pub fn id(self) -> &'static str {
        self.platform().id()
    }

    pub fn name(self) -> &'static str {
        self.platform().name()
    }
}

/// A request: everything that a stand-in may look at.
#[derive(Clone)]
pub(super) struct Ask {
    pub network: Network,
    pub method: Method,
    /// The platform's host that was meant: `api.x.com`.
    pub host: String,
    /// Path at that host, percent-decoded, without the leading slash.
    pub path: String,
    /// Path and query as they came.
    pub raw: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body was larger than any platform would take, and was not read.
    pub too_large: bool,
    /// Where this stand-in is reached: `http://127.0.0.1:3001`.
    pub origin: String,
}

/// One part of a `multipart/form-data` body.
pub(super) struct Part {
    pub name: String,
    pub bytes: Bytes,
}

impl Ask {
    pub async fn read(network: Network, host: String, path: String, request: Request) -> Self {
        let (head, body) = request.into_parts();
        let read = to_bytes(body, MAX_BODY).await;
        let too_large = read.is_err();
        let query = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let at = head.headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("127.0.0.1");
        Self {
            network,
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

    /// The body as JSON; `None` if it is not declared or not formed as JSON.
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

    /// Every parameter, wherever the caller put it: query, form, multipart or JSON body. (Graph reads all of them.)
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

    /// What kind of call this is, by its route.
    pub fn operation(&self) -> Operation {
        match self.network {
            Network::X => super::x::operation(self),
            Network::LinkedIn => super::linkedin::operation(self),
            Network::Instagram => super::instagram::operation(self),
        }
    }

    /// Where a picture that we keep can be seen.
    pub fn picture_url(&self, key: &str) -> String {
        format!("{}/pictures/{key}", self.origin)
    }

    pub fn avatar_url(&self, account: &str) -> String {
        format!("{}/{}/avatars/{account}.png", self.origin, self.network.id())
    }
}

/// The first value of that name.
pub(super) fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

/// An answer that ends the handling: boxed, because an HTTP response is large.
#[derive(Debug)]
pub(super) struct Refusal(Box<Response>);

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        *refusal.0
    }
}

pub(super) type Answer = Result<Response, Refusal>;

pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    typed(status, "application/json; charset=utf-8", body)
}

pub(super) fn typed(status: StatusCode, kind: &'static str, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}

pub(super) fn ok(body: &Value) -> Answer {
    Ok(json(StatusCode::OK, body))
}

/// A moment in a query: RFC 3339, or seconds since 1970.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(seconds) = text.parse::<i64>() {
        return DateTime::from_timestamp(seconds, 0);
    }
    DateTime::parse_from_rfc3339(text).ok().map(|t| t.with_timezone(&Utc))
}
