//! Facebook Pages, by the Graph API. Wire facts: Meta's developer pages (Graph v25.0/v26.0), reviewed 2026-11-27.
//! Read: this file (keys, signing in), `publish` (text, links, photos), `video` (videos and reels), `posts` (what a Page
//! has), `recent` (its newest posts), `comments`, `comment` (the first one), `problem` (error answers and their subcodes).
//!
//! A consent gives a token of the person, with which the Pages are listed; each Page has a token of its own, with which
//! everything else is done. Of a connection, `Grant::access` is the Page's token, which has no end, and `Grant::refresh` the
//! person's, which lasts 60 days and cannot be renewed.

mod comment;
mod comments;
mod posts;
mod problem;
mod publish;
mod recent;
mod video;

use super::meta::{GraphError, id_of};
use super::oauth::{self, ClientAuth, Flow, expiry};
use super::wire::{WireRequest, WireResponse, segment};
use super::{AppKeys, Connector, Consent, Fault, Grant, RateLimitHeaders, RemoteAccount, SignIn, SignInMethod, Wire};
use crate::domain::platform::Platform;
use async_trait::async_trait;
use http::Method;
use problem::Operation;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

/// The network Facebook, its Pages.
pub struct Facebook;

/// Per cent of an hour's budget (developers.facebook.com, rate limits; reviewed 2026-11-20).
pub static CONNECTOR: Connector =
    Connector::social(Platform::Facebook, &Facebook, RateLimitHeaders::Usage).conversing(&Facebook);

/// The Graph version; v25.0 lives until 2028-07-29.
const GRAPH: &str = "https://graph.facebook.com/v25.0";
/// To choose among one's Pages (those that belong to a business, too) and to read what they have.
const READING: [&str; 3] = ["pages_show_list", "pages_read_engagement", "business_management"];
/// What publishing needs.
const POSTING: &str = "pages_manage_posts";
/// What reading, answering and hiding comments needs. Pages that were connected before it was asked for do not have it.
const CONVERSING: [&str; 2] = ["pages_read_user_content", "pages_manage_engagement"];
const SCOPES: [&str; 6] = [READING[0], READING[1], READING[2], POSTING, CONVERSING[0], CONVERSING[1]];
/// One of these a person must be allowed to do at a Page.
const TASKS: [&str; 2] = ["CREATE_CONTENT", "MANAGE"];
/// Pages of one person that are read: so many at a time, so many times.
const PAGE: &str = "100";
const MAX_PAGES: usize = 10;

static FLOW: Flow = Flow {
    platform: Platform::Facebook,
    authorize_url: "https://www.facebook.com/v25.0/dialog/oauth",
    token_url: "https://graph.facebook.com/v25.0/oauth/access_token",
    revoke_url: None,
    scopes: &SCOPES,
    scope_separator: ",",
    pkce: false,
    client_auth: ClientAuth::Query,
    id_field: "client_id",
    secret_field: "client_secret",
    extra: &[],
};

#[derive(Deserialize)]
struct Token {
    access_token: String,
    /// Seconds.
    expires_in: Option<i64>,
}

#[derive(Deserialize)]
struct Permissions {
    data: Vec<Permission>,
}

#[derive(Deserialize)]
struct Permission {
    permission: String,
    /// `granted`, `declined`, `expired`.
    status: String,
}

