//! The SQL of jobs as people see them. Lists read an index of the company (migration 0030) from one end and stop, so that
//! a page costs the same with a million jobs in the table.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, DeliveryId, JobId, PostId};
use crate::features::deliveries::server::deliver::{self, Deliver};
use crate::features::queue::model::{JobFilter, JobState};
use crate::infra::database::Tenant;
use crate::infra::queue::Job;
use crate::infra::queue::stats::{BOUND, Bounded};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use sqlx::PgPool;

/// A job as the table has it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: JobId,
    pub kind: String,
    pub company_id: Option<CompanyId>,
    pub payload: Value,
    pub priority: i16,
    pub run_at: DateTime<Utc>,
    pub state: String,
    pub attempts: i32,
    pub max_attempts: i32,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    /// The database's time.
    pub now: DateTime<Utc>,
}

impl Row {
    /// `None` for a word that this program does not know.
    pub fn state(&self) -> Option<JobState> {
        JobState::parse(&self.state)
    }
    /// The delivery that it drives, if it is a job that does.
    pub fn delivery(&self) -> Option<DeliveryId> {
        let payload = (self.kind == Deliver::KIND).then(|| deliver::Payload::deserialize(&self.payload))?;
        payload.ok().map(|payload| payload.delivery)
    }
}

/// One job of this company, or (`None`) one of the program's own.
#[derive(Clone)]
pub struct Whose {
    pub db: PgPool,
    pub company: Option<CompanyId>,
}

/// Jobs of a company: what runs, what waits by its time, what has ended (latest first), as far as the filter asks for it.
pub async fn list(tenant: &Tenant, filter: JobFilter, limit: u32, offset: u32) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"with found as (
             (select id, 1 as part, 0::float8 as place from jobs
              where company_id = $1 and state = 'running' and $2 in ('all', 'running')
              order by leased_by limit $3::int8 + $4::int8)
             union all
             (select id, 2, extract(epoch from run_at)::float8 from jobs
              where company_id = $1 and state = 'ready' and run_at <= now() and $2 in ('all', 'ready', 'due')
              order by run_at limit $3::int8 + $4::int8)
             union all
             (select id, 3, extract(epoch from run_at)::float8 from jobs
              where company_id = $1 and state = 'ready' and run_at > now() and $2 in ('all', 'ready', 'later')
              order by run_at limit $3::int8 + $4::int8)
             union all
             (select id, 4, -extract(epoch from finished_at)::float8 from jobs
              where company_id = $1 and state in ('done', 'dead', 'cancelled') and $2 = 'all'
              order by finished_at desc limit $3::int8 + $4::int8)
             union all
             (select id, 4, -extract(epoch from finished_at)::float8 from jobs
              where company_id = $1 and state = 'done' and $2 = 'done'
              order by finished_at desc limit $3::int8 + $4::int8)
             union all
             (select id, 4, -extract(epoch from finished_at)::float8 from jobs
              where company_id = $1 and state in ('dead', 'cancelled') and state = $2
              order by finished_at desc limit $3::int8 + $4::int8)
           ), page as (
             select id, part, place from found order by part, place, id limit $3::int8 offset $4::int8
           )
           select j.id, j.kind, j.company_id, j.payload, j.priority, j.run_at, j.state, j.attempts, j.max_attempts,
                  j.last_error, j.created_at, j.finished_at, now() as "now!"
           from page join jobs j on j.id = page.id
           order by page.part, page.place, page.id"#,
        tenant.company.0,
        filter.id(),
        i64::from(limit),
        i64::from(offset)
    )
    .fetch_all(&tenant.db)
    .await?;
    Ok(rows)
}

/// How many a filter finds, up to the bound. The order makes Postgres read the index and not the whole table.
pub async fn count(tenant: &Tenant, filter: JobFilter) -> Result<Bounded> {
    let counted = sqlx::query_scalar!(
        r#"select
             (select count(*) from (select from jobs where company_id = $1 and state = 'running'
                and $2 in ('all', 'running') order by leased_by limit $3) j)
           + (select count(*) from (select from jobs where company_id = $1 and state = 'ready' and run_at <= now()
                and $2 in ('all', 'ready', 'due') order by run_at limit $3) j)
           + (select count(*) from (select from jobs where company_id = $1 and state = 'ready' and run_at > now()
                and $2 in ('all', 'ready', 'later') order by run_at limit $3) j)
           + (select count(*) from (select from jobs where company_id = $1 and state in ('done', 'dead', 'cancelled')
                and $2 = 'all' order by finished_at desc limit $3) j)
           + (select count(*) from (select from jobs where company_id = $1 and state = 'done' and $2 = 'done'
                order by finished_at desc limit $3) j)
           + (select count(*) from (select from jobs where company_id = $1 and state in ('dead', 'cancelled')
                and state = $2 order by finished_at desc limit $3) j) as "n!""#,
        tenant.company.0,
        filter.id(),
        i64::from(BOUND) + 1
    )
    .fetch_one(&tenant.db)
    .await?;
    Ok(counted.into())
}

