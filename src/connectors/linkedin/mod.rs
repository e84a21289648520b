//! LinkedIn, versioned REST API, posts of a member or of a company page. Wire facts: LinkedIn's pages on
//! learn.microsoft.com and its OpenID configuration, reviewed 2026-11-28.
//! Read: this file (keys, signing in), `pages` (the company pages of a member), `publish` with `body` (what is sent) and
//! `file` (videos and documents), `comment`, `problem` (error answers), `little` (LinkedIn's text notation), `card` (the
//! page behind a link), `recent` (the newest posts of a page).

mod body;
mod card;
mod comment;
mod file;
mod little;
mod pages;
mod problem;
mod publish;
mod recent;

use super::oauth::{self, ClientAuth, Flow};
use super::rate_limits::{Pause, RateLimited};
use super::wire::{WireRequest, WireResponse};
use super::{AppKeys, Call, Connector, Fault, Grant, RateLimitHeaders, RemoteAccount, SignIn, SignInMethod, Wire};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use problem::Operation;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// LinkedIn, for posts of a member and of company pages.
pub struct LinkedIn;

/// No response says what is left; only a refusal (429) tells. Budgets are per day and end at midnight UTC, one of the app
/// and one of each member; 429 is also said "in rare cases as part of infrastructure protection" (learn.microsoft.com, rate
/// limiting; reviewed 2026-11-20).
pub static CONNECTOR: Connector = Connector::social(Platform::LinkedIn, &LinkedIn, RateLimitHeaders::None);

/// The API's month. Supported for at least a year after it appears; a retired one answers 426.
const VERSION: &str = "202607";
const REST: &str = "https://api.linkedin.com/rest";
const SCOPES: [&str; 3] = ["openid", "profile", "w_member_social"];
/// Those of company pages come on top, where the app has LinkedIn's "Community Management API": an app without it is sent
/// back from the consent page with an error for each of them.
const SCOPES_WITH_PAGES: [&str; 6] =
    [SCOPES[0], SCOPES[1], SCOPES[2], pages::READING, pages::POSTING, pages::ADMINISTERED];
/// Restricted to approved partners; whoever has one lets us look for our own posts.
const READ_SCOPES: [&str; 3] = ["r_member_social", "r_member_social_feed", pages::READING];
/// The member of an account's facts that says by whose consent it was connected.
const PERSON: &str = "person";

const MEMBERS: Flow = Flow {
    platform: Platform::LinkedIn,
    authorize_url: "https://www.linkedin.com/oauth/v2/authorization",
    token_url: "https://www.linkedin.com/oauth/v2/accessToken",
    revoke_url: Some("https://www.linkedin.com/oauth/v2/revoke"),
    scopes: &SCOPES,
    scope_separator: " ",
    pkce: false,
    client_auth: ClientAuth::Body,
    id_field: "client_id",
    secret_field: "client_secret",
    extra: &[],
};
static FLOW: Flow = MEMBERS;
static FLOW_WITH_PAGES: Flow = Flow { scopes: &SCOPES_WITH_PAGES, ..MEMBERS };

/// OpenID Connect's userinfo.
#[derive(Deserialize)]
struct Person {
    sub: String,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    picture: Option<String>,
}

#[async_trait]
impl SignIn for LinkedIn {
    fn method(&self) -> SignInMethod {
        SignInMethod::Consent(&FLOW)
    }

