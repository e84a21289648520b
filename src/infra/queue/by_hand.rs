//! What a person may do with a single job. `company`: whose it must be; `None` for the program's own.

use super::enqueue::CHANNEL;
use crate::domain::ids::{CompanyId, JobId};
use sqlx::PgPool;

/// Takes back a job that waits. False when it does not wait (any more). `note`: for the log, who did it.
pub async fn cancel(db: &PgPool, company: Option<CompanyId>, id: JobId, note: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "with cancelled as (
           update jobs set state = 'cancelled', finished_at = now()
           where id = $1 and company_id is not distinct from $2 and state = 'ready'
           returning id, attempts)
         insert into job_log (job_id, attempt, what, detail) select id, attempts, 'cancelled', $3 from cancelled",
        id.0,
        company as _,
        note
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Makes a job due now: one that waits, or one that was given up, which gets all its attempts back. False when it is
/// neither (any more). `note`: for the log, who did it.
pub async fn run_now(db: &PgPool, company: Option<CompanyId>, id: JobId, note: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "with put_back as (
           update jobs set state = 'ready', run_at = least(run_at, now()), finished_at = null,
             attempts = case when state = 'dead' then 0 else attempts end
           where id = $1 and company_id is not distinct from $2 and state in ('ready', 'dead')
           returning id, attempts)
         insert into job_log (job_id, attempt, what, detail) select id, attempts, 'again', $3 from put_back",
        id.0,
        company as _,
        note
    )
    .execute(db)
    .await?;
    sqlx::query!("select pg_notify($1, '')", CHANNEL).fetch_optional(db).await?;
    Ok(done.rows_affected() > 0)
}

/// Kinds of which something has been running for so many hours, and how much.
pub async fn hanging(db: &PgPool, hours: i32) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select kind, count(*) as "n!" from (
             select kind from jobs where state = 'running' and claimed_at < now() - make_interval(hours => $1) limit 1000) j
           group by kind limit 50"#,
        hours
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.n)).collect())
}

/// Takes it back from the worker that runs it: it is ready again at once, and the fence of the next claim leaves that run nothing
/// to say. How much that was.
pub async fn take_back(db: &PgPool, kind: &str, hours: i32) -> Result<i64, sqlx::Error> {
    let taken = sqlx::query_scalar!(
        r#"with taken as (
             update jobs set state = 'ready', run_at = least(run_at, now())
             where id in (select id from jobs where kind = $1 and state = 'running' and claimed_at < now() - make_interval(hours => $2)
                          limit 1000 for update skip locked)
             returning id, attempts, claimed_at, leased_by
           ), logged as (
             insert into job_log (job_id, attempt, what, detail, began_at, worker)
             select id, attempts, 'lease_lost', 'It had been running for hours, and was taken back.', claimed_at, leased_by from taken
           )
           select count(*) as "taken!" from taken"#,
        kind,
        hours
    )
    .fetch_one(db)
    .await?;
    sqlx::query!("select pg_notify($1, '')", CHANNEL).fetch_optional(db).await?;
    Ok(taken)
}
