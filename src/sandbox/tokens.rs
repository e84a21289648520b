//! Codes and tokens: issued, redeemed once, refreshed, expired, revoked. Whether a code or token is accepted is decided
//! here; the error response is the platform's.

use super::world::{AccessToken, Challenge, Code, RefreshToken, TokenStatus, World};
use crate::domain::platform::Platform;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How long new tokens live.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenLifetimes {
    /// Seconds.
    pub access: i64,
    pub refresh: RefreshLifetime,
    pub long_lived: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshLifetime {
    /// There is no refresh token.
    NoToken,
    Unlimited,
    Seconds(i64),
}

#[derive(Clone, Debug)]
pub(super) struct Minted {
    pub access: String,
    pub access_expires_at: DateTime<Utc>,
    pub refresh: Option<String>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub account: String,
    pub scopes: Vec<String>,
}

/// Which account gave which app which scopes.
#[derive(Clone, Copy)]
pub(super) struct Consent<'a> {
    pub platform: Platform,
    pub account: &'a str,
    pub client: &'a str,
    pub scopes: &'a [String],
}

impl Code {
    pub fn consent(&self) -> Consent<'_> {
        Consent { platform: self.platform, account: &self.account, client: &self.client, scopes: &self.scopes }
    }
}

/// Why a code is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeFault {
    Unknown,
    Used,
    Expired,
    WrongClient,
    WrongRedirect,
    /// The consent had a challenge and the exchange has no verifier.
    MissingVerifier,
    WrongVerifier,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenFault {
    Unknown,
    Expired,
    Revoked,
}

/// A request to exchange a code for tokens.
pub(super) struct CodeExchange<'a> {
    pub code: &'a str,
    pub client: &'a str,
    pub redirect_uri: &'a str,
    pub verifier: Option<&'a str>,
}

/// Whether an app with this client id exists: all do but those that start with `wrong`.
pub(super) fn client_is_known(id: &str) -> bool {
    !id.is_empty() && !id.starts_with("wrong")
}

/// Whether a client secret is accepted: all are but those that start with `wrong`.
pub(super) fn secret_is_right(secret: &str) -> bool {
    !secret.is_empty() && !secret.starts_with("wrong")
}

/// Client id and secret of an `Authorization: Basic` header, both form-decoded as RFC 6749 2.3.1 has it.
pub(super) fn basic_credentials(header: Option<&str>) -> Option<(String, String)> {
    let (scheme, value) = header?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decode = |part: &str| {
        let pair = format!("v={}", part.replace('+', "%2B").replace('&', "%26"));
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, v)| v.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}

/// Whether the challenge was made from this verifier (RFC 7636).
pub(super) fn verifies(challenge: &Challenge, verifier: &str) -> bool {
    let well_formed = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let shown = if challenge.hashed { URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) } else { verifier.to_owned() };
    well_formed && shown == challenge.value
}

fn fresh_token(platform: Platform, kind: &str) -> String {
    format!("sandbox-{}-{kind}-{}", platform.id(), Uuid::new_v4().simple())
}

impl World {
    /// Stores a code for the app to redeem, and returns its value.
    pub fn mint_code(&mut self, code: Code) -> String {
        let value = fresh_token(code.platform, "code");
        self.codes.insert(value.clone(), code);
        value
    }

    /// Redeems a code, once. A code stays unused until everything about the exchange is right.
    pub fn redeem(
        &mut self,
        now: DateTime<Utc>,
        platform: Platform,
        exchange: &CodeExchange<'_>,
    ) -> Result<Code, CodeFault> {
        let code = self.codes.get_mut(exchange.code).filter(|c| c.platform == platform).ok_or(CodeFault::Unknown)?;
        if code.used {
            return Err(CodeFault::Used);
        }
        if now >= code.expires_at {
            return Err(CodeFault::Expired);
        }
        if code.client != exchange.client {
            return Err(CodeFault::WrongClient);
        }
        if code.redirect_uri != exchange.redirect_uri {
            return Err(CodeFault::WrongRedirect);
        }
        if let Some(challenge) = &code.challenge {
            let verifier = exchange.verifier.ok_or(CodeFault::MissingVerifier)?;
            if !verifies(challenge, verifier) {
                return Err(CodeFault::WrongVerifier);
            }
        }
        code.used = true;
        Ok(code.clone())
    }

