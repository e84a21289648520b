//! SQL of connections. Tokens arrive sealed and leave sealed.

use crate::connectors::Account;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, UserId, new_id};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

/// A connection as lists show it.
pub struct Row {
    pub id: ConnectionId,
    pub platform: String,
    pub handle: String,
    pub display_name: String,
    pub picture_url: Option<String>,
    pub profile_url: Option<String>,
    pub state: String,
    pub state_reason: String,
    pub scopes: Vec<String>,
    pub connected_by: Option<String>,
    pub connected_at: DateTime<Utc>,
    pub access_expires_at: Option<DateTime<Utc>>,
    /// It can be renewed without a person.
    pub renewable: bool,
    /// When a person must consent again; `None` while it renews itself.
    pub ends_at: Option<DateTime<Utc>>,
    pub refreshed_at: DateTime<Utc>,
    pub renewal_tried_at: Option<DateTime<Utc>>,
    pub renewal_result: String,
    pub renewal_note: String,
    pub renewal_not_before: Option<DateTime<Utc>>,
    pub waiting_posts: i64,
    /// Deliveries that wait for their time.
    pub planned_posts: i64,
    pub next_post: Option<DateTime<Utc>>,
    /// Those of them that come when the sign-in has ended.
    pub posts_after_end: i64,
}

/// Connections in use, and disconnected ones for which posts still wait. `themselves`: the platforms that renew a grant
/// without a refresh token.
pub async fn rows(t: &Tenant, themselves: &[String]) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        r#"select * from (
             select c.id, c.platform, c.handle, c.display_name, c.picture_url, c.profile_url, c.state, c.state_reason,
                    c.scopes, u.name as "connected_by?", c.connected_at, c.access_expires_at, life.renewable as "renewable!",
                    life.ends_at as "ends_at?", c.refreshed_at, c.renewal_tried_at, c.renewal_result, c.renewal_note,
                    c.renewal_not_before,
                    (select count(distinct d.post_id) from deliveries d join posts p on p.company_id = $1 and p.id = d.post_id
                     where d.company_id = $1 and d.connection_id = c.id and p.deleted_at is null
                       and d.state in ('queued', 'preparing', 'waiting', 'ready', 'armed', 'processing', 'needs_reconnect'))
                      as "waiting_posts!",
                    planned.n as "planned_posts!", planned.next_post as "next_post?", planned.after_end as "posts_after_end!"
             from connections c
             left join users u on u.id = c.connected_by
             cross join lateral (
               select c.sealed_refresh is not null or c.platform = any($2) as renewable,
                      case when c.sealed_refresh is not null then c.refresh_expires_at
                           when c.platform <> all($2) then c.access_expires_at end as ends_at) life
             cross join lateral (
               select count(distinct d.post_id) as n, min(d.due_at) as next_post,
                      count(distinct d.post_id) filter (where c.state <> 'active' or d.due_at >= life.ends_at) as after_end
               from deliveries d join posts p on p.company_id = $1 and p.id = d.post_id
               where d.company_id = $1 and d.connection_id = c.id and d.state = 'queued' and p.deleted_at is null) planned
             where c.company_id = $1) as shown
           where state <> 'disconnected' or "waiting_posts!" > 0
           order by platform, lower(handle)"#,
        t.company,
        themselves
    )
    .fetch_all(&t.db)
    .await?)
}

/// Accounts in use: connection, platform, the account's id there.
pub async fn accounts(t: &Tenant) -> Result<Vec<(ConnectionId, String, String)>> {
    let rows = sqlx::query!(
        "select id, platform, remote_id from connections where company_id = $1 and state = 'active'",
        t.company
    )
    .fetch_all(&t.db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.platform, r.remote_id)).collect())
}

/// Accounts in use per platform.
pub async fn counts(t: &Tenant) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select platform, count(*) as "n!" from connections
           where company_id = $1 and state <> 'disconnected' group by platform"#,
        t.company
    )
    .fetch_all(&t.db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.platform, r.n)).collect())
}

