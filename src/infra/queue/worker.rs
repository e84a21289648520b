//! The worker: claims what is due, runs it, gives signs of life. Nodes may run any number of them; they share nothing
//! but Postgres.

use super::claim::{self, Begin, End, Held, Room, Taken};
use super::enqueue::CHANNEL;
use super::job::Handler;
use super::lease::{Name, Run, Running, live};
use super::{Claim, Clock, Outcome, Recovery, Registry};
use crate::infra::batch::Batcher;
use crate::infra::state::App;
use crate::infra::telemetry::{self, Work};
use futures::FutureExt;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// How long to sleep at most: notifications can be missed, clocks cannot.
const POLL: Duration = Duration::from_secs(1);
/// How long to leave those alone who have their share, when nobody else is waiting.
const SHARED_OUT: Duration = Duration::from_millis(50);
/// How long running jobs get to end when the program is asked to stop.
const LAST_ORDERS: Duration = Duration::from_secs(15);

/// A worker of this process.
pub struct Worker {
    name: Name,
    app: Arc<App>,
    jobs: Registry,
    concurrency: usize,
    running: Running,
    ends: Batcher<End, bool>,
}

impl Worker {
    /// Starts a worker that runs so many jobs at a time. It stops when `shutdown` is cancelled: no new claims, running
    /// jobs get 15 s, what is left goes back into the queue. The handle ends then.
    /// Jobs hold no database connection while they talk to platforms; the listener keeps one.
    pub fn start_with(app: App, jobs: Registry, concurrency: usize, shutdown: CancellationToken) -> JoinHandle<()> {
        let ends = finisher(&app.pipeline.0);
        let worker = Self {
            name: Name::new(),
            app: Arc::new(app),
            jobs,
            concurrency: concurrency.max(1),
            running: Running::default(),
            ends,
        };
        tokio::spawn(worker.run(shutdown))
    }

    async fn run(self, shutdown: CancellationToken) {
        let kinds = self.jobs.kinds();
        let db = &self.app.pipeline.0;
        while let Err(error) = self.sign_on().await {
            tracing::error!(%error, "the worker cannot sign on; trying again");
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(POLL) => {}
            }
        }
        tracing::info!(worker = %self.name.now(), ?kinds, slots = self.concurrency, "worker started");
        // The helpers outlive the shutdown signal: leases are kept while the last jobs end.
        let stop = CancellationToken::new();
        let _stop_on_drop = stop.clone().drop_guard();
        let wake = Arc::new(Notify::new());
        tokio::spawn(listen(self.app.db.clone(), wake.clone(), stop.clone()));
        let heart =
            tokio::spawn(live(self.app.clone(), self.name.clone(), self.running.clone(), wake.clone(), stop.clone()));

        let mut tasks = JoinSet::new();
        while !shutdown.is_cancelled() {
            while tasks.try_join_next().is_some() {}
            let room = Room::of(self.concurrency, tasks.len(), self.running.by_company());
            let (free, shared_out) = (room.free, room.is_shared_out());
            let mut pause = POLL;
            if free > 0 {
                match claim::take(db, &self.name.now(), &kinds, &room, None).await {
                    Ok(batch) if !batch.jobs.is_empty() => {
                        batch.jobs.into_iter().for_each(|taken| self.begin(&mut tasks, taken));
                        continue;
                    }
                    Ok(batch) if batch.blocked => pause = SHARED_OUT,
                    Ok(_) if shared_out => pause = SHARED_OUT,
                    Ok(_) => {
                        if let Ok(Some(next)) = claim::next_due(db, room.ahead).await {
                            pause = pause.min(next);
                        }
                    }
                    Err(error) => tracing::error!(%error, "jobs cannot be claimed"),
                }
            }
            let ended_before = tasks.len();
            tokio::select! {
                () = shutdown.cancelled() => {}
                // When shares are what holds us back, one that ends makes little room: wait for some.
                () = some_end(&mut tasks, if shared_out && free > 0 { ended_before / 4 } else { 1 }) => {}
                () = wake.notified(), if free > 0 && !shared_out => {}
                () = tokio::time::sleep(pause), if free > 0 => {}
            }
        }

