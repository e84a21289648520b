//! Putting jobs in, moving them and taking them back: always inside the caller's transaction, so that a job exists
//! exactly when what it is about does.

use super::Job;
use crate::domain::ids::{CompanyId, JobId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

/// The channel on which workers hear of jobs that are due.
pub const CHANNEL: &str = "lux_jobs";

/// For whom, when and beside what a job runs. The rest (rank, attempts) its kind says.
#[derive(Clone, Debug)]
pub struct JobOptions {
    /// `None`: the program's own.
    pub company: Option<CompanyId>,
    pub run_at: DateTime<Utc>,
    /// At most one unfinished job per key.
    pub job_key: Option<String>,
    /// One at a time per queue key.
    pub queue_key: Option<String>,
}

impl JobOptions {
    /// One of the program's own, beside anything.
    pub fn at(run_at: DateTime<Utc>) -> Self {
        Self { company: None, run_at, job_key: None, queue_key: None }
    }
}

/// A job as the table gets it.
pub(super) struct Row {
    pub kind: &'static str,
    pub payload: Value,
    pub priority: i16,
    pub max_attempts: i32,
    pub options: JobOptions,
}

impl Row {
    fn of<J: Job>(payload: &J::Payload, options: JobOptions) -> Result<Self, sqlx::Error> {
        Ok(Self {
            kind: J::KIND,
            payload: as_json(serde_json::to_value(payload))?,
            priority: J::PRIORITY,
            max_attempts: J::ATTEMPTS,
            options,
        })
    }
}

/// A payload that is no JSON is a mistake in its type.
pub(super) fn as_json(payload: serde_json::Result<Value>) -> Result<Value, sqlx::Error> {
    payload.map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Puts a job into the queue and wakes workers at commit. With a `job_key` that an unfinished job has:
/// - is that job ready, it is moved: new time, payload, priority, and its attempts start anew;
/// - is it running, the run goes on undisturbed and the job becomes ready again for the new time when the run ends,
///   whatever comes of it. So a request that arrives in the last moment of a run is never lost.
///
/// Returns the id of the job that will run.
pub async fn enqueue<J: Job>(
    db: &mut PgConnection,
    payload: &J::Payload,
    options: JobOptions,
) -> Result<JobId, sqlx::Error> {
    put(db, Row::of::<J>(payload, options)?).await
}

/// [`enqueue`] for a job whose type is not known where it is put in.
pub(super) async fn put(db: &mut PgConnection, job: Row) -> Result<JobId, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "insert into jobs (id, kind, company_id, payload, run_at, priority, job_key, queue_key, max_attempts)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (job_key) where job_key is not null and state in ('ready', 'running') do update set
           payload = excluded.payload,
           priority = excluded.priority,
           max_attempts = excluded.max_attempts,
           run_at = case when jobs.state = 'ready' then excluded.run_at else jobs.run_at end,
           again_at = case when jobs.state = 'running' then excluded.run_at end,
           attempts = case when jobs.state = 'ready' then 0 else jobs.attempts end,
           -- A running job keeps its queue: the next one in it relies on that.
           queue_key = case when jobs.state = 'ready' then excluded.queue_key else jobs.queue_key end
         returning id",
        JobId::new().0,
        job.kind,
        job.options.company as _,
        job.payload,
        job.options.run_at,
        job.priority,
        job.options.job_key,
        job.options.queue_key,
        job.max_attempts
    )
    .fetch_one(&mut *db)
    .await?;
    wake(db, job.options.run_at).await?;
    Ok(id)
}

/// Puts many jobs in with one statement: new ones, whose keys nobody has yet (a key that is taken fails all of them).
pub async fn enqueue_new<J: Job>(
    db: &mut PgConnection,
    jobs: Vec<(J::Payload, JobOptions)>,
) -> Result<(), sqlx::Error> {
    let rows: Result<Vec<_>, _> = jobs.into_iter().map(|(payload, options)| Row::of::<J>(&payload, options)).collect();
    put_new(db, rows?).await
}

async fn put_new(db: &mut PgConnection, jobs: Vec<Row>) -> Result<(), sqlx::Error> {
    let Some(soonest) = jobs.iter().map(|job| job.options.run_at).min() else { return Ok(()) };
    sqlx::query!(
        "insert into jobs (id, kind, company_id, payload, run_at, priority, job_key, queue_key, max_attempts)
         select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::jsonb[], $5::timestamptz[], $6::smallint[], $7::text[],
                              $8::text[], $9::integer[])",
        &jobs.iter().map(|_| JobId::new().0).collect::<Vec<_>>(),
        &jobs.iter().map(|j| j.kind.to_owned()).collect::<Vec<_>>(),
        &jobs.iter().map(|j| j.options.company).collect::<Vec<_>>() as &[Option<CompanyId>],
        &jobs.iter().map(|j| j.payload.clone()).collect::<Vec<_>>(),
        &jobs.iter().map(|j| j.options.run_at).collect::<Vec<_>>(),
        &jobs.iter().map(|j| j.priority).collect::<Vec<_>>(),
        &jobs.iter().map(|j| j.options.job_key.clone()).collect::<Vec<_>>() as &[Option<String>],
        &jobs.iter().map(|j| j.options.queue_key.clone()).collect::<Vec<_>>() as &[Option<String>],
        &jobs.iter().map(|j| j.max_attempts).collect::<Vec<_>>()
    )
    .execute(&mut *db)
    .await?;
    wake(db, soonest).await
}

/// Takes a job back that has not begun. One that is running ends by itself (its subject must be fenced against it) but
/// will not run again on an earlier request. True when there was one to take back.
pub async fn cancel(db: &mut PgConnection, job_key: &str) -> Result<bool, sqlx::Error> {
    sqlx::query!("update jobs set again_at = null where job_key = $1 and state = 'running'", job_key)
        .execute(&mut *db)
        .await?;
    let done = sqlx::query!(
        "with cancelled as (
           update jobs set state = 'cancelled', finished_at = now() where job_key = $1 and state = 'ready'
           returning id, attempts)
         insert into job_log (job_id, attempt, what) select id, attempts, 'cancelled' from cancelled",
        job_key
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Moves an unfinished job to another time (one that is running: its next run). False when there is none.
pub async fn reschedule(db: &mut PgConnection, job_key: &str, run_at: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let moved = sqlx::query!(
        "update jobs set
           run_at = case when state = 'ready' then $2 else run_at end,
           again_at = case when state = 'running' then $2 end
         where job_key = $1 and state in ('ready', 'running')",
        job_key,
        run_at
    )
    .execute(&mut *db)
    .await?;
    wake(db, run_at).await?;
    Ok(moved.rows_affected() > 0)
}

/// Workers look at the clock once a second anyway: only what is due before that is worth a call.
async fn wake(db: &mut PgConnection, run_at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_notify($1, '') where $2 <= now() + interval '2 seconds'", CHANNEL, run_at)
        .fetch_optional(db)
        .await?;
    Ok(())
}
