//! The SQL of taking jobs, keeping them and letting them go. Every function is one statement: nothing here can be left
//! half done or hold a lock while a worker stands still.

use super::{LEASE, Outcome};
use crate::domain::ids::{CompanyId, JobId};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::PgPool;
use std::time::Duration;

/// A job as it was claimed.
#[derive(Clone, Debug)]
pub struct Taken {
    pub job: JobId,
    pub kind: String,
    pub company: Option<CompanyId>,
    pub payload: Value,
    pub attempt: i32,
    pub max_attempts: i32,
    pub fence: i64,
    /// Another worker had it and did not come back.
    pub lease_lost: bool,
    /// The database's time at the claim.
    pub at: DateTime<Utc>,
}

/// What one claim brought.
#[derive(Debug, Default)]
pub struct Batch {
    pub jobs: Vec<Taken>,
    /// Some that were due could not be had because another worker was claiming in the same queue: look again soon.
    pub blocked: bool,
}

/// Takes up to `free` jobs of these kinds: those whose worker lost its lease, then those that are due (by `due`, or now).
/// At most one per queue key, and none whose queue is busy.
///
/// Two workers that claim at the same time see different rows (`skip locked`). That they also see different queues is
/// held by a lock per queue key for the length of the statement and, against snapshots that are older than that lock,
/// by a unique index: then the whole batch is refused and taken anew.
pub async fn take(
    db: &PgPool,
    worker: &str,
    kinds: &[String],
    free: usize,
    due: Option<DateTime<Utc>>,
) -> Result<Batch, sqlx::Error> {
    for _ in 0..3 {
        match try_take(db, worker, kinds, free, due).await {
            Err(sqlx::Error::Database(e)) if e.constraint() == Some("jobs_one_running_per_queue") => {}
            other => return other,
        }
    }
    Ok(Batch { jobs: vec![], blocked: true })
}

async fn try_take(
    db: &PgPool,
    worker: &str,
    kinds: &[String],
    free: usize,
    due: Option<DateTime<Utc>>,
) -> Result<Batch, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with expired as (
             select id from jobs
             where state = 'running' and lease_until < now() and kind = any($2)
             order by lease_until limit $3
             for update skip locked
           ), waiting as (
             select id, queue_key, priority, run_at from jobs j
             where state = 'ready' and run_at <= coalesce($4, now()) and kind = any($2)
               and (queue_key is null
                    or not exists (select from jobs b where b.queue_key = j.queue_key and b.state = 'running'))
             order by priority, run_at
             limit greatest($3 - (select count(*) from expired), 0)
             for update skip locked
           ), heads as (
             select distinct on (coalesce(queue_key, id::text)) id, queue_key from waiting
             order by coalesce(queue_key, id::text), priority, run_at, id
           ), picked as (
             select id, true as lost from expired
             union all
             select id, false from heads
             where queue_key is null or pg_try_advisory_xact_lock(hashtextextended('queue ' || queue_key, 0))
           ), claimed as (
             update jobs j set state = 'running', fence = nextval('job_fences'), attempts = attempts + 1, leased_by = $1,
               lease_until = now() + make_interval(secs => $5)
             from picked where j.id = picked.id
             returning j.id, j.kind, j.company_id, j.payload, j.attempts, j.max_attempts, j.fence, j.priority, j.run_at, lost
           ), logged as (
             insert into job_log (job_id, attempt, what, detail)
             select id, attempts - 1, 'lease_lost', '' from claimed where lost
             union all
             select id, attempts, 'claimed', $1 from claimed
           )
           select id as "id?", kind as "kind?", company_id, payload as "payload?", attempts as "attempts?",
                  max_attempts as "max_attempts?", fence as "fence?", lost as "lost?", now() as "at!",
                  (select count(*) from waiting) as "waiting!"
           from (values (1)) as one left join claimed on true
           order by priority, run_at"#,
        worker,
        kinds,
        free as i64,
        due,
        LEASE.as_secs_f64()
    )
    .fetch_all(db)
    .await?;
    let waiting = rows.first().map_or(0, |r| r.waiting);
    let jobs: Vec<_> = rows
        .into_iter()
        .filter_map(|r| {
            Some(Taken {
                job: r.id?,
                kind: r.kind?,
                company: r.company_id,
                payload: r.payload?,
                attempt: r.attempts?,
                max_attempts: r.max_attempts?,
                fence: r.fence?,
                lease_lost: r.lost?,
                at: r.at,
            })
        })
        .collect();
    Ok(Batch { blocked: jobs.is_empty() && waiting > 0, jobs })
}

