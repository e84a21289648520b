//! The job that drives one delivery from `queued` to published, or to the one thing that a person must do.
//!
//! It is safe to run at any time, any number of times, and to be killed anywhere: it goes by the row alone.
//! - Before the irreversible call every step is repeatable, and what the platform gave us (the checkpoint) is saved before the
//!   next step.
//! - The call is made only by the run that has just armed the delivery: a committed row says "about to call" before a byte
//!   is sent. A run that *finds* `armed` never calls; it looks at the platform.
//! - An absence is believed only after the connector's grace period, and our own deadline for the call is shorter than that.
//!
//! Fail point for tests: with the sandbox on, `LUX_FAIL_POINT=after_arm` kills the process right after arming.

use super::batchers::Batchers;
use super::call::{self, Verdict};
use super::consequence::Phase;
use super::machine::{Event, Refusal};
use super::run::{Find, Flow, PATIENCE, Run};
use super::store::{self, Arming, Change, Delivery, Patch};
use crate::connectors::{Checkpoint, Connector, Fault, Prepared, registry};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::ids::DeliveryId;
use crate::domain::platform::Platform;
use crate::features::connections::server::service as connections;
use crate::infra::queue::{AHEAD, Claim, Job, Outcome};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// One step of preparation, which may be a long upload.
const STEP_DEADLINE: Duration = Duration::from_secs(5 * 60);
/// The first probe after an answer that never came; good news need not wait for the grace period.
const FIRST_LOOK: Duration = Duration::from_secs(15);
/// How often a part looks whether the one before it is live.
const FOLLOW: Duration = Duration::from_secs(30);
/// Steps in one run; more means that a connector goes round in circles.
const MAX_ROUNDS: usize = 200;

/// Which delivery is to be driven; the job's company is its company.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Payload {
    pub delivery: DeliveryId,
}

/// Drives one delivery.
pub struct Deliver {
    find: Find,
    batchers: OnceLock<Arc<Batchers>>,
}

impl Default for Deliver {
    fn default() -> Self {
        Self::with_connectors(registry::find)
    }
}

impl Deliver {
    /// With other connectors than the registry's; for tests with scripted ones.
    pub fn with_connectors(find: impl Fn(Platform) -> Option<&'static Connector> + Send + Sync + 'static) -> Self {
        Self { find: Arc::new(find), batchers: OnceLock::new() }
    }

    fn run_of<'a>(&self, claim: &'a Claim, payload: Payload) -> Option<Run<'a>> {
        let batchers = self.batchers.get_or_init(|| Arc::new(Batchers::new(&claim.app, self.find.clone())));
        Run::new(claim, payload.delivery, batchers.clone())
    }
}

impl Job for Deliver {
    type Payload = Payload;
    const KIND: &'static str = "deliver";
    const TITLE: &'static str = "Publish a post";
    /// With the queue's back-off that is about an hour.
    const ATTEMPTS: i32 = 8;
    /// Uploads and containers come first; arming waits for the moment.
    const PREPARES: bool = true;

    async fn run(&self, claim: &Claim, payload: Payload) -> Outcome {
        let Some(mut run) = self.run_of(claim, payload) else {
            return Outcome::Dead { why: "The job does not belong to a company.".into() };
        };
        run.drive().await.unwrap_or_else(|error| Outcome::Retry { why: error.message, after: None })
    }

    async fn on_dead(&self, claim: &Claim, payload: Payload, why: &str) -> Result<()> {
        let Some(run) = self.run_of(claim, payload) else { return Ok(()) };
        run.give_up(why).await
    }
}

