//! LinkedIn's token address: codes, refresh tokens, taking a grant back.

use super::{claims, oauth_error, token_lifetimes};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, CodeExchange, RefreshLifetime, TokenLifetimes};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Credentials belong in the body; a Basic header is ignored.
fn client(form: &[(String, String)]) -> Result<String, ErrorResponse> {
    let need = |name: &str| find(form, name).filter(|v| !v.is_empty()).ok_or_else(|| parameter_missing(name));
    let (id, secret) = (need("client_id")?, need("client_secret")?);
    if tokens::client_is_known(id) && tokens::secret_is_right(secret) {
        return Ok(id.to_owned());
    }
    Err(oauth_error(401, "invalid_client", "Client authentication failed"))
}

fn parameter_missing(name: &str) -> ErrorResponse {
    oauth_error(400, "invalid_request", &format!("A required parameter \"{name}\" is missing"))
}

/// `POST /oauth/v2/accessToken`
pub(super) fn grant(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let form = request.form();
    let need = |name: &str| find(&form, name).filter(|v| !v.is_empty()).ok_or_else(|| parameter_missing(name));
    let grant_type = need("grant_type")?;
    let client = client(&form)?;
    let now = sandbox.now();
    let lifetimes = token_lifetimes(&client);
    let mut world = sandbox.world();
    let (minted, refresh) = match grant_type {
        "authorization_code" => {
            let exchange = CodeExchange {
                code: need("code")?,
                client: &client,
                redirect_uri: need("redirect_uri")?,
                verifier: None,
            };
            // LinkedIn has one message for everything that can be wrong with a code.
            let code = world.redeem(now, request.platform(), &exchange).map_err(|_| {
                let words = "Unable to retrieve access token: appid/redirect uri/code verifier does not match \
                             authorization code. Or authorization code expired. Or external member binding exists";
                oauth_error(400, "invalid_request", words)
            })?;
            world.end_other_scopes(request.platform(), &code.account, &client, &code.scopes);
            let minted = world.mint(now, &code.consent(), lifetimes);
            let refresh = minted.refresh.clone().zip(minted.refresh_expires_at);
            (minted, refresh)
        }
        "refresh_token" => {
            let used = need("refresh_token")?;
            let old = world.refresh_token(now, request.platform(), used, &client).map_err(|_| {
                let words = "The provided authorization grant or refresh token is invalid, expired or revoked.";
                oauth_error(400, "invalid_grant", words)
            })?;
            // The refresh token stays the same, and so does its expiry.
            let minted =
                world.renew(now, used, &old, TokenLifetimes { refresh: RefreshLifetime::NoToken, ..lifetimes });
            (minted, old.expires_at.map(|end| (used.to_owned(), end)))
        }
        _ => return Err(oauth_error(400, "unsupported_grant_type", "The grant type is not supported")),
    };
    let mut body = json!({
        "access_token": minted.access,
        "expires_in": (minted.access_expires_at - now).num_seconds(),
        "scope": minted.scopes.join(","),
        "token_type": "Bearer",
    });
    if let Some((refresh, end)) = refresh {
        body["refresh_token"] = refresh.into();
        body["refresh_token_expires_in"] = (end - now).num_seconds().into();
    }
    let account = world.account(request.platform(), &minted.account).cloned();
    drop(world);
    let may = |scope: &str| minted.scopes.iter().any(|s| s == scope);
    if may("openid")
        && let Some(me) = account
    {
        body["id_token"] = id_token(claims(request, &me, may("profile"), may("email")), &client, now).into();
    }
    ok(&body)
}

/// Has the shape and the claims of an id token, but no valid signature: whoever verifies it must refuse it.
fn id_token(mut claims: Value, client: &str, now: DateTime<Utc>) -> String {
    claims["iss"] = json!("https://www.linkedin.com/oauth");
    claims["aud"] = json!(client);
    claims["iat"] = json!(now.timestamp());
    claims["exp"] = json!(now.timestamp() + 3_600);
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": "sandbox" });
    [header.to_string(), claims.to_string(), "sandbox: not signed".to_owned()]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".")
}

/// `POST /oauth/v2/revoke`
pub(super) fn revoke(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let form = request.form();
    client(&form)?;
    let token = find(&form, "token").ok_or_else(|| parameter_missing("token"))?;
    if sandbox.world().end_grant(request.platform(), token) {
        return Ok(StatusCode::OK.into_response());
    }
    Err(oauth_error(400, "invalid_request", "The token is not known"))
}
