//! How the queue is doing: its pulse (does anybody work, is the work behind?), the figures of one company and those of the
//! whole server. Every query here reads an index and stops at a bound, so that it costs the same with ten jobs and with a
//! million.

use crate::infra::database::Tenant;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use std::fmt;

/// A worker beats every few seconds; a minute of silence means that nobody works.
pub const SILENT: TimeDelta = TimeDelta::seconds(60);
/// A job that could run and has waited this long means that the work is behind.
pub const BEHIND: TimeDelta = TimeDelta::seconds(120);
/// Counting stops here: "10,000+".
pub const BOUND: u32 = 10_000;

/// Signs of life.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// The last beat of any worker; `None`: none is signed on.
    pub beat: Option<DateTime<Utc>>,
    /// Since when the oldest job waits that could run and is more than [`BEHIND`] late. Jobs that wait for another one
    /// of their own queue key are in order, not late: one account's long queue must not count as an outage.
    pub waiting_since: Option<DateTime<Utc>>,
    /// The database's time.
    pub now: DateTime<Utc>,
}

/// Why nothing (or too little) is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// No worker is signed on.
    Nobody,
    /// The last sign of life.
    Silent { since: DateTime<Utc> },
    /// The oldest job that could run.
    Behind { since: DateTime<Utc> },
}

impl Pulse {
    /// What is wrong with the workers.
    pub fn silence(&self) -> Option<Pause> {
        match self.beat {
            None => Some(Pause::Nobody),
            Some(beat) if self.now - beat > SILENT => Some(Pause::Silent { since: beat }),
            Some(_) => None,
        }
    }
    /// What is wrong with the work.
    pub fn delay(&self) -> Option<Pause> {
        self.waiting_since.map(|since| Pause::Behind { since })
    }
    /// The worse of the two.
    pub fn pause(&self) -> Option<Pause> {
        self.silence().or(self.delay())
    }
}

impl fmt::Display for Pulse {
    /// One sentence for the person who looks after the server.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ago = |at: DateTime<Utc>| (self.now - at).num_seconds().max(0);
        match (self.pause(), self.beat) {
            (Some(Pause::Nobody), _) => f.write_str("no worker is running"),
            (Some(Pause::Silent { since }), _) => write!(f, "no sign of life from a worker for {} s", ago(since)),
            (Some(Pause::Behind { since }), _) => write!(f, "the oldest due job has waited {} s", ago(since)),
            (None, Some(beat)) => write!(f, "last sign of life {} s ago", ago(beat)),
            (None, None) => Ok(()),
        }
    }
}

/// One light query: the workers' table has a row per worker, and of the jobs the first thousand late ones of each priority
/// are read at most. The priorities in use (a few) are found by hopping from one to the next in the index.
pub async fn pulse(db: &PgPool) -> Result<Pulse, sqlx::Error> {
    sqlx::query_as!(
        Pulse,
        r#"select (select max(beat_at) from workers) as beat,
                  (select late.run_at from jobs_levels levels
                   cross join lateral (
                     select run_at, queue_key from jobs
                     where state = 'ready' and priority = levels.priority
                       and run_at <= now() - make_interval(secs => $1)
                     order by run_at limit 1000) late
                   where late.queue_key is null
                      or not exists (select from jobs b where coalesce(b.queue_key, b.id::text) = late.queue_key
                                      and b.state = 'running')
                   order by late.run_at limit 1) as waiting_since,
                  now() as "now!""#,
        BEHIND.as_seconds_f64()
    )
    .fetch_one(db)
    .await
}

/// A count that stops at [`BOUND`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounded {
    pub n: u32,
    /// There are more.
    pub more: bool,
}

impl From<i64> for Bounded {
    /// From a count that was stopped one past the bound.
    fn from(counted: i64) -> Self {
        let n = u32::try_from(counted.max(0)).unwrap_or(u32::MAX);
        Self { n: n.min(BOUND), more: n > BOUND }
    }
}

/// What a company has in the queue, and how it went lately.
#[derive(Clone, Debug)]
pub struct Figures {
    pub due: Bounded,
    /// Ready, and its time has not come.
    pub later: Bounded,
    pub running: Bounded,
    pub done_last_hour: Bounded,
    pub done_last_ten_minutes: Bounded,
    /// Dead jobs that are still kept (30 days).
    pub given_up: Bounded,
    pub oldest_due: Option<DateTime<Utc>>,
    pub lateness: Lateness,
    /// The database's time.
    pub now: DateTime<Utc>,
}

