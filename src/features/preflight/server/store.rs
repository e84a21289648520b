//! The SQL of checks. A row belongs to a planned delivery and has its id.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId, ConnectionId, DeliveryId, PostId};
use crate::domain::options::Options;
use crate::domain::post::{Format, PostContent};
use crate::features::preflight::model::{CheckStage, Finding, Verdict};
use crate::infra::database::Tenant;
use crate::infra::queue::clean_up::PORTION;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

/// What the check of a delivery needs to know.
pub struct Planned {
    pub id: DeliveryId,
    pub post: PostId,
    pub connection: ConnectionId,
    pub due_at: DateTime<Utc>,
    pub text: String,
    pub link: Option<String>,
    pub format: String,
    pub options: Json<Options>,
    pub platform: String,
    pub handle: String,
    /// What the connector has kept of the account.
    pub facts: serde_json::Value,
    pub connection_state: String,
    pub connection_reason: String,
    pub scopes: Vec<String>,
    pub access_expires_at: Option<DateTime<Utc>>,
    pub refresh_expires_at: Option<DateTime<Utc>>,
    pub has_refresh: bool,
    /// The account's id at the platform.
    pub remote_id: String,
    /// A first comment follows.
    pub has_comment: bool,
    /// The planning that the result is about.
    pub planned_at: DateTime<Utc>,
    /// How late its company lets a post be.
    pub late_minutes: i32,
}

impl Planned {
    /// As its account gets it, with these pictures.
    pub fn content<M>(&self, media: Vec<M>) -> PostContent<M> {
        PostContent {
            link: self.link.clone(),
            media,
            format: Format::parse(&self.format).unwrap_or_default(),
            options: self.options.0.clone(),
            ..PostContent::of_text(self.text.clone())
        }
    }
}

