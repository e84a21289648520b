//! Reddit, its Data API: posts of an account in subreddits and on its own profile. Wire facts: Reddit's server code of 2017
//! (reddit-archive) and what PRAW 8 sends (2026-08), as Reddit documents little; reviewed 2026-11-20.
//! Read: this file (keys, signing in), `subreddits` (where a post can go, and what is asked of it there), `publish`,
//! `upload` (pictures), `comment` (the first one), `comments` (reading and answering), `things` (what Reddit lists), `recent` (newest posts), `problem`
//! (error answers).

mod comment;
mod comments;
mod problem;
mod publish;
mod recent;
mod subreddits;
mod things;
mod upload;

use super::oauth::{self, ClientAuth, Flow};
use super::rate_limits::CountdownHeaders;
use super::wire::{WireRequest, WireResponse};
use super::{AppKeys, Call, Connector, Fault, Grant, RateLimitHeaders, RemoteAccount, SignIn, SignInMethod, Wire};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use http::Method;
use problem::Operation;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

/// Reddit, for posts of an account.
pub struct Reddit;

/// Counted for each app over ten minutes.
pub static CONNECTOR: Connector = Connector {
    choices: Some(&Reddit),
    converse: Some(&Reddit),
    ..Connector::social(
        Platform::Reddit,
        &Reddit,
        RateLimitHeaders::Countdown(&CountdownHeaders {
            used: "x-ratelimit-used",
            remaining: "x-ratelimit-remaining",
            reset: "x-ratelimit-reset",
        }),
    )
};

const API: &str = "https://oauth.reddit.com";
/// What posting takes: `read` for a subreddit's rules, `history` to look what became of a post.
const POSTING: [&str; 4] = ["identity", "read", "submit", "history"];
/// `edit` deletes, `flair` and `mysubreddits` list what can be chosen.
const SCOPES: [&str; 7] = [POSTING[0], POSTING[1], POSTING[2], POSTING[3], "edit", "flair", "mysubreddits"];

static FLOW: Flow = Flow {
    platform: Platform::Reddit,
    authorize_url: "https://www.reddit.com/api/v1/authorize",
    token_url: "https://www.reddit.com/api/v1/access_token",
    revoke_url: Some("https://www.reddit.com/api/v1/revoke_token"),
    scopes: &SCOPES,
    scope_separator: " ",
    pkce: false,
    client_auth: ClientAuth::Basic,
    id_field: "client_id",
    secret_field: "client_secret",
    // Without it there is no refresh token.
    extra: &[("duration", "permanent")],
};

#[derive(Deserialize)]
struct Me {
    id: String,
    name: String,
    icon_img: Option<String>,
    #[serde(default)]
    is_suspended: bool,
    subreddit: Option<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    title: Option<String>,
}

/// The user name and password of the keys of an app of the type "script".
fn own_password(keys: &AppKeys) -> Option<(&SecretString, &SecretString)> {
    let given = |name: &str| keys.0.get(name).filter(|value| !value.expose_secret().is_empty());
    given("username").zip(given("password"))
}

#[async_trait]
impl SignIn for Reddit {
    fn method(&self) -> SignInMethod {
        SignInMethod::Consent(&FLOW)
    }

    async fn open_by_keys(&self, wire: &Wire, keys: &AppKeys) -> Option<Result<Grant, Fault>> {
        Some(oauth::sign_in_as(&FLOW, wire, keys, own_password(keys)?).await)
    }

    /// A grant by password has no refresh token: it is had anew with the password, as long as the keys are the same user's.
    async fn refresh(&self, wire: &Wire, keys: &AppKeys, grant: &Grant, facts: &Value) -> Result<Grant, Fault> {
        if grant.refresh.is_some() {
            return oauth::refresh(&FLOW, wire, keys, grant).await;
        }
        let name = facts["name"].as_str().unwrap_or_default();
        match own_password(keys).filter(|(user, _)| user.expose_secret().trim().eq_ignore_ascii_case(name)) {
            Some(own) => oauth::sign_in_as(&FLOW, wire, keys, own).await,
            None => Err(Fault::AuthExpired {
                message: format!("The keys under Settings → Integrations hold no password of {name} any more."),
            }),
        }
    }

    fn renews_access_itself(&self) -> bool {
        true
    }

    async fn accounts(&self, wire: &Wire, keys: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let request = wire.read(Platform::Reddit, &format!("{API}/api/v1/me")).bearer(&grant.access);
        let request = request.header("user-agent", &oauth::user_agent(keys, &FLOW, None)).query("raw_json", "1");
        let response = request.limits(problem::limits).send().await?;
        let me: Me = response.accepted(|a| problem::fault(a, Operation::Read))?.json()?;
        if me.is_suspended {
            return Err(Fault::Disconnected { message: format!("Reddit has suspended the account {}.", me.name) });
        }
        let title = me.subreddit.and_then(|profile| profile.title).filter(|title| !title.trim().is_empty());
        let picture = me.icon_img.map(|url| url.split('?').next().unwrap_or_default().to_owned());
        Ok(vec![RemoteAccount {
            remote_id: me.id,
            display_name: title.unwrap_or_else(|| me.name.clone()),
            picture_url: picture.filter(|url| !url.is_empty()),
            profile_url: Some(format!("https://www.reddit.com/user/{}/", me.name)),
            facts: json!({ "name": me.name }),
            handle: me.name,
        }])
    }
}

/// Sends a call of the account.
async fn send(request: WireRequest, call: &Call<'_>) -> Result<WireResponse, Fault> {
    let agent = oauth::user_agent(call.keys, &FLOW, Some(call.handle));
    // Otherwise `&` is `&amp;` in texts.
    let request = request.header("user-agent", &agent).query("raw_json", "1").bearer(&call.grant.access);
    request.limits(problem::limits).send().await
}

/// Reads an address of the API.
fn read(call: &Call<'_>, path: &str) -> WireRequest {
    call.wire.read(Platform::Reddit, &format!("{API}/{path}"))
}

/// A call that may be repeated.
fn repeat(call: &Call<'_>, path: &str) -> WireRequest {
    call.wire.repeatable(Platform::Reddit, Method::POST, &format!("{API}/{path}"))
}

/// The irreversible call.
fn mutate(call: &Call<'_>, path: &str) -> WireRequest {
    call.wire.mutate(Platform::Reddit, Method::POST, &format!("{API}/{path}"))
}
