//! Instagram API with Instagram Login, professional accounts. Wire facts: Meta's developer pages (Graph v25.0/v26.0),
//! reviewed 2026-11-20.
//! Read: this file (keys, signing in), `publish`, `comment` (the first one), `comments` (those of others, and answers), `recent`
//! (newest posts), `problem` (error answers and their subcodes).

mod comment;
mod comments;
mod problem;
mod publish;
mod recent;

use super::meta::{id_of, made, moment};
use super::oauth::{self, ClientAuth, Flow, expiry, split_scopes};
use super::wire::WireResponse;
use super::{AppKeys, Connector, Consent, Fault, Grant, RateLimitHeaders, RemoteAccount, SignIn, SignInMethod, Wire};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use problem::Operation;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

/// Instagram, for professional accounts.
pub struct Instagram;

/// Per cent of an hour's budget (developers.facebook.com, rate limits; reviewed 2026-11-20). The posts of 24 hours are asked
/// for in `publish` (`content_publishing_limit`).
pub static CONNECTOR: Connector =
    Connector::social(Platform::Instagram, &Instagram, RateLimitHeaders::Usage).conversing(&Instagram);

/// The Graph version; v25.0 lives until 2028-07-29.
const GRAPH: &str = "https://graph.instagram.com/v25.0";
/// What is asked for: publishing, and the comments under it.
const SCOPES: [&str; 3] = [POSTING[0], POSTING[1], COMMENTING];
/// What publishing needs.
const POSTING: [&str; 2] = ["instagram_business_basic", "instagram_business_content_publish"];
/// What comments need. Accounts that were connected before it was asked for do not have it.
const COMMENTING: &str = "instagram_business_manage_comments";
/// How long a long-lived token lasts, and how old it must be before it can be renewed.
const LIFE: TimeDelta = TimeDelta::days(60);
const RENEWABLE_AFTER: TimeDelta = TimeDelta::hours(24);

static FLOW: Flow = Flow {
    platform: Platform::Instagram,
    authorize_url: "https://www.instagram.com/oauth/authorize",
    token_url: "https://api.instagram.com/oauth/access_token",
    revoke_url: None,
    scopes: &SCOPES,
    scope_separator: ",",
    pkce: false,
    client_auth: ClientAuth::Body,
    id_field: "client_id",
    secret_field: "client_secret",
    extra: &[],
};

/// The documentation wraps answers in `data: [...]`, the servers mostly do not.
#[derive(Deserialize)]
#[serde(untagged)]
enum Wrapped<T> {
    List { data: Vec<T> },
    Flat(T),
}

impl<T> Wrapped<T> {
    fn first(self, response: &WireResponse) -> Result<T, Fault> {
        match self {
            Self::List { data } => data.into_iter().next().ok_or_else(|| response.unreadable()),
            Self::Flat(one) => Ok(one),
        }
    }
}

/// The first token: lives an hour.
#[derive(Deserialize)]
struct ShortLived {
    access_token: String,
    /// A list, or one text with commas.
    #[serde(default)]
    permissions: Value,
}

/// Lives 60 days.
#[derive(Deserialize)]
struct LongLived {
    access_token: String,
    expires_in: i64,
}

#[derive(Deserialize)]
struct Me {
    /// A text in the documentation, a number in some answers.
    user_id: Value,
    username: String,
    name: Option<String>,
    profile_picture_url: Option<String>,
    account_type: Option<String>,
}

#[async_trait]
impl SignIn for Instagram {
    fn method(&self) -> SignInMethod {
        SignInMethod::Consent(&FLOW)
    }

    /// Code to short-lived token to long-lived token. The short-lived one is forgotten.
    async fn exchange(&self, wire: &Wire, keys: &AppKeys, consent: &Consent<'_>) -> Result<Grant, Fault> {
        // Instagram appends `#_` to the address that it sends the person back to.
        let code = SecretString::from(consent.code.expose_secret().trim_end_matches("#_"));
        let response = oauth::exchange_code(&FLOW, wire, keys, &Consent { code: &code, ..*consent }).await?;
        let short = response.json::<Wrapped<ShortLived>>()?.first(&response)?;
        let response = wire
            .read(Platform::Instagram, "https://graph.instagram.com/access_token")
            .query("grant_type", "ig_exchange_token")
            .query("client_secret", keys.get(FLOW.secret_field)?.expose_secret())
            .query("access_token", &short.access_token)
            .keep_server_errors()
            .limits(problem::limits)
            .send()
            .await?;
        let scopes = match &short.permissions {
            Value::String(text) => split_scopes(text),
            Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => SCOPES.map(str::to_owned).to_vec(),
        };
        long_lived(&response, scopes)
    }

    /// There is no refresh token: the access token itself is renewed, from its second day on. Before that the grant comes
    /// back unchanged.
    async fn refresh(&self, wire: &Wire, _keys: &AppKeys, grant: &Grant, _: &Value) -> Result<Grant, Fault> {
        let now = Utc::now();
        match grant.access_expires_at {
            Some(end) if end <= now => {
                let message = "Instagram's permission has run out. Please connect the account again.".into();
                return Err(Fault::AuthExpired { message });
            }
            Some(end) if end - LIFE + RENEWABLE_AFTER > now => return Ok(grant.clone()),
            _ => {}
        }
        let response = wire
            .read(Platform::Instagram, "https://graph.instagram.com/refresh_access_token")
            .query("grant_type", "ig_refresh_token")
            .query("access_token", grant.access.expose_secret())
            .keep_server_errors()
            .limits(problem::limits)
            .send()
            .await?;
        long_lived(&response, grant.scopes.clone())
    }

