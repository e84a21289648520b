//! SQL of links.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, LinkId, UserId};
use crate::domain::page::{Cursor, PAGE_SIZE};
use crate::features::links::model::{LinkDefaults, LinkQuery, MOST};
use crate::infra::database::Tenant;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgPool;

/// The index of words knows what has at least so many characters.
const SHORTEST: usize = 3;
const LIMIT: i64 = PAGE_SIZE as i64 + 1;
/// A search looks at so many of the newest links where the index of words cannot help.
const WALKED: i64 = 500;

pub struct Row {
    pub id: LinkId,
    pub code: String,
    pub target: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub by: Option<String>,
    pub stopped: bool,
    pub clicks: i64,
    pub week: i64,
    pub bots: i64,
}

impl Row {
    pub fn cursor(&self) -> Cursor {
        Cursor { at_us: self.created_at.timestamp_micros(), id: self.id.0 }
    }
}

/// Where a part begins.
#[derive(Clone, Copy)]
pub enum From {
    Start,
    Older(Cursor),
    Newer(Cursor),
}

struct Place {
    id: LinkId,
}

/// The ids of one more than a part behind a place, the nearest first. A macro, because `query_as!` reads its SQL from literals.
macro_rules! places {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr) => {
        sqlx::query_as!(
            Place,
            r#"select p.id from (
                 select s.created_at, s.id from short_links s
                 where s.company_id = $1 and s.deleted_at is null and (s.created_at, s.id) "# + $behind + r#" ($2::timestamptz, $3::uuid)
                 order by s.created_at "# + $order + ", s.id " + $order + r#" limit $5) p
               where $4 = '' or (select position(lower($4) in lower(s.name || ' ' || s.target)) > 0 from short_links s
                                 where s.company_id = $1 and s.id = p.id)
               order by p.created_at "# + $order + ", p.id " + $order + " limit $6",
            $tenant.company.0,
            DateTime::<Utc>::from($from),
            $from.id,
            $query.search.trim(),
            if $query.search.trim().is_empty() { LIMIT } else { WALKED },
            LIMIT
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// The same of those that the index of words finds.
macro_rules! found {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr) => {
        sqlx::query_as!(
            Place,
            r#"with found as materialized (
                 select s.id from short_links s
                 where s.company_id = $1 and s.deleted_at is null and search_keys(s.company_id, s.name || ' ' || s.target) @> search_keys($1, $4)
                   and position(lower($4) in lower(s.name || ' ' || s.target)) > 0
                 limit 2000
               )
               select s.id from found f join short_links s on s.company_id = $1 and s.id = f.id
               where (s.created_at, s.id) "# + $behind + r#" ($2::timestamptz, $3::uuid)
               order by s.created_at "# + $order + ", s.id " + $order + " limit $5",
            $tenant.company.0,
            DateTime::<Utc>::from($from),
            $from.id,
            $query.search.trim(),
            LIMIT
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// One more than a part, the nearest to the place first.
pub async fn rows(tenant: &Tenant, query: &LinkQuery, from: From) -> Result<Vec<Row>> {
    let by_index = query.search.trim().chars().count() >= SHORTEST;
    let places = match (from, by_index) {
        (From::Start, false) => places!("<", "desc", tenant, query, Cursor::LAST)?,
        (From::Older(at), false) => places!("<", "desc", tenant, query, at)?,
        (From::Newer(at), false) => places!(">", "asc", tenant, query, at)?,
        (From::Start, true) => found!("<", "desc", tenant, query, Cursor::LAST)?,
        (From::Older(at), true) => found!("<", "desc", tenant, query, at)?,
        (From::Newer(at), true) => found!(">", "asc", tenant, query, at)?,
    };
    let ids: Vec<_> = places.into_iter().map(|place| place.id).collect();
    cards(tenant, &ids).await
}

/// In the order of the ids.
pub async fn cards(tenant: &Tenant, ids: &[LinkId]) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.id, s.code, s.target, s.name, s.created_at, s.stopped_at is not null as "stopped!",
                  (select u.name from users u where u.id = s.changed_by) as by,
                  d.clicks as "clicks!", d.week as "week!", d.bots as "bots!"
           from unnest($2::uuid[]) with ordinality as asked (id, n)
           join short_links s on s.company_id = $1 and s.id = asked.id and s.deleted_at is null
           cross join lateral (
             select coalesce(sum(d.clicks), 0)::bigint as clicks, coalesce(sum(d.bots), 0)::bigint as bots,
                    coalesce(sum(d.clicks) filter (where d.day > (now() at time zone 'UTC')::date - 7), 0)::bigint as week
             from short_link_days d where d.company_id = $1 and d.id = s.id
           ) d
           order by asked.n"#,
        tenant.company.0,
        ids as _
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// The short link that leads there already.
pub async fn of_target(tenant: &Tenant, target: &str) -> Result<Option<String>> {
    let code = sqlx::query_scalar!(
        "select code from short_links
         where company_id = $1 and md5(target) = md5($2) and target = $2 and deleted_at is null and stopped_at is null limit 1",
        tenant.company.0,
        target
    );
    Ok(code.fetch_optional(&tenant.db).await?)
}

/// What became of a new link.
pub enum Made {
    Yes,
    /// The code is taken.
    Taken,
    /// The company has too many.
    TooMany,
}

pub async fn insert(tenant: &Tenant, code: &str, target: &str, name: &str, by: UserId) -> Result<Made> {
    let done = sqlx::query!(
        "insert into short_links (company_id, id, code, target, name, changed_by)
         select $1, $2, $3, $4, $5, $6
         where (select count(*) from (select from short_links where company_id = $1 and deleted_at is null limit $7) had) < $7",
        tenant.company.0,
        LinkId::new().0,
        code,
        target,
        name,
        by.0,
        MOST
    );
    match done.execute(&tenant.db).await {
        Ok(done) if done.rows_affected() == 1 => Ok(Made::Yes),
        Ok(_) => Ok(Made::TooMany),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("short_links_code") => Ok(Made::Taken),
        Err(error) => Err(error.into()),
    }
}

pub async fn update(tenant: &Tenant, id: LinkId, target: &str, name: &str, by: UserId) -> Result<()> {
    let done = sqlx::query!(
        "update short_links set target = $3, name = $4, changed_by = $5 where company_id = $1 and id = $2 and deleted_at is null",
        tenant.company.0,
        id.0,
        target,
        name,
        by.0
    );
    one(done.execute(&tenant.db).await?.rows_affected())
}

/// Switches it off, or on.
pub async fn stop(tenant: &Tenant, id: LinkId, stopped: bool, by: UserId) -> Result<()> {
    let done = sqlx::query!(
        "update short_links set stopped_at = case when $3 then coalesce(stopped_at, now()) end, changed_by = $4
         where company_id = $1 and id = $2 and deleted_at is null",
        tenant.company.0,
        id.0,
        stopped,
        by.0
    );
    one(done.execute(&tenant.db).await?.rows_affected())
}

/// Deletes it, or takes it back.
pub async fn delete(tenant: &Tenant, id: LinkId, deleted: bool, by: UserId) -> Result<()> {
    let done = sqlx::query!(
        "update short_links set deleted_at = case when $3 then now() end, changed_by = $4
         where company_id = $1 and id = $2 and (deleted_at is null) = $3",
        tenant.company.0,
        id.0,
        deleted,
        by.0
    );
    one(done.execute(&tenant.db).await?.rows_affected())
}

fn one(rows: u64) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(AppError::not_found("link")) }
}

