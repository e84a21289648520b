//! TikTok: Login Kit v2 and the Content Posting API v2. Wire facts: TikTok's developer pages, reviewed 2026-11-20.
//! Read: this file (keys, signing in), `creator` (what the account may do now, asked before each post), `publish` and
//! `post` (what is sent), `video` (its bytes, in parts), `status` (what became of it), `listing` and `recent` (the account's posts),
//! `problem` (error codes).
//!
//! The irreversible call is of a video the last part of its bytes, as TikTok publishes it by itself once all are there; of
//! pictures the one request that names them. Both have a `publish_id` by which TikTok says what became of them.

mod creator;
mod listing;
mod post;
mod problem;
mod publish;
mod recent;
mod status;
mod video;

use super::oauth::{self, ClientAuth, Flow};
use super::wire::WireRequest;
use super::{AppKeys, Call, Connector, Fault, Grant, RateLimitHeaders, RemoteAccount, SignIn, SignInMethod, Wire};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use chrono::Utc;
use http::Method;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// TikTok, for videos and pictures of an account.
pub struct TikTok;

/// TikTok describes no headers about limits; a refusal (429) tells, and its windows are a minute long.
pub static CONNECTOR: Connector =
    Connector { choices: Some(&TikTok), ..Connector::social(Platform::TikTok, &TikTok, RateLimitHeaders::None) };

const API: &str = "https://open.tiktokapis.com/v2";
const REVOKE: &str = "https://open.tiktokapis.com/v2/oauth/revoke/";
/// What publishing needs.
const POSTING: &str = "video.publish";
/// What the account's name in addresses needs.
const PROFILE: &str = "user.info.profile";
/// What looking for a post needs.
const LISTING: &str = "video.list";
const SCOPES: [&str; 4] = ["user.info.basic", PROFILE, LISTING, POSTING];

static FLOW: Flow = Flow {
    platform: Platform::TikTok,
    authorize_url: "https://www.tiktok.com/v2/auth/authorize/",
    token_url: "https://open.tiktokapis.com/v2/oauth/token/",
    revoke_url: Some(REVOKE),
    scopes: &SCOPES,
    scope_separator: ",",
    // Not a part of the flow for web servers.
    pkce: false,
    client_auth: ClientAuth::Body,
    id_field: "client_key",
    secret_field: "client_secret",
    extra: &[],
};

#[derive(Deserialize)]
struct UserInfo {
    user: User,
}

#[derive(Deserialize)]
struct User {
    open_id: String,
    display_name: Option<String>,
    avatar_url: Option<String>,
    /// Only with the scope for it.
    username: Option<String>,
}

#[async_trait]
impl SignIn for TikTok {
    fn method(&self) -> SignInMethod {
        SignInMethod::Consent(&FLOW)
    }

    async fn accounts(&self, wire: &Wire, keys: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let more = if has(grant, PROFILE) { ",username" } else { "" };
        let request = wire.read(Platform::TikTok, &format!("{API}/user/info/"));
        let request = request.query("fields", format!("open_id,display_name,avatar_url{more}"));
        let UserInfo { user } = send(request, grant).await?;
        let call = Call { wire, keys, grant, account: &user.open_id, handle: "", facts: &Value::Null };
        let mut username = user.username.filter(|name| !name.is_empty());
        // A person may have allowed the one and not the other.
        if username.is_none() && has(grant, POSTING) {
            username = creator::ask(&call).await.ok().and_then(|creator| creator.username());
        }
        let display_name = user.display_name.unwrap_or_default();
        Ok(vec![RemoteAccount {
            profile_url: username.as_deref().map(profile),
            handle: username.clone().unwrap_or_else(|| display_name.clone()),
            display_name,
            picture_url: user.avatar_url,
            facts: json!({ "username": username }),
            remote_id: user.open_id,
        }])
    }

    /// TikTok takes the access token, which may have run out.
    async fn revoke(&self, wire: &Wire, keys: &AppKeys, grant: &Grant, facts: &Value) -> Result<(), Fault> {
        let is_over = grant.access_expires_at.is_some_and(|end| end <= Utc::now());
        let access = match is_over {
            true => match self.refresh(wire, keys, grant, facts).await {
                Ok(fresh) => fresh.access,
                // There is nothing left to take back.
                Err(Fault::AuthExpired { .. }) => return Ok(()),
                Err(fault) => return Err(fault),
            },
            false => grant.access.clone(),
        };
        oauth::take_back(&FLOW, wire, keys, REVOKE, vec![("token", access.expose_secret())]).await
    }
}

fn has(grant: &Grant, scope: &str) -> bool {
    grant.scopes.iter().any(|had| had == scope)
}

/// Where people see an account.
fn profile(username: &str) -> String {
    format!("https://www.tiktok.com/@{username}")
}

/// A question, or a call that may be repeated: TikTok asks by POST as well.
fn post(call: &Call<'_>, path: &str, body: &Value) -> WireRequest {
    with_json(call.wire.repeatable(Platform::TikTok, Method::POST, &address(path)), body)
}

fn address(path: &str) -> String {
    format!("{API}/{path}/")
}

/// In the type that TikTok's pages name.
fn with_json(request: WireRequest, body: &Value) -> WireRequest {
    request.header("content-type", "application/json; charset=UTF-8").json(body)
}

/// Sends a call of the account; what is in the answer's `data`.
async fn send<T: DeserializeOwned>(request: WireRequest, grant: &Grant) -> Result<T, Fault> {
    problem::data(&request.bearer(&grant.access).limits(problem::limits).send().await?)
}
