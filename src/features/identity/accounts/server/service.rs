//! The rules of coming in, staying in and leaving.

use super::store::events::{self, By, Happened};
use super::store::resets;
use super::{device, password, profile, store};
use crate::domain::error::{AppError, ErrorKind, Problem, Result};
use crate::domain::ids::{CompanyId, SessionId, UserId};
use crate::domain::moment::When;
use crate::features::identity::accounts::model::*;
use crate::features::identity::companies::server::service as companies;
use crate::infra::http::caller::{Caller, network};
use crate::infra::http::throttle;
use crate::infra::session::{self, Who};
use crate::infra::settings::web::SignupPolicy;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use http::{HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;

/// What somebody typed to sign up.
pub struct SignUp<'a> {
    pub name: String,
    pub email: String,
    pub password: SecretString,
    pub company: String,
    pub zone: String,
    /// Where they go then; an open invitation there means that they need no company of their own.
    pub next: &'a str,
}

pub(super) fn app() -> Result<App> {
    App::from_context().ok_or_else(|| AppError::bug(crate::infra::telemetry::request_id()))
}

pub async fn sign_up(new: SignUp<'_>) -> Result<()> {
    let (app, caller, old) = (app()?, Caller::from_context(), session::who().await.ok());
    let invited = match new.next.strip_prefix("/invite/") {
        Some(token) => companies::is_open_invitation(&app, token).await?,
        None => false,
    };
    throttle::check(&app.throttles.entrance_by_network, &caller.network, "attempts to sign up")?;
    if !invited {
        throttle::check(&app.throttles.sign_up, &caller.network, "new accounts")?;
        if app.settings.web.signup == SignupPolicy::Invited && store::anybody(&app.db).await? {
            return Err(AppError::forbidden(
                "New accounts are by invitation here. Ask an admin of your company to send you a link.",
            ));
        }
    }
    let own_company = !(invited && new.company.trim().is_empty());
    let mut problems: Vec<Problem> = [
        name_problem("name", &new.name, "Your name"),
        email_problem(&new.email),
        password_problem("password", new.password.expose_secret(), &new.email),
    ]
    .into_iter()
    .flatten()
    .collect();
    if own_company {
        problems.extend(name_problem("company", &new.company, "The company's name"));
        problems.extend(companies::zone_problem(&new.zone));
    }
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    let email = normal_email(&new.email);
    let id = match store::password_of_email(&app.db, &email).await? {
        // Who has an account and types its password is let in, as a new person is; it counts as an attempt to sign in,
        // and takes one hashing like making an account.
        Some((user, hash)) => {
            attempt(&app, &caller, &email, Some(user)).await?;
            if !password::verify(new.password, Some(hash)).await? {
                return Err(store::email_refused());
            }
            user
        }
        None => register(&app, new, own_company).await?.0,
    };
    begin_session(&app, id, &caller, old).await
}

/// Makes a user, and a company of their own if that was asked for. The input was checked.
pub async fn register(app: &App, new: SignUp<'_>, own_company: bool) -> Result<(UserId, Option<CompanyId>)> {
    let mut tx = app.db.begin().await?;
    let made = add(&mut tx, new, own_company).await?;
    tx.commit().await?;
    Ok(made)
}

/// Makes the demo's owner and company, marked as such.
pub async fn register_demo(app: &App, new: SignUp<'_>) -> Result<(UserId, CompanyId)> {
    let mut tx = app.db.begin().await?;
    let (user, company) = add(&mut tx, new, true).await?;
    let company = company.ok_or_else(|| AppError::bug(None))?;
    store::mark_as_demo(&mut tx, user).await?;
    companies::mark_as_demo(&mut tx, company).await?;
    tx.commit().await?;
    Ok((user, company))
}

async fn add(db: &mut PgConnection, new: SignUp<'_>, own_company: bool) -> Result<(UserId, Option<CompanyId>)> {
    let hash = password::hash(new.password).await?;
    let id = UserId::new();
    let user =
        store::NewUser { id, email: &normal_email(&new.email), name: &normal_name(&new.name), password_hash: &hash };
    store::add_user(db, user).await?;
    let company = match own_company {
        true => Some(companies::found(db, id, &normal_name(&new.company), new.zone.trim()).await?),
        false => None,
    };
    Ok((id, company))
}

pub async fn sign_in(email: &str, password: SecretString) -> Result<()> {
    let (app, caller, old) = (app()?, Caller::from_context(), session::who().await.ok());
    // Nobody's address is longer; a longer key would only fill the limiter.
    let email: String = normal_email(email).chars().take(EMAIL_MAX).collect();
    let (user, hash) = store::password_of_email(&app.db, &email).await?.unzip();
    attempt(&app, &caller, &email, user).await?;
    let right = password::verify(password, hash).await?;
    let Some(user) = user.filter(|_| right) else {
        tracing::info!(ip = caller.ip, "sign-in refused");
        return Err(AppError::new(ErrorKind::Unauthenticated, "The e-mail address or the password is wrong."));
    };
    begin_session(&app, user, &caller, old).await
}

