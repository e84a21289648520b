//! Google's token address: codes, refresh tokens that stay, and the end of a consent.

use super::LIFETIMES;
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, json, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, CodeExchange, CodeFault, RefreshLifetime, TokenLifetimes};
use axum::http::StatusCode;
use serde_json::json as value;

fn refused(status: u16, error: &str, words: &str) -> ErrorResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    json(status, &value!({ "error": error, "error_description": words })).into()
}

/// `POST /token`
pub(super) fn grant(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let form = request.form();
    let need = |name: &str| {
        let missing = || refused(400, "invalid_request", &format!("Missing required parameter: {name}"));
        find(&form, name).filter(|v| !v.is_empty()).ok_or_else(missing)
    };
    let client = find(&form, "client_id").unwrap_or_default();
    if !tokens::client_is_known(client) {
        return Err(refused(401, "invalid_client", "The OAuth client was not found."));
    }
    if !find(&form, "client_secret").is_some_and(tokens::secret_is_right) {
        return Err(refused(401, "invalid_client", "The provided client secret is invalid."));
    }
    let now = sandbox.now();
    let mut world = sandbox.world();
    let (minted, kept) = match need("grant_type")? {
        "authorization_code" => {
            let exchange = CodeExchange {
                code: need("code")?,
                client,
                redirect_uri: need("redirect_uri")?,
                verifier: find(&form, "code_verifier"),
            };
            let code = world.redeem(now, request.platform(), &exchange).map_err(|fault| match fault {
                CodeFault::WrongRedirect => refused(400, "redirect_uri_mismatch", "Bad Request"),
                CodeFault::MissingVerifier => refused(400, "invalid_grant", "Missing code verifier."),
                CodeFault::WrongVerifier => refused(400, "invalid_grant", "Invalid code verifier."),
                _ => refused(400, "invalid_grant", "Malformed auth code."),
            })?;
            (world.mint(now, &code.consent(), LIFETIMES), false)
        }
        "refresh_token" => {
            let used = need("refresh_token")?;
            let old = world.refresh_token(now, request.platform(), used, client);
            let old = old.map_err(|_| refused(400, "invalid_grant", "Token has been expired or revoked."))?;
            // The refresh token stays as it is.
            (world.renew(now, used, &old, TokenLifetimes { refresh: RefreshLifetime::NoToken, ..LIFETIMES }), true)
        }
        _ => return Err(refused(400, "unsupported_grant_type", "Invalid grant_type")),
    };
    let mut body = value!({
        "access_token": minted.access,
        "expires_in": (minted.access_expires_at - now).num_seconds(),
        "scope": minted.scopes.join(" "),
        "token_type": "Bearer",
    });
    if let Some(refresh) = minted.refresh.filter(|_| !kept) {
        body["refresh_token"] = refresh.into();
    }
    ok(&body)
}

/// `POST /revoke`: ends the whole consent, whichever of its tokens is sent. A token that has ended is unknown.
pub(super) fn revoke(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let form = request.form();
    let token = find(&form, "token").or(request.query("token")).unwrap_or_default();
    let (now, platform) = (sandbox.now(), request.platform());
    let mut world = sandbox.world();
    let is_alive = world.bearer(now, platform, token).is_ok()
        || world
            .refresh
            .get(token)
            .is_some_and(|t| t.platform == platform && t.status == crate::sandbox::world::TokenStatus::Valid);
    if is_alive && world.end_grant(platform, token) {
        return ok(&value!({}));
    }
    Err(refused(400, "invalid_token", "Token expired or revoked"))
}
