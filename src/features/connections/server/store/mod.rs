//! SQL of connections. Tokens arrive sealed and leave sealed. This file: the connections themselves; `sealed`: their
//! tokens; `renewals`: keeping those fresh; `pauses`: sending nothing there for a while.

pub mod choices;
mod pauses;
mod renewals;
mod sealed;

pub use pauses::{pausable, pause, paused, resume};
pub use renewals::{Noted, due_ahead, due_for_refresh, note_renewal, save_tokens};
pub use sealed::{Held, Tokens, held, held_many, swap_seals, under_older_keys};

use crate::connectors::RemoteAccount;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, UserId};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use serde_json::Value;
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
    /// What the connector has kept of the account.
    pub facts: Value,
    pub waiting_posts: i64,
    /// Deliveries that wait for their time.
    pub planned_posts: i64,
    pub next_post: Option<DateTime<Utc>>,
    /// Those of them that come when the sign-in has ended.
    pub posts_after_end: i64,
    pub paused_at: Option<DateTime<Utc>>,
    pub pause_note: String,
}

/// Connections in use, and disconnected ones for which posts still wait. `themselves`: the platforms that renew a grant
/// without a refresh token. Of each account so many posts are counted, the earliest first.
pub async fn rows(t: &Tenant, themselves: &[String], counted: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        r#"select * from (
             select c.id, c.platform, c.handle, c.display_name, c.picture_url, c.profile_url, c.state, c.state_reason,
                    c.scopes, u.name as "connected_by?", c.connected_at, c.access_expires_at, life.renewable as "renewable!",
                    life.ends_at as "ends_at?", c.refreshed_at, c.renewal_tried_at, c.renewal_result, c.renewal_note,
                    c.renewal_not_before, c.facts, c.paused_at, c.pause_note,
                    (select count(*) from (
                       (select d.post_id from deliveries d
                        where d.company_id = $1 and d.connection_id = c.id and d.driving and d.listed_at is not null
                        order by d.listed_at limit $3)
                       union
                       (select d.post_id from deliveries d
                        where d.company_id = $1 and d.connection_id = c.id and d.signed_out and d.listed_at is not null
                        order by d.listed_at limit $3)) waiting) as "waiting_posts!",
                    planned.n as "planned_posts!", planned.next_post as "next_post?",
                    (select count(distinct l.post_id) from (
                       select d.post_id, d.due_at from deliveries d
                       where d.company_id = $1 and d.connection_id = c.id and d.driving and d.listed_at is not null
                         and d.state = 'queued'
                         and d.listed_at >= case when c.state = 'active' then life.ends_at else '-infinity'::timestamptz end
                       order by d.listed_at desc limit $3) l
                     where c.state <> 'active' or l.due_at >= life.ends_at) as "posts_after_end!"
             from connections c
             left join users u on u.id = c.connected_by
             cross join lateral (
               select c.sealed_refresh is not null or c.platform = any($2) as renewable,
                      case when c.sealed_refresh is not null then c.refresh_expires_at
                           when c.platform <> all($2) then c.access_expires_at end as ends_at) life
             cross join lateral (
               select count(distinct d.post_id) as n, min(d.due_at) as next_post
               from (select d.post_id, d.due_at from deliveries d
                     where d.company_id = $1 and d.connection_id = c.id and d.driving and d.listed_at is not null
                       and d.state = 'queued'
                     order by d.listed_at limit $3) d) planned
             where c.company_id = $1) as shown
           where state <> 'disconnected' or "waiting_posts!" > 0
           order by platform, lower(handle)"#,
        t.company.0,
        themselves,
        counted
    )
    .fetch_all(&t.db)
    .await?)
}

/// Accounts in use: connection, platform, the account's id there.
pub async fn accounts(t: &Tenant) -> Result<Vec<(ConnectionId, String, String)>> {
    let rows = sqlx::query!(
        "select id, platform, remote_id from connections where company_id = $1 and state = 'active'",
        t.company.0
    )
    .fetch_all(&t.db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.platform, r.remote_id)).collect())
}

/// Across all companies: whether an account in use was connected by this person's consent, as the member `name` of its
/// facts says.
pub async fn is_consent_used(db: &PgPool, platform: Platform, name: &str, person: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from connections
                          where platform = $1 and state <> 'disconnected' and facts ->> $2 = $3) as "used!""#,
        platform.id(),
        name,
        person
    )
    .fetch_one(db)
    .await?)
}

/// The company's time zone.
pub async fn zone(t: &Tenant) -> Result<String> {
    Ok(sqlx::query_scalar!("select zone from companies where id = $1", t.company.0).fetch_one(&t.db).await?)
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
        company.0,
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

/// Keeps an account as active. One that was connected before is the same row again, whatever state it was in.
pub async fn upsert(
    db: &mut PgConnection,
    company: CompanyId,
    platform: Platform,
    account: &RemoteAccount,
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
             renewal_failures = 0, renewal_not_before = null, paused_at = null, pause_note = ''
         returning id",
        company.0,
        ConnectionId::new().0,
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
        by as _
    )
    .fetch_one(db)
    .await?)
}

/// A person must consent again. What is disconnected stays disconnected.
pub async fn mark_reconnect(db: &mut PgConnection, company: CompanyId, id: ConnectionId, reason: &str) -> Result<()> {
    sqlx::query!(
        "update connections set state = 'reconnect', state_reason = $3
         where company_id = $1 and id = $2 and state <> 'disconnected'",
        company.0,
        id.0,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a connection and forgets its tokens; the row stays for the history of its posts.
pub async fn erase(db: &mut PgConnection, company: CompanyId, id: ConnectionId) -> Result<()> {
    sqlx::query!(
        "update connections
         set state = 'disconnected', state_reason = '', kid = '', sealed_access = '', sealed_refresh = null,
             access_expires_at = null, refresh_expires_at = null, paused_at = null, pause_note = ''
         where company_id = $1 and id = $2",
        company.0,
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}
