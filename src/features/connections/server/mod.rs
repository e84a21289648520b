//! The server's half of connections: rules in `service`, the consent in `consent`, sign-in by a form of ours in `credentials`, grants and their renewal in
//! `tokens` (for many calls at once: `loader`) with `renewal` (what surrounds the call), `plan` (when) and `by_hand`; what
//! platforms still take in `budgets`; REST in `rest`, `rest_tokens` and `rest_v1`, the jobs in `jobs`, SQL in `store`
//! (connections) and `states` (consents in flight).

mod budgets;
mod by_hand;
pub mod changed;
pub mod choices;
mod consent;
mod credentials;
pub mod jobs;
pub mod loader;
mod plan;
pub mod reencrypt;
mod renewal;
pub mod rest;
mod rest_tokens;
mod rest_v1;
pub mod service;
mod states;
mod store;
mod tokens;

use crate::infra::telemetry;
use std::future::Future;

/// Runs `work` to its end even when the caller goes away (a closed tab, a job that lost its lease), under the same
/// request id. `None`: it panicked.
async fn detached<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let task = match telemetry::request_id() {
        Some(id) => tokio::spawn(telemetry::REQUEST_ID.scope(id, work)),
        None => tokio::spawn(work),
    };
    task.await.inspect_err(|error| tracing::error!(%error, "a detached task did not finish")).ok()
}
