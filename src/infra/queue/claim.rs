//! The SQL of taking jobs, keeping them and letting them go. Every function is one statement: nothing here can be left
//! half done or hold a lock while a worker stands still.

use super::{AHEAD, LEASE, Outcome};
use crate::domain::ids::{CompanyId, JobId};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// At most so many in one claim: the first of them are under way while the next are claimed.
const PORTION: usize = 512;

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
    pub run_at: DateTime<Utc>,
    /// The worker that has it.
    pub worker: Arc<str>,
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

/// How much a claim may bring, so that one company's burst leaves room for the others.
#[derive(Clone, Debug)]
pub struct Room {
    /// Jobs in all.
    pub free: usize,
    /// How long before they are due.
    pub ahead: Duration,
    /// Jobs of one company, those counted that run already.
    pub share: usize,
    /// How many jobs of which company run at this worker.
    pub busy: HashMap<CompanyId, usize>,
}

impl Room {
    /// With companies running already, each has an equal share, and one share is kept for whoever comes next. Beyond ten
    /// the shares grow no smaller: companies that are many mix by themselves. A quarter of the slots is never taken ahead of
    /// time: what is due meanwhile finds room.
    pub fn of(slots: usize, running: usize, busy: HashMap<CompanyId, usize>) -> Self {
        let shares = (busy.len().max(1) + 1).min(10);
        let (free, kept) = (slots.saturating_sub(running), (slots / 4).max(1));
        let (free, ahead) = if free > kept { (free - kept, AHEAD) } else { (free, Duration::ZERO) };
        Self { free, ahead, share: slots.div_ceil(shares), busy }
    }

    /// No more than so many, of whomever, and none before it is due.
    pub fn any(free: usize) -> Self {
        Self { free, ahead: Duration::ZERO, share: usize::MAX, busy: HashMap::new() }
    }

    /// Some company has its share: others may wait behind its jobs.
    pub fn is_shared_out(&self) -> bool {
        self.busy.values().any(|n| *n >= self.share)
    }
}

/// Takes what is due (by `due`, or now; what has never run yet: within [`Room::ahead`]) of these kinds, in the order of
/// priority and time: at most one per queue key, none whose queue is busy, no more of one company than its share. A worker
/// whose own lease has run out gets nothing.
///
/// Two workers that claim at the same time see different rows (`skip locked`). That they also see different queues is
/// held by a lock per queue key for the length of the statement (a worker that is alone needs none) and, against snapshots
/// that are older than that lock, by a unique index: then the whole batch is refused and taken anew.
///
/// Claims and ends of claims do not wait for the disk: a power cut may forget them, and then the job runs again, which
/// handlers must bear anyway. (What a handler itself commits, an arming above all, is durable, and so is the note that a
/// run begins that cannot be repeated: [`begin_once`].)
pub async fn take(
    db: &PgPool,
    worker: &Arc<str>,
    kinds: &[String],
    room: &Room,
    due: Option<DateTime<Utc>>,
) -> Result<Batch, sqlx::Error> {
    for _ in 0..3 {
        match try_take(db, worker, kinds, room, due).await {
            Err(sqlx::Error::Database(e)) if e.constraint() == Some("jobs_one_running_per_queue") => {}
            other => return other,
        }
    }
    Ok(Batch { jobs: vec![], blocked: true })
}

