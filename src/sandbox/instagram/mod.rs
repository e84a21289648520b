//! The stand-in for Instagram (API with Instagram Login): the code exchange at `api.instagram.com`, everything else at
//! `graph.instagram.com`: tokens, profile, containers, publishing, media, comments.

mod comments;
mod containers;
mod media;
mod publish;
mod token;

use super::consent::{self, ConsentRules, UnknownScope};
use super::faults::Operation;
use super::feed;
use super::graph::{GraphError, bad_token, fields, list_of, node, ok_id, throttled};
use super::request::{ErrorResponse, PlatformRequest, PlatformResponse, find};
use super::stand_in::{RateLimitFault, StandIn};
use super::state::Sandbox;
use super::tokens::{RefreshLifetime, TokenLifetimes};
use super::world::{ABOUT_LAB, ABOUT_ROASTERS, AccessToken, Account, Post, PostRef, World};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use axum::http::Method;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use containers::Containers;
use std::ops::Range;

/// Mandatory: every call and every refresh needs it.
const BASIC: &str = "instagram_business_basic";
const PUBLISH: &str = "instagram_business_content_publish";
const COMMENT: &str = "instagram_business_manage_comments";

const SCOPES: &[&str] =
    &[BASIC, PUBLISH, COMMENT, "instagram_business_manage_insights", "instagram_business_manage_messages"];

/// Posts with first comments.
const PUBLISH_SCOPES: &[&str] = &[BASIC, PUBLISH, COMMENT];

const CONSENT: ConsentRules = ConsentRules {
    scope_separators: &[' ', ','],
    may_ask: |_, scope| SCOPES.contains(&scope),
    unknown_scope: UnknownScope::Page,
    is_optional: |scope| scope != BASIC,
    needs_pkce: false,
    cancelled: &[
        ("error", "access_denied"),
        ("error_reason", "user_denied"),
        ("error_description", "The user denied your request"),
    ],
    code_lifetime: TimeDelta::hours(1),
    // The app has to strip it.
    success_suffix: "#_",
};

/// The token that a code gives: about an hour.
const SHORT: TokenLifetimes = TokenLifetimes { access: 3_600, refresh: RefreshLifetime::NoToken, long_lived: false };

/// The token that the exchange and every refresh give: about 60 days.
const LONG: TokenLifetimes = TokenLifetimes { access: 5_183_944, refresh: RefreshLifetime::NoToken, long_lived: true };

fn new_post(world: &mut World) -> PostRef {
    let id = world.graph_id();
    let url = format!("https://www.instagram.com/p/{}/", shortcode(&id));
    PostRef { id, url }
}

/// The short code of a permalink.
fn shortcode(id: &str) -> String {
    let number: u64 = id.parse().unwrap_or(0);
    URL_SAFE_NO_PAD.encode(number.to_be_bytes())
}

pub(super) struct Instagram;

#[async_trait]
impl StandIn for Instagram {
    fn platform(&self) -> Platform {
        Platform::Instagram
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["graph.instagram.com", "api.instagram.com", "www.instagram.com"]
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, scoped_id, handle, name, about| {
            Account::new(Platform::Instagram, id, handle, name, about).with_scoped_id(scoped_id)
        };
        let (first, second) = ("Northwind Roasters (demo)", "Northwind Lab (demo)");
        vec![
            account("17841400000000001", "24000000000000001", "northwind.demo", first, ABOUT_ROASTERS),
            account("17841400000000002", "24000000000000002", "northwind.lab.demo", second, ABOUT_LAB),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        let id = (17_841_500_000_000_000 + number).to_string();
        let scoped_id = (24_100_000_000_000_000 + number).to_string();
        Account::numbered(Platform::Instagram, number, &id, &format!("northwind.{number}")).with_scoped_id(&scoped_id)
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [240, 120, 170]
    }

    fn publish_scopes(&self) -> &'static [&'static str] {
        PUBLISH_SCOPES
    }

    fn token_lifetimes(&self, _client: &str, _scopes: &[String]) -> TokenLifetimes {
        LONG
    }

    fn history_post(&self, world: &mut World, _account: &Account, _text: &str, _at: DateTime<Utc>) -> PostRef {
        new_post(world)
    }

    fn takes_visitors(&self) -> bool {
        true
    }

    fn comment_id(&self, world: &mut World, _post: &Post) -> Option<String> {
        Some(world.graph_id())
    }

    fn entities(&self, post: &Post) -> Vec<Range<usize>> {
        containers::tagged(&post.text)
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        if request.host == "www.instagram.com" {
            return Operation::Page;
        }
        let segments = request.segments();
        match (&request.method, node(&segments)) {
            (_, ["oauth", "access_token"] | ["access_token" | "refresh_access_token"]) => Operation::Token,
            (&Method::POST, [_, "media_publish" | "comments" | "replies"]) => Operation::Commit,
            // Hiding a comment.
            (&Method::POST, [_]) => Operation::Prepare,
            (&Method::POST, [_, "media"]) => Operation::Prepare,
            (&Method::DELETE, _) => Operation::Retract,
            _ => Operation::Read,
        }
    }

    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
        if request.too_large {
            let error = GraphError::new(1, "Please reduce the amount of data you're asking for");
            return Err(error.status(413).into());
        }
        route(sandbox, request).await
    }

    fn rate_limited(&self, request: &PlatformRequest, limit: &RateLimitFault) -> Response {
        throttled(request, "instagram", limit.wait)
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        GraphError::new(2, "An unexpected error has occurred. Please retry your request later.")
            .transient()
            .status(500)
            .into()
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://graph.instagram.com/v25.0/me?fields=user_id"
    }
}