impl Run<'_> {
    async fn drive(&mut self) -> Result<Outcome> {
        use DeliveryState::*;
        let Some((patience, mut d)) = self.batchers.take.ask(self.delivery_claim()).await? else {
            return Ok(Outcome::Done);
        };
        self.patience = patience;
        for _ in 0..MAX_ROUNDS {
            let flow = match d.state {
                Draft | Live | NeedsEdit | NeedsReconnect | Held | Unconfirmed | ByHand | Failed | Cancelled => {
                    Flow::done()
                }
                Queued => self.begin(&d).await?,
                Preparing | Waiting | Ready if d.facts.by_hand => self.hand_over(&d).await?,
                Preparing | Waiting => self.prepare(&d).await?,
                Ready => self.commit(&d, None).await?,
                Armed | Processing => Box::pin(self.probe(&d)).await?,
            };
            if let Flow::Stop(outcome) = flow {
                return Ok(outcome);
            }
            let Some(now) = self.batchers.load.ask(self.delivery_claim()).await? else { return Ok(Outcome::Done) };
            d = now;
        }
        Ok(Outcome::Retry { why: "Preparing the post did not come to an end.".into(), after: None })
    }

    /// Taking it has begun it, unless it is not due yet, too late by now, or comes after another one that is not live.
    async fn begin(&self, d: &Delivery) -> Result<Flow> {
        let now = self.claim.now();
        let mut due = d.due_at.unwrap_or(now);
        if due > now + AHEAD {
            return Ok(self.wait("It is not due yet.", due));
        }
        if let Some(part) = &d.part {
            use DeliveryState::*;
            match part.after {
                Live => due = part.after_live_at.unwrap_or(due).max(due),
                // Becoming live wakes it; this is for a wake that got lost.
                Draft | Queued | Preparing | Waiting | Ready | Armed | Processing => {
                    return Ok(self.wait("It follows when the part before it is live.", self.after(FOLLOW)));
                }
                Cancelled => {
                    let why = "The part before this one was cancelled.";
                    return self.end(d, Event::Cancel, "after", why.into()).await;
                }
                NeedsEdit | NeedsReconnect | Held | Unconfirmed | ByHand | Failed => {
                    let why = "The part before this one is not published. When it is, this one goes out by itself.";
                    return self.end(d, Event::TooLate, "after", why.into()).await;
                }
            }
        }
        // Where a person publishes, they see how late it is, and decide.
        if now - due > self.patience && !d.facts.by_hand {
            return self.too_late(d, now - due).await;
        }
        self.go(d, Event::Begin, &Patch::default(), "").await
    }

    async fn prepare(&mut self, d: &Delivery) -> Result<Flow> {
        let kit = match self.gate(d).await? {
            Ok(kit) => kit,
            Err(flow) => return Ok(flow),
        };
        let call = kit.call();
        let step = tokio::time::timeout(STEP_DEADLINE, kit.publish.prepare(&call, &kit.content, d.checkpoint.as_ref()));
        let saved =
            |checkpoint| Patch { checkpoint: Change::Set(checkpoint), fault: Change::Clear, ..Default::default() };
        let step = step.await.unwrap_or_else(|_| Err(Fault::transient("no answer within five minutes")));
        if step.is_ok() {
            self.progress = Some(self.claim.now());
        }
        match step {
            Ok(Prepared::More(checkpoint)) => self.go(d, Event::Step, &saved(checkpoint), "").await,
            // Saved together with the arming: the next call is the irreversible one, and that comes after it.
            Ok(Prepared::Ready(checkpoint)) => self.commit(d, Some(checkpoint)).await,
            Ok(Prepared::Waiting { .. }) if d.due_at.is_some_and(|due| self.claim.now() - due > PATIENCE) => {
                let why = format!("{} did not finish working on the upload in a day.", d.platform.name());
                self.end(d, Event::Refused(Refusal::Fail), "transient", why).await
            }
            Ok(Prepared::Waiting { checkpoint, recheck_after }) => {
                let flow = self.go(d, Event::PlatformWorks, &saved(checkpoint), "").await?;
                let why = format!("{} is working on the upload.", d.platform.name());
                Ok(if let Flow::Again = flow { self.wait(why, self.after(recheck_after)) } else { flow })
            }
            Err(fault) => self.handle_fault(d, &fault, Phase::Prepare).await,
        }
    }

    /// When its moment has come: arm, call, write down what came of it. `prepared`: what the last step of preparing has just brought.
    async fn commit(&mut self, d: &Delivery, prepared: Option<Checkpoint>) -> Result<Flow> {
        if let Some(due) = d.due_at {
            self.claim.until(due).await;
        }
        let kit = match self.gate(d).await? {
            Ok(kit) => kit,
            Err(flow) => return Ok(flow),
        };
        let grace = kit.publish.grace();
        // What cannot be looked for is asked about at once.
        let first_look =
            if kit.publish.blind(kit.call().grant).is_some() { Duration::ZERO } else { FIRST_LOOK.min(grace) };
        // Held from arming to the answer.
        let permit = self.claim.app.outbound.limits().gates.acquire(d.platform, self.tenant.company).await;
        // The line may have been long, and whoever was before us in it may have learnt that there is nothing left.
        if let Some(flow) = self.blocked_by(d, &kit).await? {
            return Ok(flow);
        }
        let patience = call::Patience::start();
        let arming = Arming::new(&self.tenant, self.claim, d, prepared.clone())?;
        let Some(armed) = self.batchers.arm.ask(arming).await? else { return Ok(self.changed()) };
        fail_point(self.claim, "after_arm");
        let checkpoint = prepared.or_else(|| d.checkpoint.clone());
        let now = |state| Delivery { state, recorded: state, checkpoint: checkpoint.clone(), ..d.clone() };
        match call::make(self, d, checkpoint.clone(), kit, armed, permit, patience).await {
            Verdict::Settled => Ok(Flow::done()),
            Verdict::Accepted { recheck_after } => {
                let why = format!("{} has accepted the post and is working on it.", d.platform.name());
                Ok(self.wait(why, self.after(recheck_after)))
            }
            Verdict::Again { why, after } => Ok(Flow::Stop(Outcome::Retry { why, after })),
            Verdict::NotBefore { why, until } => {
                let asks = Box::pin(self.outlasted(&now(DeliveryState::Ready), until)).await?;
                Ok(asks.unwrap_or_else(|| self.wait(why, until)))
            }
            Verdict::Refresh => Box::pin(self.refresh(&now(DeliveryState::Ready), Phase::Prepare)).await,
            Verdict::Park { why } => {
                Box::pin(connections::mark_reconnect(&self.claim.app, self.tenant.company, d.connection, &why)).await?;
                Ok(Flow::done())
            }
            Verdict::Open { kind, why } => {
                let patch = Patch { fault: Change::Set((kind.into(), why.clone())), ..Default::default() };
                let armed = now(DeliveryState::Armed);
                Box::pin(store::remember(&self.tenant, self.claim.fence, &armed, &patch, &why)).await?;
                Ok(self.wait(why, self.after(first_look)))
            }
        }
    }

    /// The job will not run again: into a state that a person sees.
    async fn give_up(&self, why: &str) -> Result<()> {
        use DeliveryState::*;
        let Some((_, d)) = self.batchers.take.ask(self.delivery_claim()).await? else { return Ok(()) };
        let event = match d.state {
            Queued | Preparing | Waiting | Ready => Event::Refused(Refusal::Fail),
            Armed | Processing => Event::GiveUp,
            _ => return Ok(()),
        };
        let why = match event {
            Event::GiveUp => {
                format!("{why} We cannot tell whether this is on {}. Check there, then tell us.", d.platform.name())
            }
            _ => format!("{why} We tried {} times; nothing was published.", self.claim.attempt),
        };
        let kind = d.fault_kind.clone().unwrap_or_else(|| "transient".into());
        self.end(&d, event, &kind, why).await.map(drop)
    }
}

/// Kills the process at a named place, if the settings ask for it (they do so only while the sandbox is on).
fn fail_point(claim: &Claim, name: &str) {
    if claim.app.settings.fail_point.as_deref() == Some(name) {
        tracing::error!(name, "fail point reached: stopping the process");
        std::process::abort();
    }
}