/// From the minute that was planned to the moment at which the post was about to be sent, over the posts that were due in
/// the last hour and went out at the first attempt (a later one is late for another reason than the queue). It includes
/// our own preparation, such as uploading pictures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lateness {
    /// How many were measured; the latest ones, at most [`BOUND`].
    pub of: u32,
    pub median_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
}

impl Lateness {
    fn measured(of: i64, figures: [Option<f64>; 3]) -> Self {
        let [median_ms, p95_ms, p99_ms] = figures.map(Option::unwrap_or_default);
        Self { of: of as u32, median_ms, p95_ms, p99_ms }
    }
}

/// What all companies and the program itself have in the queue, and how it went lately.
#[derive(Clone, Debug)]
pub struct ServerFigures {
    pub due: Bounded,
    pub later: Bounded,
    pub running: Bounded,
    pub done_last_ten_minutes: Bounded,
    pub oldest_due: Option<DateTime<Utc>>,
    /// Of no more than [`SAMPLE`] posts of one company.
    pub lateness: Lateness,
    /// The database's time.
    pub now: DateTime<Utc>,
}

/// So many posts of one company are measured for the server's lateness, so that all companies fit under the bound.
pub const SAMPLE: u32 = 1_000;

/// The figures of one company. Each count is in the order of its index, or Postgres might read the whole table instead.
pub async fn figures(tenant: &Tenant) -> Result<Figures, sqlx::Error> {
    let row = sqlx::query!(
        r#"select
             (select count(*) from (select from jobs where company_id = $1 and state = 'ready' and run_at <= now()
                                    order by run_at limit $2) j) as "due!",
             (select count(*) from (select from jobs where company_id = $1 and state = 'ready' and run_at > now()
                                    order by run_at limit $2) j) as "later!",
             (select count(*) from (select from jobs where company_id = $1 and state = 'running'
                                    limit $2) j) as "running!",
             (select count(*) from (select from jobs where company_id = $1 and state = 'done' and finished_at > now() - interval '1 hour'
                                    order by finished_at desc limit $2) j) as "done_last_hour!",
             (select count(*) from (select from jobs where company_id = $1 and state = 'done' and finished_at > now() - interval '10 minutes'
                                    order by finished_at desc limit $2) j) as "done_last_ten_minutes!",
             (select count(*) from (select from jobs where company_id = $1 and state = 'dead'
                                    order by finished_at desc limit $2) j) as "given_up!",
             (select run_at from jobs where company_id = $1 and state = 'ready' and run_at <= now()
              order by run_at limit 1) as oldest_due,
             now() as "now!""#,
        tenant.company.0,
        i64::from(BOUND) + 1
    )
    .fetch_one(&tenant.db)
    .await?;
    Ok(Figures {
        due: row.due.into(),
        later: row.later.into(),
        running: row.running.into(),
        done_last_hour: row.done_last_hour.into(),
        done_last_ten_minutes: row.done_last_ten_minutes.into(),
        given_up: row.given_up.into(),
        oldest_due: row.oldest_due,
        lateness: lateness(tenant).await?,
        now: row.now,
    })
}

async fn lateness(tenant: &Tenant) -> Result<Lateness, sqlx::Error> {
    let row = sqlx::query!(
        r#"select count(*) as "of!",
                  percentile_cont(0.5) within group (order by late) as median,
                  percentile_cont(0.95) within group (order by late) as p95,
                  percentile_cont(0.99) within group (order by late) as p99
           from (select greatest(extract(epoch from armed_at - due_at)::float8, 0) * 1000 as late from deliveries
                 where company_id = $1 and due_at > now() - interval '1 hour' and due_at <= now()
                   and armed_at is not null and attempt = 1
                 order by due_at desc limit $2) sent"#,
        tenant.company.0,
        i64::from(BOUND)
    )
    .fetch_one(&tenant.db)
    .await?;
    Ok(Lateness::measured(row.of, [row.median, row.p95, row.p99]))
}

