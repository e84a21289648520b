//! Reddit: pictures, for which a place in a store of Amazon's is leased.

use super::{STORE, error};
use crate::domain::platform::Platform;
use crate::sandbox::pictures::inspect;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::request::{PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::Account;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

const MAX_BYTES: usize = 20 * 1024 * 1024;
/// How long the store waits for the bytes.
const OPEN: TimeDelta = TimeDelta::minutes(10);

/// What only Reddit keeps: the leased places, by the key in the store.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Leases {
    leases: BTreeMap<String, Lease>,
}

impl PlatformState for Leases {
    const PLATFORM: Platform = Platform::Reddit;

    fn tidy(&mut self, now: DateTime<Utc>) {
        self.leases.retain(|_, lease| lease.at + TimeDelta::days(2) > now);
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Lease {
    account: String,
    asset: String,
    at: DateTime<Utc>,
    /// Key of the kept bytes.
    kept: Option<String>,
}

impl Leases {
    /// The kept bytes of this account's picture, by its id or its address.
    pub fn picture(&self, me: &Account, wanted: &str) -> Option<String> {
        let is_it = |key: &str, lease: &Lease| lease.asset == wanted || format!("https://{STORE}/{key}") == wanted;
        let lease = self.leases.iter().find(|(key, lease)| lease.account == me.id && is_it(key, lease));
        lease.and_then(|(_, lease)| lease.kept.clone())
    }
}

/// `POST /api/media/asset.json`
pub(super) fn lease(sandbox: &Sandbox, request: &PlatformRequest, me: &Account) -> PlatformResponse {
    let form = request.form();
    let given = |name: &str| find(&form, name).filter(|value| !value.is_empty());
    let (Some(_), Some(mime)) = (given("filepath"), given("mimetype")) else { return Err(error(400, "Bad Request")) };
    if !["image/jpeg", "image/png", "image/gif"].contains(&mime) {
        return Err(error(400, "Bad Request"));
    }
    let asset = super::base36(sandbox.world().snowflake(sandbox.now()));
    let key = format!("rte_images/{}", Uuid::new_v4().simple());
    let lease = Lease { account: me.id.clone(), asset: asset.clone(), at: sandbox.now(), kept: None };
    sandbox.world().own::<Leases>().leases.insert(key.clone(), lease);
    let field = |name: &str, value: &str| json!({ "name": name, "value": value });
    ok(&json!({
        "args": { "action": format!("//{STORE}"), "fields": [
            field("acl", "private"), field("key", &key), field("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            field("policy", "c2FuZGJveA=="), field("Content-Type", mime),
        ]},
        "asset": { "asset_id": asset, "processing_state": "incomplete", "payload": { "filepath": "picture" },
            "websocket_url": "wss://ws-sandbox.wss.redditmedia.com/rte_images/none" },
    }))
}

/// The store: a form whose last part is the file. It knows no tokens, only the key that was given out.
pub(super) async fn put(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let answer = |status: u16, body: String| {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, [("content-type", "application/xml")], body).into_response()
    };
    let refused = |status: u16, inner: &str| Err(answer(status, format!("<Error>{inner}</Error>")).into());
    if request.header("authorization").is_some() {
        return refused(400, "<Code>InvalidArgument</Code>");
    }
    let Some(parts) = request.parts().await else { return refused(400, "<Code>MalformedPOSTRequest</Code>") };
    let text =
        |name: &str| parts.iter().find(|p| p.name == name).map(|p| String::from_utf8_lossy(&p.bytes).into_owned());
    let (Some(key), Some(_)) = (text("key"), text("policy")) else { return refused(403, "<Code>AccessDenied</Code>") };
    let Some(file) = parts.last().filter(|part| part.name == "file") else {
        return refused(400, "<Code>InvalidArgument</Code>");
    };
    let size = file.bytes.len();
    if size > MAX_BYTES {
        let inner = format!(
            "<Code>EntityTooLarge</Code><ProposedSize>{size}</ProposedSize><MaxSizeAllowed>{MAX_BYTES}</MaxSizeAllowed>"
        );
        return refused(400, &inner);
    }
    let now = sandbox.now();
    let is_open = |lease: &Lease| now < lease.at + OPEN;
    if !sandbox.world().own::<Leases>().leases.get(&key).is_some_and(is_open) {
        return refused(403, "<Code>AccessDenied</Code>");
    }
    // The store takes anything; what is no picture never becomes a post.
    let kept = match inspect(file.bytes.clone()).await {
        Some(_) => Some(sandbox.pictures().keep(file.bytes.clone()).await),
        None => None,
    };
    if let Some(lease) = sandbox.world().own::<Leases>().leases.get_mut(&key) {
        lease.kept = kept;
    }
    Ok(answer(201, format!("<PostResponse><Location>https://{STORE}/{key}</Location></PostResponse>")))
}
