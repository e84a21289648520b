//! Work that keeps a processor busy (texts that are compared, rules that are checked), away from the threads that answer
//! requests: those must be free again within a moment, whatever one person asks for.
//!
//! Nothing can stop such work from outside, so what it is given is bounded before; it waits here for one of a few
//! places, and whoever no longer waits for it gives the place back before it began.

use super::telemetry;
use crate::domain::error::{AppError, Result};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// As many as there are processors but one, which the rest of the program keeps.
static PLACES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, |n| n.get() - 1).max(1)));

/// Runs `work` on a thread of its own.
pub async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let place = PLACES.acquire().await.map_err(|_| AppError::unavailable("The server is stopping."))?;
    // The place goes with the work: it is taken until that has ended, even if nobody waits for it any more.
    let placed = move || {
        let _place = place;
        work()
    };
    tokio::task::spawn_blocking(placed).await.map_err(|error| {
        let reference = telemetry::request_id();
        tracing::error!(%error, reference, "work off the threads failed");
        AppError::bug(reference)
    })
}