/// The company's time zone.
pub async fn zone(t: &Tenant) -> Result<String> {
    Ok(sqlx::query_scalar!("select zone from companies where id = $1", t.company).fetch_one(&t.db).await?)
}

/// A connection with its sealed tokens.
pub struct Held {
    pub id: ConnectionId,
    pub platform: String,
    pub remote_id: String,
    pub handle: String,
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

pub async fn held(db: &mut PgConnection, company: CompanyId, id: ConnectionId) -> Result<Option<Held>> {
    Ok(sqlx::query_as!(
        Held,
        "select id, platform, remote_id, handle, state, state_reason, scopes, kid, sealed_access, sealed_refresh,
                access_expires_at, refresh_expires_at, refreshed_at, renewal_failures
         from connections where company_id = $1 and id = $2",
        company,
        id
    )
    .fetch_optional(db)
    .await?)
}

/// The same for many, in their order.
pub async fn held_many(db: &PgPool, asked: &[(CompanyId, ConnectionId)]) -> Result<Vec<Option<Held>>, sqlx::Error> {
    let (companies, ids): (Vec<_>, Vec<_>) = asked.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select a.n as "n!", c.id, c.platform, c.remote_id, c.handle, c.state, c.state_reason, c.scopes, c.kid,
                  c.sealed_access, c.sealed_refresh, c.access_expires_at, c.refresh_expires_at, c.refreshed_at, c.renewal_failures
           from unnest($1::uuid[], $2::uuid[]) with ordinality as a (company_id, id, n)
           join connections c on c.company_id = a.company_id and c.id = a.id"#,
        &companies,
        &ids
    )
    .fetch_all(db)
    .await?;
    let mut answers: Vec<Option<Held>> = asked.iter().map(|_| None).collect();
    for r in rows {
        let held = Held {
            id: r.id,
            platform: r.platform,
            remote_id: r.remote_id,
            handle: r.handle,
            state: r.state,
            state_reason: r.state_reason,
            scopes: r.scopes,
            kid: r.kid,
            sealed_access: r.sealed_access,
            sealed_refresh: r.sealed_refresh,
            access_expires_at: r.access_expires_at,
            refresh_expires_at: r.refresh_expires_at,
            refreshed_at: r.refreshed_at,
            renewal_failures: r.renewal_failures,
        };
        if let Some(answer) = answers.get_mut(r.n as usize - 1) {
            *answer = Some(held);
        }
    }
    Ok(answers)
}

/// The connection of this account at the platform, if it was ever connected.
pub async fn find_account(
    db: &mut PgConnection,
    company: CompanyId,
    platform: Platform,
    remote_id: &str,
) -> Result<Option<ConnectionId>> {
    Ok(sqlx::query_scalar!(
        "select id from connections where company_id = $1 and platform = $2 and remote_id = $3",
        company,
        platform.id(),
        remote_id
    )
    .fetch_optional(db)
    .await?)
}

/// Whoever changes a connection's tokens holds this until the end of the transaction, on whichever node. The
/// platform is asked meanwhile, so the transaction may stand still for longer than others.
pub async fn lock(tx: &mut PgConnection, id: ConnectionId) -> Result<()> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1, 0)),
                set_config('idle_in_transaction_session_timeout', '120s', true)",
        format!("connection {id}")
    )
    .fetch_one(tx)
    .await?;
    Ok(())
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

