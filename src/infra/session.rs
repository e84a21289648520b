//! Who is calling. The cookie holds 256 random bits; the table holds their SHA-256, the user and the current company.
//! A middleware resolves it once per request; server functions and REST handlers only read the result.

use super::database::Tenant;
use super::state::App;
use super::telemetry;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, SessionId, UserId};
use crate::domain::permission::{Permission, Role};
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use rand::RngCore;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};

/// Seven days from sign-in.
pub const SESSION_DAYS: i64 = 7;

/// The signed-in person, in the company that they are looking at.
#[derive(Clone)]
pub struct Who {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub is_instance_owner: bool,
    /// The session's public id (for the list of sessions), not its token.
    pub session: SessionId,
    /// `None` until the person belongs to a company.
    pub membership: Option<(CompanyId, Role)>,
    pub app: App,
}

/// A caller who may do what was asked, with the handle for the company.
#[derive(Clone)]
pub struct Granted {
    pub user: UserId,
    pub name: String,
    pub session: SessionId,
    pub company: CompanyId,
    pub role: Role,
    pub tenant: Tenant,
    pub app: App,
}

impl Who {
    /// The gate: every handler's first line goes through it.
    pub fn require(self, permission: Permission) -> Result<Granted> {
        let Some((company, role)) = self.membership else {
            return Err(AppError::forbidden(
                "You do not belong to a company yet. Create one or ask for an invitation.",
            ));
        };
        if !role.may(permission) {
            return Err(AppError::forbidden(format!(
                "Your role ({}) does not allow you to {}. Ask an admin of the company.",
                role.name(),
                permission.verb()
            )));
        }
        Ok(Granted {
            user: self.user,
            name: self.name,
            session: self.session,
            company,
            role,
            tenant: self.app.tenant(company),
            app: self.app,
        })
    }
}

impl Who {
    /// The same person in another of their companies, as an address or body names it; not found when they do not belong
    /// to it. `None`: the company that they are looking at.
    pub async fn in_company(self, company: Option<&str>) -> Result<Self> {
        let Some(company) = company else { return Ok(self) };
        let gone = || AppError::not_found("company");
        let company: CompanyId = company.parse().map_err(|_| gone())?;
        if self.membership.is_some_and(|(own, _)| own == company) {
            return Ok(self);
        }
        let role =
            sqlx::query_scalar!("select role from members where company_id = $1 and id = $2", company.0, self.user.0)
                .fetch_optional(&self.app.db)
                .await?;
        let role = role.as_deref().and_then(Role::parse).ok_or_else(gone)?;
        Ok(Self { membership: Some((company, role)), ..self })
    }
}

/// The signed-in person inside a server function or page render. A server function that needs one asks
/// [`super::http::call`] for it.
pub async fn who() -> Result<Who> {
    leptos::prelude::use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Who>().cloned())
        .ok_or_else(AppError::unauthenticated)
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Who>().cloned().ok_or_else(AppError::unauthenticated)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Who {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>> {
        Ok(parts.extensions.get::<Who>().cloned())
    }
}

/// The session's cookie. With https it gets the prefix `__Host-`; on plain http (localhost, tests) browsers refuse that.
const COOKIE: &str = "lux";

/// A `Set-Cookie` value of ours for all pages: out of reach for scripts and for other sites. `name` without its prefix.
pub fn cookie(app: &App, name: &str, value: &str, max_age: i64) -> HeaderValue {
    let (prefix, secure) = match app.settings.public_url.scheme() {
        "https" => ("__Host-", "; Secure"),
        _ => ("", ""),
    };
    HeaderValue::from_str(&format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}"))
        .expect("cookie is ASCII")
}

/// The cookie of this name, as [`cookie`] set it.
pub fn own_cookie(app: &App, headers: &HeaderMap, name: &str) -> Option<String> {
    let prefix = if app.settings.public_url.scheme() == "https" { "__Host-" } else { "" };
    cookie_value(headers, &format!("{prefix}{name}"))
}

