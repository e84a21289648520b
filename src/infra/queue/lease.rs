//! A worker's lease: its name, what it runs, and the signs of life that keep both.

use super::claim::{self, Held};
use super::{HEARTBEAT, LEASE, Recovery};
use crate::domain::ids::{CompanyId, JobId, new_id};
use crate::infra::state::App;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Without a sign of life for this long nothing is run any more, well before others may take over.
const BREATHLESS: Duration = LEASE.saturating_sub(Duration::from_secs(3));

/// Under which name this worker has signed on; another one after it has lost its lease.
#[derive(Clone)]
pub(super) struct Name(Arc<Mutex<Arc<str>>>);

impl Name {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Self::fresh())))
    }
    fn fresh() -> Arc<str> {
        format!("{}-{}", std::process::id(), &new_id().simple().to_string()[20..]).into()
    }
    pub(super) fn now(&self) -> Arc<str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn renew(&self) -> Arc<str> {
        let fresh = Self::fresh();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        fresh
    }
}

/// What this worker runs at the moment.
#[derive(Clone, Default)]
pub(super) struct Running(Arc<Mutex<HashMap<JobId, Run>>>);

pub(super) struct Run {
    pub(super) held: Held,
    pub(super) company: Option<CompanyId>,
    pub(super) recovery: Recovery,
    pub(super) lost: CancellationToken,
}

impl Running {
    pub(super) fn with<T>(&self, f: impl FnOnce(&mut HashMap<JobId, Run>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
    pub(super) fn held(&self) -> Vec<Held> {
        self.with(|map| map.values().map(|run| run.held).collect())
    }
    /// What may be given back in the middle of a run.
    pub(super) fn repeatable(&self) -> Vec<Held> {
        self.with(|map| map.values().filter(|run| run.recovery == Recovery::Again).map(|run| run.held).collect())
    }
    /// Drops all runs; how many there were.
    fn lose_all(&self) -> usize {
        self.with(|map| map.drain().map(|(_, run)| run.lost.cancel()).count())
    }
    /// How many run of which company.
    pub(super) fn by_company(&self) -> HashMap<CompanyId, usize> {
        let mut busy = HashMap::new();
        self.with(|map| map.values().filter_map(|run| run.company).for_each(|c| *busy.entry(c).or_default() += 1));
        busy
    }
}

/// Gives signs of life, and takes over from those who give none. Who finds its own lease gone (it was stopped, or cut off
/// from the database, and others have taken over) drops all runs and begins anew under another name; who cannot reach the
/// database drops them before that.
pub(super) async fn live(app: Arc<App>, name: Name, running: Running, wake: Arc<Notify>, stop: CancellationToken) {
    let mut good = Instant::now();
    loop {
        match tokio::time::timeout(HEARTBEAT, sign(&app, &name, &running)).await {
            Ok(Ok(taken_over)) => {
                good = Instant::now();
                if taken_over > 0 {
                    tracing::warn!(jobs = taken_over, "a worker gave no sign of life; its jobs are taken over");
                    wake.notify_one();
                }
            }
            Ok(Err(error)) => tracing::error!(%error, "no sign of life could be given"),
            Err(_) => tracing::error!("no sign of life could be given in time"),
        }
        if good.elapsed() > BREATHLESS {
            let dropped = running.lose_all();
            if dropped > 0 {
                tracing::error!(
                    dropped,
                    "the database has not answered for almost a lease's length: all runs were dropped"
                );
            }
        }
        // While it fails it is tried more often: a lease is only four of them long.
        let pause = if good.elapsed() < HEARTBEAT { HEARTBEAT } else { Duration::from_millis(500) };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn sign(app: &App, name: &Name, running: &Running) -> Result<i64, sqlx::Error> {
    let db = &app.pipeline.0;
    let current = name.now();
    if !claim::beat(db, &current).await? {
        let dropped = running.lose_all();
        let fresh = name.renew();
        tracing::error!(dropped, worker = %current, "the lease was lost; beginning anew as {fresh}");
        app.calls.signs_on(&fresh);
        claim::sign_on(db, &fresh).await?;
    }
    let runs: Vec<_> = running.held().into_iter().map(|held| held.job).collect();
    claim::reap(db, &name.now(), &runs).await
}