/// Keeps an account as active. One that was connected before is the same row again, whatever state it was in.
pub async fn upsert(
    db: &mut PgConnection,
    company: CompanyId,
    platform: Platform,
    account: &Account,
    tokens: &Tokens,
    by: Option<UserId>,
) -> Result<ConnectionId> {
    Ok(sqlx::query_scalar!(
        "insert into connections (company_id, id, platform, remote_id, handle, display_name, picture_url, profile_url,
                                  scopes, kid, sealed_access, sealed_refresh, access_expires_at, refresh_expires_at,
                                  facts, connected_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict on constraint connections_one_per_account do update
         set handle = excluded.handle, display_name = excluded.display_name, picture_url = excluded.picture_url,
             profile_url = excluded.profile_url, scopes = excluded.scopes, kid = excluded.kid,
             sealed_access = excluded.sealed_access, sealed_refresh = excluded.sealed_refresh,
             access_expires_at = excluded.access_expires_at, refresh_expires_at = excluded.refresh_expires_at,
             facts = excluded.facts, connected_by = excluded.connected_by, connected_at = now(), refreshed_at = now(),
             state = 'active', state_reason = '', renewal_tried_at = null, renewal_result = '', renewal_note = '',
             renewal_failures = 0, renewal_not_before = null
         returning id",
        company,
        new_id(),
        platform.id(),
        account.remote_id,
        account.handle,
        account.display_name,
        account.picture_url,
        account.profile_url,
        &tokens.scopes,
        tokens.kid,
        tokens.access,
        tokens.refresh,
        tokens.access_expires_at,
        tokens.refresh_expires_at,
        account.facts,
        by
    )
    .fetch_one(db)
    .await?)
}

/// Across all companies, for the job that seals tokens anew: the next connections behind `after` whose tokens another key
/// than `kid` sealed.
pub async fn under_older_keys(
    db: &PgPool,
    kid: &str,
    after: Option<(CompanyId, ConnectionId)>,
    limit: i64,
) -> Result<Vec<(CompanyId, Held)>> {
    let (company, id) = after.unwrap_or_default();
    let rows = sqlx::query!(
        "select company_id, id, platform, remote_id, handle, state, state_reason, scopes, kid, sealed_access,
                sealed_refresh, access_expires_at, refresh_expires_at, refreshed_at, renewal_failures
         from connections
         where kid <> $1 and state <> 'disconnected' and (company_id, id) > ($2, $3)
         order by company_id, id limit $4",
        kid,
        company,
        id,
        limit
    )
    .fetch_all(db)
    .await?;
    let held = rows.into_iter().map(|r| {
        let held = Held {
            id: r.id,
            platform: r.platform,
            remote_id: r.remote_id,
            handle: r.handle,
            state: r.state,
            state_reason: r.state_reason,
            scopes: r.scopes,
            kid: r.kid,
            sealed_access: r.sealed_access,
            sealed_refresh: r.sealed_refresh,
            access_expires_at: r.access_expires_at,
            refresh_expires_at: r.refresh_expires_at,
            refreshed_at: r.refreshed_at,
            renewal_failures: r.renewal_failures,
        };
        (r.company_id, held)
    });
    Ok(held.collect())
}

/// Puts the same tokens in their new seals, unless they were renewed meanwhile. True when it was done.
pub async fn swap_seals(db: &PgPool, company: CompanyId, old: &Held, fresh: &Tokens) -> Result<bool> {
    let done = sqlx::query!(
        "update connections set kid = $6, sealed_access = $7, sealed_refresh = $8
         where company_id = $1 and id = $2 and kid = $3 and sealed_access = $4
           and sealed_refresh is not distinct from $5",
        company,
        old.id,
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

/// How many sign-ins each encryption key has sealed; of one company or of all.
pub async fn kids(db: &PgPool, company: Option<CompanyId>) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select kid, count(*) as "n!" from connections
           where state <> 'disconnected' and (company_id = $1 or $1::uuid is null) group by kid"#,
        company
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.kid, r.n)).collect())
}

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
        company,
        id,
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
        company,
        id,
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

/// A person must consent again. What is disconnected stays disconnected.
pub async fn mark_reconnect(t: &Tenant, id: ConnectionId, reason: &str) -> Result<()> {
    sqlx::query!(
        "update connections set state = 'reconnect', state_reason = $3
         where company_id = $1 and id = $2 and state <> 'disconnected'",
        t.company,
        id,
        reason
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// Ends a connection and forgets its tokens; the row stays for the history of its posts.
pub async fn erase(db: &mut PgConnection, company: CompanyId, id: ConnectionId) -> Result<()> {
    sqlx::query!(
        "update connections
         set state = 'disconnected', state_reason = '', kid = '', sealed_access = '', sealed_refresh = null,
             access_expires_at = null, refresh_expires_at = null
         where company_id = $1 and id = $2",
        company,
        id
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
