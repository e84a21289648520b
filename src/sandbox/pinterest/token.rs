//! Pinterest's token address. Its errors are a number and a message, unlike those of RFC 6749.

use super::{LIFETIMES, error, invalid};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, CodeExchange};
use serde_json::json;

fn client(request: &PlatformRequest) -> Result<String, ErrorResponse> {
    let known = tokens::basic_credentials(request.header("authorization"))
        .filter(|(id, secret)| tokens::client_is_known(id) && tokens::secret_is_right(secret));
    known.map(|(id, _)| id).ok_or_else(|| error(401, 2, "Authentication failed."))
}

/// `POST /v5/oauth/token`
pub(super) fn grant(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let client = client(request)?;
    let form = request.form();
    let need = |name: &str| {
        find(&form, name).filter(|v| !v.is_empty()).ok_or_else(|| invalid(&format!("'{name}' is a required property")))
    };
    let now = sandbox.now();
    let mut world = sandbox.world();
    let kind = need("grant_type")?;
    let minted = match kind {
        "authorization_code" => {
            let exchange = CodeExchange {
                code: need("code")?,
                client: &client,
                redirect_uri: need("redirect_uri")?,
                verifier: None,
            };
            let code = world.redeem(now, request.platform(), &exchange);
            let code = code.map_err(|_| error(400, 283, "Invalid authorization code or redirect_uri."))?;
            world.mint(now, &code.consent(), LIFETIMES)
        }
        "refresh_token" => {
            let used = need("refresh_token")?;
            let old = world.refresh_token(now, request.platform(), used, &client);
            let old = old.map_err(|_| error(400, 285, "The refresh token is not valid."))?;
            world.renew(now, used, &old, LIFETIMES)
        }
        _ => return Err(invalid("'grant_type' is not one of ['authorization_code', 'refresh_token']")),
    };
    let seconds = |end: chrono::DateTime<chrono::Utc>| (end - now).num_seconds();
    let mut body = json!({
        "response_type": kind,
        "token_type": "bearer",
        "access_token": minted.access,
        "expires_in": seconds(minted.access_expires_at),
        "scope": minted.scopes.join(" "),
    });
    if let Some((refresh, end)) = minted.refresh.zip(minted.refresh_expires_at) {
        body["refresh_token"] = refresh.into();
        body["refresh_token_expires_in"] = seconds(end).into();
        body["refresh_token_expires_at"] = end.timestamp().into();
    }
    ok(&body)
}