/// Notes that the planned deliveries of a post are to be looked at; what was found before no longer counts. What is due
/// within a minute is not looked at by the job: its publishing tells sooner.
pub async fn plan(db: &mut PgConnection, company: CompanyId, post: PostId) -> Result<()> {
    sqlx::query!(
        "insert into delivery_checks (company_id, id, next_at)
         select company_id, id, case when due_at > clock_timestamp() + interval '1 minute' then now() end from deliveries
         where company_id = $1 and post_id = $2 and state = 'queued' and part = 0
         on conflict (company_id, id) do update set
           planned_at = clock_timestamp(), next_at = excluded.next_at, stage = null, verdict = null, findings = '[]',
           checked_at = null",
        company.0,
        post.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets the checks of a post that is no longer planned.
pub async fn forget(db: &mut PgConnection, company: CompanyId, post: PostId) -> Result<()> {
    sqlx::query!(
        "delete from delivery_checks k using deliveries d
         where k.company_id = $1 and d.company_id = $1 and k.id = d.id and d.post_id = $2 and d.state = 'draft'",
        company.0,
        post.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The next checks whose time has come, of all companies, the longest overdue first. For the job, which works for the
/// instance and therefore takes the bare pool.
pub async fn due(db: &PgPool, now: DateTime<Utc>, limit: i64) -> Result<Vec<(CompanyId, DeliveryId)>> {
    let rows = sqlx::query!(
        "select company_id, id from delivery_checks where next_at <= $1 order by next_at limit $2",
        now,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.company_id, r.id)).collect())
}

/// Whether any check's time has come.
pub async fn any_due(db: &mut PgConnection, now: DateTime<Utc>) -> Result<bool> {
    let found =
        sqlx::query_scalar!(r#"select exists (select from delivery_checks where next_at <= $1) as "any!""#, now)
            .fetch_one(db)
            .await?;
    Ok(found)
}

/// The planned deliveries among these.
pub async fn planned(t: &Tenant, ids: &[DeliveryId]) -> Result<Vec<Planned>> {
    Ok(sqlx::query_as!(
        Planned,
        r#"select d.id, d.post_id as post, d.connection_id as connection, d.due_at as "due_at!",
                  coalesce(d.text, p.text) as "text!", p.link, d.format, d.options as "options: Json<Options>", c.platform, c.handle, c.facts,
                  c.state as connection_state,
                  c.state_reason as connection_reason, c.scopes, c.access_expires_at, c.refresh_expires_at,
                  c.sealed_refresh is not null as "has_refresh!", c.remote_id, k.planned_at,
                  (select greatest(o.late_minutes, 1) from companies o where o.id = $1) as "late_minutes!",
                  exists (select from deliveries f where f.company_id = $1 and f.after_id = d.id and f.kind = 'comment'
                          and f.state <> 'cancelled') as "has_comment!"
           from delivery_checks k
           join deliveries d on d.company_id = k.company_id and d.id = k.id
           join posts p on p.company_id = d.company_id and p.id = d.post_id and p.deleted_at is null
           join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where k.company_id = $1 and k.id = any($2) and d.state = 'queued' and d.part = 0 and d.due_at is not null
           order by d.due_at, d.id"#,
        t.company.0,
        ids as _
    )
    .fetch_all(&t.db)
    .await?)
}

/// The planned deliveries of a post that are not due yet.
pub async fn of_post(t: &Tenant, post: PostId) -> Result<Vec<DeliveryId>> {
    Ok(sqlx::query_scalar!(
        "select k.id from delivery_checks k join deliveries d on d.company_id = k.company_id and d.id = k.id
         where k.company_id = $1 and d.post_id = $2 and d.state = 'queued' and d.part = 0 and d.due_at > now()",
        t.company.0,
        post.0
    )
    .fetch_all(&t.db)
    .await?)
}

/// What came of a check.
pub struct Looked<'a> {
    pub stage: CheckStage,
    pub findings: &'a [Finding],
    pub at: DateTime<Utc>,
    pub next_at: Option<DateTime<Utc>>,
}

/// Keeps the result, unless the delivery was planned anew meanwhile.
pub async fn keep(t: &Tenant, planned: &Planned, looked: &Looked<'_>) -> Result<()> {
    let findings = serde_json::to_value(looked.findings).map_err(|error| {
        tracing::error!(%error, "findings could not be written down");
        AppError::bug(None)
    })?;
    sqlx::query!(
        "update delivery_checks set stage = $4, verdict = $5, findings = $6, checked_at = $7, next_at = $8
         where company_id = $1 and id = $2 and planned_at = $3",
        t.company.0,
        planned.id.0,
        planned.planned_at,
        looked.stage.id(),
        Verdict::of(looked.findings).id(),
        findings,
        looked.at,
        looked.next_at
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// Puts off what could not be looked at.
pub async fn put_off(t: &Tenant, ids: &[DeliveryId], until: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update delivery_checks set next_at = $3 where company_id = $1 and id = any($2)",
        t.company.0,
        ids as _,
        until
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// Ends the looking at what is not planned any more; what was planned anew after `now` stays.
pub async fn end(t: &Tenant, ids: &[DeliveryId], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update delivery_checks set next_at = null
         where company_id = $1 and id = any($2) and planned_at <= $3 and next_at <= $3",
        t.company.0,
        ids as _,
        now
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// At most so many planned posts of an account are looked at anew because of one change.
const TOUCHED: i64 = 500;

/// Looks anew at what is planned for these accounts. `only_noted`: at what had a note, and at these posts; nobody is
/// waited for, so that two changes at once do not stop each other.
pub async fn again(t: &Tenant, connections: &[ConnectionId], only_noted: bool, posts: &[PostId]) -> Result<()> {
    sqlx::query!(
        "update delivery_checks set next_at = now() where (company_id, id) in (
           select k.company_id, k.id from delivery_checks k
           join (select d.id, d.post_id from deliveries d
                 where d.company_id = $1 and d.connection_id = any($2) and d.state = 'queued' and d.due_at > now()
                 order by d.due_at limit $5) d on d.id = k.id
           where k.company_id = $1 and (not $3 or k.verdict = 'warning' or d.post_id = any($4))
           for update of k skip locked)",
        t.company.0,
        connections as _,
        only_noted,
        posts as _,
        TOUCHED
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// A planned delivery with the last check at it.
pub struct Seen {
    pub id: DeliveryId,
    pub post: PostId,
    pub platform: String,
    pub handle: String,
    pub verdict: Option<Verdict>,
    pub findings: Vec<Finding>,
    pub checked_at: Option<DateTime<Utc>>,
    pub next_at: Option<DateTime<Utc>>,
}

/// The planned deliveries of these posts with the last check at each.
pub async fn seen(t: &Tenant, posts: &[PostId]) -> Result<Vec<Seen>> {
    let rows = sqlx::query!(
        "select d.id, d.post_id, c.platform, c.handle, k.verdict, k.findings, k.checked_at, k.next_at
         from deliveries d
         join delivery_checks k on k.company_id = d.company_id and k.id = d.id
         join connections c on c.company_id = d.company_id and c.id = d.connection_id
         where d.company_id = $1 and d.post_id = any($2) and d.state = 'queued' and d.part = 0 order by c.platform, c.handle, d.id",
        t.company.0,
        posts as _
    )
    .fetch_all(&t.db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Seen {
            id: r.id,
            post: r.post_id,
            platform: r.platform,
            handle: r.handle,
            verdict: r.verdict.as_deref().and_then(Verdict::parse),
            // What another version of this program wrote is found anew at the next check.
            findings: serde_json::from_value(r.findings).unwrap_or_default(),
            checked_at: r.checked_at,
            next_at: r.next_at,
        })
        .collect())
}

/// Whether the company has this post (and not in the bin).
pub async fn has_post(t: &Tenant, post: PostId) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from posts where company_id = $1 and id = $2 and deleted_at is null) as "found!""#,
        t.company.0,
        post.0
    )
    .fetch_one(&t.db)
    .await?;
    Ok(found)
}

/// An account that is written for.
pub struct Account {
    pub id: ConnectionId,
    pub platform: String,
    pub handle: String,
    /// What it has allowed; empty where the platform does not say.
    pub scopes: Vec<String>,
}

/// Those of the accounts that the company has.
pub async fn accounts(db: &mut PgConnection, company: CompanyId, ids: &[ConnectionId]) -> Result<Vec<Account>> {
    Ok(sqlx::query_as!(
        Account,
        "select id, platform, handle, scopes from connections where company_id = $1 and id = any($2)",
        company.0,
        ids as _
    )
    .fetch_all(db)
    .await?)
}

/// A delivery that has stopped and that a person may send now.
pub struct Stopped {
    pub id: DeliveryId,
    pub post: PostId,
    pub connection: ConnectionId,
    pub platform: String,
    pub handle: String,
    pub text: String,
    pub link: Option<String>,
    pub media: Vec<AssetId>,
    pub format: String,
    pub options: Json<Options>,
}

impl Stopped {
    /// As its account gets it.
    pub fn content(&self) -> PostContent<AssetId> {
        PostContent {
            link: self.link.clone(),
            media: self.media.clone(),
            format: Format::parse(&self.format).unwrap_or_default(),
            options: self.options.0.clone(),
            ..PostContent::of_text(self.text.clone())
        }
    }
}

/// Those of the deliveries that are on hold or have failed; further parts of a post are not among them.
pub async fn stopped(t: &Tenant, ids: &[DeliveryId]) -> Result<Vec<Stopped>> {
    Ok(sqlx::query_as!(
        Stopped,
        r#"select d.id, d.post_id as post, d.connection_id as connection, c.platform, c.handle,
                  coalesce(d.text, p.text) as "text!", p.link, d.format, d.options as "options: Json<Options>",
                  array(select m.asset_id from post_media m where m.company_id = $1 and m.post_id = p.id
                        order by m.position) as "media!: Vec<AssetId>"
           from deliveries d
           join posts p on p.company_id = d.company_id and p.id = d.post_id and p.deleted_at is null
           join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.id = any($2) and d.state in ('held', 'failed') and d.part = 0
           order by d.id"#,
        t.company.0,
        ids as _
    )
    .fetch_all(&t.db)
    .await?)
}

/// Deletes the checks of posts that are out.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let mut rows = 0;
        loop {
            let done = sqlx::query!(
                "delete from delivery_checks where (company_id, id) in (
                   select k.company_id, k.id from delivery_checks k
                   join deliveries d on d.company_id = k.company_id and d.id = k.id
                   where d.state in ('live', 'cancelled') and k.planned_at < now() - interval '7 days' limit $1)",
                PORTION
            );
            let done = done.execute(&db).await?.rows_affected();
            rows += done;
            if done < PORTION.unsigned_abs() {
                return Ok(rows);
            }
        }
    })
}
