//! The Postgres queue: at-least-once jobs with leases and fences.
//! A job is claimed in a short transaction, runs outside of one, and is finished under its fence.
//!
//! Read in this order: this file (what a run is and what comes of it), `job` (what a kind of job is), `registry` (all of
//! them), `enqueue` (putting in, moving, cancelling), `claim` (the SQL of taking, keeping and finishing), `worker` (the
//! process's loop), `lease` (its signs of life), `ticker` (schedules), `stats` (how it is doing), `clean_up`, `drive` (the
//! same by hand, for tests).
//!
//! What holds at any time, whatever crashes:
//! - at most one unfinished job per `job_key` and at most one running job per `queue_key` (unique indexes);
//! - a lease belongs to a worker and covers all that it runs: one row to keep alive, however many jobs. Whoever lost it
//!   finds the fences of its claims outdated and can finish nothing;
//! - a later claim has a higher fence than any earlier claim of any job (one sequence);
//! - a job of a kind that must not be repeated ([`Recovery::GiveUp`]) is not run again after a run that was cut off.

pub mod by_hand;
pub mod claim;
pub mod clean_up;
pub mod drive;
pub mod enqueue;
pub mod job;
mod lease;
pub mod registry;
pub mod stats;
pub mod ticker;
pub mod worker;

pub use drive::run_until_idle;
pub use enqueue::{JobOptions, cancel, enqueue, enqueue_new, reschedule};
pub use job::{Job, Schedule, Tick};
pub use registry::{Catalogue, RegisteredSchedule, Registry};
pub use worker::Worker;

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, JobId};
use crate::infra::state::App;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How long a worker keeps what it has claimed without a sign of life.
pub const LEASE: Duration = Duration::from_secs(8);
/// How often a worker gives a sign of life, and looks for others that do not.
pub const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long before it is due a job is claimed for its first run, by a worker that has room. In that time the machine is
/// idle, and at the moment itself, when thousands may be due, nothing is left to do but the work.
pub const AHEAD: Duration = Duration::from_secs(1);

/// What came of a run.
#[derive(Clone, Debug)]
pub enum Outcome {
    Done,
    /// Burns an attempt; back-off when `after` is `None`. Dead after the last attempt.
    Retry {
        why: String,
        after: Option<Duration>,
    },
    /// Burns none: rate limits, polling.
    Wait {
        why: String,
        until: DateTime<Utc>,
    },
    Dead {
        why: String,
    },
}

impl From<Result<()>> for Outcome {
    /// Done, or tried again after the usual back-off.
    fn from(done: Result<()>) -> Self {
        match done {
            Ok(()) => Self::Done,
            Err(error) => Self::Retry { why: error.message, after: None },
        }
    }
}

/// One claim of one job.
#[derive(Clone)]
pub struct Claim {
    pub job: JobId,
    pub company: Option<CompanyId>,
    /// Counted from 1; a `Wait` gives it back.
    pub attempt: i32,
    pub max_attempts: i32,
    /// Writes on behalf of this claim must carry it.
    pub fence: i64,
    /// When the job is due.
    pub run_at: DateTime<Utc>,
    /// The worker that runs it, as `workers` knows it.
    pub worker: Arc<str>,
    /// Cancelled when the lease is lost; the handler's future is dropped then.
    pub lost: CancellationToken,
    pub app: Arc<App>,
    clock: Clock,
}

impl Claim {
    /// The time by the database's clock, the same on all nodes (and the driver's time in tests). Handlers decide by it.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Waits until it is that time, by the same clock: never a moment less.
    pub async fn until(&self, at: DateTime<Utc>) {
        while let Ok(left) = (at - self.now()).to_std()
            && !left.is_zero()
        {
            tokio::time::sleep(left).await;
        }
    }
}

/// The database's time at the claim, carried on by this machine's monotonic clock.
#[derive(Clone, Copy, Debug)]
struct Clock {
    at: DateTime<Utc>,
    since: Instant,
}

impl Clock {
    fn new(at: DateTime<Utc>) -> Self {
        Self { at, since: Instant::now() }
    }
    fn now(&self) -> DateTime<Utc> {
        self.at + TimeDelta::from_std(self.since.elapsed()).unwrap_or_default()
    }
}

/// What becomes of a job whose run was cut off (its worker died or lost its lease), so that nobody knows how far it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recovery {
    /// It is run again at once, with a higher fence: the handler is idempotent.
    #[default]
    Again,
    /// It is never run twice on one request: it is given up with that as the reason, [`Job::on_dead`] is told, and a
    /// person decides. That it begins is noted durably before each run, which costs a commit. A handler that says
    /// `Retry` or `Wait` says by that that nothing was done, and is run again.
    GiveUp,
}
