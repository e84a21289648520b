//! Signing in with an app password. The password opens a session and is forgotten; what is kept are the session's tokens.
//! The refresh token changes with every renewal, the one before stays good for two hours, so a lost answer costs nothing.

use super::identity::DidDocument;
use super::problem::{self, Operation};
use super::{Bluesky, ENTRYWAY, address, query, record, repeatable, send, server};
use crate::connectors::credentials::{Field, Form};
use crate::connectors::wire::WireResponse;
use crate::connectors::{AppKeys, Credentials, Fault, Grant, RemoteAccount, SignIn, SignInMethod, Wire};
use crate::domain::error::Problem;
use crate::domain::platform::Platform;
use crate::infra::http::ssrf::{self, Reach};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

static FORM: Form = Form {
    note: "Make an app password in Bluesky: Settings → Privacy and security → App passwords. Your own password is not \
           needed and not accepted here.",
    fields: &[
        Field {
            name: "handle",
            label: "Handle",
            help: "As it stands on your profile.",
            initial: "",
            placeholder: "name.bsky.social",
            is_secret: false,
        },
        Field {
            name: "password",
            label: "App password",
            help: "Used once to sign in; we do not keep it.",
            initial: "",
            placeholder: "xxxx-xxxx-xxxx-xxxx",
            is_secret: true,
        },
        Field {
            name: "server",
            label: "Server",
            help: "Change it only if your account is on a server of its own.",
            initial: ENTRYWAY,
            placeholder: "",
            is_secret: false,
        },
    ],
};

/// The server takes a third of a second by design, and answers at once otherwise.
const DEADLINE: Duration = Duration::from_secs(20);
/// A token that does not say when it ends (two hours is usual).
const USUAL_LIFE: TimeDelta = TimeDelta::hours(1);
/// The longest handle or e-mail address.
const MAX_NAME: usize = 253;

/// What `createSession` and `refreshSession` answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    access_jwt: String,
    refresh_jwt: String,
    #[serde(flatten)]
    about: About,
}

/// Whose session it is; what `getSession` answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    did: String,
    handle: String,
    active: Option<bool>,
    /// Why it is not active.
    status: Option<String>,
}

#[async_trait]
impl SignIn for Bluesky {
    fn method(&self) -> SignInMethod {
        SignInMethod::Form(&FORM)
    }

    async fn open(&self, wire: &Wire, typed: &Credentials) -> Result<(Grant, Vec<RemoteAccount>), Fault> {
        let overridden = wire.outbound.is_overridden(Platform::Bluesky);
        let reach = wire.outbound.reach();
        let (handle, password) = (name(typed.get("handle")), typed.get("password"));
        let mut problems = vec![];
        if handle.is_empty() || handle.len() > MAX_NAME || handle.contains(char::is_whitespace) {
            problems.push(Problem::error("handle", "Write your handle as in name.bsky.social."));
        }
        if !is_app_password(password) {
            let words = if password.is_empty() { "Enter the app password." } else { "This is no app password." };
            let words = format!(
                "{words} It has four groups of four letters, as in xxxx-xxxx-xxxx-xxxx. Make one in Bluesky: Settings → \
                 Privacy and security → App passwords."
            );
            problems.push(Problem::error("password", words));
        }
        let server = match server_address(typed.get("server"), reach, overridden) {
            // Where nobody overrides it, the name must lead to a public machine: asked here for an answer at the field.
            Ok(server) if !overridden => {
                ssrf::check(reach, &server, "server").await.map(|_| server).map_err(|e| e.message)
            }
            server => server.map_err(str::to_owned),
        };
        let server = server.map_err(|why| problems.push(Problem::error("server", why))).unwrap_or_default();
        if !problems.is_empty() {
            return Err(refused(problems));
        }
        let address = address(&server, "com.atproto.server.createSession");
        let request = wire.repeatable(Platform::Bluesky, Method::POST, &address).to_users_server();
        let request = request.deadline(DEADLINE).keep_server_errors().limits(problem::limits);
        let response =
            send(request.json(&json!({ "identifier": handle, "password": password })), Operation::SignIn).await;
        let response = response.map_err(|fault| match fault {
            Fault::AuthExpired { message } => refused(vec![Problem::error("password", message)]),
            Fault::Permanent { code, .. } if code == "404" || code == "405" => {
                let words = "This server does not speak Bluesky's protocol. Check the address.";
                refused(vec![Problem::error("server", words)])
            }
            fault => fault,
        })?;
        let session: Session = response.json()?;
        let grant = session.grant(&response)?;
        let pds = home(wire, &session.about, Some(&server)).await?;
        Ok((grant.clone(), vec![account(wire, session.about, &pds, &grant).await?]))
    }

