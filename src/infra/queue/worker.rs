//! The worker: claims what is due, runs it, keeps its leases alive. Nodes may run any number of them; they share nothing
//! but Postgres.

use super::claim::{self, Held, Taken};
use super::enqueue::CHANNEL;
use super::{Claim, Clock, HEARTBEAT, Handler, LEASE, Outcome};
use crate::domain::ids::{JobId, new_id};
use crate::infra::state::App;
use crate::infra::telemetry;
use futures::FutureExt;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// How many jobs one worker runs at a time, unless told otherwise.
pub const CONCURRENCY: usize = 16;
/// How long to sleep at most: notifications can be missed, clocks cannot.
const POLL: Duration = Duration::from_secs(1);
/// How long running jobs get to end when the program is asked to stop.
const LAST_ORDERS: Duration = Duration::from_secs(15);
/// Without a sign of life for this long a worker is no longer listed.
const FORGOTTEN: &str = "10 minutes";

/// A worker of this process.
pub struct Worker {
    id: String,
    app: App,
    handlers: Handlers,
    concurrency: usize,
    running: Running,
}

/// Handlers by the kind that they run.
#[derive(Clone)]
pub(super) struct Handlers(Arc<BTreeMap<&'static str, Arc<dyn Handler>>>);

impl Handlers {
    pub(super) fn new(handlers: Vec<Arc<dyn Handler>>) -> Self {
        Self(Arc::new(handlers.into_iter().map(|h| (h.kind(), h)).collect()))
    }
    pub(super) fn kinds(&self) -> Vec<String> {
        self.0.keys().map(|k| (*k).to_owned()).collect()
    }
    pub(super) fn get(&self, kind: &str) -> Option<Arc<dyn Handler>> {
        self.0.get(kind).cloned()
    }
}

/// What this worker runs at the moment, for the heartbeat.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<HashMap<JobId, (Held, CancellationToken)>>>);

impl Running {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<JobId, (Held, CancellationToken)>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
    fn held(&self) -> Vec<Held> {
        self.with(|map| map.values().map(|(held, _)| *held).collect())
    }
}

impl Worker {
    /// Starts a worker with the usual number of slots. It stops when `shutdown` is cancelled: no new claims, running jobs
    /// get 15 s, what is left goes back into the queue. The handle ends then.
    pub fn start(app: App, handlers: Vec<Arc<dyn Handler>>, shutdown: CancellationToken) -> JoinHandle<()> {
        Self::start_with(app, handlers, CONCURRENCY, shutdown)
    }

    /// The same with another number of slots. A pool needs some connections more than a few: jobs hold none while they
    /// talk to platforms, the listener keeps one.
    pub fn start_with(
        app: App,
        handlers: Vec<Arc<dyn Handler>>,
        concurrency: usize,
        shutdown: CancellationToken,
    ) -> JoinHandle<()> {
        let id = format!("{}-{}", std::process::id(), &new_id().simple().to_string()[20..]);
        let handlers = Handlers::new(handlers);
        let worker = Self { id, app, handlers, concurrency: concurrency.max(1), running: Running::default() };
        tokio::spawn(worker.run(shutdown))
    }

    async fn run(self, shutdown: CancellationToken) {
        let kinds = self.handlers.kinds();
        tracing::info!(worker = self.id, ?kinds, slots = self.concurrency, "worker started");
        // The helpers outlive the shutdown signal: leases are kept while the last jobs end.
        let stop = CancellationToken::new();
        let _stop_on_drop = stop.clone().drop_guard();
        let wake = Arc::new(Notify::new());
        tokio::spawn(listen(self.app.db.clone(), wake.clone(), stop.clone()));
        let heart = tokio::spawn(beat(self.app.db.clone(), self.id.clone(), self.running.clone(), stop.clone()));

        let mut tasks = JoinSet::new();
        while !shutdown.is_cancelled() {
            let free = self.concurrency - tasks.len();
            let mut pause = POLL;
            if free > 0 {
                match claim::take(&self.app.db, &self.id, &kinds, free, None).await {
                    Ok(batch) if !batch.jobs.is_empty() => {
                        batch.jobs.into_iter().for_each(|taken| self.begin(&mut tasks, taken));
                        continue;
                    }
                    Ok(batch) if batch.blocked => pause = Duration::from_millis(50),
                    Ok(_) => {
                        if let Ok(Some(next)) = claim::next_due(&self.app.db, &kinds).await {
                            pause = pause.min(next);
                        }
                    }
                    Err(error) => tracing::error!(%error, "jobs cannot be claimed"),
                }
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                Some(_) = tasks.join_next() => {}
                () = wake.notified(), if free > 0 => {}
                () = tokio::time::sleep(pause), if free > 0 => {}
            }
        }

        tracing::info!(worker = self.id, running = tasks.len(), "worker stops");
        let ended = tokio::time::timeout(LAST_ORDERS, async { while tasks.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            let left = self.running.held();
            tasks.shutdown().await;
            if let Err(error) = claim::release(&self.app.db, &left).await {
                tracing::warn!(%error, "jobs could not be given back; their leases run out by themselves");
            }
        }
        stop.cancel();
        let _ = heart.await;
        if let Err(error) = sqlx::query!("delete from workers where id = $1", self.id).execute(&self.app.db).await {
            tracing::warn!(%error, "worker could not sign off");
        }
    }

    fn begin(&self, tasks: &mut JoinSet<()>, taken: Taken) {
        let Some(handler) = self.handlers.get(&taken.kind) else { return };
        let held = Held { job: taken.job, fence: taken.fence };
        let lost = CancellationToken::new();
        // It was running here already and its lease ran out: the older run has nothing to say any more.
        if let Some((_, older)) = self.running.with(|map| map.insert(taken.job, (held, lost.clone()))) {
            older.cancel();
        }
        let span = tracing::info_span!("job", kind = taken.kind, id = %taken.job, fence = taken.fence);
        let (running, app) = (self.running.clone(), self.app.clone());
        let work = async move {
            let ran = run_claimed(&app, handler, taken, None, lost).await;
            running.with(|map| {
                // By now another claim of the same job may be running here: only ours goes.
                if map.get(&held.job).is_some_and(|(h, _)| *h == held) {
                    map.remove(&held.job);
                }
            });
            tracing::debug!(outcome = ?ran, "job ended");
        };
        tasks.spawn(work.instrument(span));
    }
}

/// Runs one claim to its end: handler, burial if it comes to that, finish under the fence. `None` when the lease was lost.
/// `now`: the time that the handler sees; `None` for the database's.
pub(super) async fn run_claimed(
    app: &App,
    handler: Arc<dyn Handler>,
    taken: Taken,
    now: Option<chrono::DateTime<chrono::Utc>>,
    lost: CancellationToken,
) -> Option<Outcome> {
    if taken.lease_lost {
        tracing::warn!(job = %taken.job, kind = taken.kind, "the lease of another worker ran out; running the job again");
    }
    let held = Held { job: taken.job, fence: taken.fence };
    let claim = Claim {
        job: taken.job,
        company: taken.company,
        attempt: taken.attempt,
        max_attempts: taken.max_attempts,
        fence: taken.fence,
        lost: lost.clone(),
        app: app.clone(),
        clock: Clock::new(now.unwrap_or(taken.at)),
    };
    let work = telemetry::REQUEST_ID.scope(format!("job-{}", taken.job), async {
        let outcome = attempt(handler.as_ref(), &claim, taken.payload.clone()).await;
        bury(handler.as_ref(), &claim, &taken.payload, outcome).await
    });
    let outcome = tokio::select! {
        biased;
        () = lost.cancelled() => {
            tracing::warn!(job = %held.job, "lease lost; the run was dropped");
            return None;
        }
        outcome = work => outcome,
    };
    // The work is done: a hiccup of the database must not make it be done again.
    for pause in [100, 500, 2_000, 5_000, 0] {
        match claim::finish(&app.db, held, taken.attempt, &outcome, claim.now()).await {
            Ok(true) => return Some(outcome),
            Ok(false) => {
                tracing::warn!(job = %held.job, "lease lost before the end was written");
                return None;
            }
            Err(error) => tracing::error!(%error, job = %held.job, "the end of a job could not be written"),
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    None
}

/// One run of the handler. A panic is a bug of ours: logged, and tried again like any other failure.
async fn attempt(handler: &dyn Handler, claim: &Claim, payload: Value) -> Outcome {
    // Only a worker that never came back can leave a job with more attempts than it has.
    if claim.attempt > claim.max_attempts {
        return Outcome::Dead { why: "The program stopped each time while this was running.".into() };
    }
    match AssertUnwindSafe(handler.run(claim, payload)).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => {
            tracing::error!(job = %claim.job, panic = panic_text(panic.as_ref()), "job panicked");
            Outcome::Retry { why: "Something went wrong on our side.".into(), after: None }
        }
    }
}

/// Turns the last failed attempt into a dead job, and lets the handler see to what it was about.
async fn bury(handler: &dyn Handler, claim: &Claim, payload: &Value, outcome: Outcome) -> Outcome {
    let why = match outcome {
        Outcome::Retry { why, .. } if claim.attempt >= claim.max_attempts => why,
        Outcome::Dead { why } => why,
        other => return other,
    };
    tracing::warn!(job = %claim.job, why, "job given up");
    match AssertUnwindSafe(handler.on_dead(claim, payload, &why)).catch_unwind().await {
        Ok(Ok(())) => Outcome::Dead { why },
        Ok(Err(error)) => {
            tracing::error!(job = %claim.job, %error, "a job's burial failed; it is kept and tried again");
            Outcome::Wait { why, until: claim.now() + chrono::TimeDelta::minutes(1) }
        }
        Err(panic) => {
            tracing::error!(job = %claim.job, panic = panic_text(panic.as_ref()), "a job's burial panicked");
            Outcome::Dead { why }
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Extends the leases of all running jobs and says that this worker lives. A claim that somebody else has taken over is
/// cancelled; and when the database has not answered for so long that leases may have run out, all of them are.
async fn beat(db: PgPool, worker: String, running: Running, stop: CancellationToken) {
    let mut good = Instant::now();
    loop {
        match tokio::time::timeout(HEARTBEAT, sign(&db, &worker, &running)).await {
            Ok(Ok(())) => good = Instant::now(),
            Ok(Err(error)) => tracing::error!(%error, "heartbeat failed"),
            Err(_) => tracing::error!("heartbeat timed out"),
        }
        if good.elapsed() > LEASE - Duration::from_secs(5) {
            let dropped = running.with(|map| map.drain().map(|(_, (_, lost))| lost.cancel()).count());
            if dropped > 0 {
                tracing::error!(dropped, "the database has not answered for a lease's length: all runs were dropped");
            }
        }
        // While heartbeats fail they are tried more often: a lease is only three of them long.
        let pause = if good.elapsed() < HEARTBEAT { HEARTBEAT } else { Duration::from_secs(2) };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn sign(db: &PgPool, worker: &str, running: &Running) -> Result<(), sqlx::Error> {
    let held = running.held();
    if !held.is_empty() {
        let kept = claim::extend(db, &held).await?;
        for lost in held.iter().filter(|h| !kept.contains(&h.job)) {
            running.with(|map| {
                // It may have ended, or been claimed anew, in the meantime.
                if let Some((_, token)) = map.get(&lost.job).filter(|(h, _)| h == lost) {
                    token.cancel();
                }
            });
        }
    }
    sqlx::query!("insert into workers (id) values ($1) on conflict (id) do update set beat_at = now()", worker)
        .execute(db)
        .await?;
    sqlx::query!("delete from workers where beat_at < now() - $1::text::interval", FORGOTTEN).execute(db).await?;
    Ok(())
}

/// Wakes the worker when a due job is committed anywhere. Has a task of its own, because waiting for a notification must
/// not be cut off half-way. A lost connection is replaced; what was missed meanwhile is found by the poll.
async fn listen(db: PgPool, wake: Arc<Notify>, stop: CancellationToken) {
    let listening = async {
        loop {
            if let Err(error) = hear(&db, &wake).await {
                tracing::warn!(%error, "cannot listen for new jobs; looking once a second instead");
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = listening => {}
    }
}

async fn hear(db: &PgPool, wake: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(db).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // `None`: the connection was lost and made anew; something may have been missed.
        listener.try_recv().await?;
        wake.notify_one();
    }
}
