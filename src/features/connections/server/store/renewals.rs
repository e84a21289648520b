//! Renewals: which connections need one, and what came of it.

use super::Tokens;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

/// Fresh tokens of a connection whose grant is still the one that was renewed (of `seen`); false when it is not.
pub async fn save_tokens(
    db: &mut PgConnection,
    company: CompanyId,
    id: ConnectionId,
    seen: DateTime<Utc>,
    tokens: &Tokens,
) -> Result<bool> {
    let saved = sqlx::query!(
        "update connections
         set kid = $4, sealed_access = $5, sealed_refresh = $6, access_expires_at = $7, refresh_expires_at = $8,
             scopes = $9, refreshed_at = clock_timestamp(), renewal_tried_at = clock_timestamp(),
             renewal_result = 'renewed', renewal_note = '', renewal_failures = 0, renewal_not_before = null
         where company_id = $1 and id = $2 and refreshed_at = $3 and state <> 'disconnected'",
        company.0,
        id.0,
        seen,
        tokens.kid,
        tokens.access,
        tokens.refresh,
        tokens.access_expires_at,
        tokens.refresh_expires_at,
        &tokens.scopes
    )
    .execute(db)
    .await?;
    Ok(saved.rows_affected() == 1)
}

/// What came of a renewal that brought no new tokens.
pub struct Noted<'a> {
    /// `unchanged`, `failed` or `reconnect`.
    pub result: &'static str,
    pub note: &'a str,
    /// Not by itself before then.
    pub not_before: Option<DateTime<Utc>>,
    /// A person must consent again: the connection is marked so.
    pub park: bool,
}

/// Keeps it, unless the grant is no longer the one that was tried (of `seen`).
pub async fn note_renewal(
    db: &mut PgConnection,
    company: CompanyId,
    id: ConnectionId,
    seen: DateTime<Utc>,
    noted: &Noted<'_>,
) -> Result<()> {
    sqlx::query!(
        "update connections
         set renewal_tried_at = clock_timestamp(), renewal_result = $4, renewal_note = $5, renewal_not_before = $6,
             renewal_failures = case when $4 = 'failed' then renewal_failures + 1 else 0 end,
             state = case when $7 then 'reconnect' else state end,
             state_reason = case when $7 then $5 else state_reason end
         where company_id = $1 and id = $2 and refreshed_at = $3 and state <> 'disconnected'",
        company.0,
        id.0,
        seen,
        noted.result,
        noted.note,
        noted.not_before,
        noted.park
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Across all companies, for the sweep: active connections whose access is at the last fifth of its life, or ends within
/// 12 hours (two sweeps).
pub async fn due_for_refresh(db: &PgPool) -> Result<Vec<(CompanyId, ConnectionId)>> {
    let rows = sqlx::query!(
        "select company_id, id from connections
         where state = 'active'
           and access_expires_at - now() < greatest((access_expires_at - refreshed_at) * 0.2, interval '12 hours')
         order by access_expires_at"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.company_id, r.id)).collect())
}

/// Across all companies, between the sweeps: active connections that renew themselves and
/// - whose access will have ended when a post is due within `ahead_s` seconds, or
/// - whose long-lived access is at the last fifth of its life, or
/// - whose last renewal failed for the moment and may be tried again.
pub async fn due_ahead(
    db: &PgPool,
    themselves: &[String],
    ahead_s: f64,
    margin_s: f64,
    limit: i64,
) -> Result<Vec<(CompanyId, ConnectionId)>> {
    let rows = sqlx::query!(
        "select c.company_id, c.id from connections c
         where c.state = 'active' and (c.sealed_refresh is not null or c.platform = any($1))
           and (c.renewal_not_before is null or c.renewal_not_before <= now())
           and (c.renewal_failures > 0
                or (c.access_expires_at - c.refreshed_at >= interval '1 day'
                    and c.access_expires_at - now() < (c.access_expires_at - c.refreshed_at) * 0.2)
                or (c.access_expires_at < now() + make_interval(secs => $2::float8 + $3::float8)
                    and exists (select from deliveries d
                                where d.company_id = c.company_id and d.connection_id = c.id and d.state = 'queued'
                                  and d.due_at between now() and now() + make_interval(secs => $2::float8)
                                  and d.due_at + make_interval(secs => $3::float8) > c.access_expires_at)))
         order by c.access_expires_at limit $4",
        themselves,
        ahead_s,
        margin_s,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.company_id, r.id)).collect())
}
