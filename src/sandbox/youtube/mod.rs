//! The stand-in for YouTube: Google's consent page and token address, and of the Data API v3 what publishing needs: channels,
//! categories, resumable uploads, videos, their thumbnails, the list of a channel's videos, and comments.
//!
//! A video exists with the last byte of its upload. It is worked on for as long as the stand-in's options say, and fails where
//! its file cannot be read.

mod comments;
mod lists;
mod reply;
mod thumbnails;
mod token;
mod uploads;
mod videos;

use super::consent::{self, ConsentRules, UnknownScope};
use super::faults::Operation;
use super::feed;
use super::request::{ErrorResponse, PlatformRequest, PlatformResponse};
use super::stand_in::{RateLimitFault, StandIn};
use super::state::Sandbox;
use super::tokens::{RefreshLifetime, TokenLifetimes};
use super::world::{ABOUT_LAB, ABOUT_ROASTERS, AccessToken, Account, Post, PostRef, World};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use axum::http::Method;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use reply::{error, not_found, scope_missing, unauthorized};

const API: &str = "www.googleapis.com";
const TOKENS: &str = "oauth2.googleapis.com";
const CONSENTS: &str = "accounts.google.com";
const SITE: &str = "www.youtube.com";

const UPLOAD: &str = "https://www.googleapis.com/auth/youtube.upload";
const READ: &str = "https://www.googleapis.com/auth/youtube.readonly";
const FORCE_SSL: &str = "https://www.googleapis.com/auth/youtube.force-ssl";
const MANAGE: &str = "https://www.googleapis.com/auth/youtube";

const SCOPES: &[&str] = &[
    UPLOAD,
    READ,
    FORCE_SSL,
    MANAGE,
    "https://www.googleapis.com/auth/yt-analytics.readonly",
    "https://www.googleapis.com/auth/userinfo.profile",
    "https://www.googleapis.com/auth/userinfo.email",
    "openid",
];
/// What is asked for to publish.
const PUBLISHING: &[&str] = &[UPLOAD, READ, FORCE_SSL];

/// Uploads of one Google project in a day, and units of everything else.
const UPLOADS_A_DAY: u32 = 100;
const UNITS_A_DAY: u32 = 10_000;

const CONSENT: ConsentRules = ConsentRules {
    scope_separators: &[' '],
    may_ask: |_, scope| SCOPES.contains(&scope),
    unknown_scope: UnknownScope::Page,
    // Each one has a box of its own.
    is_optional: |_| true,
    // Google takes it or leaves it; that a verifier belongs to its challenge is seen only when there is one.
    needs_pkce: true,
    cancelled: &[("error", "access_denied")],
    code_lifetime: TimeDelta::minutes(10),
    success_suffix: "",
};

/// An hour, and a refresh token that stays.
const LIFETIMES: TokenLifetimes =
    TokenLifetimes { access: 3_599, refresh: RefreshLifetime::Unlimited, long_lived: true };

/// A new video: 11 characters, as YouTube's.
fn new_video(world: &mut World, at: DateTime<Utc>) -> PostRef {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let number = world.snowflake(at);
    let id: String = (0..11).map(|n| char::from(LETTERS[(number >> (6 * n)) as usize % 64])).collect();
    PostRef { url: format!("https://{SITE}/watch?v={id}"), id }
}

/// The list of all videos of a channel.
fn uploads_of(me: &Account) -> String {
    me.id.replacen("UC", "UU", 1)
}

pub(super) struct YouTube;

#[async_trait]
impl StandIn for YouTube {
    fn platform(&self) -> Platform {
        Platform::YouTube
    }