/// How long until the next job of these kinds is due, if one is in the queue.
pub async fn next_due(db: &PgPool, kinds: &[String]) -> Result<Option<Duration>, sqlx::Error> {
    let seconds = sqlx::query_scalar!(
        r#"select extract(epoch from run_at - now())::float8 as "seconds!" from jobs
           where state = 'ready' and run_at > now() and kind = any($1) order by run_at limit 1"#,
        kinds
    )
    .fetch_optional(db)
    .await?;
    Ok(seconds.map(|s| Duration::from_secs_f64(s.max(0.0))))
}

/// A claim by its id and fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    pub job: JobId,
    pub fence: i64,
}

/// Extends these leases; returns the jobs that are still held. The others have been taken by somebody else.
pub async fn extend(db: &PgPool, held: &[Held]) -> Result<Vec<JobId>, sqlx::Error> {
    let (jobs, fences): (Vec<_>, Vec<_>) = held.iter().map(|h| (h.job, h.fence)).unzip();
    sqlx::query_scalar!(
        "update jobs set lease_until = now() + make_interval(secs => $3)
         from unnest($1::uuid[], $2::bigint[]) as held (id, fence)
         where jobs.id = held.id and jobs.fence = held.fence and jobs.state = 'running'
         returning jobs.id",
        &jobs,
        &fences,
        LEASE.as_secs_f64()
    )
    .fetch_all(db)
    .await
}

/// Gives claims back unfinished and unburnt, for others to take at once: the worker is going.
pub async fn release(db: &PgPool, held: &[Held]) -> Result<(), sqlx::Error> {
    let (jobs, fences): (Vec<_>, Vec<_>) = held.iter().map(|h| (h.job, h.fence)).unzip();
    sqlx::query!(
        "with released as (
           update jobs set state = 'ready', attempts = attempts - 1, leased_by = null, lease_until = null,
             run_at = coalesce(again_at, run_at), again_at = null
           from unnest($1::uuid[], $2::bigint[]) as held (id, fence)
           where jobs.id = held.id and jobs.fence = held.fence and jobs.state = 'running'
           returning jobs.id, jobs.attempts)
         insert into job_log (job_id, attempt, what, detail)
         select id, attempts + 1, 'wait', 'The worker stopped.' from released",
        &jobs,
        &fences
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a claim. False when it had been lost: then nothing was changed.
pub async fn finish(
    db: &PgPool,
    held: Held,
    attempt: i32,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let (state, what, why, run_at, given_back) = match outcome {
        Outcome::Done => ("done", "done", "", None, 0),
        Outcome::Dead { why } => ("dead", "dead", why.as_str(), None, 0),
        Outcome::Retry { why, after } => {
            let after = after.unwrap_or_else(|| back_off(attempt, rand::random()));
            ("ready", "retry", why.as_str(), Some(now + TimeDelta::from_std(after).unwrap_or(TimeDelta::hours(1))), 0)
        }
        // Never at once: a handler that waits for the past must not spin.
        Outcome::Wait { why, until } => {
            ("ready", "wait", why.as_str(), Some((*until).max(now + TimeDelta::milliseconds(250))), 1)
        }
    };
    let ended = sqlx::query!(
        "with ended as (
           update jobs set
             state = case when again_at is null then $3 else 'ready' end,
             run_at = coalesce(again_at, $4, run_at),
             attempts = case when again_at is null then attempts - $5 else 0 end,
             finished_at = case when again_at is null and $3 <> 'ready' then now() end,
             last_error = nullif($7, ''),
             again_at = null, leased_by = null, lease_until = null
           where id = $1 and fence = $2 and state = 'running'
           returning id)
         insert into job_log (job_id, attempt, what, detail) select id, $8, $6, $7 from ended",
        held.job,
        held.fence,
        state,
        run_at,
        given_back,
        what,
        why,
        attempt
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected() > 0)
}

/// min(30 s · 2^(attempt-1), 1 h), ±20 % so that what failed together does not come back together.
/// `chance` is from 0 to 1.
pub fn back_off(attempt: i32, chance: f64) -> Duration {
    let doublings = attempt.clamp(1, 8) - 1;
    let seconds = (30.0 * f64::from(1 << doublings)).min(3600.0);
    Duration::from_secs_f64(seconds * (0.8 + 0.4 * chance.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn back_off_doubles_up_to_an_hour() {
        let seconds: Vec<_> = (1..=9).map(|n| back_off(n, 0.5).as_secs()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    }

    proptest! {
        #[test]
        fn back_off_stays_within_a_fifth(attempt in i32::MIN..i32::MAX, chance in 0.0f64..=1.0) {
            let middle = back_off(attempt, 0.5).as_secs_f64();
            let got = back_off(attempt, chance).as_secs_f64();
            prop_assert!((got - middle).abs() <= middle * 0.2 + 1e-6);
            prop_assert!((24.0..=4320.0).contains(&got));
        }
    }
}
