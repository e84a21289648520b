//! The rules of coming in, staying in and leaving.

use super::{password, store};
use crate::domain::error::{AppError, ErrorKind, Problem, Result};
use crate::domain::ids::{CompanyId, SessionId, UserId};
use crate::domain::moment::When;
use crate::features::identity::accounts::model::*;
use crate::features::identity::companies::server::service as companies;
use crate::infra::http::caller::Caller;
use crate::infra::http::throttle;
use crate::infra::session::{self, Who};
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use http::{HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use secrecy::{ExposeSecret, SecretString};

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

fn app() -> Result<App> {
    App::from_context().ok_or_else(|| AppError::bug(crate::infra::telemetry::request_id()))
}

pub async fn sign_up(new: SignUp<'_>) -> Result<()> {
    let (app, caller, old) = (app()?, Caller::from_context(), session::who().await.ok());
    throttle::check(&app.throttles.sign_in_by_address, &caller.ip, "attempts to sign up")?;
    let invited = match new.next.strip_prefix("/invite/") {
        Some(token) => companies::is_open_invitation(&app, token).await?,
        None => false,
    };
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
    let (id, _) = register(&app, new, own_company).await?;
    begin_session(&app, id, &caller, old).await
}

/// Makes a user, and a company of their own if that was asked for. The input was checked.
pub async fn register(app: &App, new: SignUp<'_>, own_company: bool) -> Result<(UserId, Option<CompanyId>)> {
    let hash = password::hash(new.password).await?;
    let id = UserId::new();
    let mut tx = app.db.begin().await?;
    let user =
        store::NewUser { id, email: &normal_email(&new.email), name: &normal_name(&new.name), password_hash: &hash };
    store::add_user(&mut tx, user).await?;
    let company = match own_company {
        true => Some(companies::found(&mut tx, id, &normal_name(&new.company), new.zone.trim()).await?),
        false => None,
    };
    tx.commit().await?;
    Ok((id, company))
}

pub async fn sign_in(email: &str, password: SecretString) -> Result<()> {
    let (app, caller, old) = (app()?, Caller::from_context(), session::who().await.ok());
    throttle::check(&app.throttles.sign_in_by_address, &caller.ip, "attempts to sign in")?;
    // Nobody's address is longer; a longer key would only fill the limiter.
    let email: String = normal_email(email).chars().take(EMAIL_MAX).collect();
    throttle::check(&app.throttles.sign_in_by_email, &email, "attempts to sign in to this account")?;
    let (user, hash) = store::password_of_email(&app.db, &email).await?.unzip();
    let right = password::verify(password, hash).await?;
    let Some(user) = user.filter(|_| right) else {
        tracing::info!(ip = caller.ip, "sign-in refused");
        return Err(AppError::new(ErrorKind::Unauthenticated, "The e-mail address or the password is wrong."));
    };
    begin_session(&app, user, &caller, old).await
}

/// Always a new session: whatever cookie the browser came with (somebody else may have planted it) is worth nothing now.
async fn begin_session(app: &App, user: UserId, caller: &Caller, old: Option<Who>) -> Result<()> {
    let cookie = session::begin(app, user, &caller.ip, &caller.user_agent).await?;
    if let Some(old) = old {
        session::end(app, old.session).await?;
    }
    set_cookie(cookie);
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
    Ok(SecurityData { email: who.email, zone: name, sessions })
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
    throttle::check(&who.app.throttles.sign_in_by_email, &who.email, "attempts to change the password")?;
    if let Some(problem) = password_problem("new_password", new.expose_secret(), &who.email) {
        return Err(AppError::problems(vec![problem]));
    }
    let kept = store::password_of(&who.app.db, who.user).await?;
    if !password::verify(old, kept).await? {
        return Err(AppError::invalid("old_password", "This is not your current password."));
    }
    let hash = password::hash(new).await?;
    store::change_password(&who.app.db, who.user, &hash, who.session).await
}

fn when(zone: Tz, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: zone::local(zone, at) }
}