async fn try_take(
    db: &PgPool,
    worker: &Arc<str>,
    kinds: &[String],
    room: &Room,
    due: Option<DateTime<Utc>>,
) -> Result<Batch, sqlx::Error> {
    let full: Vec<CompanyId> = room.busy.iter().filter(|(_, n)| **n >= room.share).map(|(c, _)| *c).collect();
    let (companies, running): (Vec<CompanyId>, Vec<i64>) = room.busy.iter().map(|(c, n)| (*c, *n as i64)).unzip();
    let share = i64::try_from(room.share).unwrap_or(i64::MAX);
    let rows = sqlx::query!(
        r#"with me as (
             select id, set_config('synchronous_commit', 'off', true), (select count(*) = 1 from workers) as alone from workers
             where id = $1 and beat_at > now() - make_interval(secs => $8) for key share
           ), waiting as (
             select j.* from me, jobs_levels l cross join lateral (
               select ctid as place, id, queue_key, company_id, priority, run_at from jobs r
               where r.state = 'ready' and r.priority = l.priority and r.run_at <= coalesce($4, now() + make_interval(secs => $10))
                 and (r.claimed_at is null or r.run_at <= coalesce($4, now())) and r.kind = any($2)
                 and (r.company_id is null or r.company_id <> all($5))
                 and (r.queue_key is null
                      -- `limit` makes it one look per queue; without, all that runs would be listed for each claim.
                      or (select true from jobs b
                          where coalesce(b.queue_key, b.id::text) = r.queue_key and b.state = 'running' limit 1) is null)
               order by r.run_at
               limit $3
               for update skip locked
             ) j
           ), heads as (
             select distinct on (coalesce(queue_key, id::text)) * from waiting
             order by coalesce(queue_key, id::text), priority, run_at, id
           ), shared as (
             select h.place, h.id, h.queue_key, h.priority, h.run_at, coalesce(b.running, 0)
               + row_number() over (partition by h.company_id order by h.priority, h.run_at) as nth,
               h.company_id is null as ours
             from heads h left join unnest($6::uuid[], $7::bigint[]) as b(company_id, running) using (company_id)
           ), picked as (
             select place, queue_key from shared where ours or nth <= $9 order by priority, run_at limit $3
           ), claimed as (
             update jobs j set state = 'running', fence = nextval('job_fences'), attempts = attempts + 1, leased_by = $1,
               claimed_at = now()
             from picked p where j.ctid = p.place -- Locked above, so nobody moves it: no way through the index.
               and (p.queue_key is null or (select alone from me) or pg_try_advisory_xact_lock(hashtextextended('queue ' || p.queue_key, 0)))
             returning j.id, j.kind, j.company_id, j.payload, j.attempts, j.max_attempts, j.fence, j.priority, j.run_at
           )
           select id as "id?", kind as "kind?", company_id, payload::text as "payload?", attempts as "attempts?",
                  max_attempts as "max_attempts?", fence as "fence?", run_at as "run_at?", clock_timestamp() as "at!",
                  (select count(*) from picked) as "picked!"
           from (values (1)) as one left join claimed on true
           order by priority, run_at"#,
        &**worker,
        kinds,
        room.free.min(PORTION) as i64,
        due,
        &full as _,
        &companies as _,
        &running,
        LEASE.as_secs_f64(),
        share,
        room.ahead.as_secs_f64()
    )
    .fetch_all(db)
    .await?;
    let picked = rows.first().map_or(0, |r| r.picked);
    let jobs: Vec<_> = rows
        .into_iter()
        .filter_map(|r| {
            Some(Taken {
                job: r.id?,
                kind: r.kind?,
                company: r.company_id,
                payload: readable(&r.payload?),
                attempt: r.attempts?,
                max_attempts: r.max_attempts?,
                fence: r.fence?,
                run_at: r.run_at?,
                worker: worker.clone(),
                at: r.at,
            })
        })
        .collect();
    Ok(Batch { blocked: jobs.is_empty() && picked > 0, jobs })
}

/// A payload that the parser does not take (nested too deep) becomes `null`, which no job reads: that job dies for it, and
/// not the claim of all that were taken with it.
fn readable(payload: &str) -> Value {
    serde_json::from_str(payload).unwrap_or(Value::Null)
}

/// How long until the next job may be claimed, if one is in the queue: `ahead` of its time, or at it when it has run before.
pub async fn next_due(db: &PgPool, ahead: Duration) -> Result<Option<Duration>, sqlx::Error> {
    let seconds = sqlx::query_scalar!(
        r#"select extract(epoch from min(next.at) - now())::float8 from jobs_levels l cross join lateral (
             (select run_at - make_interval(secs => $1) as at from jobs j
              where j.state = 'ready' and j.priority = l.priority and j.run_at > now() + make_interval(secs => $1)
              order by run_at limit 1)
             union all
             (select run_at from jobs j
              where j.state = 'ready' and j.priority = l.priority and j.run_at > now()
                and j.run_at <= now() + make_interval(secs => $1) and j.claimed_at is not null
              order by run_at limit 1)) next"#,
        ahead.as_secs_f64()
    )
    .fetch_one(db)
    .await?;
    Ok(seconds.map(|s| Duration::from_secs_f64(s.max(0.0))))
}

