//! Work that keeps a processor busy (texts that are compared, rules that are checked), away from the threads that answer
//! requests: those must be free again within a moment, whatever one person asks for.
//!
//! Nothing can stop such work from outside, so what it is given is bounded before; it waits here for one of a few
//! places, and whoever no longer waits for it gives the place back before it began.

use super::telemetry;
use crate::domain::error::{AppError, Result};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(places()));

/// As many as there are processors but one, which the rest of the program keeps.
fn places() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get() - 1).max(1)
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_place() {
        let places = places();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = || {
            let (running, most) = (running.clone(), most.clone());
            off_thread(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(60));
                running.fetch_sub(1, Ordering::SeqCst);
            })
        };
        // Whoever asks goes away while the work is under way.
        for _ in 0..places * 4 {
            let _ = tokio::time::timeout(Duration::from_millis(5), work()).await;
        }
        work().await.expect("a place becomes free");
        assert!(most.load(Ordering::SeqCst) <= places, "{most:?} at once in {places} places");
    }
}
