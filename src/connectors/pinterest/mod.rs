//! Pinterest, API v5: pins of an account on its boards. Wire facts: Pinterest's OpenAPI description 5.23 and developer pages,
//! reviewed 2026-11-20.
//! Read: this file (keys, signing in), `boards` (what a pin is put on), `publish`, `video`, `recent` (newest
//! pins), `problem` (error answers).

mod boards;
mod problem;
mod publish;
mod recent;
mod video;

use super::oauth::{self, ClientAuth, Flow};
use super::wire::{WireRequest, WireResponse};
use super::{
    AppKeys, Call, Connector, Consent, Fault, Grant, RateLimitHeaders, RemoteAccount, SignIn, SignInMethod, Wire,
};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use problem::Operation;
use serde::Deserialize;
use serde_json::{Value, json};

/// Pinterest, for pins of an account.
pub struct Pinterest;

/// Headers about limits are described by others only, so none of them is relied on; a refusal (429) tells.
pub static CONNECTOR: Connector = Connector {
    choices: Some(&Pinterest),
    ..Connector::social(Platform::Pinterest, &Pinterest, RateLimitHeaders::None)
};

const API: &str = "https://api.pinterest.com/v5";
/// A pin needs the four of boards and pins.
const SCOPES: [&str; 5] = ["user_accounts:read", PINNING[0], PINNING[1], PINNING[2], PINNING[3]];
const PINNING: [&str; 4] = ["boards:read", "boards:write", "pins:read", "pins:write"];

static FLOW: Flow = Flow {
    platform: Platform::Pinterest,
    authorize_url: "https://www.pinterest.com/oauth/",
    token_url: "https://api.pinterest.com/v5/oauth/token",
    // Only for system users; a person removes the app in the account's settings.
    revoke_url: None,
    scopes: &SCOPES,
    scope_separator: ",",
    pkce: false,
    client_auth: ClientAuth::Basic,
    id_field: "client_id",
    secret_field: "client_secret",
    extra: &[],
};

#[derive(Deserialize)]
struct User {
    id: String,
    username: String,
    business_name: Option<String>,
    profile_image: Option<String>,
    account_type: Option<String>,
}

#[async_trait]
impl SignIn for Pinterest {
    fn method(&self) -> SignInMethod {
        SignInMethod::Consent(&FLOW)
    }

    /// Apps from before 2025-09-25 have to ask for refresh tokens that can be renewed for ever; to the others it is no news.
    async fn exchange(&self, wire: &Wire, keys: &AppKeys, consent: &Consent<'_>) -> Result<Grant, Fault> {
        oauth::exchange_with(&FLOW, wire, keys, consent, &[("continuous_refresh", "true")]).await
    }

    async fn accounts(&self, wire: &Wire, _keys: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let request = wire.read(Platform::Pinterest, &format!("{API}/user_account")).bearer(&grant.access);
        let response = request.limits(problem::limits).send().await?;
        let user: User = response.accepted(|a| problem::fault(a, Operation::Read))?.json()?;
        let name = user.business_name.filter(|name| !name.trim().is_empty());
        Ok(vec![RemoteAccount {
            remote_id: user.id,
            display_name: name.unwrap_or_else(|| user.username.clone()),
            profile_url: Some(format!("https://www.pinterest.com/{}/", user.username)),
            handle: user.username,
            picture_url: user.profile_image,
            facts: json!({ "account_type": user.account_type }),
        }])
    }

    async fn revoke(&self, _: &Wire, _: &AppKeys, _: &Grant, _: &Value) -> Result<(), Fault> {
        Err(Fault::Unsupported {
            message: "Pinterest lets only you take access back: in Pinterest, open Settings → Security and logins → \
                      Connected apps, and remove the app there."
                .into(),
        })
    }
}

/// Sends a call of the account.
async fn send(request: WireRequest, call: &Call<'_>, operation: Operation) -> Result<WireResponse, Fault> {
    let response = request.bearer(&call.grant.access).limits(problem::limits).send().await?;
    response.accepted(|a| problem::fault(a, operation))
}

/// Reads an address of the API.
fn read(call: &Call<'_>, path: &str) -> WireRequest {
    call.wire.read(Platform::Pinterest, &format!("{API}/{path}"))
}