/// Says that this worker lives. False: its lease had run out and others have taken over what it ran; it must begin
/// anew under another name.
pub async fn beat(db: &PgPool, worker: &str) -> Result<bool, sqlx::Error> {
    let alive = sqlx::query!("update workers set beat_at = now() where id = $1", worker).execute(db).await?;
    Ok(alive.rows_affected() > 0)
}

pub async fn sign_on(db: &PgPool, worker: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("insert into workers (id) values ($1)", worker).execute(db).await?;
    Ok(())
}

/// What they ran is anybody's from then on.
pub async fn sign_off(db: &PgPool, workers: &[String]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from workers where id = any($1)", workers).execute(db).await?;
    Ok(())
}

/// Takes from workers that have given no sign of life for a lease's length, and from those that are gone, all that they
/// ran: it is ready again at once. The same for what the database says that this worker runs and it does not: a claim
/// whose answer was lost, an end that could not be written. Returns how many jobs that were.
///
/// This says nothing of kinds, because the worker that reaps need not know them: what must not be repeated is given up by
/// the worker that claims it next, which does ([`begin_once`]).
///
/// A claim holds a lock on its worker's row, so that a worker cannot be declared dead in the middle of it.
pub async fn reap(db: &PgPool, worker: &str, runs: &[JobId]) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"with dead as (
             delete from workers where id in (
               select id from workers where beat_at < now() - make_interval(secs => $1) for update skip locked)
             returning id
           ), lost as (
             update jobs j set state = 'ready' where j.state = 'running'
               and (j.leased_by in (select id from dead)
                    or not exists (select from workers w where w.id = j.leased_by)
                    or (j.leased_by = $2 and j.claimed_at < now() - make_interval(secs => $1)
                        and not exists (select from unnest($3::uuid[]) as r (id) where r.id = j.id)))
             returning j.id, j.attempts, j.claimed_at, j.leased_by
           ), logged as (
             insert into job_log (job_id, attempt, what, detail, began_at, worker)
             select id, attempts, 'lease_lost', 'The worker gave no sign of life.', claimed_at, leased_by from lost
           )
           select count(*) as "lost!" from lost"#,
        LEASE.as_secs_f64(),
        worker,
        runs as _
    )
    .fetch_one(db)
    .await
}

/// A claim by its id and fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    pub job: JobId,
    pub fence: i64,
}

/// Whether a job that must not be repeated may be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// It is noted: run it.
    Now,
    /// An earlier run has begun, and nobody knows how it ended.
    Before,
    /// The claim is lost.
    Lost,
}

/// Notes that a run begins which must not be repeated, in the job's log and durably, unless the log has one that began and
/// did not end. What ends a run writes a line too, in the same statement as the job's state ([`finish`]), so the latest
/// line tells, whoever reaped the job in between; lines of other kinds (lost leases, what people did) do not count. Only
/// these kinds pay for it.
///
/// The lock on the job's row makes it one decision per claim: who takes the job over waits for it, and sees the note. Asked
/// again for the same claim (the answer was lost) it says the same.
pub async fn begin_once(db: &PgPool, held: Held, attempt: i32) -> Result<Begin, sqlx::Error> {
    let row = sqlx::query!(
        r#"with mine as (
             select id, leased_by from jobs where id = $1 and fence = $2 and coalesce(state, '') = 'running' for update
           ), latest as (
             select what, detail from job_log where job_id = $1 and what in ('began', 'retry', 'wait', 'done', 'dead')
             order by id desc limit 1
           ), noted as (
             insert into job_log (job_id, attempt, what, detail, worker)
             select id, $3::int4, 'began', $4::text, leased_by from mine
             where not exists (select from latest where what = 'began' and detail <> $4::text)
             returning job_id
           )
           select exists (select from mine) as "held!", exists (select from noted) as "noted!""#,
        held.job.0,
        held.fence,
        attempt,
        held.fence.to_string()
    )
    .fetch_one(db)
    .await?;
    Ok(match (row.held, row.noted) {
        (false, _) => Begin::Lost,
        (true, true) => Begin::Now,
        (true, false) => Begin::Before,
    })
}

