//! Publishing on the server. Read in this order: `machine` (what may happen), `consequence` (what follows from a fault),
//! `store` (the SQL), `deliver` (the job that drives one delivery, with `run`, its tools), `call` (the one irreversible
//! call), `look` (what became of it), `service` (what people and other rooms may ask for), `sweep` (the safety net).

pub mod call;
pub mod consequence;
pub mod deliver;
pub mod look;
pub mod machine;
mod run;
pub mod service;
pub mod store;
pub mod sweep;

use crate::features::secrets::server::reseal;
use crate::infra::queue::clean_up::{CleanUp, NIGHTLY};
use crate::infra::queue::{Handler, Schedule};
use std::sync::Arc;

/// The jobs of publishing and of the queue's own housekeeping.
pub fn handlers() -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(deliver::Deliver::default()), Arc::new(sweep::Sweep), Arc::new(CleanUp)]
}

/// What fires by itself. `refresh_tokens` is handled by the connections, `reseal` by the secrets.
pub static SCHEDULES: [Schedule; 4] = [
    sweep::EVERY_MINUTE,
    NIGHTLY,
    reseal::NIGHTLY,
    Schedule { name: "refresh_tokens", cron: "0 0 */6 * * *", kind: "refresh_tokens", max_attempts: 5 },
];
