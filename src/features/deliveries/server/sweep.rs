//! The safety net: every delivery that must be driven has an unfinished job. Nothing in the program should ever leave one
//! without. Should it happen all the same, it is not lost: within a minute when its job was given up or taken back, within
//! an hour (or at the next start) when there is no trace of a job, as after a restored backup. What has become too late by
//! then is held and asked about.

use super::service;
use super::store::{self, Strays};
use crate::domain::error::Result;
use crate::infra::queue::{Claim, Job, Outcome, Schedule, Tick};
use crate::infra::state::App;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// More than this in one minute is taken up by the next one.
const AT_ONCE: i64 = 500;

/// Every minute what was given up lately is looked at; all there is, at the start of the program and once an hour.
#[derive(Default)]
pub struct Sweep {
    runs: AtomicU32,
}

impl Job for Sweep {
    type Payload = Tick;
    const KIND: &'static str = "sweep";
    const TITLE: &'static str = "Look for posts that nobody publishes";
    const ATTEMPTS: i32 = 1;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "sweep",
        cron: "0 * * * * *",
        title: "Safety net for posts",
        does: "Looks for scheduled posts that were missed and publishes them.",
        when_stopped: "While this is stopped, a missed post stays where it is. Checks before publishing go on.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        let which = if self.runs.fetch_add(1, Relaxed).is_multiple_of(60) { Strays::All } else { Strays::Lately };
        sweep(&claim.app, claim, which).await.into()
    }
}

async fn sweep(app: &App, claim: &Claim, which: Strays) -> Result<()> {
    let mut db = app.db.acquire().await?;
    for stray in store::strays(&app.db, which, AT_ONCE).await? {
        tracing::warn!(delivery = %stray.id, company = %stray.company, "nobody was driving this delivery");
        let run_at = stray.due_at.unwrap_or(claim.now()).max(claim.now());
        service::drive(&mut db, stray.company, stray.id, stray.connection, run_at).await?;
    }
    Ok(())
}