    fn hosts(&self) -> &'static [&'static str] {
        &[API, TOKENS, CONSENTS, SITE]
    }

    fn demo_accounts(&self) -> Vec<Account> {
        let account = |id, handle, name, about| Account::new(Platform::YouTube, id, handle, name, about);
        vec![
            account("UCnorthwinddemo000000001", "northwind_demo", "Northwind Roasters (demo)", ABOUT_ROASTERS),
            account("UCnorthwinddemo000000002", "northwind_lab_demo", "Northwind Lab (demo)", ABOUT_LAB),
        ]
    }

    fn numbered_account(&self, number: usize) -> Account {
        let (id, handle) = (format!("UCnorthwindno{number:011}"), format!("northwind_{number}"));
        Account::numbered(Platform::YouTube, number, &id, &handle)
    }

    fn avatar_colour(&self) -> [u8; 3] {
        [255, 77, 77]
    }

    fn publish_scopes(&self) -> &'static [&'static str] {
        PUBLISHING
    }

    fn token_lifetimes(&self, _client: &str, _scopes: &[String]) -> TokenLifetimes {
        LIFETIMES
    }

    fn history_post(&self, world: &mut World, _account: &Account, _text: &str, at: DateTime<Utc>) -> PostRef {
        new_video(world, at)
    }

    fn takes_visitors(&self) -> bool {
        true
    }

    fn comment_id(&self, world: &mut World, _post: &Post) -> Option<String> {
        Some(comments::new_id(world, Utc::now()))
    }

    fn notes(&self, post: &Post) -> Vec<String> {
        let facts = &post.facts;
        let mut words = vec![facts["privacy"].as_str().unwrap_or("public").to_owned()];
        words.extend((facts["made_for_kids"] == true).then(|| "made for kids".to_owned()));
        words.extend((facts["altered"] == true).then(|| "altered or synthetic content".to_owned()));
        let tags: Vec<_> = facts["tags"].as_array().into_iter().flatten().filter_map(|tag| tag.as_str()).collect();
        words.extend((!tags.is_empty()).then(|| format!("tags: {}", tags.join(", "))));
        vec![words.join(" · ")]
    }

    fn operation(&self, request: &PlatformRequest) -> Operation {
        match (&request.method, request.host.as_str(), request.segments().as_slice()) {
            (_, TOKENS, _) => Operation::Token,
            (_, CONSENTS | SITE, _) => Operation::Page,
            (&Method::PUT, API, ["upload", ..]) if uploads::is_question(request) => Operation::Read,
            (&Method::PUT, API, ["upload", ..]) if uploads::is_last(request) => Operation::Commit,
            (_, API, ["upload", ..]) => Operation::Prepare,
            (&Method::POST, API, ["youtube", "v3", "commentThreads" | "comments"]) => Operation::Commit,
            // Hiding a comment.
            (&Method::POST, API, ["youtube", "v3", "comments", _]) => Operation::Prepare,
            (&Method::DELETE, API, _) => Operation::Retract,
            _ => Operation::Read,
        }
    }

    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse {
        if request.too_large {
            return Err(error(413, "uploadTooLarge", "Request is too large."));
        }
        match (&request.method, request.host.as_str(), request.segments().as_slice()) {
            (&Method::GET | &Method::POST, CONSENTS, ["o", "oauth2", "v2", "auth"]) => {
                consent::serve(sandbox, request, &CONSENT)
            }
            (&Method::POST, TOKENS, ["token"]) => token::grant(sandbox, request),
            (&Method::POST, TOKENS, ["revoke"]) => token::revoke(sandbox, request),
            (&Method::GET, SITE, ["watch"]) => feed::permalink(request, request.query("v").map(str::to_owned)),
            (&Method::GET, SITE, ["shorts", id]) => feed::permalink(request, Some((*id).to_owned())),
            (&Method::GET, SITE, _) => feed::permalink(request, None),
            (_, API, ["upload", "youtube", "v3", "videos"]) => {
                let (me, token) = caller(sandbox, request)?;
                need(&token, &[UPLOAD, FORCE_SSL, MANAGE])?;
                match request.method {
                    Method::POST => uploads::open(sandbox, request, &me, &token),
                    Method::PUT => uploads::put(sandbox, request, &me).await,
                    _ => Err(not_found()),
                }
            }
            (&Method::POST, API, ["upload", "youtube", "v3", "thumbnails", "set"]) => {
                let (me, token) = caller(sandbox, request)?;
                need(&token, &[UPLOAD, FORCE_SSL, MANAGE])?;
                spend(sandbox, &token, 50)?;
                thumbnails::set(sandbox, request, &me).await
            }
            (_, API, ["youtube", "v3", resource @ ..]) => api(sandbox, request, &resource.join("/")),
            _ => Err(not_found()),
        }
    }

    fn rate_limited(&self, _request: &PlatformRequest, limit: &RateLimitFault) -> Response {
        let answer: ErrorResponse = match limit.whole_app {
            true => reply::quota_exceeded(),
            false => error(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
        };
        answer.into()
    }

    fn server_error(&self, _request: &PlatformRequest) -> Response {
        error(503, "backendError", "The service is currently unavailable.").into()
    }

    #[cfg(test)]
    fn identity_address(&self) -> &'static str {
        "https://www.googleapis.com/youtube/v3/channels?part=id&mine=true"
    }
}

