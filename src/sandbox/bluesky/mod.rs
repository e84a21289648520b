//! The stand-in for Bluesky: the XRPC calls of a PDS, those of the public AppView that tell about profiles, and the DID
//! directory. It answers as `@atproto/pds` 0.4.217 does; `src/tests/bluesky/stand_in.rs` sends both the same calls and
//! compares. Read in this order: this file (who and where), `calls` (one call), `sessions`, `repo`, `lexicon` (what a post
//! may contain), `limits`, `cid`, `reply`; `stand_in` makes it one of the stand-ins.
//!
//! Rules of its own: every app password in the form `xxxx-xxxx-xxxx-xxxx` is right, except those that begin with
//! `wron-g`; everything else counts as a main password and is refused. `bsky.social` is the way in for all accounts whose
//! server is under `host.bsky.network`; other servers know their own accounts only.

mod calls;
mod cid;
mod lexicon;
mod limits;
mod reply;
mod repo;
mod sessions;
mod stand_in;
#[cfg(test)]
mod tests;

pub(super) use stand_in::Bluesky;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use limits::Buckets;
use reply::{XrpcError, XrpcResult};
use repo::Repo;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sessions::Sessions;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The way in for accounts that Bluesky itself hosts.
const ENTRYWAY: &str = "bsky.social";
const HOSTED: &str = ".host.bsky.network";
const APP_VIEW: &str = "public.api.bsky.app";
const DIRECTORY: &str = "plc.directory";

/// Unused uploads are dropped after this.
const UPLOAD_KEPT: TimeDelta = TimeDelta::hours(6);

/// Somebody with an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    pub did: String,
    pub handle: String,
    pub name: String,
    pub about: String,
    /// The host of the account's PDS.
    pub host: String,
    pub email: String,
    pub status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Active,
    Deactivated,
    Takendown,
}

/// Everything that the stand-in remembers.
#[derive(Default, Serialize, Deserialize)]
pub struct Network {
    people: Vec<Person>,
    /// By DID.
    repos: BTreeMap<String, Repo>,
    sessions: Sessions,
    /// Under which name the bytes of an uploaded picture are kept, by CID.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(skip)]
    buckets: Buckets,
    /// What calls have changed since it was last asked for.
    #[serde(skip)]
    written: Vec<Written>,
}

/// A record that was written (`None`: deleted).
struct Written {
    did: String,
    collection: String,
    key: String,
    record: Option<Value>,
}

/// One call, completely read.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Where it was sent: `bsky.social`.
    pub host: String,
    pub post: bool,
    /// `xrpc/com.atproto.repo.putRecord`
    pub path: String,
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    pub content_type: Option<String>,
    pub body: Bytes,
    /// The body was larger than the server takes.
    pub too_large: bool,
}

impl Call {
    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl Network {
    /// With these accounts.
    pub fn new(people: Vec<Person>) -> Self {
        Self { people, ..Self::default() }
    }

    /// Answers a call. `factor` multiplies the rate limits.
    pub fn respond(&mut self, call: &Call, factor: u32, now: DateTime<Utc>) -> XrpcResult {
        if call.host == DIRECTORY {
            return self.document(call);
        }
        match call.path.strip_prefix("xrpc/") {
            Some(method) if call.host == APP_VIEW => self.app_view(call, method),
            Some(method) => self.pds(call, method, factor, now),
            None => Err(XrpcError::new(404, "NotFound", "Not Found")),
        }
    }

    /// Makes the acquaintance of those among these people who are new: each has a profile and a list of people.
    fn meet(&mut self, people: Vec<Person>) {
        for person in people {
            if self.person(&person.did).is_some() {
                continue;
            }
            let (did, since) = (person.did.clone(), "2024-01-01T00:00:00.000Z");
            let profile =
                json!({ "$type": "app.bsky.actor.profile", "displayName": person.name, "description": person.about });
            self.people.push(person);
            self.repos.entry(did.clone()).or_default().seed("app.bsky.actor.profile", "self", profile);
            let list = json!({ "$type": lexicon::LISTS, "name": "Regulars (demo)", "purpose": "app.bsky.graph.defs#curatelist",
                "createdAt": since });
            self.insert(&did, lexicon::LISTS, list, since.parse().unwrap_or_default());
        }
    }

    /// Puts a record into a repository as if it had been written at this time; its key.
    fn insert(&mut self, did: &str, collection: &str, record: Value, at: DateTime<Utc>) -> String {
        let repo = self.repos.entry(did.to_owned()).or_default();
        let mut micros = u64::try_from(at.timestamp_micros()).unwrap_or_default();
        while repo.get(collection, &repo::tid(micros)).is_some() {
            micros += 1;
        }
        repo.seed(collection, &repo::tid(micros), record);
        repo::tid(micros)
    }

    fn take_written(&mut self) -> Vec<Written> {
        std::mem::take(&mut self.written)
    }

    pub fn tidy(&mut self, now: DateTime<Utc>) {
        self.sessions.tidy(now);
        self.repos.values_mut().for_each(|repo| repo.tidy(now - UPLOAD_KEPT));
    }

    /// From now on every access token that the account has counts as expired.
    pub fn expire_sessions(&mut self, did: &str) {
        self.sessions.expire(did);
    }

    /// As if its owner had revoked the app password.
    pub fn revoke_sessions(&mut self, did: &str) {
        self.sessions.revoke(did);
    }

    pub fn set_status(&mut self, did: &str, status: Status) {
        self.people.iter_mut().filter(|p| p.did == did).for_each(|p| p.status = status);
    }

    /// By DID or handle, whichever server it is on.
    fn person(&self, identifier: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.did == identifier || p.handle.eq_ignore_ascii_case(identifier))
    }
}

/// Whether this host answers for accounts whose PDS has that one.
fn serves(host: &str, pds: &str) -> bool {
    host == pds || (host == ENTRYWAY && pds.ends_with(HOSTED))
}

/// The stand-in as a server of its own, at `/{host}/xrpc/{method}`: for comparing it with a real one.
pub fn router(network: Network) -> Router {
    const MAX_BODY: usize = 10 * 1024 * 1024;
    async fn answer(
        State(network): State<Arc<Mutex<Network>>>,
        Path((host, path)): Path<(String, String)>,
        request: Request<Body>,
    ) -> Response {
        let (head, body) = request.into_parts();
        let text = |name| head.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).map(str::to_owned);
        let query = head.uri.query().unwrap_or_default();
        let read = to_bytes(body, MAX_BODY).await;
        let call = Call {
            host,
            post: head.method == "POST",
            path,
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            authorization: text(header::AUTHORIZATION),
            content_type: text(header::CONTENT_TYPE),
            too_large: read.is_err(),
            body: read.unwrap_or_default(),
        };
        let result = network.lock().unwrap_or_else(PoisonError::into_inner).respond(&call, 1, Utc::now());
        http(result)
    }
    Router::new().route("/{host}/{*path}", any(answer)).with_state(Arc::new(Mutex::new(network)))
}

/// The answer as it goes over the wire.
fn http(result: XrpcResult) -> Response {
    let (status, headers, body) = match result {
        Ok(reply) => (200, reply.headers, reply.body),
        Err(error) => (error.status, error.headers.clone(), Some(error.body())),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Some(body) => (status, Json(body)).into_response(),
        None => status.into_response(),
    };
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
