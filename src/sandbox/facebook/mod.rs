//! The stand-in for Facebook Pages: the consent page at `www.facebook.com`, tokens, Pages, photos, posts and videos at
//! `graph.facebook.com`, the bytes of reels at `rupload.facebook.com`.
//!
//! Its accounts are Pages, and one person who manages all of them. On the consent page one Page is let in, or, by choosing
//! the person, every Page; each Page has a token of its own, as at Facebook.

mod access;
mod comments;
mod desk;
mod pages;
mod photos;
mod posts;
mod token;
mod videos;

use super::consent::{self, ConsentRules, UnknownScope};
use super::faults::Operation;
use super::feed;
use super::graph::{GraphError, fields, list_of, node, ok_id, throttled};
use super::request::{PlatformRequest, PlatformResponse, find};
use super::stand_in::{RateLimitFault, StandIn};
use super::state::Sandbox;
use super::tokens::{RefreshLifetime, TokenLifetimes};
use super::world::{ABOUT_LAB, ABOUT_ROASTERS, Account, Post, PostRef, TokenStatus, World};
use crate::domain::platform::Platform;
use access::{Caller, need_scope};
use async_trait::async_trait;
use axum::http::Method;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::Range;

const SHOW_LIST: &str = "pages_show_list";
const READ: &str = "pages_read_engagement";
const PUBLISH: &str = "pages_manage_posts";
const READ_COMMENTS: &str = "pages_read_user_content";
const ENGAGE: &str = "pages_manage_engagement";

const SCOPES: &[&str] = &[
    SHOW_LIST,
    READ,
    PUBLISH,
    "business_management",
    ENGAGE,
    "pages_manage_metadata",
    "pages_messaging",
    READ_COMMENTS,
    "public_profile",
    "publish_video",
    "read_insights",
];

/// What an app that publishes and reads comments asks for.
const PUBLISH_SCOPES: &[&str] = &[SHOW_LIST, READ, "business_management", PUBLISH, READ_COMMENTS, ENGAGE];

const CONSENT: ConsentRules = ConsentRules {
    scope_separators: &[',', ' '],
    may_ask: |_, scope| SCOPES.contains(&scope),
    unknown_scope: UnknownScope::Page,
    is_optional: |scope| scope != "public_profile",
    needs_pkce: false,
    cancelled: &[
        ("error", "access_denied"),
        ("error_code", "200"),
        ("error_description", "Permissions error"),
        ("error_reason", "user_denied"),
    ],
    code_lifetime: TimeDelta::minutes(10),
    success_suffix: "#_=_",
};

/// The person's token that a code gives.
const SHORT: TokenLifetimes = TokenLifetimes { access: 5_400, refresh: RefreshLifetime::NoToken, long_lived: false };

/// The person's token that the exchange gives: about 60 days.
const LONG: TokenLifetimes = TokenLifetimes { access: 5_183_944, refresh: RefreshLifetime::NoToken, long_lived: true };

/// A Page's token does not end by itself (here: after a hundred years).
const OF_PAGE: TokenLifetimes =
    TokenLifetimes { access: 3_155_760_000, refresh: RefreshLifetime::NoToken, long_lived: true };

/// The person who manages the Pages.
const PERSON: &str = "10220000000000001";

/// A post of a Page, and its permalink.
fn new_post(world: &mut World, page: &str) -> PostRef {
    let number = world.graph_id();
    PostRef { url: format!("https://www.facebook.com/{page}/posts/{number}"), id: format!("{page}_{number}") }
}

/// Where Facebook shows hashtags and links.
fn entities(text: &str) -> Vec<Range<usize>> {
    let mut found = vec![];
    let mut start = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let tag = bare
            .strip_prefix('#')
            .map(|rest| rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len()));
        if let Some(length) = tag.filter(|length| *length > 0) {
            found.push(start..start + 1 + length);
        } else if bare.starts_with("http://") || bare.starts_with("https://") {
            let link = bare.trim_end_matches(['.', ',', ')', '!', '?', ';', ':']);
            found.push(start..start + link.len());
        }
        start += word.len();
    }
    found
}

pub(super) struct Facebook;

#[async_trait]
impl StandIn for Facebook {
    fn platform(&self) -> Platform {
        Platform::Facebook
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["graph.facebook.com", "rupload.facebook.com", "www.facebook.com"]
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, handle, name, about| Account::new(Platform::Facebook, id, handle, name, about);
        let manages = "Manages every Page: for choosing among them.";
        vec![
            account("61550000000001", "northwind.roasters.demo", "Northwind Roasters (demo)", ABOUT_ROASTERS),
            account("61550000000002", "northwind.lab.demo", "Northwind Lab (demo)", ABOUT_LAB),
            account(PERSON, "maya.castro.demo", "Maya Castro (demo)", manages),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        let id = (61_560_000_000_000 + number).to_string();
        Account::numbered(Platform::Facebook, number, &id, &format!("northwind.{number}"))
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [90, 150, 245]
    }

    fn publish_scopes(&self) -> &'static [&'static str] {
        PUBLISH_SCOPES
    }

    fn token_lifetimes(&self, _client: &str, _scopes: &[String]) -> TokenLifetimes {
        LONG
    }

    fn end_tokens(&self, world: &mut World, account: &str, status: TokenStatus) -> usize {
        let ended = world.end_all(Platform::Facebook, account, status);
        // With the person go the Pages.
        if account != PERSON || status != TokenStatus::Revoked {
            return ended;
        }
        let pages: Vec<_> = world.accounts.iter().filter(|a| pages::is_page(a)).map(|a| a.id.clone()).collect();
        ended + pages.iter().map(|page| world.end_all(Platform::Facebook, page, status)).sum::<usize>()
    }

