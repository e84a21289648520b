//! Facebook: whose token a request carries, a person's or a Page's, and what it may be used for.

use super::desk::Desk;
use crate::sandbox::graph::{GraphError, bad_token};
use crate::sandbox::request::{ErrorResponse, PlatformRequest, find};
use crate::sandbox::state::Sandbox;
use crate::sandbox::world::{AccessToken, Account};

pub(super) enum Caller {
    Person(AccessToken),
    Page(Account, AccessToken),
}

/// The token of `Authorization: Bearer` or `OAuth`, or of the parameters.
fn shown<'a>(request: &'a PlatformRequest, params: &'a [(String, String)]) -> &'a str {
    let header = request.header("authorization").and_then(|header| header.split_once(' '));
    let header = header.filter(|(scheme, _)| ["bearer", "oauth"].iter().any(|s| scheme.eq_ignore_ascii_case(s)));
    header.map(|(_, token)| token.trim()).or_else(|| find(params, "access_token")).unwrap_or_default()
}

pub(super) fn caller(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    params: &[(String, String)],
) -> Result<Caller, ErrorResponse> {
    let shown = shown(request, params);
    let mut world = sandbox.world();
    let token = world.bearer(sandbox.now(), request.platform(), shown).map_err(bad_token)?;
    let Some(page) = world.own::<Desk>().page_of(shown) else { return Ok(Caller::Person(token)) };
    let page = world.account(request.platform(), &page).cloned();
    Ok(Caller::Page(page.ok_or_else(|| GraphError::token(None, "Cannot find the Page"))?, token))
}

/// The Page of a Page's token; refuses a person's.
pub(super) fn page(sandbox: &Sandbox, request: &PlatformRequest) -> Result<(Account, AccessToken), ErrorResponse> {
    match caller(sandbox, request, &request.query)? {
        Caller::Page(page, token) => Ok((page, token)),
        Caller::Person(_) => {
            Err(GraphError::new(210, "(#210) A page access token is required to request this resource.").into())
        }
    }
}

pub(super) fn need_scope(token: &AccessToken, scope: &str) -> Result<(), ErrorResponse> {
    if token.scopes.iter().any(|s| s == scope) {
        return Ok(());
    }
    let words = format!("(#200) The permission {scope} is not available: it has not been granted");
    Err(GraphError::new(200, &words).status(403).into())
}

pub(super) fn unsupported(request: &PlatformRequest, id: &str) -> GraphError {
    let words = format!(
        "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or \
         does not support this operation.",
        request.method.as_str().to_lowercase()
    );
    GraphError::new(100, &words).subcode(33).kind("GraphMethodException")
}
