//! Reddit's token addresses. A refused code is answered with 200, a refused refresh token with 400.

use super::{LIFETIMES, PUBLISHING, SCOPES, error};
use crate::domain::platform::Platform;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, CodeExchange, Consent, RefreshLifetime, TokenLifetimes};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

fn client(request: &PlatformRequest) -> Result<String, ErrorResponse> {
    let known = tokens::basic_credentials(request.header("authorization"))
        .filter(|(id, secret)| tokens::client_is_known(id) && tokens::secret_is_right(secret));
    known.map(|(id, _)| id).ok_or_else(|| error(401, "Unauthorized"))
}

/// `POST /api/v1/access_token`
pub(super) fn grant(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let client = client(request)?;
    let form = request.form();
    let given = |name: &str| find(&form, name).filter(|v| !v.is_empty()).unwrap_or_default();
    let wrong = |code: &str| ok(&json!({ "error": code }));
    let alone = TokenLifetimes { refresh: RefreshLifetime::NoToken, ..LIFETIMES };
    let now = sandbox.now();
    let mut world = sandbox.world();
    let minted = match given("grant_type") {
        "authorization_code" => {
            let exchange = CodeExchange {
                code: given("code"),
                client: &client,
                redirect_uri: given("redirect_uri"),
                verifier: None,
            };
            match world.redeem(now, Platform::Reddit, &exchange) {
                Ok(code) => world.mint(now, &code.consent(), LIFETIMES),
                Err(_) => return wrong("invalid_grant"),
            }
        }
        "refresh_token" => {
            let used = given("refresh_token");
            let Ok(old) = world.refresh_token(now, Platform::Reddit, used, &client) else {
                return Err(error(400, "Bad Request"));
            };
            // The refresh token stays as it is, and is not sent again.
            world.renew(now, used, &old, alone)
        }
        // For the app's own developer; it never gives a refresh token.
        "password" => {
            let account = world.account(Platform::Reddit, given("username")).filter(|a| a.handle == given("username"));
            let account =
                account.filter(|_| tokens::secret_is_right(given("password"))).map(|account| account.id.clone());
            let Some(account) = account else { return wrong("invalid_grant") };
            let scopes: Vec<String> = SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
            let consent = Consent { platform: Platform::Reddit, account: &account, client: &client, scopes: &scopes };
            world.mint(now, &consent, alone)
        }
        _ => return wrong("unsupported_grant_type"),
    };
    let all = minted.scopes.len() > PUBLISHING.len();
    let mut body = json!({
        "token_type": "bearer",
        "access_token": minted.access,
        "expires_in": (minted.access_expires_at - now).num_seconds(),
        "scope": if all { "*".to_owned() } else { minted.scopes.join(" ") },
    });
    if let Some(refresh) = minted.refresh {
        body["refresh_token"] = refresh.into();
    }
    ok(&body)
}

/// `POST /api/v1/revoke_token`: 204 for tokens that it does not know as well.
pub(super) fn revoke(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    client(request)?;
    let form = request.form();
    let token = find(&form, "token").filter(|token| !token.is_empty()).ok_or_else(|| error(400, "Bad Request"))?;
    sandbox.world().end_grant(Platform::Reddit, token);
    Ok(StatusCode::NO_CONTENT.into_response())
}
