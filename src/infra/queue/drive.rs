//! The worker by hand: runs everything that is due, one after another, without sleeping. For tests.

use super::claim::{self, Room};
use super::worker::{finisher, run_claimed};
use super::{Outcome, Registry};
use crate::domain::ids::{CompanyId, JobId, new_id};
use crate::infra::state::App;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// One run of one job.
#[derive(Clone, Debug)]
pub struct Ran {
    pub job: JobId,
    pub kind: String,
    pub company: Option<CompanyId>,
    pub attempt: i32,
    /// `None` when the claim was lost on the way.
    pub outcome: Option<Outcome>,
}

/// Claims and runs what is due at `now` until nothing is left, and says what ran. Jobs see `now` as the time
/// (`Claim::now`), so that a test can go past a back-off or a grace period by asking for a later moment. Leases keep
/// real time. Gives up after a thousand runs: then something goes round in circles, and what ran shows what.
pub async fn run_until_idle(app: &App, jobs: &Registry, now: DateTime<Utc>) -> Result<Vec<Ran>, sqlx::Error> {
    let kinds = jobs.kinds();
    let app = &Arc::new(app.clone());
    let ends = finisher(&app.pipeline.0);
    let worker: Arc<str> = format!("by hand {}", new_id()).into();
    claim::reap(&app.db, &worker, &[]).await?;
    claim::sign_on(&app.db, &worker).await?;
    let mut ran = vec![];
    while ran.len() < 1000 {
        // A run may take longer than a lease: nobody beats this drum meanwhile.
        claim::beat(&app.db, &worker).await?;
        let Some(taken) = claim::take(&app.db, &worker, &kinds, &Room::any(1), Some(now)).await?.jobs.pop() else {
            break;
        };
        let Some(handler) = jobs.get(&taken.kind) else { break };
        let (job, kind, company, attempt) = (taken.job, taken.kind.clone(), taken.company, taken.attempt);
        let outcome = run_claimed(app, handler, taken, Some(now), CancellationToken::new(), &ends).await;
        ran.push(Ran { job, kind, company, attempt, outcome });
    }
    claim::sign_off(&app.db, &[worker.to_string()]).await?;
    Ok(ran)
}
