//! Connecting an account with a form of ours (`connectors::credentials`): what was typed goes to the platform once, and what
//! it gives for it is kept as any other grant.

use super::service::connect;
use super::{consent, store};
use crate::connectors::{Credentials, Fault, RemoteAccount, SignIn, SignInMethod, Wire, credentials};
use crate::domain::error::{AppError, ErrorKind, Problem, Result};
use crate::domain::ids::ConnectionId;
use crate::domain::platform::Platform;
use crate::features::connections::model::{SignInField, SignInForm};
use crate::infra::detached::detached;
use crate::infra::http::throttle;
use crate::infra::session::Granted;
use chrono::Utc;
use secrecy::SecretString;
use std::collections::BTreeMap;

/// Longest value that is read, in bytes.
const MAX_VALUE: usize = 1_000;

/// What came of it.
pub struct Connected {
    pub id: ConnectionId,
    /// The connection that was to be renewed, when another account was signed in with.
    pub instead: Option<ConnectionId>,
}

/// The form of a platform, for the page; `None` where people sign in elsewhere.
pub fn form(sign_in: &dyn SignIn) -> Option<SignInForm> {
    let SignInMethod::Form(form) = sign_in.method() else { return None };
    let field = |field: &credentials::Field| SignInField {
        name: field.name.into(),
        label: field.label.into(),
        help: field.help.into(),
        initial: field.initial.into(),
        placeholder: field.placeholder.into(),
        is_secret: field.is_secret,
    };
    Some(SignInForm { note: form.note.into(), fields: form.fields.iter().map(field).collect() })
}

/// Signs in and connects the account; `account` is the first field of the form, `typed` has the others. Problems are named
/// `platform.field`.
pub async fn sign_in(
    who: &Granted,
    platform: &str,
    account: &str,
    typed: BTreeMap<String, String>,
    for_connection: Option<ConnectionId>,
) -> Result<Connected> {
    let known = platform.parse::<Platform>().ok().and_then(|p| Some((p, consent::sign_in(p)?)));
    let (platform, way) = known.ok_or_else(|| AppError::not_found("platform"))?;
    let SignInMethod::Form(form) = way.method() else { return Err(AppError::not_found("form")) };
    let mut credentials = Credentials::default();
    for (n, field) in form.fields.iter().enumerate() {
        let other = || typed.get(field.name).map(String::as_str).unwrap_or_default();
        let value = if n == 0 { account } else { other() };
        if value.len() > MAX_VALUE || value.chars().any(char::is_control) {
            let words = format!("{}: there is something in it that does not belong there. Type it again.", field.label);
            return Err(AppError::invalid(named(platform, field.name), words));
        }
        credentials.0.insert(field.name.to_owned(), SecretString::from(value));
    }
    // As signing in here: by person, and by the account that is tried, so that nobody guesses passwords through us.
    let throttles = &who.app.throttles;
    throttle::check(&throttles.connect, &who.user.to_string(), "attempts to connect")?;
    // Invisible characters, which the connector drops as well, make no other account of it.
    let account: String = account.chars().filter(char::is_ascii_graphic).collect();
    let account = format!("{platform} {}", account.trim_start_matches('@').to_lowercase());
    throttle::check(&throttles.connect_by_account, &account, "attempts to sign in to this account")?;
    // The session that is opened there must be kept even when the tab is closed meanwhile.
    let who = who.clone();
    let work = async move { keep(&who, platform, way, &credentials, for_connection).await };
    detached(work).await.unwrap_or_else(|| Err(AppError::bug(None)))
}

async fn keep(
    who: &Granted,
    platform: Platform,
    way: &dyn SignIn,
    credentials: &Credentials,
    for_connection: Option<ConnectionId>,
) -> Result<Connected> {
    let wire = Wire::new(who.app.outbound.clone()).on_behalf_of(who.company);
    let (grant, accounts) = way.open(&wire, credentials).await.map_err(|fault| {
        let secrets = secrets_of(way, credentials);
        without(refused(platform, fault), &secrets)
    })?;
    let wanted = match for_connection {
        Some(id) => {
            let mut db = who.app.db.acquire().await?;
            store::held(&mut db, who.company, id).await?.filter(|held| held.platform == platform.id())
        }
        None => None,
    };
    let accounts: Vec<_> = accounts.into_iter().filter_map(RemoteAccount::bounded).collect();
    let [account] = accounts.as_slice() else {
        let words = format!("{} names no account that can be kept. Check the server address.", platform.name());
        return Err(AppError::new(ErrorKind::Invalid, words));
    };
    let id = connect(&who.app, who.company, Some(who.user), platform, account, &grant).await?;
    Ok(Connected { id, instead: wanted.map(|held| held.id).filter(|wanted| *wanted != id) })
}

fn named(platform: Platform, field: &str) -> String {
    format!("{platform}.{field}")
}

/// Why the platform did not let us in, at the fields that it is about.
fn refused(platform: Platform, fault: Fault) -> AppError {
    tracing::info!(%platform, kind = fault.kind(), "a sign-in by form was refused");
    match fault {
        Fault::InvalidContent { problems, .. } if !problems.is_empty() => {
            let named = |problem: Problem| Problem { field: named(platform, &problem.field), ..problem };
            AppError::problems(problems.into_iter().map(named).collect())
        }
        Fault::RateLimited { message, until } => {
            let wait = (until - Utc::now()).num_seconds().clamp(1, 86_400);
            AppError::rate_limited(wait as u32, message)
        }
        Fault::Transient { message, .. } => AppError::new(ErrorKind::Unavailable, message),
        fault => AppError::new(ErrorKind::Invalid, fault.to_string()),
    }
}

/// The values of the fields that are passwords.
fn secrets_of<'a>(way: &dyn SignIn, credentials: &'a Credentials) -> Vec<&'a str> {
    let SignInMethod::Form(form) = way.method() else { return vec![] };
    let secret = form.fields.iter().filter(|field| field.is_secret).map(|field| credentials.get(field.name));
    secret.filter(|value| !value.is_empty()).collect()
}

/// A server can repeat what it was sent in what it says; an error's words go into an address and are shown.
fn without(mut error: AppError, secrets: &[&str]) -> AppError {
    let problems = error.problems.iter_mut().map(|problem| &mut problem.message);
    for words in problems.chain([&mut error.message]) {
        for secret in secrets {
            *words = words.replace(*secret, "…");
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_does_not_repeat_a_password() {
        let error = AppError::invalid("bluesky.password", "No session for abcd-efgh.");
        let said = without(AppError { message: "Sent: abcd-efgh".into(), ..error }, &["abcd-efgh"]);
        assert_eq!((said.message.as_str(), said.problems[0].message.as_str()), ("Sent: …", "No session for …."));
    }
}