        tracing::info!(worker = %self.name.now(), running = tasks.len(), "worker stops");
        let ended = tokio::time::timeout(LAST_ORDERS, async { while tasks.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            // What must not be repeated is not given back as if nothing had happened: the next sign of life of another
            // worker, or of this program when it is back, takes it over and gives it up.
            let left = self.running.repeatable();
            tasks.shutdown().await;
            if let Err(error) = claim::release(db, &left).await {
                tracing::warn!(%error, "jobs could not be given back; the lease runs out by itself");
            }
        }
        stop.cancel();
        let _ = heart.await;
        if let Err(error) = claim::sign_off(db, &[self.name.now().to_string()]).await {
            tracing::warn!(%error, "worker could not sign off");
        }
    }

    /// Its predecessors over the same data folder are surely dead: what they ran need not wait for their leases.
    async fn sign_on(&self) -> Result<(), sqlx::Error> {
        let (db, calls) = (&self.app.pipeline.0, &self.app.calls);
        claim::sign_off(db, calls.dead_workers()).await?;
        calls.forget_dead_workers();
        calls.signs_on(&self.name.now());
        claim::sign_on(db, &self.name.now()).await
    }

    fn begin(&self, tasks: &mut JoinSet<()>, taken: Taken) {
        let Some(handler) = self.jobs.get(&taken.kind) else { return };
        let held = Held { job: taken.job, fence: taken.fence };
        let lost = CancellationToken::new();
        let run = Run { held, company: taken.company, recovery: handler.recovery(), lost: lost.clone() };
        // It was running here already and the lease ran out: the older run has nothing to say any more.
        if let Some(older) = self.running.with(|map| map.insert(taken.job, run)) {
            older.lost.cancel();
        }
        let span = tracing::info_span!("job", kind = taken.kind, id = %taken.job, fence = taken.fence);
        let (running, app, ends) = (self.running.clone(), self.app.clone(), self.ends.clone());
        // In a box from the start: thousands are begun at once, and what is large is costly to move.
        let work = Box::pin(async move {
            let ran = run_claimed(&app, handler, taken, None, lost, &ends).await;
            running.with(|map| {
                // By now another claim of the same job may be running here: only ours goes.
                if map.get(&held.job).is_some_and(|run| run.held == held) {
                    map.remove(&held.job);
                }
            });
            tracing::debug!(outcome = ?ran, "job ended");
        });
        tasks.spawn(work.instrument(span));
    }
}

