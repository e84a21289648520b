//! X, API v2. Wire facts: the platform's OpenAPI description 2.167 and its guides, reviewed 2026-11-20.
//! Read: this file (keys, signing in), `publish`, `upload`, `problem` (error answers), `compare` (is this our post?),
//! `recent` (the account's newest posts).

mod compare;
mod problem;
mod publish;
mod recent;
mod upload;

use super::oauth::{ClientAuth, Flow};
use super::rate_limits::{Pause, RateLimitHeaders, RateLimited, WindowHeaders};
use super::{AppKeys, Connector, Fault, Grant, RemoteAccount, SignIn, SignInMethod, Wire};
use crate::connectors::wire::WireResponse;
use crate::domain::platform::Platform;
use crate::infra::http::limits::Period;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use problem::Operation;
use serde::Deserialize;
use serde_json::json;

/// The network X (formerly Twitter).
pub struct X;

pub static CONNECTOR: Connector = Connector::social(Platform::X, &X, RateLimitHeaders::Windows(&HEADERS));

/// The window of 15 minutes (docs.x.com, rate limits), and the 24 hours of account and app (seen on `POST /2/tweets`);
/// reviewed 2026-11-20.
static HEADERS: [WindowHeaders; 3] = [
    WindowHeaders {
        of_app: false,
        period: Period::Window,
        limit: "x-rate-limit-limit",
        remaining: "x-rate-limit-remaining",
        reset: "x-rate-limit-reset",
    },
    WindowHeaders {
        of_app: false,
        period: Period::Day,
        limit: "x-user-limit-24hour-limit",
        remaining: "x-user-limit-24hour-remaining",
        reset: "x-user-limit-24hour-reset",
    },
    WindowHeaders {
        of_app: true,
        period: Period::Day,
        limit: "x-app-limit-24hour-limit",
        remaining: "x-app-limit-24hour-remaining",
        reset: "x-app-limit-24hour-reset",
    },
];

const API: &str = "https://api.x.com/2";
/// Needed to post at all; `media.write` for pictures, `offline.access` for the refresh token.
const SCOPES: [&str; 5] = ["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"];

static FLOW: Flow = Flow {
    platform: Platform::X,
    authorize_url: "https://x.com/i/oauth2/authorize",
    token_url: "https://api.x.com/2/oauth2/token",
    revoke_url: Some("https://api.x.com/2/oauth2/revoke"),
    scopes: &SCOPES,
    scope_separator: " ",
    pkce: true,
    client_auth: ClientAuth::Basic,
    id_field: "client_id",
    secret_field: "client_secret",
    extra: &[],
};

#[derive(Deserialize)]
struct Me {
    data: User,
}

#[derive(Deserialize)]
struct User {
    id: String,
    username: String,
    name: String,
    profile_image_url: Option<String>,
    /// None, Basic, Premium, PremiumPlus: decides how long a post may be (`AccountFacts::read`).
    subscription_type: Option<String>,
    verified_type: Option<String>,
    #[serde(default)]
    protected: bool,
}

#[async_trait]
impl SignIn for X {
    fn method(&self) -> SignInMethod {
        SignInMethod::Consent(&FLOW)
    }

    async fn accounts(&self, wire: &Wire, _keys: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let response = wire
            .read(Platform::X, &format!("{API}/users/me"))
            .query("user.fields", "id,name,username,profile_image_url,subscription_type,verified_type,protected")
            .bearer(&grant.access)
            .limits(limits)
            .send()
            .await?
            .accepted(|a| problem::fault(a, Operation::Read, &grant.scopes))?;
        let user = response.json::<Me>()?.data;
        Ok(vec![RemoteAccount {
            profile_url: Some(format!("https://x.com/{}", user.username)),
            handle: format!("@{}", user.username),
            remote_id: user.id,
            display_name: user.name,
            picture_url: user.profile_image_url,
            facts: json!({
                "subscription_type": user.subscription_type,
                "verified_type": user.verified_type,
                "protected": user.protected,
            }),
        }])
    }
}

/// The daily limits have headers of their own; when one of them is used up, its reset counts and not the window's. The
/// app's is everybody's, and so is the project's monthly amount, of which X does not say when it ends.
fn limits(response: &WireResponse) -> RateLimited {
    let day = |whose: &str| {
        let header = |what: &str| response.header(&format!("x-{whose}-limit-24hour-{what}"));
        header("remaining").filter(|left| *left == "0")?;
        DateTime::from_timestamp(header("reset")?.parse().ok()?, 0)
    };
    let (app, user) = (day("app"), day("user"));
    if problem::is_capped(response) {
        let pause = Pause { first: TimeDelta::hours(1), most: TimeDelta::hours(6) };
        return RateLimited { of_app: true, until: app, pause };
    }
    RateLimited { of_app: app.is_some() && app >= user, until: app.max(user), pause: Pause::USUAL }
}
