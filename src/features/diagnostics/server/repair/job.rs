//! The sweep by the clock.

use super::sweep;
use crate::infra::queue::{Claim, Job, Outcome, Schedule, Tick};

/// Looks at every open error, mends what it may, and resolves what works again.
pub struct AutoRepair;

impl Job for AutoRepair {
    type Payload = Tick;
    const KIND: &'static str = "auto_repair";
    const TITLE: &'static str = "Repair what went wrong";
    /// After all other work.
    const PRIORITY: i16 = 200;
    /// What fails is made up for by the next tick.
    const ATTEMPTS: i32 = 1;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "auto_repair",
        cron: "30 10 */6 * * *",
        title: "Repair what went wrong",
        does: "Looks at every open error, mends what may be mended without asking, and resolves what is proved to work again.",
        when_stopped: "While this is stopped, errors stay open on the Diagnostics page until somebody presses “Check and repair”.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        let done = sweep(&claim.app).await.map(|repairs| {
            let resolved = repairs.iter().filter(|repair| repair.resolved).count();
            tracing::info!(looked_at = repairs.len(), resolved, "errors were looked at");
        });
        done.into()
    }
}