/// Waits until so many have ended, at least one; for ever when there is none.
async fn some_end(tasks: &mut JoinSet<()>, many: usize) {
    for _ in 0..many.max(1) {
        if tasks.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// Writes down how claims ended, many at once.
pub(super) fn finisher(db: &PgPool) -> Batcher<End, bool> {
    let db = db.clone();
    Batcher::start(move |ends: Arc<[End]>| {
        let db = db.clone();
        async move { claim::finish(&db, &ends).await }
    })
}

/// Runs one claim to its end: handler, giving up if it comes to that, finish under the fence. `None` when the lease was lost,
/// or is left to run out.
/// `now`: the time that the handler sees; `None` for the database's.
pub(super) async fn run_claimed(
    app: &Arc<App>,
    handler: Arc<dyn Handler>,
    taken: Taken,
    now: Option<chrono::DateTime<chrono::Utc>>,
    lost: CancellationToken,
    ends: &Batcher<End, bool>,
) -> Option<Outcome> {
    let held = Held { job: taken.job, fence: taken.fence };
    let claim = Claim {
        job: taken.job,
        company: taken.company,
        attempt: taken.attempt,
        max_attempts: taken.max_attempts,
        fence: taken.fence,
        run_at: taken.run_at,
        worker: taken.worker,
        lost: lost.clone(),
        app: app.clone(),
        clock: Clock::new(now.unwrap_or(taken.at)),
    };
    let work = telemetry::scope(Work::job(taken.job, &taken.kind, taken.company), async {
        let outcome = attempt(handler.as_ref(), &claim, &taken.payload).await?;
        give_up(handler.as_ref(), &claim, &taken.payload, outcome).await
    });
    let outcome = tokio::select! {
        biased;
        () = lost.cancelled() => {
            tracing::warn!(job = %held.job, "lease lost; the run was dropped");
            return None;
        }
        outcome = work => outcome?,
    };
    // The work is done: a hiccup of the database must not make it be done again.
    for pause in [100, 500, 2_000, 5_000, 0] {
        let end = End { held, attempt: taken.attempt, outcome: outcome.clone(), now: claim.now() };
        match ends.ask(end).await {
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

/// One run of the handler. A panic is a bug of ours: logged, and tried again like any other failure where the job can be
/// repeated. `None`: the claim is lost, or is left to run out.
async fn attempt(handler: &dyn Handler, claim: &Claim, payload: &Value) -> Option<Outcome> {
    if !handler.prepares() {
        claim.until(claim.run_at).await;
    }
    let recovery = handler.recovery();
    if recovery == Recovery::GiveUp {
        match begin_once(claim).await {
            Ok(Begin::Now) => {}
            Ok(Begin::Before) => return Some(maybe_done("The program stopped")),
            // An end that says "wait" would end an earlier run too, of which nobody knows. Without one it is taken over.
            Ok(Begin::Lost) | Err(_) => return None,
        }
    }
    // Only a worker that never came back can leave a job with more attempts than it has.
    if claim.attempt > claim.max_attempts {
        return Some(Outcome::Dead { why: "The program stopped each time while this was running.".into() });
    }
    let ran = AssertUnwindSafe(handler.run(claim, payload)).catch_unwind().await;
    Some(ran.unwrap_or_else(|panic| {
        tracing::error!(echo = true, job = %claim.job, panic = panic_text(panic.as_ref()), "job panicked");
        match recovery {
            Recovery::Again => Outcome::Retry { why: "Something went wrong on our side.".into(), after: None },
            Recovery::GiveUp => maybe_done("Something went wrong on our side"),
        }
    }))
}

/// [`claim::begin_once`] for this claim, past a hiccup of the database.
async fn begin_once(claim: &Claim) -> Result<Begin, sqlx::Error> {
    let held = Held { job: claim.job, fence: claim.fence };
    let begin = || claim::begin_once(&claim.app.pipeline.0, held, claim.attempt);
    let mut begun = begin().await;
    for pause in [100, 500, 2_000] {
        let Err(error) = &begun else { break };
        tracing::error!(%error, job = %claim.job, "the beginning of a job could not be written");
        tokio::time::sleep(Duration::from_millis(pause)).await;
        begun = begin().await;
    }
    begun
}

/// The end of a job that must not be repeated, after a run of which nobody knows how far it came.
fn maybe_done(what_happened: &str) -> Outcome {
    let why = format!(
        "{what_happened} while this was running, so it may have been done already. It is not repeated by itself."
    );
    Outcome::Dead { why }
}

/// Turns the last failed attempt into a dead job, and lets the handler see to what it was about. `None`: the claim is left
/// to run out.
async fn give_up(handler: &dyn Handler, claim: &Claim, payload: &Value, outcome: Outcome) -> Option<Outcome> {
    let why = match outcome {
        Outcome::Retry { why, .. } if claim.attempt >= claim.max_attempts => why,
        Outcome::Dead { why } => why,
        other => return Some(other),
    };
    tracing::warn!(job = %claim.job, why, "job given up");
    match AssertUnwindSafe(handler.on_dead(claim, payload, &why)).catch_unwind().await {
        Ok(Ok(())) => Some(Outcome::Dead { why }),
        Ok(Err(error)) => {
            tracing::error!(job = %claim.job, %error, "giving a job up failed; it is kept and tried again");
            match handler.recovery() {
                Recovery::Again => Some(Outcome::Wait { why, until: claim.now() + chrono::TimeDelta::minutes(1) }),
                // Here too: it is taken over when a lease's length has passed, and given up.
                Recovery::GiveUp => None,
            }
        }
        Err(panic) => {
            tracing::error!(job = %claim.job, panic = panic_text(panic.as_ref()), "giving a job up panicked");
            Some(Outcome::Dead { why })
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
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
