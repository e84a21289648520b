//! Work that keeps a processor or much memory busy (texts that are compared, pictures that are decoded), away from the threads
//! that answer requests: those must be free again within a moment, whatever one person asks for.
//!
//! Nothing can stop such work from outside, so what it is given is bounded before; it waits for one of a few places, and
//! whoever no longer waits for it gives the place back before it began. Companies take turns: of each only a few wait for a
//! place, so that what one of them asks for in bulk keeps the others waiting for one piece of work and not for all.

use super::telemetry;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::CompanyId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

static PROCESSORS: LazyLock<Places> = LazyLock::new(|| Places::new(processors(), 1));

/// As many as there are processors but one, which the rest of the program keeps.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get() - 1).max(1)
}

/// Runs `work`, which keeps a processor busy, on a thread of its own.
pub async fn off_thread<T: Send + 'static>(company: CompanyId, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    PROCESSORS.run(company, work).await
}

/// Places for work of one kind: so many at once, so many of them for one company.
pub struct Places {
    all: Arc<Semaphore>,
    each: usize,
    /// Of the companies that work or wait right now.
    of: Mutex<HashMap<CompanyId, Arc<Semaphore>>>,
}

/// A place; it is free again when this is dropped.
pub struct Place {
    _all: OwnedSemaphorePermit,
    _of_company: OwnedSemaphorePermit,
}

impl Places {
    pub fn new(all: usize, each: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), each, of: Mutex::default() }
    }

    /// Runs `work` on a thread of its own, once there is a place for it.
    pub async fn run<T: Send + 'static>(
        &self,
        company: CompanyId,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = self.take(company).await?;
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

    /// Waits for a place.
    pub async fn take(&self, company: CompanyId) -> Result<Place> {
        let stopping = |_| AppError::unavailable("The server is stopping.");
        let of_company = self.of(company).acquire_owned().await.map_err(stopping)?;
        let all = self.all.clone().acquire_owned().await.map_err(stopping)?;
        Ok(Place { _all: all, _of_company: of_company })
    }

    fn of(&self, company: CompanyId) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.retain(|_, places| Arc::strong_count(places) > 1);
        of.entry(company).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn work_that_nobody_waits_for_keeps_its_place() {
        let places = processors();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = || {
            let (running, most) = (running.clone(), most.clone());
            off_thread(CompanyId::new(), move || {
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

    #[tokio::test]
    async fn companies_take_turns() {
        for (all, before_it) in [(1, 2), (2, 2)] {
            let (places, done) = (Arc::new(Places::new(all, 1)), Arc::new(AtomicUsize::new(0)));
            let (busy, other) = (CompanyId::new(), CompanyId::new());
            let bulk: Vec<_> = (0..20)
                .map(|_| {
                    let (places, done) = (places.clone(), done.clone());
                    tokio::spawn(async move {
                        let work = move || {
                            std::thread::sleep(Duration::from_millis(20));
                            done.fetch_add(1, Ordering::SeqCst);
                        };
                        places.run(busy, work).await.expect("done");
                    })
                })
                .collect();
            // All of them wait by now.
            tokio::task::yield_now().await;
            let seen = done.clone();
            let before = places.run(other, move || seen.load(Ordering::SeqCst)).await.expect("done");
            assert!(before <= before_it, "{before} of the other company's came first in {all} places");
            for work in bulk {
                work.await.expect("no panic");
            }
            assert_eq!(done.load(Ordering::SeqCst), 20);
            drop(places.of(other));
            assert_eq!(places.of.lock().expect("unlocked").len(), 1, "who waits for nothing is forgotten");
        }
    }
}