fn api(sandbox: &Sandbox, request: &PlatformRequest, resource: &str) -> PlatformResponse {
    let (me, token) = caller(sandbox, request)?;
    let reading = || need(&token, &[READ, FORCE_SSL, MANAGE]);
    match (&request.method, resource) {
        (&Method::GET, "channels") => {
            reading()?;
            spend(sandbox, &token, 1)?;
            lists::channels(request, &me)
        }
        (&Method::GET, "videoCategories") => {
            reading()?;
            spend(sandbox, &token, 1)?;
            lists::categories(request)
        }
        (&Method::GET, "playlistItems") => {
            reading()?;
            spend(sandbox, &token, 1)?;
            lists::playlist(sandbox, request, &me)
        }
        (&Method::GET, "videos") => {
            reading()?;
            spend(sandbox, &token, 1)?;
            videos::list(sandbox, request, &me)
        }
        (&Method::DELETE, "videos") => {
            need(&token, &[FORCE_SSL, MANAGE])?;
            spend(sandbox, &token, 50)?;
            videos::delete(sandbox, request, &me)
        }
        (&Method::GET, "commentThreads") => {
            need(&token, &[FORCE_SSL])?;
            spend(sandbox, &token, 1)?;
            comments::list(sandbox, request, &me)
        }
        (&Method::POST, "commentThreads") => {
            need(&token, &[FORCE_SSL])?;
            spend(sandbox, &token, 50)?;
            comments::create(sandbox, request, &me)
        }
        (&Method::GET, "comments") => {
            need(&token, &[FORCE_SSL])?;
            spend(sandbox, &token, 1)?;
            comments::answers(sandbox, request, &me)
        }
        (&Method::POST, "comments") => {
            need(&token, &[FORCE_SSL])?;
            spend(sandbox, &token, 50)?;
            comments::answer(sandbox, request, &me)
        }
        (&Method::POST, "comments/setModerationStatus") => {
            need(&token, &[FORCE_SSL])?;
            spend(sandbox, &token, 50)?;
            comments::moderate(sandbox, request, &me)
        }
        (&Method::DELETE, "comments") => {
            need(&token, &[FORCE_SSL])?;
            spend(sandbox, &token, 50)?;
            comments::delete(sandbox, request, &me)
        }
        _ => Err(not_found()),
    }
}

/// Whose token a request carries.
fn caller(sandbox: &Sandbox, request: &PlatformRequest) -> Result<(Account, AccessToken), ErrorResponse> {
    let token = request.bearer().filter(|token| !token.is_empty()).ok_or_else(unauthorized)?;
    let world = sandbox.world();
    let token = world.bearer(sandbox.now(), Platform::YouTube, token).map_err(|_| unauthorized())?;
    let account = world.account(Platform::YouTube, &token.account).cloned().ok_or_else(unauthorized)?;
    Ok((account, token))
}

/// One of these scopes.
fn need(token: &AccessToken, any: &[&str]) -> Result<(), ErrorResponse> {
    if any.iter().any(|scope| token.scopes.iter().any(|had| had == scope)) { Ok(()) } else { Err(scope_missing()) }
}

/// Counts units of the project's quota. (Google's day begins at midnight in California, here with the first call.)
fn spend(sandbox: &Sandbox, token: &AccessToken, units: u32) -> Result<(), ErrorResponse> {
    let limit = sandbox.limit(UNITS_A_DAY);
    let mut world = sandbox.world();
    for _ in 0..units {
        let key = (Platform::YouTube, token.client.clone(), "units");
        if world.spend(sandbox.now(), key, limit, TimeDelta::days(1)).0.is_none() {
            return Err(reply::quota_exceeded());
        }
    }
    Ok(())
}
