//! Codes and tokens: made, redeemed once, refreshed, expired, taken back. How a platform words a refusal is its own
//! file's business; what counts as one is decided here.

use super::ask::Network;
use super::world::{AccessToken, Challenge, Code, RefreshToken, Standing, World};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How long what is minted lives. Times in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub access: i64,
    pub refresh: RefreshLife,
    pub long_lived: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshLife {
    /// No refresh token at all.
    No,
    Endless,
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

/// Who allowed which app what.
#[derive(Clone, Copy)]
pub(super) struct Consent<'a> {
    pub network: Network,
    pub account: &'a str,
    pub client: &'a str,
    pub scopes: &'a [String],
}

impl Code {
    pub fn consent(&self) -> Consent<'_> {
        Consent { network: self.network, account: &self.account, client: &self.client, scopes: &self.scopes }
    }
}

/// Why a code does not give tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeFault {
    Unknown,
    Used,
    Expired,
    WrongClient,
    WrongRedirect,
    /// The consent began with a challenge and the exchange brings no verifier.
    MissingVerifier,
    WrongVerifier,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenFault {
    Unknown,
    Expired,
    Revoked,
}

/// The code exchange as the app asked for it.
pub(super) struct Redemption<'a> {
    pub code: &'a str,
    pub client: &'a str,
    pub redirect_uri: &'a str,
    pub verifier: Option<&'a str>,
}

/// Whether an app that shows these credentials is let in. The only wrong ones say so themselves.
pub(super) fn client_is_known(id: &str) -> bool {
    !id.is_empty() && !id.starts_with("wrong")
}

pub(super) fn secret_is_right(secret: &str) -> bool {
    !secret.is_empty() && !secret.starts_with("wrong")
}

/// Client id and secret of an `Authorization: Basic` header, both form-decoded as RFC 6749 2.3.1 has it.
pub(super) fn basic(header: Option<&str>) -> Option<(String, String)> {
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

/// Whether the verifier is what the challenge was made of (RFC 7636).
pub(super) fn verifies(challenge: &Challenge, verifier: &str) -> bool {
    let well_formed = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let shown = if challenge.hashed { URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) } else { verifier.to_owned() };
    well_formed && shown == challenge.value
}

fn fresh(network: Network, what: &str) -> String {
    format!("sandbox-{}-{what}-{}", network.id(), Uuid::new_v4().simple())
}

impl World {
    /// A code for the app to redeem.
    pub fn mint_code(&mut self, code: Code) -> String {
        let value = fresh(code.network, "code");
        self.codes.insert(value.clone(), code);
        value
    }

    /// Takes a code, once. The code is only used up when everything about the exchange is right.
    pub fn redeem(&mut self, now: DateTime<Utc>, network: Network, ask: &Redemption<'_>) -> Result<Code, CodeFault> {
        let code = self.codes.get_mut(ask.code).filter(|c| c.network == network).ok_or(CodeFault::Unknown)?;
        if code.used {
            return Err(CodeFault::Used);
        }
        if now >= code.expires_at {
            return Err(CodeFault::Expired);
        }
        if code.client != ask.client {
            return Err(CodeFault::WrongClient);
        }
        if code.redirect_uri != ask.redirect_uri {
            return Err(CodeFault::WrongRedirect);
        }
        if let Some(challenge) = &code.challenge {
            let verifier = ask.verifier.ok_or(CodeFault::MissingVerifier)?;
            if !verifies(challenge, verifier) {
                return Err(CodeFault::WrongVerifier);
            }
        }
        code.used = true;
        Ok(code.clone())
    }

    /// Tokens of a new consent.
    pub fn mint(&mut self, now: DateTime<Utc>, consent: &Consent<'_>, life: Life) -> Minted {
        self.sequence += 1;
        let grant = self.sequence;
        self.mint_within(now, grant, consent, life)
    }

