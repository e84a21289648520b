//! Bluesky, a network on the AT Protocol. A post is a record in the account's repository on its PDS (personal data
//! server); its key is chosen by us before the call, so sending it again is safe. Read in this order: this file (calls),
//! `session` (signing in), `identity` (where an account is), `publish`, `lists` (what an option chooses from), `recent` (newest posts), then the parts: `tid` (the key), `facets`
//! (links, mentions and tags of a text), `record` (the post), `problem` (errors).
//! Sources: atproto.com, specifications TID, record key, blob, XRPC; lexicons `app.bsky.feed.post`, `app.bsky.embed.*`,
//! `app.bsky.richtext.facet`, `app.bsky.feed.threadgate`; reviewed 2026-11-27 and tried on `@atproto/pds` 0.4.217.

pub mod facets;
mod identity;
mod lists;
pub mod problem;
mod publish;
mod recent;
pub mod record;
mod session;
pub mod tid;

use super::rate_limits::WindowHeaders;
use super::wire::{WireRequest, WireResponse};
use super::{Call, Connector, Fault, RateLimitHeaders, Wire};
use crate::domain::platform::Platform;
use crate::infra::http::limits::Period;
use http::Method;
use problem::Operation;
use secrecy::SecretString;
use serde_json::Value;

/// The network Bluesky.
pub struct Bluesky;

pub static CONNECTOR: Connector = Connector {
    platform: Platform::Bluesky,
    rate_limits: RateLimitHeaders::Windows(&HEADERS),
    // There are no keys to try.
    test: None,
    sign_in: Some(&Bluesky),
    publish: Some(&Bluesky),
    choices: Some(&Bluesky),
    converse: None,
    recent: Some(&Bluesky),
};

/// Of the several limits that a call counts in, the one with the least left (docs.bsky.app, rate limits; reviewed
/// 2026-11-27). They count points: a new record costs 2, with a gate 6.
static HEADERS: [WindowHeaders; 1] = [WindowHeaders {
    of_app: false,
    period: Period::Window,
    limit: "ratelimit-limit",
    remaining: "ratelimit-remaining",
    reset: "ratelimit-reset",
}];

/// The way in for accounts that Bluesky itself hosts, and the server of accounts of which none is known.
const ENTRYWAY: &str = "https://bsky.social";

/// The address of the account's server, as signing in found it.
fn server(facts: &Value) -> &str {
    facts.get("pds").and_then(Value::as_str).unwrap_or(ENTRYWAY)
}

/// A question (`query`) to a server that a user named.
fn query(wire: &Wire, server: &str, method: &str, token: &SecretString) -> WireRequest {
    prepared(wire.read(Platform::Bluesky, &address(server, method)), token)
}

/// A change (`procedure`) that may be made twice.
fn repeatable(wire: &Wire, server: &str, method: &str, token: &SecretString) -> WireRequest {
    prepared(wire.repeatable(Platform::Bluesky, Method::POST, &address(server, method)), token)
}

/// The irreversible change.
fn mutate(wire: &Wire, server: &str, method: &str, token: &SecretString) -> WireRequest {
    prepared(wire.mutate(Platform::Bluesky, Method::POST, &address(server, method)), token)
}

fn address(server: &str, method: &str) -> String {
    format!("{server}/xrpc/{method}")
}

fn prepared(request: WireRequest, token: &SecretString) -> WireRequest {
    request.to_users_server().bearer(token).keep_server_errors().limits(problem::limits)
}

/// Sends it and reads the refusals.
async fn send(request: WireRequest, operation: Operation) -> Result<WireResponse, Fault> {
    request.send().await?.accepted(|response| problem::fault(response, operation))
}

/// `getRecord` of any repository that the account's server knows.
fn record_of(call: &Call<'_>, uri: &record::RecordUri<'_>) -> WireRequest {
    query(call.wire, server(call.facts), "com.atproto.repo.getRecord", &call.grant.access)
        .query("repo", uri.repo)
        .query("collection", uri.collection)
        .query("rkey", uri.key)
}