    fn renews_access_itself(&self) -> bool {
        true
    }

    async fn accounts(&self, wire: &Wire, _keys: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let response = wire
            .read(Platform::Instagram, &format!("{GRAPH}/me"))
            .query("fields", "user_id,username,name,profile_picture_url,account_type")
            .bearer(&grant.access)
            .keep_server_errors()
            .limits(problem::limits)
            .send()
            .await?
            .accepted(|a| problem::fault(a, Operation::Read))?;
        let me = response.json::<Wrapped<Me>>()?.first(&response)?;
        if me.account_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("PERSONAL")) {
            let message = format!(
                "@{} is a personal Instagram account, and programs may publish only to business and creator accounts. Change \
                 it in the Instagram app under Settings → Account type, then connect again",
                me.username
            );
            return Err(Fault::Permanent { code: "personal_account".into(), message });
        }
        let name = me.name.filter(|n| !n.trim().is_empty());
        Ok(vec![RemoteAccount {
            remote_id: id_of(&me.user_id).ok_or_else(|| response.unreadable())?,
            profile_url: Some(format!("https://www.instagram.com/{}/", me.username)),
            display_name: name.unwrap_or_else(|| me.username.clone()),
            handle: me.username,
            picture_url: me.profile_picture_url,
            facts: json!({ "account_type": me.account_type }),
        }])
    }

    async fn revoke(&self, _: &Wire, _: &AppKeys, _: &Grant, _: &Value) -> Result<(), Fault> {
        Err(Fault::Unsupported {
            message:
                "Instagram lets only you take access back: in Instagram, open Settings → Website permissions → Apps \
                      and websites, and remove the app there."
                    .into(),
        })
    }
}

fn long_lived(response: &WireResponse, scopes: Vec<String>) -> Result<Grant, Fault> {
    if !response.ok() {
        return Err(problem::fault(response, Operation::Token));
    }
    let token: LongLived = response.json()?;
    let access_expires_at: Option<DateTime<Utc>> = expiry(Some(token.expires_in));
    if token.access_token.is_empty() || access_expires_at.is_none() {
        return Err(response.unreadable());
    }
    Ok(Grant { access: token.access_token.into(), refresh: None, access_expires_at, refresh_expires_at: None, scopes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::conformance::peer::{Peer, Reply};

    fn keys() -> AppKeys {
        AppKeys([("client_id", "app"), ("client_secret", "app-secret")].map(|(k, v)| (k.into(), v.into())).into())
    }

    fn grant(days_left: i64) -> Grant {
        Grant {
            access: "old".into(),
            refresh: None,
            access_expires_at: Some(Utc::now() + TimeDelta::days(days_left)),
            refresh_expires_at: None,
            scopes: vec!["instagram_business_basic".into()],
        }
    }

    #[tokio::test]
    async fn both_shapes_of_the_first_answer_are_read() {
        for (short, scopes) in [
            (json!({"data": [{"access_token": "s", "user_id": "1", "permissions": "a,b"}]}), vec!["a", "b"]),
            (json!({"access_token": "s", "user_id": 1, "permissions": ["a", "b"]}), vec!["a", "b"]),
            (json!({"access_token": "s", "user_id": 1}), SCOPES.to_vec()),
        ] {
            let peer = Peer::start(move |seen| match seen.path.as_str() {
                "/oauth/access_token" => Reply::json(200, short.clone()),
                _ => Reply::json(200, json!({"access_token": "long", "token_type": "bearer", "expires_in": 5_183_944})),
            })
            .await;
            let code = SecretString::from("the-code#_");
            let consent = Consent { code: &code, verifier: &"".into(), redirect_uri: "https://lux.example/cb" };
            let grant = Instagram.exchange(&peer.wire(), &keys(), &consent).await;
            let grant = grant.ok().unwrap();
            assert_eq!(grant.access.expose_secret(), "long");
            assert_eq!(grant.scopes, scopes);
            assert_eq!(peer.seen()[0].form("code").as_deref(), Some("the-code"));
            assert_eq!(peer.seen()[1].query("access_token").as_deref(), Some("s"));
        }
    }

    #[tokio::test]
    async fn a_token_is_renewed_from_its_second_day_until_its_last() {
        let fresh = json!({"access_token": "new", "token_type": "bearer", "expires_in": 5_183_944});
        let peer = Peer::start(move |_| Reply::json(200, fresh.clone())).await;
        let wire = peer.wire();
        let same = Instagram.refresh(&wire, &keys(), &grant(60), &Value::Null).await.ok().unwrap();
        assert_eq!(same.access.expose_secret(), "old");
        assert!(peer.seen().is_empty(), "too young: Instagram would refuse");
        let renewed = Instagram.refresh(&wire, &keys(), &grant(58), &Value::Null).await.ok().unwrap();
        assert_eq!(renewed.access.expose_secret(), "new");
        assert!(renewed.access_expires_at.unwrap() > Utc::now() + TimeDelta::days(59));
        let late = Instagram.refresh(&wire, &keys(), &grant(-1), &Value::Null).await;
        assert!(matches!(late, Err(Fault::AuthExpired { .. })));
    }
}
