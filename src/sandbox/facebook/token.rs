//! Facebook: from code to short-lived to long-lived token of the person, the Pages' tokens, and the end of all of them.

use super::desk::Desk;
use super::{LONG, OF_PAGE, SHORT};
use crate::sandbox::graph::{GraphError, bad_token};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, PlatformResponse, find, ok};
use crate::sandbox::state::Sandbox;
use crate::sandbox::tokens::{self, CodeExchange, CodeFault};
use crate::sandbox::world::{AccessToken, TokenStatus};
use serde_json::json;

/// `GET /oauth/access_token`: of a code, or of a short-lived token (`grant_type=fb_exchange_token`). Facebook takes the
/// app's id and secret as parameters only.
pub(super) fn access_token(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let need = |name: &str| {
        let missing = || GraphError::new(101, &format!("Missing {name} parameter."));
        request.query(name).filter(|v| !v.is_empty()).ok_or_else(|| ErrorResponse::from(missing()))
    };
    let client = need("client_id")?;
    if !tokens::client_is_known(client) {
        let words = "Error validating application. Cannot get application info due to a system error.";
        return Err(GraphError::new(101, words).into());
    }
    if !tokens::secret_is_right(need("client_secret")?) {
        return Err(GraphError::new(1, "Error validating client secret.").into());
    }
    match request.query("grant_type") {
        Some("fb_exchange_token") => exchange(sandbox, request, client, need("fb_exchange_token")?),
        None => redeem(sandbox, request, client, need("code")?, need("redirect_uri")?),
        Some(other) => Err(GraphError::new(100, &format!("Unsupported grant_type {other}")).into()),
    }
}

fn redeem(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    client: &str,
    code: &str,
    redirect_uri: &str,
) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    let exchange = CodeExchange { code, client, redirect_uri, verifier: None };
    let code = world.redeem(now, request.platform(), &exchange).map_err(|fault| {
        let (subcode, words) = match fault {
            CodeFault::Used => (36_009, "This authorization code has been used."),
            CodeFault::Expired => (36_007, "This authorization code has expired."),
            CodeFault::WrongRedirect => (
                36_008,
                "Error validating verification code. Please make sure your redirect_uri is identical to the one you used \
                 in the OAuth dialog request",
            ),
            _ => (36_005, "Invalid verification code format."),
        };
        GraphError::new(100, words).subcode(subcode)
    })?;
    let minted = world.mint(now, &code.consent(), SHORT);
    answer(&minted.access, SHORT.access)
}

fn exchange(sandbox: &Sandbox, request: &PlatformRequest, client: &str, shown: &str) -> PlatformResponse {
    let now = sandbox.now();
    let mut world = sandbox.world();
    let old = world.bearer(now, request.platform(), shown).map_err(bad_token)?;
    if old.client != client {
        return Err(GraphError::token(None, "The access token does not belong to application").into());
    }
    if world.own::<Desk>().page_of(shown).is_some() {
        return Err(GraphError::new(100, "A page access token cannot be exchanged").into());
    }
    let minted = world.swap(now, shown, &old, LONG, false);
    answer(&minted.access, LONG.access)
}

fn answer(token: &str, seconds: i64) -> PlatformResponse {
    ok(&json!({ "access_token": token, "token_type": "bearer", "expires_in": seconds }))
}

/// The token of a Page for the person whose token this is: the same one again while it is valid.
pub(super) fn of_page(sandbox: &Sandbox, person: &AccessToken, page: &str) -> String {
    let now = sandbox.now();
    let mut world = sandbox.world();
    let before = world.own::<Desk>().token_of(page, person.grant);
    if let Some(before) = before.filter(|token| world.bearer(now, person.platform, token).is_ok()) {
        return before;
    }
    let of_page = AccessToken { account: page.to_owned(), ..person.clone() };
    let token = world.swap(now, "", &of_page, OF_PAGE, false).access;
    world.own::<Desk>().keep_token(token.clone(), page, person.grant);
    token
}

/// `DELETE /{person}/permissions`: ends everything that the person has allowed this app.
pub(super) fn revoke(sandbox: &Sandbox, token: &AccessToken, params: &[(String, String)]) -> PlatformResponse {
    if find(params, "permission").is_some() {
        // Facebook takes back one permission; this stand-in all of them.
        return Err(GraphError::new(100, "(#100) Param permission is not supported here").into());
    }
    let mut world = sandbox.world();
    let of_app = |t: &&mut AccessToken| t.platform == token.platform && t.client == token.client;
    for token in world.access.values_mut().filter(of_app) {
        token.status = TokenStatus::Revoked;
    }
    ok(&json!({ "success": true }))
}
