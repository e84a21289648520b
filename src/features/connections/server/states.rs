//! SQL of consents in flight: the states, and the grants that wait for a choice. Tokens arrive sealed and leave sealed.

use super::store::Tokens;
use crate::domain::error::Result;
use crate::domain::ids::{ConnectionId, ConsentId, SessionId, UserId};
use crate::domain::platform::Platform;
use crate::infra::crypto::Sealed;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::PgPool;

/// A consent that is about to begin.
pub struct NewState<'a> {
    pub id: ConsentId,
    pub state_sha256: Vec<u8>,
    pub platform: Platform,
    pub session: SessionId,
    pub user: UserId,
    pub verifier: &'a Sealed,
    pub for_connection: Option<ConnectionId>,
    pub minutes: i32,
}

/// Begins a consent. (Old ones go with the nightly clean-up.)
pub async fn begin_state(t: &Tenant, new: NewState<'_>) -> Result<()> {
    sqlx::query!(
        "insert into oauth_states (company_id, id, state_sha256, platform, session_id, user_id, kid, sealed_verifier,
                                   for_connection, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(mins => $10))",
        t.company.0,
        new.id.0,
        new.state_sha256,
        new.platform.id(),
        new.session.0,
        new.user.0,
        new.verifier.kid,
        new.verifier.bytes,
        new.for_connection as _,
        new.minutes
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// What a browser comes back with, and who it belongs to.
pub struct Presented<'a> {
    pub state_sha256: &'a [u8],
    pub platform: Platform,
    pub session: SessionId,
    pub user: UserId,
}

/// A consent that came back.
pub struct Taken {
    pub id: ConsentId,
    pub kid: String,
    pub sealed_verifier: Vec<u8>,
    pub for_connection: Option<ConnectionId>,
}

/// Uses a state up, in one statement: of two callers with the same state one gets it.
pub async fn take_state(t: &Tenant, by: &Presented<'_>) -> Result<Option<Taken>> {
    Ok(sqlx::query_as!(
        Taken,
        "update oauth_states set used_at = now()
         where company_id = $1 and state_sha256 = $2 and platform = $3 and session_id = $4 and user_id = $5
           and used_at is null and expires_at > now()
         returning id, kid, sealed_verifier, for_connection",
        t.company.0,
        by.state_sha256,
        by.platform.id(),
        by.session.0,
        by.user.0
    )
    .fetch_optional(&t.db)
    .await?)
}

/// Why a state could not be taken: (used, expired), if it belongs to this session at all.
pub async fn judge_state(t: &Tenant, by: &Presented<'_>) -> Result<Option<(bool, bool)>> {
    let row = sqlx::query!(
        r#"select used_at is not null as "used!", expires_at <= now() as "expired!" from oauth_states
           where company_id = $1 and state_sha256 = $2 and platform = $3 and session_id = $4 and user_id = $5"#,
        t.company.0,
        by.state_sha256,
        by.platform.id(),
        by.session.0,
        by.user.0
    )
    .fetch_optional(&t.db)
    .await?;
    Ok(row.map(|r| (r.used, r.expired)))
}

/// What went wrong with a consent, for the page that is shown next.
pub async fn note_state(t: &Tenant, id: ConsentId, note: &str) -> Result<()> {
    sqlx::query!("update oauth_states set note = $3 where company_id = $1 and id = $2", t.company.0, id.0, note)
        .execute(&t.db)
        .await?;
    Ok(())
}

/// The note, for the session that it is about and for an hour.
pub async fn read_note(t: &Tenant, id: ConsentId, session: SessionId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "select note from oauth_states
         where company_id = $1 and id = $2 and session_id = $3 and note <> ''
           and created_at > now() - interval '1 hour'",
        t.company.0,
        id.0,
        session.0
    )
    .fetch_optional(&t.db)
    .await?)
}

/// Keeps a grant until one of its accounts is chosen.
pub async fn keep_choice(
    t: &Tenant,
    id: ConsentId,
    tokens: &Tokens,
    accounts: serde_json::Value,
    minutes: i32,
) -> Result<()> {
    sqlx::query!(
        "insert into oauth_choices (company_id, id, kid, sealed_access, sealed_refresh, access_expires_at,
                                    refresh_expires_at, scopes, accounts, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(mins => $10))",
        t.company.0,
        id.0,
        tokens.kid,
        tokens.access,
        tokens.refresh,
        tokens.access_expires_at,
        tokens.refresh_expires_at,
        &tokens.scopes,
        accounts,
        minutes
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// A grant that waits for a choice.
pub struct Pending {
    pub platform: String,
    pub kid: String,
    pub sealed_access: Vec<u8>,
    pub sealed_refresh: Option<Vec<u8>>,
    pub access_expires_at: Option<DateTime<Utc>>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub scopes: Vec<String>,
    pub accounts: serde_json::Value,
}

/// Only for the session that consented.
pub async fn pending(t: &Tenant, id: ConsentId, session: SessionId) -> Result<Option<Pending>> {
    Ok(sqlx::query_as!(
        Pending,
        "select s.platform, c.kid, c.sealed_access, c.sealed_refresh, c.access_expires_at, c.refresh_expires_at,
                c.scopes, c.accounts
         from oauth_choices c join oauth_states s on s.company_id = $1 and s.id = c.id
         where c.company_id = $1 and c.id = $2 and s.session_id = $3 and c.expires_at > now()",
        t.company.0,
        id.0,
        session.0
    )
    .fetch_optional(&t.db)
    .await?)
}

/// Forgets a grant, chosen from or not.
pub async fn drop_choice(t: &Tenant, id: ConsentId) -> Result<()> {
    sqlx::query!("delete from oauth_choices where company_id = $1 and id = $2", t.company.0, id.0)
        .execute(&t.db)
        .await?;
    Ok(())
}

/// Across all companies, for the sweep: grants that nobody chose from.
pub async fn drop_stale_choices(db: &PgPool) -> Result<()> {
    sqlx::query!("delete from oauth_choices where expires_at < now()").execute(db).await?;
    Ok(())
}

/// Deletes used and expired consents, a day later.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done =
            sqlx::query!("delete from oauth_states where coalesce(used_at, expires_at) < now() - interval '1 day'")
                .execute(&db)
                .await?;
        Ok(done.rows_affected())
    })
}
