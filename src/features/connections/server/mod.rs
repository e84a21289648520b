//! The server's half of connections: rules in `service`, the consent in `consent`, grants and their renewal in
//! `tokens`, what platforms still take in `budgets`, REST in `rest`, the sweep in `jobs`, SQL in `store` (connections) and `states` (consents in flight).

mod budgets;
mod consent;
pub mod jobs;
pub mod rest;
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
