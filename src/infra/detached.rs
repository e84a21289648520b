//! Work that must not end halfway because whoever asked for it has gone.

use super::telemetry;
use std::future::Future;

/// Runs `work` to its end even when the caller goes away (a closed tab, a job that lost its lease), under the same
/// request id. `None`: it panicked.
pub async fn detached<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let task = match telemetry::work() {
        Some(about) => tokio::spawn(telemetry::scope(about, work)),
        None => tokio::spawn(work),
    };
    task.await.inspect_err(|error| tracing::error!(%error, "a detached task did not finish")).ok()
}