    async fn refresh(&self, wire: &Wire, _: &AppKeys, grant: &Grant, facts: &Value) -> Result<Grant, Fault> {
        let request = repeatable(wire, server(facts), "com.atproto.server.refreshSession", refresh_token(grant)?);
        let response = send(request.deadline(DEADLINE), Operation::Renew).await?;
        let session: Session = response.json()?;
        session.about.usable()?;
        session.grant(&response)
    }

    /// The account of a session that is open at the entryway, or at a stand-in.
    async fn accounts(&self, wire: &Wire, _: &AppKeys, grant: &Grant) -> Result<Vec<RemoteAccount>, Fault> {
        let request = query(wire, ENTRYWAY, "com.atproto.server.getSession", &grant.access);
        let response = send(request, Operation::Read).await?;
        let about: About = response.json()?;
        let pds = home(wire, &about, None).await?;
        Ok(vec![account(wire, about, &pds, grant).await?])
    }

    async fn revoke(&self, wire: &Wire, _: &AppKeys, grant: &Grant, facts: &Value) -> Result<(), Fault> {
        let request = repeatable(wire, server(facts), "com.atproto.server.deleteSession", refresh_token(grant)?);
        send(request.deadline(DEADLINE), Operation::Renew).await.map(drop)
    }
}

impl Session {
    fn grant(&self, response: &WireResponse) -> Result<Grant, Fault> {
        if self.access_jwt.is_empty() || self.refresh_jwt.is_empty() || !record::is_did(&self.about.did) {
            return Err(response.unreadable());
        }
        Ok(Grant {
            access: self.access_jwt.as_str().into(),
            refresh: Some(self.refresh_jwt.as_str().into()),
            access_expires_at: Some(end_of(&self.access_jwt).unwrap_or_else(|| Utc::now() + USUAL_LIFE)),
            // 90 days from the latest renewal: it does not end while it is renewed.
            refresh_expires_at: None,
            // An app password allows everything that we do.
            scopes: vec![],
        })
    }
}

impl About {
    /// Whether posts can be written.
    fn usable(&self) -> Result<(), Fault> {
        if self.active.unwrap_or(true) {
            return Ok(());
        }
        let why = self.status.as_deref().map(|status| format!(" ({status})")).unwrap_or_default();
        Err(Fault::Disconnected { message: format!("The account is not active at Bluesky{why}.") })
    }
}

/// The address of the account's server. `signed_in_at`: the server that a person named and that opened the session; it must be
/// the account's own, or Bluesky's entryway, which signs in for all of Bluesky's servers.
async fn home(wire: &Wire, about: &About, signed_in_at: Option<&str>) -> Result<String, Fault> {
    about.usable()?;
    let document = DidDocument::read(wire, &about.did).await?;
    let overridden = wire.outbound.is_overridden(Platform::Bluesky);
    let named = document.server().and_then(|server| server_address(server, wire.outbound.reach(), overridden).ok());
    let Some(named) = named else {
        let words = "The account's entry in the network names no server that can be called.";
        return Err(refused(vec![Problem::error("server", words)]));
    };
    if signed_in_at.is_some_and(|server| server != ENTRYWAY && server != named) {
        let words = format!("The account is on another server. Write {named} here.");
        return Err(refused(vec![Problem::error("server", words)]));
    }
    if !document.is_called(&about.handle) {
        let words = "The account's entry in the network has another handle. Write the one that stands on its profile.";
        return Err(refused(vec![Problem::error("handle", words)]));
    }
    Ok(named)
}

/// The account of a session, with the name of its profile. The profile is read from the account's own repository, as not
/// every server can ask the network's index for it; without one the handle is the name.
async fn account(wire: &Wire, about: About, pds: &str, grant: &Grant) -> Result<RemoteAccount, Fault> {
    let request = query(wire, pds, "com.atproto.repo.getRecord", &grant.access)
        .query("repo", &about.did)
        .query("collection", "app.bsky.actor.profile")
        .query("rkey", "self");
    let profile = match send(request, Operation::Read).await {
        Ok(response) => response.json::<record::Found>().map(|found| found.value).unwrap_or_default(),
        Err(_) => Value::Null,
    };
    let name = profile["displayName"].as_str().map(str::trim).filter(|name| !name.is_empty());
    Ok(RemoteAccount {
        display_name: name.unwrap_or(&about.handle).chars().take(100).collect(),
        handle: format!("@{}", about.handle),
        picture_url: None,
        profile_url: Some(format!("https://bsky.app/profile/{}", about.did)),
        facts: json!({ "pds": pds }),
        remote_id: about.did,
    })
}