    /// Tokens of a new consent.
    pub fn mint(&mut self, now: DateTime<Utc>, consent: &Consent<'_>, lifetimes: TokenLifetimes) -> Minted {
        self.sequence += 1;
        let grant = self.sequence;
        self.mint_within(now, grant, consent, lifetimes)
    }

    fn mint_within(
        &mut self,
        now: DateTime<Utc>,
        grant: u64,
        consent: &Consent<'_>,
        lifetimes: TokenLifetimes,
    ) -> Minted {
        let Consent { platform, account, client, scopes } = *consent;
        let access = fresh_token(platform, "access");
        let access_expires_at = now + TimeDelta::seconds(lifetimes.access);
        self.access.insert(
            access.clone(),
            AccessToken {
                platform,
                account: account.to_owned(),
                client: client.to_owned(),
                scopes: scopes.to_vec(),
                issued_at: now,
                expires_at: access_expires_at,
                status: TokenStatus::Valid,
                grant,
                long_lived: lifetimes.long_lived,
            },
        );
        let refresh_expires_at = match lifetimes.refresh {
            RefreshLifetime::Seconds(seconds) => Some(now + TimeDelta::seconds(seconds)),
            RefreshLifetime::NoToken | RefreshLifetime::Unlimited => None,
        };
        let refresh = (lifetimes.refresh != RefreshLifetime::NoToken).then(|| {
            let refresh = fresh_token(platform, "refresh");
            self.refresh.insert(
                refresh.clone(),
                RefreshToken {
                    platform,
                    account: account.to_owned(),
                    client: client.to_owned(),
                    scopes: scopes.to_vec(),
                    expires_at: refresh_expires_at,
                    status: TokenStatus::Valid,
                    grant,
                },
            );
            refresh
        });
        Minted {
            access,
            access_expires_at,
            refresh,
            refresh_expires_at,
            account: account.to_owned(),
            scopes: scopes.to_vec(),
        }
    }

    /// The access token with this value, if it is valid now.
    pub fn bearer(&self, now: DateTime<Utc>, platform: Platform, token: &str) -> Result<AccessToken, TokenFault> {
        let found = self.access.get(token).filter(|t| t.platform == platform).ok_or(TokenFault::Unknown)?;
        match found.status {
            TokenStatus::Revoked => Err(TokenFault::Revoked),
            TokenStatus::Replaced => Err(TokenFault::Unknown),
            TokenStatus::Expired => Err(TokenFault::Expired),
            TokenStatus::Valid if now >= found.expires_at => Err(TokenFault::Expired),
            TokenStatus::Valid => Ok(found.clone()),
        }
    }

    /// The refresh token with this value, if this client may use it now.
    pub fn refresh_token(
        &self,
        now: DateTime<Utc>,
        platform: Platform,
        token: &str,
        client: &str,
    ) -> Result<RefreshToken, TokenFault> {
        let found = self
            .refresh
            .get(token)
            .filter(|t| t.platform == platform && t.client == client)
            .ok_or(TokenFault::Unknown)?;
        match found.status {
            TokenStatus::Valid if found.expires_at.is_some_and(|end| now >= end) => Err(TokenFault::Expired),
            TokenStatus::Valid => Ok(found.clone()),
            TokenStatus::Expired | TokenStatus::Replaced => Err(TokenFault::Expired),
            TokenStatus::Revoked => Err(TokenFault::Revoked),
        }
    }

    /// New tokens of the same consent. When there is a new refresh token, the used one is replaced for good.
    pub fn renew(&mut self, now: DateTime<Utc>, used: &str, old: &RefreshToken, lifetimes: TokenLifetimes) -> Minted {
        if lifetimes.refresh != RefreshLifetime::NoToken
            && let Some(spent) = self.refresh.get_mut(used)
        {
            spent.status = TokenStatus::Replaced;
        }
        let consent =
            Consent { platform: old.platform, account: &old.account, client: &old.client, scopes: &old.scopes };
        self.mint_within(now, old.grant, &consent, lifetimes)
    }

