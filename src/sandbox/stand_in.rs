//! What differs from platform to platform. A platform's folder has one type that implements [`StandIn`]; `registry`
//! lists them. Routes, faults, demo accounts, feed pages and `/_control` work on this trait alone and name no platform.
//!
//! The methods with a default are for platforms that differ from the usual: servers under any host (`serves`), tokens that
//! are not kept in the world (`issue_tokens`, `end_tokens`, `end_credentials`), posts that reply to posts (`in_reply_to`).
//! Every published post is pushed to `World::posts` and marked there when it is deleted, even if the platform keeps more of
//! it in its own `PlatformState`: tests and pages look only there.

use super::faults::Operation;
use super::request::{PlatformRequest, PlatformResponse};
use super::state::Sandbox;
use super::tokens::{Consent, Minted, TokenLifetimes};
use super::world::{Account, Post, PostRef, TokenStatus, World};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::Range;

/// A server that behaves like one platform.
#[async_trait]
pub(super) trait StandIn: Send + Sync {
    /// The platform. Its id is the first segment of every path here and the key in the snapshot.
    fn platform(&self) -> Platform;

    /// The hosts whose requests it answers. The first one is the API's.
    fn hosts(&self) -> &'static [&'static str];

    /// Whether it answers for this host. Platforms whose servers have addresses of the users' choice say yes to more
    /// than `hosts`; every other host is a 404 without a body of the platform.
    fn serves(&self, host: &str) -> bool {
        self.hosts().contains(&host)
    }

    /// The accounts that exist from the start: at least one.
    fn demo_accounts(&self) -> Vec<Account>;

    /// One more account, for tests that need many. `number` is unique within the platform and larger than the number of
    /// demo accounts; id and handle have the platform's form.
    fn numbered_account(&self, number: usize) -> Account;

    /// Colour (RGB) of the generated avatars.
    fn avatar_colour(&self) -> [u8; 3];

    /// The scopes that publishing needs; [`Sandbox::issue_grant`] gives tokens for them.
    fn publish_scopes(&self) -> &'static [&'static str];

    /// How long the tokens of a new grant live.
    fn token_lifetimes(&self, client: &str, scopes: &[String]) -> TokenLifetimes;

    /// Tokens for an account without a sign-in. Platforms that do not keep their tokens in the world issue their own.
    fn issue_tokens(&self, world: &mut World, consent: &Consent<'_>, now: DateTime<Utc>) -> Minted {
        world.mint(now, consent, self.token_lifetimes(consent.client, consent.scopes))
    }

    /// Ends the tokens of an account and returns how many: `Expired` the access tokens, `Revoked` all of them.
    fn end_tokens(&self, world: &mut World, account: &str, status: TokenStatus) -> usize {
        world.end_all(self.platform(), account, status)
    }

    /// Ends the tokens and codes among these values, which are the parameters and the bearer token of a request; with
    /// `Revoked`, all tokens of their account. For the faults `ExpiredToken` and `RevokedAccount`.
    fn end_credentials(&self, world: &mut World, values: &[String], status: TokenStatus, now: DateTime<Utc>) {
        world.end_credentials(self.platform(), values, status, now);
    }

    /// The account whose token a request carries, for faults of one account.
    fn account_of(&self, world: &mut World, request: &PlatformRequest) -> Option<String> {
        let token = request.bearer().or_else(|| request.query("access_token"))?;
        world.access.get(token).filter(|token| token.platform == self.platform()).map(|token| token.account.clone())
    }

    /// Id and permalink of a post that is inserted as history. Platforms that keep posts in a state of their own add it
    /// there.
    fn history_post(&self, world: &mut World, account: &Account, text: &str, at: DateTime<Utc>) -> PostRef;

    /// The id of the post to which this post replies; platforms on which posts do not reply to posts have none.
    fn in_reply_to<'a>(&self, _post: &'a Post) -> Option<&'a str> {
        None
    }

    /// What the platform shows with a post beside text, link and pictures, a line each: a title, a label.
    fn notes(&self, _post: &Post) -> Vec<String> {
        vec![]
    }

    /// Whoever has this id and is no account that a person signs in with: a company page.
    fn author(&self, _id: &str) -> Option<Account> {
        None
    }

    /// What the page of a post shows beside text and pictures, as HTML: a poll, a document.
    fn more(&self, _post: &Post) -> String {
        String::new()
    }

    /// Where the platform would show hashtags, mentions and links in the text of a post, in bytes: as it was sent, and read
    /// without the connector's help, so that a mistake of the connector is seen.
    fn entities(&self, _post: &Post) -> Vec<Range<usize>> {
        vec![]
    }

    /// Whether visitors can write comments under its posts: where replies are not posts, and can be read through the API.
    fn takes_visitors(&self) -> bool {
        false
    }

    /// The id of a new comment under a post; `None`: visitors write none there.
    fn comment_id(&self, _world: &mut World, _post: &Post) -> Option<String> {
        None
    }

    /// What a request is for. Decides which faults apply to it and when the snapshot is written.
    fn operation(&self, request: &PlatformRequest) -> Operation;

    /// Answers a request as the platform does.
    async fn respond(&self, sandbox: &Sandbox, request: &PlatformRequest) -> PlatformResponse;

    /// The platform's answer to a request that is over a limit, for the faults `RateLimit` and `AppRateLimit`.
    fn rate_limited(&self, request: &PlatformRequest, limit: &RateLimitFault) -> Response;

    /// The platform's 5xx, for the faults `ServerError` and `ServerErrorAfterAccept`.
    fn server_error(&self, request: &PlatformRequest) -> Response;

    /// An address whose answer to `GET` with a valid bearer token contains the account's id. The registry's test calls it
    /// under every fault.
    #[cfg(test)]
    fn identity_address(&self) -> &'static str;
}

/// A limit that a test or a person switched on.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateLimitFault {
    pub ends: DateTime<Utc>,
    /// From now until `ends`.
    pub wait: TimeDelta,
    /// Seconds, where the fault names them. LinkedIn itself does not say when a limit ends.
    pub seconds: Option<u32>,
    /// All that the app does is limited, not only this account.
    pub whole_app: bool,
}