fn refresh_token(grant: &Grant) -> Result<&SecretString, Fault> {
    let missing = || Fault::AuthExpired { message: "The session cannot be renewed. Connect the account again.".into() };
    grant.refresh.as_ref().ok_or_else(missing)
}

fn refused(problems: Vec<Problem>) -> Fault {
    Fault::InvalidContent { message: "The sign-in form is not right yet.".into(), problems }
}

/// A handle as it is typed or pasted: profiles show it with `@`, and copied from there it has invisible marks.
fn name(typed: &str) -> String {
    let invisible =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let plain: String = typed.chars().filter(|c| !invisible(*c)).collect();
    plain.trim().trim_start_matches('@').to_lowercase()
}

/// As Bluesky makes them. Nobody is to leave the password of the whole account here.
fn is_app_password(password: &str) -> bool {
    let group = |group: &str| group.len() == 4 && group.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    password.split('-').count() == 4 && password.split('-').all(group)
}

/// The address of a server in the form in which it is kept. Plain HTTP is for this machine only: a password goes there.
fn server_address(typed: &str, reach: Reach, overridden: bool) -> Result<String, &'static str> {
    const FORM: &str = "Write the server's address as in https://bsky.social.";
    if typed.is_empty() {
        return Ok(ENTRYWAY.into());
    }
    let typed = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&typed).map_err(|_| FORM)?;
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() || url.host().is_none() {
        return Err(FORM);
    }
    if url.scheme() != "https" && !(url.scheme() == "http" && reach == Reach::ThisMachine) {
        return Err("The server's address must begin with https://, as a password is sent there.");
    }
    if !overridden {
        ssrf::check_written(reach, &url)?;
    }
    Ok(url.origin().ascii_serialization())
}

/// When a token says that it ends.
fn end_of(jwt: &str) -> Option<DateTime<Utc>> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let Claims { exp } = serde_json::from_slice(&claims).ok()?;
    DateTime::from_timestamp(exp, 0).filter(|end| exp > 0 && *end < Utc::now() + TimeDelta::days(365))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_understood() {
        for typed in ["ann.bsky.social", " @Ann.bsky.social", "\u{202a}@ann.bsky.social\u{202c}"] {
            assert_eq!(name(typed), "ann.bsky.social", "{typed:?}");
        }
        assert!(is_app_password("abcd-2345-efgh-7777"));
        for other in ["", "correct-horse-battery", "abcd-efgh-ijkl-mnopq", "ABCD-efgh-ijkl-mnop", "abcd efgh ijkl mnop"]
        {
            assert!(!is_app_password(other), "{other}");
        }
    }

    #[test]
    fn servers_have_one_form() {
        let internet = |typed: &str| server_address(typed, Reach::Internet, false);
        for (typed, kept) in [
            ("", "https://bsky.social"),
            ("bsky.social", "https://bsky.social"),
            ("https://PDS.example.com:8443/", "https://pds.example.com:8443"),
        ] {
            assert_eq!(internet(typed), Ok(kept.to_owned()), "{typed}");
        }
        for bad in [
            "http://pds.example.com",
            "https://pds.example.com/xrpc",
            "https://pds.example.com?a",
            "https://me:secret@pds.example.com",
            "https://127.0.0.1",
            "https://169.254.169.254",
            "https://[::1]:443",
            "https://",
            "ftp://pds.example.com",
            "a b",
        ] {
            assert!(internet(bad).is_err(), "{bad}");
        }
        assert!(server_address("http://127.0.0.1:2583", Reach::ThisMachine, false).is_ok());
        assert!(
            server_address("https://pds.example.com", Reach::ThisMachine, false).is_err(),
            "the sandbox stays here"
        );
        assert!(server_address("https://pds.example.com", Reach::ThisMachine, true).is_ok(), "the stand-in answers");
    }

    #[test]
    fn tokens_say_when_they_end() {
        let token = |claims: Value| format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));
        assert_eq!(
            end_of(&token(json!({ "exp": 1_900_000_000 - 100_000_000 }))).map(|e| e.timestamp()),
            Some(1_800_000_000)
        );
        for odd in [
            token(json!({ "exp": i64::MAX })),
            token(json!({ "exp": -300_000_000_000i64 })),
            token(json!({})),
            "opaque".into(),
            "a.%.c".into(),
        ] {
            assert_eq!(end_of(&odd), None, "{odd}");
        }
    }
}
