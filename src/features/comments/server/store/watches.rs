//! When which post's comments are read.

use super::found::Under;
use crate::connectors::RemotePost;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// A post whose comments are to be read.
pub struct Watch {
    pub company: CompanyId,
    pub under: Under,
    pub platform: Platform,
    pub post: RemotePost,
    pub live_at: DateTime<Utc>,
    /// How often in a row it could not be read.
    pub failures: i32,
    /// Where the platform's list goes on behind what was read of it; `None`: it was read to its end.
    pub rest: Option<String>,
    /// The post was deleted there from here.
    pub removed: bool,
}

/// Takes up the posts that went out in the last `days` days to accounts of these platforms. For the job, which works for
/// the instance, or for one company. They are due `now`: whoever takes them up reads them in the same run.
pub async fn take_up(
    db: &PgPool,
    company: Option<CompanyId>,
    platforms: &[String],
    days: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into comment_watches (company_id, id, connection_id, next_at)
         select d.company_id, d.id, d.connection_id, $4
         from connections a cross join lateral (
           select d.company_id, d.id, d.connection_id from deliveries d
           where d.company_id = a.company_id and d.connection_id = a.id and d.published and d.part = 0
             and d.listed_at > now() - make_interval(days => $3) and d.remote_id is not null and d.removed_at is null
             and not exists (select from comment_watches w where w.company_id = d.company_id and w.id = d.id)
           limit 1000) d
         where a.state = 'active' and a.platform = any($2) and ($1::uuid is null or a.company_id = $1)
         on conflict do nothing",
        company as _,
        platforms,
        days,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is to be read now: `each` of an account at most, and every account gets its first before another gets its second.
pub async fn due(
    db: &PgPool,
    company: Option<CompanyId>,
    now: DateTime<Utc>,
    each: i64,
    limit: i64,
) -> Result<Vec<Watch>> {
    let rows = sqlx::query!(
        r#"with turns as (
             select w.*, row_number() over (partition by w.company_id, w.connection_id order by w.next_at) as turn
             from connections a cross join lateral (
               select company_id, id, connection_id, next_at, failures, rest from comment_watches
               where company_id = a.company_id and connection_id = a.id and next_at <= $1 order by next_at limit $2) w
             where $4::uuid is null or a.company_id = $4
           )
           select t.company_id, t.id, t.connection_id, t.failures, t.rest, d.post_id, a.platform,
                  coalesce(d.remote_id, '') as "remote_id!", d.remote_url, coalesce(d.live_at, now()) as "live_at!", d.removed_at is not null as "removed!"
           from turns t
           join deliveries d on d.company_id = t.company_id and d.id = t.id
           join connections a on a.company_id = t.company_id and a.id = t.connection_id
           order by t.turn, t.next_at limit $3"#,
        now,
        each,
        limit,
        company as _
    )
    .fetch_all(db)
    .await?;
    let watch = rows.into_iter().filter_map(|row| {
        let under = Under { delivery: row.id, post: row.post_id, connection: row.connection_id };
        Some(Watch {
            company: row.company_id,
            under,
            platform: row.platform.parse().ok()?,
            post: RemotePost { id: row.remote_id, url: row.remote_url },
            live_at: row.live_at,
            failures: row.failures,
            rest: row.rest,
            removed: row.removed,
        })
    });
    Ok(watch.collect())
}

/// It was read: when it is read next, if ever, and where its list goes on.
pub async fn was_read(tenant: &Tenant, id: DeliveryId, next: Option<DateTime<Utc>>, rest: Option<&str>) -> Result<()> {
    sqlx::query!(
        "update comment_watches set next_at = $3, rest = $4, read_at = now(), failures = 0, fault = null
         where company_id = $1 and id = $2",
        tenant.company.0,
        id.0,
        next,
        rest
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// It could not be read; it begins with the newest the next time, as what led on in the list may be what was refused.
/// `fault`: for a person who can help.
pub async fn failed(tenant: &Tenant, id: DeliveryId, next: Option<DateTime<Utc>>, fault: Option<&str>) -> Result<()> {
    sqlx::query!(
        "update comment_watches set next_at = $3, failures = failures + 1, rest = null, fault = $4
         where company_id = $1 and id = $2",
        tenant.company.0,
        id.0,
        next,
        fault
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// None of an account's posts is read before then.
pub async fn postpone(
    tenant: &Tenant,
    connection: ConnectionId,
    until: DateTime<Utc>,
    fault: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "update comment_watches set next_at = greatest(next_at, $3), fault = $4
         where company_id = $1 and connection_id = $2 and next_at is not null",
        tenant.company.0,
        connection.0,
        until,
        fault
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// All that is watched is read at the next turn, of one account or of all.
pub async fn again(tenant: &Tenant, connection: Option<ConnectionId>) -> Result<()> {
    sqlx::query!(
        "update comment_watches set next_at = now(), failures = 0, fault = null
         where company_id = $1 and ($2::uuid is null or connection_id = $2) and next_at > now()",
        tenant.company.0,
        connection.map(|c| c.0)
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Of accounts whose comments cannot be read: their handle, and why.
pub async fn troubles(tenant: &Tenant) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"select a.handle, w.fault as "fault!" from connections a cross join lateral (
             select w.fault from comment_watches w
             where w.company_id = $1 and w.connection_id = a.id and w.fault is not null limit 1) w
           where a.company_id = $1 and a.state <> 'disconnected' order by a.platform, a.handle limit 20"#,
        tenant.company.0
    )
    .fetch_all(&tenant.db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.handle, row.fault)).collect())
}