/// Counts an attempt to sign in. Guessers must not lock the owner out, so whoever is known has a bucket of their own: a
/// browser in which this account was signed in before, then a network in which it is signed in. All others share one.
async fn attempt(app: &App, caller: &Caller, email: &str, user: Option<UserId>) -> Result<()> {
    const WHAT: &str = "attempts to sign in to this account";
    let nobody = UserId::nil();
    if let Some(device) = device::known(app, user.unwrap_or(nobody)) {
        return throttle::check(&app.throttles.sign_in_from_here, &device, WHAT);
    }
    throttle::check(&app.throttles.entrance_by_network, &caller.network, "attempts to sign in")?;
    // Asked for nobody too: both answers take as long.
    let networks = session::addresses(&app.db, user.unwrap_or(nobody)).await?;
    let known = networks.iter().filter_map(|ip| ip.parse().ok()).any(|ip| network(ip).to_string() == caller.network);
    throttle::check(&app.throttles.sign_in_from_here, &format!("{email} {}", caller.network), WHAT)?;
    match known {
        true => Ok(()),
        // Its owner may be among them, away from where they usually are: a link is another way in.
        false => throttle::check(&app.throttles.sign_in_by_strangers, email, WHAT).map_err(|error| {
            let message =
                format!("{} An admin of your company can make you a link that lets you in at once.", error.message);
            AppError { message, ..error }
        }),
    }
}

/// Always a new session: whatever cookie the browser came with (somebody else may have planted it) is worth nothing now.
pub(super) async fn begin_session(app: &App, user: UserId, caller: &Caller, old: Option<Who>) -> Result<()> {
    let cookie = session::begin(app, user, &caller.ip, &caller.user_agent).await?;
    if let Some(old) = old {
        session::end(app, old.session).await?;
    }
    set_cookie(cookie);
    set_cookie(device::cookie(app, user));
    Ok(())
}

pub async fn sign_out() -> Result<()> {
    let app = app()?;
    if let Ok(who) = session::who().await {
        session::end(&app, who.session).await?;
    }
    set_cookie(session::cleared_cookie(&app));
    Ok(())
}

fn set_cookie(value: HeaderValue) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.append_header(header::SET_COOKIE, value);
    }
}

pub async fn sessions(who: Who) -> Result<SecurityData> {
    let name = companies::zone_of(&who).await?;
    let zone = zone::of(&name);
    let mut sessions: Vec<_> = session::of_user(&who.app.db, who.user)
        .await?
        .into_iter()
        .map(|s| SessionRow {
            id: s.id,
            device: device(&s.user_agent),
            ip: s.ip,
            signed_in: when(zone, s.created_at),
            last_seen: when(zone, s.last_seen_at),
            current: s.id == who.session,
        })
        .collect();
    sessions.sort_by_key(|s| !s.current);
    let history = profile::history(&who, zone).await?;
    Ok(SecurityData { email: who.email, zone: name, sessions, history })
}

pub async fn end_session(who: Who, id: SessionId) -> Result<()> {
    if !session::end_own(&who.app.db, who.user, id).await? {
        return Err(AppError::not_found("session"));
    }
    Ok(())
}

pub async fn end_other_sessions(who: &Who) -> Result<u64> {
    session::end_others(&mut *who.app.db.acquire().await?, who.user, who.session).await
}

pub async fn change_password(who: Who, old: SecretString, new: SecretString) -> Result<()> {
    // Whoever sits at an open browser must not be able to guess either.
    throttle::check(&who.app.throttles.password, &who.user.to_string(), "attempts to change the password")?;
    let kept = store::password_of(&who.app.db, who.user).await?;
    let wrong = (!password::verify(old, kept).await?)
        .then(|| Problem::error("old_password", "This is not your current password."));
    let weak = password_problem("new_password", new.expose_secret(), &who.email);
    let problems: Vec<_> = wrong.into_iter().chain(weak).collect();
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    let hash = password::hash(new).await?;
    let mut tx = who.app.db.begin().await?;
    store::set_password(&mut tx, who.user, &hash).await?;
    session::end_others(&mut tx, who.user, who.session).await?;
    // Whoever knows the password needs no link, and nobody else shall have one.
    resets::revoke_open(&mut tx, who.user).await?;
    let by = By { user: Some(who.user), name: &who.name, ip: &Caller::from_context().ip };
    events::add(&mut tx, who.user, Happened::PasswordChanged, by).await?;
    tx.commit().await?;
    Ok(())
}

fn when(zone: Tz, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: zone::local(zone, at) }
}