    /// Another access token of the same consent; `replaces` ends the old one.
    pub fn swap(
        &mut self,
        now: DateTime<Utc>,
        used: &str,
        old: &AccessToken,
        lifetimes: TokenLifetimes,
        replaces: bool,
    ) -> Minted {
        if replaces && let Some(spent) = self.access.get_mut(used) {
            spent.status = TokenStatus::Replaced;
        }
        let consent =
            Consent { platform: old.platform, account: &old.account, client: &old.client, scopes: &old.scopes };
        self.mint_within(now, old.grant, &consent, lifetimes)
    }

    /// Revokes all tokens of the consent that a token (access or refresh) belongs to; `false`: the token is unknown.
    pub fn end_grant(&mut self, platform: Platform, token: &str) -> bool {
        let by_access = self.access.get(token).filter(|t| t.platform == platform).map(|t| t.grant);
        let by_refresh = self.refresh.get(token).filter(|t| t.platform == platform).map(|t| t.grant);
        let Some(grant) = by_access.or(by_refresh) else { return false };
        for token in self.access.values_mut().filter(|t| t.grant == grant) {
            token.status = TokenStatus::Revoked;
        }
        for token in self.refresh.values_mut().filter(|t| t.grant == grant) {
            token.status = TokenStatus::Revoked;
        }
        true
    }

    /// Ends the valid tokens of an account and returns how many: `Expired` the access tokens, `Revoked` all of them.
    pub fn end_all(&mut self, platform: Platform, account: &str, status: TokenStatus) -> usize {
        let mut ended = 0;
        for token in self.access.values_mut().filter(|t| t.platform == platform && t.account == account) {
            if token.status == TokenStatus::Valid
                || (token.status == TokenStatus::Expired && status == TokenStatus::Revoked)
            {
                token.status = status;
                ended += 1;
            }
        }
        if status == TokenStatus::Revoked {
            for token in self.refresh.values_mut().filter(|t| t.platform == platform && t.account == account) {
                if token.status == TokenStatus::Valid {
                    token.status = status;
                    ended += 1;
                }
            }
        }
        ended
    }

    /// Ends the tokens and codes among these values; with `Revoked`, all tokens of their account.
    pub fn end_credentials(&mut self, platform: Platform, values: &[String], status: TokenStatus, now: DateTime<Utc>) {
        for value in values {
            if let Some(code) = self.codes.get_mut(value) {
                code.expires_at = now - TimeDelta::seconds(1);
            }
            let by_access = self.access.get(value).map(|t| t.account.clone());
            let account = by_access.or_else(|| self.refresh.get(value).map(|t| t.account.clone()));
            if status == TokenStatus::Revoked
                && let Some(account) = account
            {
                self.end_all(platform, &account, TokenStatus::Revoked);
                continue;
            }
            if let Some(token) = self.access.get_mut(value) {
                token.status = status;
            }
            if let Some(token) = self.refresh.get_mut(value) {
                token.status = status;
            }
        }
    }

    /// Revokes what this account gave this app before with other scopes, as LinkedIn does at a new consent.
    pub fn end_other_scopes(&mut self, platform: Platform, account: &str, client: &str, scopes: &[String]) {
        let wanted: BTreeSet<&String> = scopes.iter().collect();
        for token in self.access.values_mut() {
            let same = token.platform == platform && token.account == account && token.client == client;
            if same && token.scopes.iter().collect::<BTreeSet<_>>() != wanted {
                token.status = TokenStatus::Revoked;
            }
        }
        for token in self.refresh.values_mut() {
            let same = token.platform == platform && token.account == account && token.client == client;
            if same && token.scopes.iter().collect::<BTreeSet<_>>() != wanted {
                token.status = TokenStatus::Revoked;
            }
        }
    }
}
