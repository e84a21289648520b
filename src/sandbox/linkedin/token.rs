//! LinkedIn's token address: codes, refresh tokens, taking a grant back.

use super::{claims, life, oauth_error};
use crate::sandbox::ask::{Answer, Ask, Refusal, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, Life, Redemption, RefreshLife};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Credentials belong in the body; a Basic header is not looked at.
fn client(form: &[(String, String)]) -> Result<String, Refusal> {
    let need = |name: &str| find(form, name).filter(|v| !v.is_empty()).ok_or_else(|| parameter_missing(name));
    let (id, secret) = (need("client_id")?, need("client_secret")?);
    if tokens::client_is_known(id) && tokens::secret_is_right(secret) {
        return Ok(id.to_owned());
    }
    Err(oauth_error(401, "invalid_client", "Client authentication failed"))
}

fn parameter_missing(name: &str) -> Refusal {
    oauth_error(400, "invalid_request", &format!("A required parameter \"{name}\" is missing"))
}

/// `POST /oauth/v2/accessToken`
pub(super) fn grant(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let form = ask.form();
    let need = |name: &str| find(&form, name).filter(|v| !v.is_empty()).ok_or_else(|| parameter_missing(name));
    let grant_type = need("grant_type")?;
    let client = client(&form)?;
    let now = sandbox.now();
    let life = life(sandbox, &client);
    let mut world = sandbox.world();
    let (minted, refresh) = match grant_type {
        "authorization_code" => {
            let exchange = Redemption {
                code: need("code")?,
                client: &client,
                redirect_uri: need("redirect_uri")?,
                verifier: None,
            };
            // LinkedIn has one sentence for everything that can be wrong with a code.
            let code = world.redeem(now, ask.network, &exchange).map_err(|_| {
                let words = "Unable to retrieve access token: appid/redirect uri/code verifier does not match \
                             authorization code. Or authorization code expired. Or external member binding exists";
                oauth_error(400, "invalid_request", words)
            })?;
            world.end_other_scopes(ask.network, &code.account, &client, &code.scopes);
            let minted = world.mint(now, &code.consent(), life);
            let refresh = minted.refresh.clone().zip(minted.refresh_expires_at);
            (minted, refresh)
        }
        "refresh_token" => {
            let used = need("refresh_token")?;
            let old = world.refresher(now, ask.network, used, &client).map_err(|_| {
                let words = "The provided authorization grant or refresh token is invalid, expired or revoked.";
                oauth_error(400, "invalid_grant", words)
            })?;
            // The refresh token stays, and so does its end.
            let minted = world.renew(now, used, &old, Life { refresh: RefreshLife::No, ..life });
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
    let account = world.account(ask.network, &minted.account).cloned();
    drop(world);
    let may = |scope: &str| minted.scopes.iter().any(|s| s == scope);
    if may("openid")
        && let Some(me) = account
    {
        body["id_token"] = id_token(claims(ask, &me, may("profile"), may("email")), &client, now).into();
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
pub(super) fn revoke(sandbox: &Sandbox, ask: &Ask) -> Answer {
    let form = ask.form();
    client(&form)?;
    let token = find(&form, "token").ok_or_else(|| parameter_missing("token"))?;
    if sandbox.world().end_grant(ask.network, token) {
        return Ok(StatusCode::OK.into_response());
    }
    Err(oauth_error(400, "invalid_request", "The token is not known"))
}