/// Where a code leads.
pub struct Found {
    pub company_id: CompanyId,
    pub id: LinkId,
    pub target: String,
}

/// For everybody, by the code alone, which is unique in all companies.
pub async fn leads_to(db: &PgPool, code: &str) -> Result<Option<Found>> {
    let found = sqlx::query_as!(
        Found,
        "select company_id, id, target from short_links where code = $1 and deleted_at is null and stopped_at is null",
        code
    );
    Ok(found.fetch_optional(db).await?)
}

/// Visits of one link on one day.
pub struct Visits {
    pub company: CompanyId,
    pub day: NaiveDate,
    pub link: LinkId,
    pub clicks: i64,
    pub bots: i64,
}

/// Adds them up, in their order; those of links that are gone are left out.
pub async fn add_visits(db: &PgPool, visits: &[Visits]) -> std::result::Result<(), sqlx::Error> {
    let companies: Vec<_> = visits.iter().map(|v| v.company.0).collect();
    let days: Vec<_> = visits.iter().map(|v| v.day).collect();
    let links: Vec<_> = visits.iter().map(|v| v.link.0).collect();
    let clicks: Vec<_> = visits.iter().map(|v| v.clicks).collect();
    let bots: Vec<_> = visits.iter().map(|v| v.bots).collect();
    sqlx::query!(
        "insert into short_link_days as had (company_id, day, id, clicks, bots)
         select v.company_id, v.day, v.id, v.clicks, v.bots
         from unnest($1::uuid[], $2::date[], $3::uuid[], $4::bigint[], $5::bigint[]) with ordinality
              as v (company_id, day, id, clicks, bots, n)
         join short_links s on s.company_id = v.company_id and s.id = v.id
         order by v.n
         on conflict (company_id, day, id) do update set clicks = had.clicks + excluded.clicks, bots = had.bots + excluded.bots",
        &companies,
        &days,
        &links,
        &clicks,
        &bots
    )
    .execute(db)
    .await
    .map(drop)
}

pub async fn defaults(tenant: &Tenant) -> Result<Option<LinkDefaults>> {
    let row = sqlx::query_as!(
        LinkDefaults,
        "select medium, campaign from link_defaults where company_id = $1 and id = $1",
        tenant.company.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

pub async fn save_defaults(tenant: &Tenant, medium: &str, campaign: &str) -> Result<()> {
    sqlx::query!(
        "insert into link_defaults (company_id, id, medium, campaign) values ($1, $1, $2, $3)
         on conflict (company_id, id) do update set medium = excluded.medium, campaign = excluded.campaign",
        tenant.company.0,
        medium,
        campaign
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Those that were deleted a month ago lead nowhere for good: their target and name go, their code stays taken.
pub async fn remove_deleted(db: PgPool) -> std::result::Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update short_links set target = '-', name = '' where deleted_at < now() - interval '30 days' and target <> '-'"
    );
    Ok(done.execute(&db).await?.rows_affected())
}
