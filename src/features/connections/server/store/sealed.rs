//! The sealed tokens of connections: read, replaced, and sealed anew.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use std::collections::HashMap;

/// A connection with its sealed tokens.
#[derive(Clone)]
pub struct Held {
    pub company: CompanyId,
    pub id: ConnectionId,
    pub platform: String,
    pub remote_id: String,
    pub handle: String,
    pub facts: serde_json::Value,
    pub state: String,
    pub state_reason: String,
    pub scopes: Vec<String>,
    pub kid: String,
    pub sealed_access: Vec<u8>,
    pub sealed_refresh: Option<Vec<u8>>,
    pub access_expires_at: Option<DateTime<Utc>>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub refreshed_at: DateTime<Utc>,
    /// Renewals in a row that failed for the moment.
    pub renewal_failures: i32,
}

/// `None`: the company has no such connection.
pub async fn held(db: &mut PgConnection, company: CompanyId, id: ConnectionId) -> Result<Option<Held>> {
    Ok(sqlx::query_as!(
        Held,
        "select company_id as company, id, platform, remote_id, handle, facts, state, state_reason, scopes, kid, sealed_access,
                sealed_refresh, access_expires_at, refresh_expires_at, refreshed_at, renewal_failures
         from connections where company_id = $1 and id = $2",
        company.0,
        id.0
    )
    .fetch_optional(db)
    .await?)
}

/// The same for many, in their order.
pub async fn held_many(db: &PgPool, asked: &[(CompanyId, ConnectionId)]) -> Result<Vec<Option<Held>>, sqlx::Error> {
    let (companies, ids): (Vec<_>, Vec<_>) = asked.iter().copied().unzip();
    let rows = sqlx::query_as!(
        Held,
        "select c.company_id as company, c.id, c.platform, c.remote_id, c.handle, c.facts, c.state, c.state_reason, c.scopes, c.kid,
                c.sealed_access, c.sealed_refresh, c.access_expires_at, c.refresh_expires_at, c.refreshed_at, c.renewal_failures
         from unnest($1::uuid[], $2::uuid[]) as a (company_id, id)
         join connections c on c.company_id = a.company_id and c.id = a.id",
        &companies as _,
        &ids as _
    )
    .fetch_all(db)
    .await?;
    let found: HashMap<_, _> = rows.into_iter().map(|held| ((held.company, held.id), held)).collect();
    Ok(asked.iter().map(|one| found.get(one).cloned()).collect())
}

/// Sealed tokens with what is known of their life.
pub struct Tokens {
    pub kid: String,
    pub access: Vec<u8>,
    pub refresh: Option<Vec<u8>>,
    pub access_expires_at: Option<DateTime<Utc>>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub scopes: Vec<String>,
}

/// Across all companies, for the job that seals tokens anew: the next connections behind `after` whose tokens another key
/// than `kid` sealed.
pub async fn under_older_keys(
    db: &PgPool,
    kid: &str,
    after: Option<(CompanyId, ConnectionId)>,
    limit: i64,
) -> Result<Vec<Held>> {
    let (company, id) = after.unwrap_or((CompanyId::nil(), ConnectionId::nil()));
    Ok(sqlx::query_as!(
        Held,
        "select company_id as company, id, platform, remote_id, handle, facts, state, state_reason, scopes, kid, sealed_access,
                sealed_refresh, access_expires_at, refresh_expires_at, refreshed_at, renewal_failures
         from connections
         where kid <> $1 and state <> 'disconnected' and (company_id, id) > ($2, $3)
         order by company_id, id limit $4",
        kid,
        company.0,
        id.0,
        limit
    )
    .fetch_all(db)
    .await?)
}

/// Puts the same tokens in their new seals, unless they were renewed meanwhile. True when it was done.
pub async fn swap_seals(db: &PgPool, old: &Held, fresh: &Tokens) -> Result<bool> {
    let done = sqlx::query!(
        "update connections set kid = $6, sealed_access = $7, sealed_refresh = $8
         where company_id = $1 and id = $2 and kid = $3 and sealed_access = $4
           and sealed_refresh is not distinct from $5",
        old.company.0,
        old.id.0,
        old.kid,
        old.sealed_access,
        old.sealed_refresh,
        fresh.kid,
        fresh.access,
        fresh.refresh
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}