/// The figures of the whole server, for its owner. What waits is read from `jobs_due`, priority by priority, what runs from
/// `jobs_one_running_per_queue`. No index has what ended without the company (it would cost every job that ends), so
/// `jobs_finished_of` is asked once per company: a probe of microseconds each, for one person who looks.
pub async fn server_figures(db: &PgPool) -> Result<ServerFigures, sqlx::Error> {
    let row = sqlx::query!(
        r#"select
             (select count(*) from (select from jobs_levels l cross join lateral (
                select from jobs where state = 'ready' and priority = l.priority and run_at <= now()
                order by run_at limit $1) j limit $1) d) as "due!",
             (select count(*) from (select from jobs_levels l cross join lateral (
                select from jobs where state = 'ready' and priority = l.priority and run_at > now()
                order by run_at limit $1) j limit $1) d) as "later!",
             (select count(*) from (select from jobs where state = 'running'
                                    order by coalesce(queue_key, id::text) limit $1) j) as "running!",
             (select count(*) from (select from companies c cross join lateral (
                select from jobs where company_id = c.id and state = 'done' and finished_at > now() - interval '10 minutes'
                order by finished_at desc limit $1) j limit $1) d)
             -- The program's own. The company is named in the order, or Postgres would not see that the index has it.
           + (select count(*) from (select from jobs where company_id is null and state = 'done'
                                      and finished_at > now() - interval '10 minutes'
                                    order by company_id desc, finished_at desc limit $1) j) as "done_last_ten_minutes!",
             (select j.run_at from jobs_levels l cross join lateral (
                select run_at from jobs where state = 'ready' and priority = l.priority and run_at <= now()
                order by run_at limit 1) j order by j.run_at limit 1) as oldest_due,
             now() as "now!""#,
        i64::from(BOUND) + 1
    )
    .fetch_one(db)
    .await?;
    Ok(ServerFigures {
        due: row.due.into(),
        later: row.later.into(),
        running: row.running.into(),
        done_last_ten_minutes: row.done_last_ten_minutes.into(),
        oldest_due: row.oldest_due,
        lateness: server_lateness(db).await?,
        now: row.now,
    })
}

/// By `deliveries_due`, once per company.
async fn server_lateness(db: &PgPool) -> Result<Lateness, sqlx::Error> {
    let row = sqlx::query!(
        r#"select count(*) as "of!",
                  percentile_cont(0.5) within group (order by late) as median,
                  percentile_cont(0.95) within group (order by late) as p95,
                  percentile_cont(0.99) within group (order by late) as p99
           from (select greatest(extract(epoch from d.armed_at - d.due_at)::float8, 0) * 1000 as late
                 from companies c cross join lateral (
                   select armed_at, due_at from deliveries
                   where company_id = c.id and due_at > now() - interval '1 hour' and due_at <= now()
                     and armed_at is not null and attempt = 1
                   order by due_at desc limit $1) d
                 limit $2) sent"#,
        i64::from(SAMPLE),
        i64::from(BOUND)
    )
    .fetch_one(db)
    .await?;
    Ok(Lateness::measured(row.of, [row.median, row.p95, row.p99]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_worse_than_being_late() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let ago = |s| now - TimeDelta::seconds(s);
        let pulse =
            |beat: Option<i64>, waits: Option<i64>| Pulse { beat: beat.map(ago), waiting_since: waits.map(ago), now };
        assert_eq!(pulse(Some(60), None).pause(), None);
        assert_eq!(pulse(Some(61), Some(500)).pause(), Some(Pause::Silent { since: ago(61) }));
        assert_eq!(pulse(Some(5), Some(121)).pause(), Some(Pause::Behind { since: ago(121) }));
        assert_eq!(pulse(None, None).pause(), Some(Pause::Nobody));
        assert_eq!(pulse(Some(5), Some(121)).to_string(), "the oldest due job has waited 121 s");
        assert_eq!(pulse(Some(5), None).to_string(), "last sign of life 5 s ago");
    }

    #[test]
    fn counts_stop_at_the_bound() {
        assert_eq!(Bounded::from(10_000), Bounded { n: 10_000, more: false });
        assert_eq!(Bounded::from(10_001), Bounded { n: 10_000, more: true });
    }
}