/// The program's own jobs: unfinished, given up in the last 30 days, and the latest that were done. The company is named
/// in the order, because `is null` alone does not tell Postgres that the index has that order already.
pub async fn of_server(db: &PgPool) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"with found as (
             (select id, 1 as part from jobs where company_id is null and state = 'running' limit 20)
             union all
             (select id, 2 from jobs where company_id is null and state = 'ready'
              order by company_id, run_at limit 20)
             union all
             (select id, 3 from jobs where company_id is null and state in ('dead', 'cancelled')
              order by company_id desc, finished_at desc limit 10)
             union all
             (select id, 4 from jobs where company_id is null and state = 'done'
              order by company_id desc, finished_at desc limit 10)
           )
           select j.id, j.kind, j.company_id, j.payload, j.priority, j.run_at, j.state, j.attempts, j.max_attempts,
                  j.last_error, j.created_at, j.finished_at, now() as "now!"
           from found join jobs j on j.id = found.id
           order by part, case when part < 3 then j.run_at end, j.finished_at desc, j.id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

pub async fn find(whose: &Whose, id: JobId) -> Result<Option<Row>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, kind, company_id, payload, priority, run_at, state, attempts, max_attempts, last_error, created_at,
                  finished_at, now() as "now!"
           from jobs where id = $1 and company_id is not distinct from $2"#,
        id.0,
        whose.company as _
    )
    .fetch_optional(&whose.db)
    .await?;
    Ok(row)
}

pub struct Line {
    pub at: DateTime<Utc>,
    pub attempt: i32,
    pub what: String,
    pub detail: String,
}

/// The latest lines of a job's log, latest first.
pub async fn log(whose: &Whose, id: JobId, limit: i64) -> Result<Vec<Line>> {
    let lines = sqlx::query_as!(
        Line,
        r#"with job as (
             select id, attempts, state, claimed_at, leased_by, finished_at from jobs
             where id = $1 and company_id is not distinct from $2
           ), lines as (
             select l.began_at as at, l.attempt, 'claimed' as what, l.worker as detail, l.id as n, 0 as part
             from job join job_log l on l.job_id = job.id where l.began_at is not null
             union all
             -- That a run began which must not be repeated is a note of the queue's own; `claimed` says the same to people.
             select l.at, l.attempt, l.what, l.detail, l.id, 1 from job join job_log l on l.job_id = job.id
             where l.what <> 'began'
             union all
             -- What runs, and the attempt that was the last one, stand in the job's own row.
             select claimed_at, attempts, 'claimed', leased_by, null, 2 from job
             where state in ('running', 'done') and claimed_at is not null
             union all
             select finished_at, attempts, 'done', '', null, 3 from job where state = 'done'
           )
           select at as "at!", attempt as "attempt!", what as "what!", coalesce(detail, '') as "detail!" from lines
           order by n desc nulls first, part desc limit $3"#,
        id.0,
        whose.company as _,
        limit
    )
    .fetch_all(&whose.db)
    .await?;
    Ok(lines)
}

/// What is known of a delivery for a job's line.
pub struct Subject {
    pub id: DeliveryId,
    pub post_id: PostId,
    pub text: String,
    pub platform: String,
    pub handle: String,
    pub state: String,
}

pub async fn subjects(tenant: &Tenant, deliveries: &[DeliveryId]) -> Result<Vec<Subject>> {
    let rows = sqlx::query_as!(
        Subject,
        "select d.id, d.post_id, p.text, c.platform, c.handle, d.state
         from deliveries d
         join posts p on p.company_id = d.company_id and p.id = d.post_id
         join connections c on c.company_id = d.company_id and c.id = d.connection_id
         where d.company_id = $1 and d.id = any($2)",
        tenant.company.0,
        deliveries as _
    )
    .fetch_all(&tenant.db)
    .await?;
    Ok(rows)
}

pub struct Worker {
    pub id: String,
    pub started_at: DateTime<Utc>,
    pub beat_at: DateTime<Utc>,
    pub running: i64,
    /// The database's time.
    pub now: DateTime<Utc>,
}

pub async fn workers(db: &PgPool) -> Result<Vec<Worker>> {
    let rows = sqlx::query_as!(
        Worker,
        r#"select w.id, w.started_at, w.beat_at, now() as "now!",
                  (select count(*) from jobs j where j.state = 'running' and j.leased_by = w.id) as "running!"
           from workers w order by w.started_at, w.id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// A schedule's switch and its last run.
pub struct ScheduleState {
    pub stopped_at: Option<DateTime<Utc>>,
    pub stopped_by: Option<String>,
    pub ran_at: Option<DateTime<Utc>>,
    pub by_hand: Option<bool>,
    pub job: Option<JobId>,
    pub state: Option<String>,
    pub finished_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

/// In the order of the names.
pub async fn schedule_states(db: &PgPool, names: &[String]) -> Result<Vec<ScheduleState>> {
    let rows = sqlx::query_as!(
        ScheduleState,
        r#"select st.stopped_at as "stopped_at?", u.name as "stopped_by?",
                  t.fired_at as "ran_at?", t.by_hand as "by_hand?",
                  j.id as "job?", j.state as "state?", j.finished_at as "finished_at?", j.last_error as "last_error?"
           from unnest($1::text[]) with ordinality as s (name, place)
           left join schedule_stops st on st.schedule = s.name
           left join users u on u.id = st.stopped_by
           left join lateral (
             select t.job_id, t.fired_at, t.by_hand from schedule_ticks t
             where t.schedule = s.name and t.job_id is not null
             order by t.scheduled_for desc limit 1) t on true
           left join jobs j on j.id = t.job_id
           order by s.place"#,
        names
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}
