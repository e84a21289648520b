//! Publishing on the server. Read in this order: `machine` (what may happen), `consequence` (what follows from a fault),
//! `store` (the SQL), `deliver` (the job that drives one delivery, with `run`, its tools, and `desk`, what serves many at
//! once), `call` (the one irreversible call), `look` (what became of it), `service` (what people and other rooms may ask
//! for), `parts` (threads and first comments), `sweep` (the safety net), `guard` and `checks` (what is looked at before
//! the time comes).

pub mod call;
pub mod checks;
pub mod consequence;
pub mod deliver;
mod desk;
mod guard;
pub mod look;
pub mod machine;
pub mod parts;
mod run;
pub mod service;
pub mod store;
pub mod sweep;

use crate::features::secrets::server::reseal;
use crate::infra::queue::clean_up::{CleanUp, NIGHTLY, WEEKLY, WeeklyCleanUp};
use crate::infra::queue::{Handler, Schedule};
use std::sync::Arc;

/// The jobs of publishing and of the queue's own housekeeping.
pub fn handlers() -> Vec<Arc<dyn Handler>> {
    vec![
        Arc::new(deliver::Deliver::default()),
        Arc::new(sweep::Sweep::default()),
        Arc::new(CleanUp),
        Arc::new(WeeklyCleanUp),
        Arc::new(checks::job::Wake),
        Arc::new(checks::job::Check),
    ]
}

/// What fires by itself. `refresh_tokens` and the look ahead are handled by the connections, `reseal` by the secrets.
pub static SCHEDULES: [Schedule; 7] = [
    sweep::EVERY_MINUTE,
    checks::job::EVERY_MINUTE,
    NIGHTLY,
    WEEKLY,
    reseal::NIGHTLY,
    Schedule { name: "refresh_tokens", cron: "0 0 */6 * * *", kind: "refresh_tokens", max_attempts: 5 },
    crate::features::connections::server::jobs::AHEAD,
];