/// 256 random bits, URL-safe.
pub fn random_token() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn sha256(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The value of a cookie of this name.
pub fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Resolves the cookie and leaves a [`Who`] in the request's extensions.
pub async fn resolve(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(token) = own_cookie(&app, request.headers(), COOKIE) {
        match find(&app, &token).await {
            Ok(Some(who)) => {
                if let Some(work) = telemetry::work() {
                    let _ = work.user.set(who.user);
                    who.membership.map(|(company, _)| work.company.set(company));
                }
                request.extensions_mut().insert(who);
            }
            Ok(None) => {}
            Err(error) => return axum::response::IntoResponse::into_response(error),
        }
    }
    next.run(request).await
}

async fn find(app: &App, token: &str) -> Result<Option<Who>> {
    let row = sqlx::query!(
        r#"select s.id, s.user_id, s.last_seen_at, u.email, u.name, u.is_instance_owner,
                  m.company_id as "company?", m.role as "role?"
           from sessions s
           join users u on u.id = s.user_id
           left join members m on m.id = s.user_id and m.company_id = s.current_company
           where s.token_sha256 = $1 and s.expires_at > now()"#,
        sha256(token)
    )
    .fetch_optional(&app.db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    // One write a minute at most: "last seen" is for people, not for accounting.
    if (Utc::now() - row.last_seen_at).num_seconds() > 60 {
        sqlx::query!("update sessions set last_seen_at = now() where id = $1", row.id.0).execute(&app.db).await?;
    }
    let membership = row.company.zip(row.role.as_deref().and_then(Role::parse));
    Ok(Some(Who {
        user: row.user_id,
        email: row.email,
        name: row.name,
        is_instance_owner: row.is_instance_owner,
        session: row.id,
        membership,
        app: app.clone(),
    }))
}

/// Begins a session in the person's oldest company (if any); returns the `Set-Cookie` value.
pub async fn begin(app: &App, user: UserId, ip: &str, user_agent: &str) -> Result<HeaderValue> {
    let token = random_token();
    let user_agent: String = user_agent.chars().take(300).collect();
    sqlx::query!(
        "insert into sessions (token_sha256, id, user_id, current_company, expires_at, ip, user_agent)
         values ($1, $2, $3, (select company_id from members where id = $3 order by joined_at limit 1),
                 now() + make_interval(days => $4), $5, $6)",
        sha256(&token),
        SessionId::new().0,
        user.0,
        SESSION_DAYS as i32,
        ip,
        user_agent
    )
    .execute(&app.db)
    .await?;
    Ok(cookie(app, COOKIE, &token, SESSION_DAYS * 86_400))
}

/// Turns a session to another company of the person; false when they do not belong to it.
pub async fn look_at(app: &App, session: SessionId, company: CompanyId) -> Result<bool> {
    let turned = sqlx::query!(
        "update sessions s set current_company = $2
         where s.id = $1 and exists (select 1 from members m where m.company_id = $2 and m.id = s.user_id)",
        session.0,
        company.0
    )
    .execute(&app.db)
    .await?;
    Ok(turned.rows_affected() == 1)
}

/// Ends a session on the server.
pub async fn end(app: &App, session: SessionId) -> Result<()> {
    sqlx::query!("delete from sessions where id = $1", session.0).execute(&app.db).await?;
    Ok(())
}

/// The `Set-Cookie` value that ends the session in the browser.
pub fn cleared_cookie(app: &App) -> HeaderValue {
    cookie(app, COOKIE, "", 0)
}

/// A live session.
pub struct Session {
    pub id: SessionId,
    pub ip: String,
    pub user_agent: String,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

/// The person's live sessions, the latest first.
pub async fn of_user(db: &PgPool, user: UserId) -> Result<Vec<Session>> {
    Ok(sqlx::query_as!(
        Session,
        "select id, ip, user_agent, created_at, last_seen_at from sessions
         where user_id = $1 and expires_at > now() order by last_seen_at desc, id",
        user.0
    )
    .fetch_all(db)
    .await?)
}

/// Where the person's live sessions were begun.
pub async fn addresses(db: &PgPool, user: UserId) -> Result<Vec<String>> {
    let ips = sqlx::query_scalar!(
        "select distinct ip from sessions where user_id = $1 and expires_at > now() limit 100",
        user.0
    );
    Ok(ips.fetch_all(db).await?)
}

/// Ends a session of this person; false when it is not theirs or gone.
pub async fn end_own(db: &PgPool, user: UserId, session: SessionId) -> Result<bool> {
    let ended =
        sqlx::query!("delete from sessions where user_id = $1 and id = $2", user.0, session.0).execute(db).await?;
    Ok(ended.rows_affected() == 1)
}

/// Turns the sessions of a person who looked at this company to their oldest other one, if any.
pub async fn leave_company(db: &mut PgConnection, company: CompanyId, user: UserId) -> Result<()> {
    sqlx::query!(
        "update sessions set current_company =
           (select company_id from members where id = $2 order by joined_at limit 1)
         where user_id = $2 and current_company = $1",
        company.0,
        user.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends every other session of this person; how many there were.
pub async fn end_others(db: &mut PgConnection, user: UserId, this_session: SessionId) -> Result<u64> {
    let ended = sqlx::query!("delete from sessions where user_id = $1 and id <> $2", user.0, this_session.0)
        .execute(db)
        .await?;
    Ok(ended.rows_affected())
}

/// Ends every session of this person.
pub async fn end_all(db: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("delete from sessions where user_id = $1", user.0).execute(db).await?;
    Ok(())
}

/// Deletes the sessions that have ended.
pub fn delete_ended(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from sessions where expires_at < now()").execute(&db).await?;
        Ok(done.rows_affected())
    })
}
