//! X's token address: codes, refresh tokens, revoking a consent.

use super::{oauth_error, token_lifetimes};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, CodeExchange, CodeFault};
use serde_json::json;

/// A confidential client authenticates with Basic; a public one (`public…`) sends its id in the body.
fn client(request: &PlatformRequest, form: &[(String, String)]) -> Result<String, ErrorResponse> {
    let no_header = || oauth_error(401, "unauthorized_client", "Missing valid authorization header");
    let id = match tokens::basic_credentials(request.header("authorization")) {
        Some((id, secret)) => {
            if !tokens::secret_is_right(&secret) {
                return Err(no_header());
            }
            id
        }
        None => match find(form, "client_id") {
            Some(id) if id.starts_with("public") || id.starts_with("wrong") => id.to_owned(),
            _ => return Err(no_header()),
        },
    };
    if tokens::client_is_known(&id) {
        return Ok(id);
    }
    Err(oauth_error(401, "invalid_client", "Value passed for the client id was invalid."))
}

/// `POST /2/oauth2/token`
pub(super) fn grant(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let form = request.form();
    let client = client(request, &form)?;
    let need = |name: &str| {
        find(&form, name)
            .filter(|v| !v.is_empty())
            .ok_or_else(|| oauth_error(400, "invalid_request", &format!("Missing required parameter [{name}].")))
    };
    let now = sandbox.now();
    let mut world = sandbox.world();
    let minted = match need("grant_type")? {
        "authorization_code" => {
            let exchange = CodeExchange {
                code: need("code")?,
                client: &client,
                redirect_uri: need("redirect_uri")?,
                verifier: Some(need("code_verifier")?),
            };
            let code = world.redeem(now, request.platform(), &exchange).map_err(|fault| {
                let words = match fault {
                    CodeFault::WrongRedirect => {
                        "Value passed for the redirect uri did not match the uri of the authorization code."
                    }
                    _ => "Value passed for the authorization code was invalid.",
                };
                oauth_error(400, "invalid_request", words)
            })?;
            world.mint(now, &code.consent(), token_lifetimes(&code.scopes))
        }
        "refresh_token" => {
            let used = need("refresh_token")?;
            let old = world
                .refresh_token(now, request.platform(), used, &client)
                .map_err(|_| oauth_error(400, "invalid_request", "Value passed for the token was invalid."))?;
            world.renew(now, used, &old, token_lifetimes(&old.scopes))
        }
        _ => return Err(oauth_error(400, "unsupported_grant_type", "Value passed for the grant type was invalid.")),
    };
    let mut body = json!({
        "token_type": "bearer",
        "expires_in": (minted.access_expires_at - now).num_seconds(),
        "access_token": minted.access,
        "scope": minted.scopes.join(" "),
    });
    if let Some(refresh) = minted.refresh {
        body["refresh_token"] = refresh.into();
    }
    ok(&body)
}

/// `POST /2/oauth2/revoke`: revokes the whole consent, whichever of its tokens is sent.
pub(super) fn revoke(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let form = request.form();
    client(request, &form)?;
    let Some(token) = find(&form, "token") else {
        return Err(oauth_error(400, "invalid_request", "Missing required parameter [token]."));
    };
    if sandbox.world().end_grant(request.platform(), token) {
        return ok(&json!({ "revoked": true }));
    }
    Err(oauth_error(400, "invalid_request", "Value passed for the token was invalid."))
}