async fn route(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let segments = request.segments();
    match (&request.method, request.host.as_str(), segments.as_slice()) {
        (&Method::GET | &Method::POST, "www.instagram.com", ["oauth", "authorize"]) => {
            consent::serve(sandbox, request, &CONSENT)
        }
        (&Method::GET, "www.instagram.com", ["p", code]) => {
            let wanted = format!("https://www.instagram.com/p/{code}/");
            let found = sandbox.world().posts.iter().find(|p| p.url == wanted).map(|p| p.id.clone());
            feed::permalink(request, Some(found.unwrap_or_else(|| (*code).to_owned())))
        }
        (&Method::GET, "www.instagram.com", [_]) => feed::permalink(request, None),
        (&Method::POST, "api.instagram.com", ["oauth", "access_token"]) => token::redeem(sandbox, request).await,
        (&Method::GET, "graph.instagram.com", ["access_token"]) => token::exchange(sandbox, request),
        (&Method::GET, "graph.instagram.com", ["refresh_access_token"]) => token::refresh(sandbox, request),
        (_, "graph.instagram.com", segments) => graph(sandbox, request, node(segments)).await,
        _ => Err(unsupported(request, request.path.as_str()).into()),
    }
}

async fn graph(sandbox: &Sandbox, request: &PlatformRequest, node: &[&str]) -> PlatformResponse {
    let params = request.params().await;
    let (me, token) = caller(sandbox, request, &params)?;
    need_scope(&token, BASIC)?;
    let mine = |id: &str| id == "me" || id == me.id || id == me.scoped_id;
    match (&request.method, node) {
        (&Method::GET, [id]) if mine(id) => media::profile(sandbox, request, &me),
        (&Method::GET, [id, "media"]) if mine(id) => media::list(sandbox, request, &me),
        (&Method::GET, [id, "stories"]) if mine(id) => media::stories(sandbox, request, &me),
        (&Method::POST, [id, "media"]) if mine(id) => {
            need_scope(&token, PUBLISH)?;
            containers::create(sandbox, request, &me, &params).await
        }
        (&Method::POST, [id, "media_publish"]) if mine(id) => {
            need_scope(&token, PUBLISH)?;
            publish::publish(sandbox, request, &me, &params)
        }
        (&Method::GET, [id, "content_publishing_limit"]) if mine(id) => {
            need_scope(&token, PUBLISH)?;
            publish::limit(sandbox, request, &me)
        }
        (&Method::POST, [id, "comments"]) => {
            need_scope(&token, COMMENT)?;
            comments::create(sandbox, request, &me, id, &params)
        }
        (&Method::GET, [id, "comments"]) => {
            need_scope(&token, COMMENT)?;
            comments::list(sandbox, request, &me, id)
        }
        (&Method::POST, [id, "replies"]) => {
            need_scope(&token, COMMENT)?;
            comments::answer(sandbox, request, &me, id, &params)
        }
        (&Method::GET, [id, "replies"]) => {
            need_scope(&token, COMMENT)?;
            comments::answers(sandbox, request, &me, id)
        }
        (&Method::POST, [id]) => {
            need_scope(&token, COMMENT)?;
            comments::hide(sandbox, request, &me, id, &params)
        }
        (&Method::DELETE, [id]) => {
            need_scope(&token, COMMENT)?;
            comments::delete(sandbox, request, &me, id)
        }
        (&Method::GET, [id]) => {
            let container = sandbox.world().own::<Containers>().of(&me, id).cloned();
            match container {
                Some(container) => containers::read(sandbox, request, &container),
                None => media::read(sandbox, request, &me, id),
            }
        }
        _ => Err(unsupported(request, node.first().copied().unwrap_or_default()).into()),
    }
}

/// The account of the token, from the header or the parameters.
fn caller(
    sandbox: &Sandbox,
    request: &PlatformRequest,
    params: &[(String, String)],
) -> Result<(Account, AccessToken), ErrorResponse> {
    let token = request.bearer().or_else(|| find(params, "access_token")).unwrap_or_default();
    let token = checked(sandbox, request, token)?;
    let account = sandbox.world().account(request.platform(), &token.account).cloned();
    Ok((account.ok_or_else(|| GraphError::token(None, "Cannot find the account"))?, token))
}

fn checked(sandbox: &Sandbox, request: &PlatformRequest, shown: &str) -> Result<AccessToken, ErrorResponse> {
    let found = sandbox.world().bearer(sandbox.now(), request.platform(), shown);
    found.map_err(|fault| bad_token(fault).into())
}

fn need_scope(token: &AccessToken, scope: &str) -> Result<(), ErrorResponse> {
    if token.scopes.iter().any(|s| s == scope) {
        return Ok(());
    }
    let words = format!("(#10) Application does not have permission for this action: {scope}");
    Err(GraphError::new(10, &words).status(403).into())
}

fn unsupported(request: &PlatformRequest, id: &str) -> GraphError {
    let words = format!(
        "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, \
         or does not support this operation.",
        request.method.as_str().to_lowercase()
    );
    GraphError::new(100, &words).subcode(33).kind("IGApiException")
}
