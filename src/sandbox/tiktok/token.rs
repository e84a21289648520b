//! TikTok's consent page and token address, which know the app by `client_key`. Errors are those of RFC 6749.

use super::{CONSENT, LIFETIMES, error};
use crate::sandbox::consent;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, json, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, CodeExchange};
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde_json::json;

/// `https://www.tiktok.com/v2/auth/authorize/`
pub(super) fn authorize(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let params = if request.method == Method::POST { request.form() } else { request.query.clone() };
    let has = |name: &str| find(&params, name).is_some_and(|value| !value.is_empty());
    let plain = find(&params, "redirect_uri").is_some_and(|back| back.len() < 512 && !back.contains(['?', '#']));
    if !has("client_key") || has("client_id") {
        return Err(error(400, "invalid_params", "client_key"));
    }
    if !plain {
        return Err(error(400, "invalid_params", "redirect_uri"));
    }
    consent::serve(sandbox, request, &CONSENT)
}

fn refused(status: u16, code: &str, words: &str) -> ErrorResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    json(status, &json!({ "error": code, "error_description": words, "log_id": "sandbox" })).into()
}

/// The app, by `client_key` and `client_secret` in the form.
fn client(form: &[(String, String)]) -> Result<String, ErrorResponse> {
    let key = find(form, "client_key").unwrap_or_default();
    let secret = find(form, "client_secret").unwrap_or_default();
    if tokens::client_is_known(key) && tokens::secret_is_right(secret) {
        return Ok(key.to_owned());
    }
    Err(refused(401, "invalid_client", "Client key or secret is incorrect."))
}

fn need<'a>(form: &'a [(String, String)], name: &str) -> Result<&'a str, ErrorResponse> {
    let value = find(form, name).filter(|value| !value.is_empty());
    value.ok_or_else(|| refused(400, "invalid_request", &format!("The request parameter {name} is missing.")))
}

/// `POST /v2/oauth/token/`
pub(super) fn grant(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let form = request.form();
    let client = client(&form)?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    let minted = match need(&form, "grant_type")? {
        "authorization_code" => {
            let exchange = CodeExchange {
                code: need(&form, "code")?,
                client: &client,
                redirect_uri: need(&form, "redirect_uri")?,
                verifier: None,
            };
            let code = world.redeem(now, request.platform(), &exchange);
            let code = code.map_err(|_| refused(400, "invalid_grant", "Authorization code is expired."))?;
            world.mint(now, &code.consent(), LIFETIMES)
        }
        "refresh_token" => {
            let used = need(&form, "refresh_token")?;
            let old = world.refresh_token(now, request.platform(), used, &client);
            let old = old.map_err(|_| refused(400, "invalid_grant", "Refresh token is invalid or expired."))?;
            world.renew(now, used, &old, LIFETIMES)
        }
        _ => return Err(refused(400, "unsupported_grant_type", "The grant type is not supported.")),
    };
    let seconds = |end: DateTime<Utc>| (end - now).num_seconds();
    ok(&json!({
        "open_id": minted.account,
        "scope": minted.scopes.join(","),
        "access_token": minted.access,
        "expires_in": seconds(minted.access_expires_at),
        "refresh_token": minted.refresh,
        "refresh_expires_in": minted.refresh_expires_at.map(seconds),
        "token_type": "Bearer",
    }))
}

/// `POST /v2/oauth/revoke/`: the access token; everything of its consent ends.
pub(super) fn revoke(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let form = request.form();
    client(&form)?;
    let token = need(&form, "token")?;
    let now = sandbox.now();
    let mut world = sandbox.world();
    if world.bearer(now, request.platform(), token).is_err() || !world.end_grant(request.platform(), token) {
        return Err(refused(400, "invalid_request", "The access token is invalid."));
    }
    Ok(StatusCode::OK.into_response())
}
