//! The Postgres queue: at-least-once jobs with leases and fences.
//! A job is claimed in a short transaction, runs outside of one, and is finished under its fence.

use crate::domain::ids::{CompanyId, JobId};
use crate::infra::state::App;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use std::time::Duration;

/// A job that is to be put into the queue.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub kind: &'static str,
    pub company: Option<CompanyId>,
    pub payload: Value,
    pub run_at: DateTime<Utc>,
    /// Lower first; 100 is usual.
    pub priority: i16,
    /// At most one unfinished job per key.
    pub job_key: Option<String>,
    /// One at a time per queue key.
    pub queue_key: Option<String>,
    pub max_attempts: i32,
}

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

/// One claim of one job.
#[derive(Clone)]
pub struct Claim {
    pub job: JobId,
    pub company: Option<CompanyId>,
    pub attempt: i32,
    pub max_attempts: i32,
    /// Writes on behalf of this claim must carry it.
    pub fence: i64,
    pub app: App,
}

/// A kind of job. Handlers must be idempotent: a lease can run out and the job be run again.
#[async_trait]
pub trait Handler: Send + Sync {
    fn kind(&self) -> &'static str;
    async fn run(&self, claim: &Claim, payload: Value) -> Outcome;
}

/// Puts a job into the queue (and wakes workers at commit). With a `job_key` that is taken by an unfinished job,
/// that job is moved to the new time instead; the id returned is the job that will run.
pub async fn enqueue(db: &mut PgConnection, job: NewJob) -> Result<JobId, sqlx::Error> {
    let _ = (db, job);
    unreachable!()
}
