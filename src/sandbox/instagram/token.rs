//! Instagram: from code to short-lived to long-lived token, and the refresh.

use super::{BASIC, GraphError, LONG, SHORT, checked, list_of, need_scope};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, json, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, CodeExchange, CodeFault};
use crate::sandbox::world::AccessToken;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::json;

/// A token must be this old before it can be refreshed.
const REFRESH_AGE: TimeDelta = TimeDelta::hours(24);

/// An error of `api.instagram.com`, which is not in the form of the Graph API.
fn oauth_error(words: &str) -> ErrorResponse {
    let body = json!({ "error_type": "OAuthException", "code": 400, "error_message": words });
    json(StatusCode::BAD_REQUEST, &body).into()
}

/// `POST https://api.instagram.com/oauth/access_token`, form or multipart.
pub(super) async fn redeem(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let mut form = request.form();
    for part in request.parts().await.unwrap_or_default() {
        form.push((part.name, String::from_utf8_lossy(&part.bytes).into_owned()));
    }
    let need = |name: &str| {
        find(&form, name)
            .filter(|v| !v.is_empty())
            .ok_or_else(|| oauth_error(&format!("Missing required field {name}")))
    };
    let client = need("client_id")?;
    if !tokens::client_is_known(client) {
        return Err(oauth_error("Invalid platform app"));
    }
    if !tokens::secret_is_right(need("client_secret")?) {
        return Err(oauth_error("Error validating client secret."));
    }
    if need("grant_type")? != "authorization_code" {
        return Err(oauth_error("Invalid grant_type"));
    }
    let exchange = CodeExchange { code: need("code")?, client, redirect_uri: need("redirect_uri")?, verifier: None };
    let now = sandbox.now();
    let mut world = sandbox.world();
    let code = world.redeem(now, request.platform(), &exchange).map_err(|fault| match fault {
        CodeFault::Used => oauth_error("This authorization code has been used"),
        CodeFault::Expired => oauth_error("This authorization code has expired"),
        CodeFault::WrongRedirect => oauth_error(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used \
             in the OAuth dialog request",
        ),
        _ => oauth_error("Invalid authorization code"),
    })?;
    let minted = world.mint(now, &code.consent(), SHORT);
    let account = world.account(request.platform(), &code.account);
    let user_id = account.map(|a| a.scoped_id.clone()).unwrap_or_default();
    ok(&list_of(vec![json!({
        "access_token": minted.access,
        "user_id": user_id,
        "permissions": minted.scopes.join(","),
    })]))
}

/// The token that the request is about, from the parameter or the header.
fn shown(request: &PlatformRequest) -> &str {
    request.query("access_token").or_else(|| request.bearer()).unwrap_or_default()
}

fn wants(request: &PlatformRequest, grant_type: &str) -> Result<(), ErrorResponse> {
    if request.query("grant_type") == Some(grant_type) {
        return Ok(());
    }
    Err(GraphError::new(100, &format!("Param grant_type must be one of {{{grant_type}}}")).into())
}

/// `GET /access_token?grant_type=ig_exchange_token`: a long-lived token for a short-lived one.
pub(super) fn exchange(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    wants(request, "ig_exchange_token")?;
    if !tokens::secret_is_right(request.query("client_secret").unwrap_or_default()) {
        return Err(GraphError::new(1, "Error validating client secret.").into());
    }
    let old = checked(sandbox, request, shown(request))?;
    need_scope(&old, BASIC)?;
    if old.long_lived {
        // The code for this is not documented.
        return Err(GraphError::new(100, "Unsupported token type: only short-lived tokens can be exchanged").into());
    }
    swap(sandbox, request, &old, false)
}

/// `GET /refresh_access_token?grant_type=ig_refresh_token`: another 60 days. The new token takes the old one's place;
/// whether Instagram lets the old one live on is not documented, so here it does not.
pub(super) fn refresh(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    wants(request, "ig_refresh_token")?;
    let old = checked(sandbox, request, shown(request))?;
    need_scope(&old, BASIC)?;
    if !old.long_lived {
        return Err(GraphError::new(100, "Unsupported token type: only long-lived tokens can be refreshed").into());
    }
    if sandbox.now() < old.issued_at + REFRESH_AGE {
        return Err(GraphError::new(100, "The token must be at least 24 hours old to be refreshed").into());
    }
    swap(sandbox, request, &old, true)
}

fn swap(sandbox: &Sandbox, request: &PlatformRequest, old: &AccessToken, replaces: bool) -> PlatformResponse {
    let minted = sandbox.world().swap(sandbox.now(), shown(request), old, LONG, replaces);
    let mut body = json!({ "access_token": minted.access, "token_type": "bearer", "expires_in": LONG.access });
    // What was allowed is said again with a renewal only.
    if replaces {
        body["permissions"] = json!(minted.scopes.join(","));
    }
    ok(&body)
}