    fn mint_within(&mut self, now: DateTime<Utc>, grant: u64, consent: &Consent<'_>, life: Life) -> Minted {
        let Consent { network, account, client, scopes } = *consent;
        let access = fresh(network, "access");
        let access_expires_at = now + TimeDelta::seconds(life.access);
        self.access.insert(
            access.clone(),
            AccessToken {
                network,
                account: account.to_owned(),
                client: client.to_owned(),
                scopes: scopes.to_vec(),
                issued_at: now,
                expires_at: access_expires_at,
                standing: Standing::Good,
                grant,
                long_lived: life.long_lived,
            },
        );
        let refresh_expires_at = match life.refresh {
            RefreshLife::Seconds(seconds) => Some(now + TimeDelta::seconds(seconds)),
            RefreshLife::No | RefreshLife::Endless => None,
        };
        let refresh = (life.refresh != RefreshLife::No).then(|| {
            let refresh = fresh(network, "refresh");
            self.refresh.insert(
                refresh.clone(),
                RefreshToken {
                    network,
                    account: account.to_owned(),
                    client: client.to_owned(),
                    scopes: scopes.to_vec(),
                    expires_at: refresh_expires_at,
                    standing: Standing::Good,
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

    /// What a bearer token stands for.
    pub fn bearer(&self, now: DateTime<Utc>, network: Network, token: &str) -> Result<AccessToken, TokenFault> {
        let found = self.access.get(token).filter(|t| t.network == network).ok_or(TokenFault::Unknown)?;
        match found.standing {
            Standing::Revoked => Err(TokenFault::Revoked),
            Standing::Replaced => Err(TokenFault::Unknown),
            Standing::Expired => Err(TokenFault::Expired),
            Standing::Good if now >= found.expires_at => Err(TokenFault::Expired),
            Standing::Good => Ok(found.clone()),
        }
    }

    /// A refresh token that may be used by this client.
    pub fn refresher(
        &self,
        now: DateTime<Utc>,
        network: Network,
        token: &str,
        client: &str,
    ) -> Result<RefreshToken, TokenFault> {
        let found = self
            .refresh
            .get(token)
            .filter(|t| t.network == network && t.client == client)
            .ok_or(TokenFault::Unknown)?;
        match found.standing {
            Standing::Good if found.expires_at.is_some_and(|end| now >= end) => Err(TokenFault::Expired),
            Standing::Good => Ok(found.clone()),
            Standing::Expired | Standing::Replaced => Err(TokenFault::Expired),
            Standing::Revoked => Err(TokenFault::Revoked),
        }
    }

    /// New tokens of the same consent. A refresh token that is replaced is spent for good.
    pub fn renew(&mut self, now: DateTime<Utc>, used: &str, old: &RefreshToken, life: Life) -> Minted {
        if life.refresh != RefreshLife::No
            && let Some(spent) = self.refresh.get_mut(used)
        {
            spent.standing = Standing::Replaced;
        }
        let consent = Consent { network: old.network, account: &old.account, client: &old.client, scopes: &old.scopes };
        self.mint_within(now, old.grant, &consent, life)
    }

    /// A long-lived token instead of this one; `replaces` ends the old one.
    pub fn swap(&mut self, now: DateTime<Utc>, used: &str, old: &AccessToken, life: Life, replaces: bool) -> Minted {
        if replaces && let Some(spent) = self.access.get_mut(used) {
            spent.standing = Standing::Replaced;
        }
        let consent = Consent { network: old.network, account: &old.account, client: &old.client, scopes: &old.scopes };
        self.mint_within(now, old.grant, &consent, life)
    }

    /// Ends everything of the consent that a token (access or refresh) belongs to; whether it was known.
    pub fn end_grant(&mut self, network: Network, token: &str) -> bool {
        let by_access = self.access.get(token).filter(|t| t.network == network).map(|t| t.grant);
        let by_refresh = self.refresh.get(token).filter(|t| t.network == network).map(|t| t.grant);
        let Some(grant) = by_access.or(by_refresh) else { return false };
        for token in self.access.values_mut().filter(|t| t.grant == grant) {
            token.standing = Standing::Revoked;
        }
        for token in self.refresh.values_mut().filter(|t| t.grant == grant) {
            token.standing = Standing::Revoked;
        }
        true
    }

    /// Ends the good tokens of an account, and says how many: `Expired` the access tokens, `Revoked` all of them.
    pub fn end_all(&mut self, network: Network, account: &str, standing: Standing) -> usize {
        let mut ended = 0;
        for token in self.access.values_mut().filter(|t| t.network == network && t.account == account) {
            if token.standing == Standing::Good
                || (token.standing == Standing::Expired && standing == Standing::Revoked)
            {
                token.standing = standing;
                ended += 1;
            }
        }
        if standing == Standing::Revoked {
            for token in self.refresh.values_mut().filter(|t| t.network == network && t.account == account) {
                if token.standing == Standing::Good {
                    token.standing = standing;
                    ended += 1;
                }
            }
        }
        ended
    }

    /// LinkedIn: asking for other scopes ends what this member gave this app before.
    pub fn end_other_scopes(&mut self, network: Network, account: &str, client: &str, scopes: &[String]) {
        let wanted: BTreeSet<&String> = scopes.iter().collect();
        for token in self.access.values_mut() {
            let same = token.network == network && token.account == account && token.client == client;
            if same && token.scopes.iter().collect::<BTreeSet<_>>() != wanted {
                token.standing = Standing::Revoked;
            }
        }
        for token in self.refresh.values_mut() {
            let same = token.network == network && token.account == account && token.client == client;
            if same && token.scopes.iter().collect::<BTreeSet<_>>() != wanted {
                token.standing = Standing::Revoked;
            }
        }
    }
}