#[derive(Deserialize)]
struct Pages {
    data: Vec<Page>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paging {
    next: Option<String>,
    cursors: Cursors,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursors {
    after: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    id: Value,
    name: String,
    username: Option<String>,
    link: Option<String>,
    picture: Option<Picture>,
    /// What the person may do there; not said of every kind of Page.
    tasks: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Picture {
    data: PictureData,
}

#[derive(Deserialize)]
struct PictureData {
    url: Option<String>,
}

impl Page {
    fn may_publish(&self) -> bool {
        self.tasks.as_ref().is_none_or(|tasks| tasks.iter().any(|task| TASKS.contains(&task.as_str())))
    }

    fn account(self, person: &str) -> Option<RemoteAccount> {
        let id = id_of(&self.id)?;
        let username = self.username.filter(|name| !name.trim().is_empty());
        Some(RemoteAccount {
            profile_url: Some(self.link.unwrap_or_else(|| format!("https://www.facebook.com/{id}"))),
            handle: username.unwrap_or_else(|| self.name.clone()),
            display_name: self.name,
            picture_url: self.picture.and_then(|picture| picture.data.url),
            facts: json!({ "kind": "page", "page": id, PERSON: person }),
            remote_id: id,
        })
    }
}

/// The member of an account's facts that says by whose consent it was connected.
const PERSON: &str = "person";

#[async_trait]
impl SignIn for Facebook {
    fn method(&self) -> SignInMethod {
        SignInMethod::Consent(&FLOW)
    }

    /// Code to short-lived token to long-lived token of the person, and what they have allowed: each permission can be left
    /// out on the consent page. The short-lived token is forgotten.
    async fn exchange(&self, wire: &Wire, keys: &AppKeys, consent: &Consent<'_>) -> Result<Grant, Fault> {
        let short: Token = oauth::exchange_code(&FLOW, wire, keys, consent).await?.json()?;
        let response = wire
            .read(Platform::Facebook, FLOW.token_url)
            .query("grant_type", "fb_exchange_token")
            .query("client_id", keys.get(FLOW.id_field)?.expose_secret())
            .query("client_secret", keys.get(FLOW.secret_field)?.expose_secret())
            .query("fb_exchange_token", &short.access_token)
            .keep_server_errors()
            .limits(problem::limits)
            .send()
            .await?
            .accepted(|a| problem::fault(a, Operation::Token))?;
        let long: Token = response.json()?;
        if long.access_token.is_empty() {
            return Err(response.unreadable());
        }
        let access = SecretString::from(long.access_token);
        let permissions: Permissions = read(wire, &access, "me/permissions", &[]).await?.json()?;
        let granted = permissions.data.into_iter().filter(|p| p.status == "granted").map(|p| p.permission).collect();
        let grant = Grant {
            access,
            refresh: None,
            access_expires_at: expiry(long.expires_in),
            refresh_expires_at: None,
            scopes: granted,
        };
        Ok(grant)
    }

    /// The Page's own token. It has no end; the person's, with which it can be had again, has.
    async fn grant_of(&self, wire: &Wire, grant: &Grant, account: &RemoteAccount) -> Result<Grant, Fault> {
        Ok(Grant {
            access: page_token(wire, &grant.access, &account.remote_id).await?,
            refresh: Some(grant.access.clone()),
            access_expires_at: None,
            refresh_expires_at: grant.access_expires_at,
            scopes: grant.scopes.clone(),
        })
    }

    fn consent_is_of(&self) -> Option<&'static str> {
        Some(PERSON)
    }

    /// The Page's token anew, as long as the person's lasts. That one cannot be renewed.
    async fn refresh(&self, wire: &Wire, _: &AppKeys, grant: &Grant, facts: &Value) -> Result<Grant, Fault> {
        let again = || Fault::AuthExpired {
            message: "Facebook's permission has run out. Please connect the Page again.".into(),
        };
        let person = grant.refresh.as_ref().ok_or_else(again)?;
        let page = facts.get("page").and_then(Value::as_str).ok_or_else(again)?;
        Ok(Grant { access: page_token(wire, person, page).await?, access_expires_at: None, ..grant.clone() })
    }

    async fn accounts(&self, wire: &Wire, _: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        #[derive(Deserialize)]
        struct Me {
            id: Value,
        }
        let response = read(wire, &grant.access, "me", &[("fields", "id")]).await?;
        let person = id_of(&response.json::<Me>()?.id).ok_or_else(|| response.unreadable())?;
        let (mut found, mut after, mut closed) = (vec![], None::<String>, 0);
        for _ in 0..MAX_PAGES {
            let mut query = vec![("fields", "id,name,username,link,tasks,picture{url}"), ("limit", PAGE)];
            if let Some(after) = &after {
                query.push(("after", after));
            }
            let pages: Pages = read(wire, &grant.access, "me/accounts", &query).await?.json()?;
            for page in pages.data {
                match page.may_publish() {
                    true => found.extend(page.account(&person)),
                    false => closed += 1,
                }
            }
            after = pages.paging.cursors.after.filter(|_| pages.paging.next.is_some());
            if after.is_none() {
                break;
            }
        }
        if found.is_empty() && closed > 0 {
            let message =
                "You may not publish on any of your Facebook Pages. Ask whoever runs the Page to let you create \
                           content, then connect again."
                    .into();
            return Err(Fault::PermissionMissing { message, scopes: vec![] });
        }
        Ok(found)
    }

    /// Takes back all that the person has allowed the app.
    async fn revoke(&self, wire: &Wire, _: &AppKeys, grant: &Grant, facts: &Value) -> Result<(), Fault> {
        let person = facts.get(PERSON).and_then(Value::as_str).unwrap_or("me");
        let address = format!("{GRAPH}/{}/permissions", segment(person));
        let request = wire.repeatable(Platform::Facebook, Method::DELETE, &address);
        let response = graph(request, grant.refresh.as_ref().unwrap_or(&grant.access)).send().await?;
        succeeded(&response.accepted(|a| problem::fault(a, Operation::Token))?)
    }
}

/// What every call to the Graph carries. Server errors are ours to read: Graph puts its codes into them, too.
fn graph(request: WireRequest, token: &SecretString) -> WireRequest {
    request.bearer(token).keep_server_errors().limits(problem::limits)
}

/// Reads a node or an edge of the Graph; `path` is what follows the version.
async fn read(wire: &Wire, token: &SecretString, path: &str, query: &[(&str, &str)]) -> Result<WireResponse, Fault> {
    read_for(Operation::Read, wire, token, path, query).await
}

/// The same, where a refusal means something of its own.
async fn read_for(
    operation: Operation,
    wire: &Wire,
    token: &SecretString,
    path: &str,
    query: &[(&str, &str)],
) -> Result<WireResponse, Fault> {
    let request = wire.read(Platform::Facebook, &format!("{GRAPH}/{path}"));
    let request = query.iter().fold(request, |request, (name, value)| request.query(name, value));
    graph(request, token).send().await?.accepted(|a| problem::fault(a, operation))
}

/// The token of a Page that the person manages.
async fn page_token(wire: &Wire, person: &SecretString, page: &str) -> Result<SecretString, Fault> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        access_token: String,
    }
    let response = read(wire, person, &segment(page), &[("fields", "access_token")]).await?;
    let token = response.json::<Answer>()?.access_token;
    if token.is_empty() {
        let message = "Facebook gave no access to this Page. Connect again and choose it there.".into();
        return Err(Fault::PermissionMissing { message, scopes: vec![POSTING.into()] });
    }
    Ok(token.into())
}

/// `{"success": true}`; anything else is no answer that can be relied on.
fn succeeded(response: &WireResponse) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Done {
        success: bool,
    }
    if response.json::<Done>()?.success { Ok(()) } else { Err(response.unreadable()) }
}

/// "Object does not exist": it is gone, or never was there for this token.
fn is_gone(error: &GraphError) -> bool {
    error.code == Some(100) && error.error_subcode == Some(33)
}