/// Gives claims back unfinished and unburnt, for others to take at once: the worker is going.
pub async fn release(db: &PgPool, held: &[Held]) -> Result<(), sqlx::Error> {
    let (jobs, fences): (Vec<_>, Vec<_>) = held.iter().map(|h| (h.job, h.fence)).unzip();
    sqlx::query!(
        "with released as (
           update jobs set state = 'ready', attempts = attempts - 1, run_at = coalesce(again_at, run_at), again_at = null
           from unnest($1::uuid[], $2::bigint[]) as held (id, fence)
           where jobs.id = held.id and jobs.fence = held.fence and jobs.state = 'running'
           returning jobs.id, jobs.attempts, jobs.claimed_at, jobs.leased_by)
         insert into job_log (job_id, attempt, what, detail, began_at, worker)
         select id, attempts + 1, 'wait', 'The worker stopped.', claimed_at, leased_by from released",
        &jobs as _,
        &fences
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How a claim ended.
#[derive(Clone, Debug)]
pub struct End {
    pub held: Held,
    pub attempt: i32,
    pub outcome: Outcome,
    /// The time that the handler saw.
    pub now: DateTime<Utc>,
}

/// Ends claims, many in one statement. False for one that had been lost: then nothing was changed.
pub async fn finish(db: &PgPool, ends: &[End]) -> Result<Vec<bool>, sqlx::Error> {
    let (mut jobs, mut fences, mut attempts) = (vec![], vec![], vec![]);
    let (mut states, mut whats, mut whys, mut run_ats, mut given_back) = (vec![], vec![], vec![], vec![], vec![]);
    for End { held, attempt, outcome, now } in ends {
        let (state, what, why, run_at, back) = match outcome {
            Outcome::Done => ("done", "done", "", None, 0),
            Outcome::Dead { why } => ("dead", "dead", why.as_str(), None, 0),
            Outcome::Retry { why, after } => {
                let after = after.unwrap_or_else(|| back_off(*attempt, rand::random()));
                let run_at = *now + TimeDelta::from_std(after).unwrap_or(TimeDelta::hours(1));
                ("ready", "retry", why.as_str(), Some(run_at), 0)
            }
            // Never at once: a handler that waits for the past must not spin.
            Outcome::Wait { why, until } => {
                ("ready", "wait", why.as_str(), Some((*until).max(*now + TimeDelta::milliseconds(250))), 1)
            }
        };
        jobs.push(held.job);
        fences.push(held.fence);
        attempts.push(*attempt);
        states.push(state.to_owned());
        whats.push(what.to_owned());
        whys.push(why.to_owned());
        run_ats.push(run_at);
        given_back.push(back);
    }
    let ended = sqlx::query_scalar!(
        r#"with ends as (
             select e.* from (select set_config('synchronous_commit', 'off', true)) as lazily,
               unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[], $5::integer[], $6::text[],
                      $7::text[], $8::integer[])
               as e (id, fence, state, run_at, given_back, what, why, attempt)
           ), ended as (
             update jobs j set
               state = case when again_at is null then e.state else 'ready' end,
               run_at = coalesce(again_at, e.run_at, j.run_at),
               attempts = case when again_at is null then attempts - e.given_back else 0 end,
               finished_at = case when again_at is null and e.state <> 'ready' then now() end,
               last_error = nullif(e.why, ''),
               again_at = null
             from ends e
             -- `coalesce` keeps the planner off the index of what runs: for each end it would look through all of that.
             where j.id = e.id and j.fence = e.fence and coalesce(j.state, '') = 'running'
             returning j.id, e.attempt, e.what, e.why, j.claimed_at, j.leased_by, j.state
           ), logged as (
             -- The last attempt of a job that is done stands in its own row: `claimed_at`, `leased_by`, `finished_at`.
             insert into job_log (job_id, attempt, what, detail, began_at, worker)
             select id, attempt, what, why, claimed_at, leased_by from ended where state <> 'done'
           )
           select id from ended"#,
        &jobs as _,
        &fences,
        &states,
        &run_ats as &[Option<DateTime<Utc>>],
        &given_back,
        &whats,
        &whys,
        &attempts
    )
    .fetch_all(db)
    .await?;
    Ok(jobs.iter().map(|job| ended.contains(job)).collect())
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