    fn account_of(&self, world: &mut World, request: &PlatformRequest) -> Option<String> {
        let token = request.bearer().or_else(|| request.query("access_token"))?;
        let page = world.own::<desk::Desk>().page_of(token);
        page.or_else(|| world.access.get(token).map(|token| token.account.clone()))
    }

    fn history_post(&self, world: &mut World, account: &Account, _text: &str, _at: DateTime<Utc>) -> PostRef {
        new_post(world, &account.id)
    }

    fn takes_visitors(&self) -> bool {
        true
    }

    fn comment_id(&self, world: &mut World, post: &Post) -> Option<String> {
        Some(comments::new_id(world, post))
    }

    fn entities(&self, post: &Post) -> Vec<Range<usize>> {
        entities(&post.text)
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        if request.host == "www.facebook.com" {
            return Operation::Page;
        }
        let segments = request.segments();
        match (&request.method, node(&segments)) {
            (_, ["oauth", "access_token"]) | (&Method::DELETE, [_, "permissions"]) => Operation::Token,
            (&Method::POST, [_, "feed" | "comments"]) => Operation::Commit,
            (&Method::POST, [_, "videos" | "video_reels"]) if videos::is_finish(request) => Operation::Commit,
            (&Method::POST, _) => Operation::Prepare,
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
        throttled(request, "pages", limit.wait)
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        GraphError::new(2, "An unexpected error has occurred. Please retry your request later.")
            .transient()
            .status(500)
            .into()
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://graph.facebook.com/v25.0/me/accounts?fields=id"
    }
}

async fn route(sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
    let segments = request.segments();
    let node = node(&segments);
    match (&request.method, request.host.as_str(), node) {
        (&Method::GET | &Method::POST, "www.facebook.com", ["dialog", "oauth"]) => {
            consent::serve(sandbox, request, &CONSENT)
        }
        (&Method::GET, "www.facebook.com", path) => feed::permalink(request, posts::at_path(sandbox, path)),
        (&Method::GET, "graph.facebook.com", ["oauth", "access_token"]) => token::access_token(sandbox, request),
        (&Method::POST, "rupload.facebook.com", ["video-upload", _, id]) => videos::receive(sandbox, request, id).await,
        (_, "graph.facebook.com", node) => graph(sandbox, request, node).await,
        _ => Err(access::unsupported(request, request.path.as_str()).into()),
    }
}

async fn graph(sandbox: &Sandbox, request: &PlatformRequest, node: &[&str]) -> PlatformResponse {
    let params = request.params().await;
    let caller = access::caller(sandbox, request, &params)?;
    match (&caller, &request.method, node) {
        (Caller::Person(token), &Method::GET, ["me" | PERSON]) => pages::person(request, token),
        (Caller::Person(token), &Method::GET, ["me" | PERSON, "accounts"]) => pages::list(sandbox, request, token),
        (Caller::Person(token), &Method::GET, ["me" | PERSON, "permissions"]) => pages::permissions(token),
        (Caller::Person(token), &Method::DELETE, ["me" | PERSON, "permissions"]) => {
            token::revoke(sandbox, token, &params)
        }
        (Caller::Person(token), &Method::GET, [page]) => pages::one(sandbox, request, token, page),
        (Caller::Person(_), ..) => {
            Err(GraphError::new(210, "(#210) A page access token is required to request this resource.").into())
        }
        (Caller::Page(me, _), &Method::GET, [id]) if *id == "me" || *id == me.id => pages::of_page(request, me),
        (Caller::Page(me, token), &Method::GET, [id, "published_posts"]) if *id == me.id => {
            need_scope(token, READ)?;
            posts::list(sandbox, request, me)
        }
        (Caller::Page(me, token), &Method::GET, [id, "comments"]) => {
            need_scope(token, READ_COMMENTS)?;
            comments::list(sandbox, request, me, id)
        }
        (Caller::Page(me, token), &Method::POST, [id, "comments"]) => {
            need_scope(token, ENGAGE)?;
            comments::create(sandbox, request, me, id, &params)
        }
        (Caller::Page(me, token), &Method::POST, [id]) => {
            need_scope(token, ENGAGE)?;
            comments::hide(sandbox, request, me, id, &params)
        }
        (Caller::Page(me, token), &Method::DELETE, [id]) if comments::is_one(sandbox, id) => {
            need_scope(token, ENGAGE)?;
            comments::delete(sandbox, request, me, id)
        }
        (Caller::Page(me, token), &Method::POST, [id, edge]) if *id == me.id => {
            need_scope(token, PUBLISH)?;
            match *edge {
                "photos" => photos::create(sandbox, request, me).await,
                "feed" => posts::create(sandbox, request, me, &params),
                "videos" => videos::of_feed(sandbox, request, me, &params).await,
                "video_reels" => videos::reel(sandbox, request, me, &params).await,
                _ => Err(access::unsupported(request, id).into()),
            }
        }
        (Caller::Page(me, token), &Method::GET, [id]) => {
            need_scope(token, READ)?;
            match videos::read(sandbox, request, me, id) {
                Some(response) => response,
                None => posts::read(sandbox, request, me, id),
            }
        }
        (Caller::Page(me, token), &Method::DELETE, [id]) => {
            need_scope(token, PUBLISH)?;
            posts::delete(sandbox, request, me, id)
        }
        _ => Err(access::unsupported(request, node.first().copied().unwrap_or_default()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_links_are_marked() {
        let text = "Beans #coffee, see https://northwind.example/roast. # no";
        let marked: Vec<_> = entities(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(marked, ["#coffee", "https://northwind.example/roast"]);
    }
}