    fn flow(&self, keys: &AppKeys) -> Result<&'static Flow, Fault> {
        let with_pages = keys.0.get("company_pages").is_some_and(|answer| answer.expose_secret() == "yes");
        Ok(if with_pages { &FLOW_WITH_PAGES } else { &FLOW })
    }

    /// One consent serves the member and their company pages; each of them goes with the permissions that are about it.
    async fn grant_of(&self, _: &Wire, grant: &Grant, account: &RemoteAccount) -> Result<Grant, Fault> {
        Ok(of_account(grant.clone(), &account.facts))
    }

    fn consent_is_of(&self) -> Option<&'static str> {
        Some(PERSON)
    }

    /// Only approved partner apps get a refresh token. Everybody else's access lasts 60 days and ends with a new consent:
    /// until its last day the grant comes back unchanged.
    async fn refresh(&self, wire: &Wire, keys: &AppKeys, grant: &Grant, facts: &Value) -> Result<Grant, Fault> {
        if grant.refresh.is_some() {
            return Ok(of_account(oauth::refresh(&FLOW, wire, keys, grant).await?, facts));
        }
        let soon = Utc::now() + TimeDelta::days(1);
        match grant.access_expires_at {
            Some(end) if end > soon => Ok(grant.clone()),
            _ => Err(Fault::AuthExpired {
                message: "LinkedIn's permission ends after 60 days. Please connect the account again.".into(),
            }),
        }
    }

    async fn accounts(&self, wire: &Wire, _keys: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let response = wire
            .read(Platform::LinkedIn, "https://api.linkedin.com/v2/userinfo")
            .bearer(&grant.access)
            .limits(limits)
            .send()
            .await?
            .accepted(|a| problem::fault(a, Operation::Read))?;
        let person: Person = response.json()?;
        let parts = [person.given_name, person.family_name];
        let name = person.name.filter(|n| !n.trim().is_empty());
        let name = name.unwrap_or_else(|| parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
        let urn = format!("urn:li:person:{}", person.sub);
        let member = RemoteAccount {
            // These scopes reveal no public handle and no profile address.
            handle: name.clone(),
            display_name: name,
            picture_url: person.picture,
            profile_url: None,
            facts: json!({ "kind": "member", PERSON: urn }),
            remote_id: urn.clone(),
        };
        let mut found = vec![member];
        if grant.scopes.iter().any(|scope| scope == pages::ADMINISTERED) {
            found.extend(pages::administered(wire, &grant.access, &urn).await?);
        }
        Ok(found)
    }
}

/// The grant as one account uses it: without the permissions that are about the other kind of account, so that what is
/// asked of a grant (whether something is missing, whether posts can be looked for) is answered for this account.
fn of_account(mut grant: Grant, facts: &Value) -> Grant {
    let other = if pages::is_page(facts) { "_member_" } else { "_organization_" };
    grant.scopes.retain(|scope| !scope.contains(other));
    grant
}

/// The headers that every versioned call needs.
fn versioned(request: WireRequest, token: &SecretString) -> WireRequest {
    request
        .bearer(token)
        .header("Linkedin-Version", VERSION)
        .header("X-Restli-Protocol-Version", "2.0.0")
        .limits(limits)
}

/// A list of ours, as far as the access may see it.
async fn read_list<T: DeserializeOwned>(request: WireRequest, call: &Call<'_>) -> Result<T, Fault> {
    let response = versioned(request, &call.grant.access).send().await?;
    response.accepted(|a| problem::fault(a, Operation::Read))?.json()
}

/// A refusal has no headers. Its sentence tells more ("Resource level throttle APPLICATION DAY limit for calls to this
/// resource is reached."; one about a member names both): a day's budget ends at midnight UTC. Where it does not speak of
/// a day it may as well be over in a minute.
fn limits(response: &WireResponse) -> RateLimited {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Body {
        message: String,
    }
    let Body { message } = response.error();
    let words: Vec<_> = message.split(|c: char| !c.is_ascii_alphabetic()).collect();
    let says = |word: &str| words.contains(&word);
    RateLimited {
        of_app: says("APPLICATION") && !says("MEMBER"),
        until: says("DAY").then(|| midnight(Utc::now())),
        pause: Pause { first: TimeDelta::minutes(1), most: TimeDelta::hours(1) },
    }
}

/// When the budgets of the day are full again.
fn midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    (now.date_naive() + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::conformance::peer::{Peer, Reply};

    fn grant(refresh: Option<&str>, days_left: i64) -> Grant {
        Grant {
            access: "old-access".into(),
            refresh: refresh.map(Into::into),
            access_expires_at: Some(Utc::now() + TimeDelta::days(days_left)),
            refresh_expires_at: None,
            scopes: vec![],
        }
    }

    #[tokio::test]
    async fn without_a_refresh_token_the_last_day_asks_for_consent() {
        let peer = Peer::start(|_| Reply::json(500, json!({}))).await;
        let (wire, keys) = (peer.wire(), AppKeys::default());
        assert!(LinkedIn.refresh(&wire, &keys, &grant(None, 30), &Value::Null).await.is_ok());
        let tired = LinkedIn.refresh(&wire, &keys, &grant(None, 0), &Value::Null).await;
        assert!(matches!(tired, Err(Fault::AuthExpired { .. })));
        assert!(peer.seen().is_empty());
    }
}
