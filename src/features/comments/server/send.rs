//! The job that brings one answer to the platform, by the rules of deliveries: it goes by the row alone and may be killed
//! anywhere. The irreversible call is made only by the run that has just armed the answer, in a task of its own that is not cut
//! off with the run; a run that *finds* it armed never calls, it looks. An absence is believed only after the connector's
//! grace, and our own deadline for the call is shorter than that.

use super::store::replies::{self, Answer, Move, Right};
use super::there::{self, Account};
use crate::connectors::{Checkpoint, Converse, Fault, ProbeOutcome};
use crate::domain::error::Result;
use crate::domain::ids::{ReplyId, Uuid};
use crate::features::comments::model::ReplyState;
use crate::features::connections::server::service as connections;
use crate::features::deliveries::server::consequence::{self, Consequence, Phase};
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, Job, Outcome};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant, SystemTime};
use tracing::Instrument;

/// What lies between arming and calling must be shorter than this; a machine that slept in between does not call.
const PAUSE: Duration = Duration::from_secs(4);
/// The longest that we wait for the answer to the call.
const DEADLINE: Duration = Duration::from_secs(60);
/// The longest that we wait for a step that may be repeated.
const STEP: Duration = Duration::from_secs(60);
/// The first look after an answer that never came; good news need not wait for the grace.
const FIRST_LOOK: TimeDelta = TimeDelta::seconds(15);
/// The pauses between looks that could not tell; after the last one a person is asked.
const LOOK_AGAIN: [TimeDelta; 3] = [TimeDelta::minutes(1), TimeDelta::minutes(5), TimeDelta::minutes(15)];
/// So often an answer may turn out not to be there before it is given up.
const ABSENCES: i32 = 2;

/// Which answer; the job's company is its company.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Payload {
    pub reply: ReplyId,
}

/// Sends one answer.
pub struct SendReply;

impl Job for SendReply {
    type Payload = Payload;
    const KIND: &'static str = "send_reply";
    const TITLE: &'static str = "Reply to a comment";
    /// With the queue's back-off that is about an hour.
    const ATTEMPTS: i32 = 8;
    /// Its answer would stay "Sending".
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: Payload) -> Outcome {
        let Some(run) = Run::new(claim, payload.reply) else {
            return Outcome::Dead { why: "The job does not belong to a company.".into() };
        };
        run.drive().await.unwrap_or_else(|error| Outcome::Retry { why: error.message, after: None })
    }

    async fn on_dead(&self, claim: &Claim, payload: Payload, why: &str) -> Result<()> {
        let Some(run) = Run::new(claim, payload.reply) else { return Ok(()) };
        let Some(answer) = replies::load(&run.tenant, run.id).await? else { return Ok(()) };
        match answer.state {
            ReplyState::Queued => run.end(&answer, ReplyState::Failed, why.to_owned()).await.map(drop),
            ReplyState::Armed => run.ask(&answer, why).await.map(drop),
            _ => Ok(()),
        }
    }
}

struct Run<'a> {
    claim: &'a Claim,
    tenant: Tenant,
    id: ReplyId,
}

impl<'a> Run<'a> {
    fn new(claim: &'a Claim, id: ReplyId) -> Option<Self> {
        Some(Self { claim, tenant: claim.app.tenant(claim.company?), id })
    }

    async fn drive(&self) -> Result<Outcome> {
        let Some(answer) = replies::load(&self.tenant, self.id).await? else { return Ok(Outcome::Done) };
        let phase = match answer.state {
            ReplyState::Queued => Phase::Prepare,
            ReplyState::Armed => Phase::Probe,
            _ => return Ok(Outcome::Done),
        };
        let Some(converse) = there::converse(answer.platform) else {
            let why = format!("Comments on {} can only be answered there.", answer.platform.name());
            return self.end(&answer, ReplyState::Failed, why).await;
        };
        if answer.gone && phase == Phase::Prepare {
            let why = "This comment is not there any more, so it cannot be answered.".to_owned();
            return self.end(&answer, ReplyState::Failed, why).await;
        }
        let mut refreshed = false;
        loop {
            let done = match phase {
                Phase::Probe => self.look(&answer, converse).await?,
                _ => self.send(&answer, converse).await?,
            };
            let fault = match done {
                Ok(outcome) => return Ok(outcome),
                Err(fault) => fault,
            };
            match consequence::of(&fault, phase, refreshed) {
                Consequence::Refresh => {
                    refreshed = true;
                    if let Err(fault) =
                        connections::refresh_refused(&self.claim.app, self.tenant.company, answer.connection).await
                    {
                        return self.stopped(&answer, &fault, consequence::of(&fault, phase, true)).await;
                    }
                }
                follows => return self.stopped(&answer, &fault, follows).await,
            }
        }
    }

    /// What follows from a fault before the call, or while looking.
    async fn stopped(&self, answer: &Answer, fault: &Fault, follows: Consequence) -> Result<Outcome> {
        let why = there::said(fault, answer.platform);
        Ok(match follows {
            Consequence::Retry(after) => Outcome::Retry { why, after },
            Consequence::WaitUntil(until) => Outcome::Wait { why, until },
            Consequence::PrepareAgain | Consequence::Probe | Consequence::Refresh => {
                Outcome::Retry { why, after: None }
            }
            Consequence::Reconnect => {
                if consequence::parks(fault) {
                    self.park(answer, fault).await?;
                }
                self.end(answer, ReplyState::Failed, why).await?
            }
            Consequence::Edit | Consequence::Fail => self.end(answer, ReplyState::Failed, why).await?,
            Consequence::Exists(id) => self.found(answer, id).await?,
            Consequence::Blind { park } => {
                if park {
                    self.park(answer, fault).await?;
                }
                self.cannot_tell(answer, &why).await?
            }
        })
    }

    async fn park(&self, answer: &Answer, fault: &Fault) -> Result<()> {
        let words = consequence::said(fault, answer.platform);
        connections::mark_reconnect(&self.claim.app, self.tenant.company, answer.connection, &words).await
    }

    /// Gets ready, arms and calls. The inner error is a fault before the call.
    async fn send(&self, answer: &Answer, converse: &'static dyn Converse) -> Result<Result<Outcome, Fault>> {
        let account = match Account::open(&self.claim.app, self.tenant.company, answer.connection).await {
            Ok(account) => account,
            Err(fault) => return Ok(Err(fault)),
        };
        if let Some(until) = account.wire.blocked_until(&[], self.claim.now()) {
            let why = format!("{} asks us to wait.", answer.platform.name());
            return Ok(Ok(Outcome::Wait { why, until }));
        }
        let ready = tokio::time::timeout(STEP, converse.prepare(&account.call(), &answer.to, &answer.text)).await;
        let checkpoint = match ready.unwrap_or_else(|_| Err(Fault::transient("no answer within a minute"))) {
            Ok(checkpoint) => checkpoint,
            Err(fault) => return Ok(Err(fault)),
        };
        let (since, clock) = (Instant::now(), SystemTime::now());
        let armed = replies::arm(&self.tenant, answer.id, self.claim.fence, &checkpoint, self.claim.now()).await?;
        let Some(key) = armed else { return Ok(Ok(Outcome::Done)) };
        let call = Calling {
            claim: self.claim.clone(),
            tenant: self.tenant.clone(),
            id: self.id,
            key,
            account,
            converse,
            checkpoint,
            since,
            clock,
        };
        let task = tokio::spawn(call.make().in_current_span());
        // A task that broke off leaves it armed: it is looked for.
        Ok(Ok(task.await.unwrap_or_else(|_| self.look_at(FIRST_LOOK))))
    }

    /// Looks whether an earlier call worked.
    async fn look(&self, answer: &Answer, converse: &'static dyn Converse) -> Result<Result<Outcome, Fault>> {
        let account = match Account::open(&self.claim.app, self.tenant.company, answer.connection).await {
            Ok(account) => account,
            Err(fault) => return Ok(Err(fault)),
        };
        let (now, armed) = (self.claim.now(), answer.armed_at.unwrap_or_default());
        let since = answer.first_armed_at.unwrap_or(armed);
        let checkpoint = answer.checkpoint.clone().unwrap_or_default();
        let call = account.call();
        let found = converse.find_reply(&call, &answer.to, &answer.text, &checkpoint, since);
        let found = tokio::time::timeout(STEP, found).await;
        let found = match found.unwrap_or_else(|_| Err(Fault::transient("no answer within a minute"))) {
            Ok(found) => found,
            Err(fault) => return Ok(Err(fault)),
        };
        let believed = armed + grace(converse);
        let name = answer.platform.name();
        Ok(Ok(match found {
            ProbeOutcome::Live(post) if replies::is_anothers(&self.tenant, answer, &post.id).await? => {
                self.cannot_tell(answer, "the same reply is there, from another time").await?
            }
            ProbeOutcome::Live(post) => self.found(answer, post.id).await?,
            ProbeOutcome::Processing { recheck_after } => {
                self.look_at(TimeDelta::from_std(recheck_after).unwrap_or(FIRST_LOOK))
            }
            ProbeOutcome::Refused(fault) => self.end(answer, ReplyState::Failed, fault.to_string()).await?,
            ProbeOutcome::Absent | ProbeOutcome::CannotTell(_) if now < believed => {
                Outcome::Wait { why: format!("Not on {name} yet."), until: believed }
            }
            ProbeOutcome::Absent if answer.absences + 1 >= ABSENCES => {
                let why = format!("{name} did not take this reply after {ABSENCES} tries. Try again later.");
                self.end(answer, ReplyState::Failed, why).await?
            }
            ProbeOutcome::Absent => {
                let back = Move { absences: answer.absences + 1, ..Move::to(ReplyState::Queued) };
                self.write(answer, ReplyState::Armed, Right::Fence(self.claim.fence), &back).await?;
                Outcome::Wait { why: format!("It is not on {name}. Sending it again."), until: now }
            }
            ProbeOutcome::CannotTell(why) => self.cannot_tell(answer, &why).await?,
        }))
    }

    async fn found(&self, answer: &Answer, remote: String) -> Result<Outcome> {
        let sent = Move { remote: Some(remote), ..Move::to(ReplyState::Sent) };
        self.write(answer, ReplyState::Armed, Right::Fence(self.claim.fence), &sent).await?;
        Ok(Outcome::Done)
    }

    /// One more look that could not tell; after a few a person is asked.
    async fn cannot_tell(&self, answer: &Answer, why: &str) -> Result<Outcome> {
        let Some(pause) = usize::try_from(answer.probes).ok().and_then(|n| LOOK_AGAIN.get(n)) else {
            return self.ask(answer, why).await;
        };
        let again = Move { probes: answer.probes + 1, absences: answer.absences, ..Move::to(ReplyState::Armed) };
        self.write(answer, ReplyState::Armed, Right::Fence(self.claim.fence), &again).await?;
        Ok(self.look_at(*pause))
    }

    /// A person must look.
    async fn ask(&self, answer: &Answer, why: &str) -> Result<Outcome> {
        let name = answer.platform.name();
        let why = why.trim().trim_end_matches('.');
        let why = format!("We cannot tell whether this reply is on {name}: {why}. Look there, then tell us.");
        self.end(answer, ReplyState::Unconfirmed, why).await
    }

    /// A move to where a person takes over.
    async fn end(&self, answer: &Answer, to: ReplyState, why: String) -> Result<Outcome> {
        let end = Move { fault: Some(why), absences: answer.absences, ..Move::to(to) };
        self.write(answer, answer.state, Right::Fence(self.claim.fence), &end).await?;
        Ok(Outcome::Done)
    }

    async fn write(&self, answer: &Answer, from: ReplyState, right: Right, change: &Move) -> Result<bool> {
        replies::advance(&self.tenant, answer, from, right, change, self.claim.now()).await
    }

    fn look_at(&self, after: TimeDelta) -> Outcome {
        Outcome::Wait { why: "Checking whether the reply is there.".into(), until: self.claim.now() + after }
    }
}

/// How long after arming an absence is believed. At least 20 s, so that there is room for our own deadline.
fn grace(converse: &dyn Converse) -> TimeDelta {
    TimeDelta::from_std(converse.grace().max(Duration::from_secs(20))).unwrap_or(TimeDelta::minutes(2))
}

/// The one irreversible call, with all that it needs: it goes on when the run that armed it is dropped.
struct Calling {
    claim: Claim,
    tenant: Tenant,
    id: ReplyId,
    key: Uuid,
    account: Account,
    converse: &'static dyn Converse,
    checkpoint: Checkpoint,
    /// Just before arming, by two clocks: one counts the sleep of a machine, the other cannot be set.
    since: Instant,
    clock: SystemTime,
}

impl Calling {
    async fn make(self) -> Outcome {
        let Ok(Some(answer)) = replies::load(&self.tenant, self.id).await else { return self.look() };
        let grace = self.converse.grace().max(Duration::from_secs(20));
        let limit = DEADLINE.min(grace - PAUSE - Duration::from_secs(5));
        // Later, another node could believe already that the answer did not arrive.
        if self.since.elapsed() > PAUSE || self.clock.elapsed().is_ok_and(|slept| slept > PAUSE) {
            let back = Move { absences: answer.absences, ..Move::to(ReplyState::Queued) };
            let why = "The server was too slow; nothing was sent.".to_owned();
            return self.settle(&answer, &back, Outcome::Retry { why, after: Some(Duration::from_secs(1)) }).await;
        }
        let call = self.account.call();
        let called = self.converse.reply(&call, &answer.to, &answer.text, &self.checkpoint);
        let called = tokio::time::timeout(limit, called).await;
        let called = called.unwrap_or_else(|_| Err(Fault::unknown(format!("no answer within {} s", limit.as_secs()))));
        let absences = answer.absences;
        let (change, then) = match called {
            Ok(remote) => (Move { remote: Some(remote), ..Move::to(ReplyState::Sent) }, Outcome::Done),
            Err(fault) => {
                let why = there::said(&fault, answer.platform);
                let queued = Move { absences, ..Move::to(ReplyState::Queued) };
                let failed = Move { fault: Some(why.clone()), absences, ..Move::to(ReplyState::Failed) };
                match consequence::of(&fault, Phase::Commit, false) {
                    Consequence::Retry(after) => (queued, Outcome::Retry { why, after }),
                    Consequence::WaitUntil(until) => (queued, Outcome::Wait { why, until }),
                    Consequence::PrepareAgain => (queued, Outcome::Retry { why, after: Some(Duration::from_secs(1)) }),
                    Consequence::Refresh => {
                        let (app, company) = (&self.claim.app, self.tenant.company);
                        match connections::refresh_refused(app, company, answer.connection).await {
                            Ok(()) => (queued, Outcome::Retry { why, after: Some(Duration::from_secs(1)) }),
                            // Nothing was sent; a hiccup on the way to a new token passes.
                            Err(fault) => match consequence::of(&fault, Phase::Prepare, true) {
                                Consequence::Retry(after) => (queued, Outcome::Retry { why, after }),
                                Consequence::WaitUntil(until) => (queued, Outcome::Wait { why, until }),
                                _ => (failed, Outcome::Done),
                            },
                        }
                    }
                    Consequence::Reconnect => {
                        if consequence::parks(&fault) {
                            let words = consequence::said(&fault, answer.platform);
                            let (app, company) = (&self.claim.app, self.tenant.company);
                            if let Err(error) =
                                connections::mark_reconnect(app, company, answer.connection, &words).await
                            {
                                tracing::warn!(%error, "an account was not marked for reconnecting");
                            }
                        }
                        (failed, Outcome::Done)
                    }
                    Consequence::Edit | Consequence::Fail => (failed, Outcome::Done),
                    // Unknown: still armed, to be looked for.
                    Consequence::Probe | Consequence::Exists(_) | Consequence::Blind { .. } => return self.look(),
                }
            }
        };
        self.settle(&answer, &change, then).await
    }

    /// Writes it down, through hiccups of the database; when it cannot be, the platform is asked later.
    async fn settle(&self, answer: &Answer, change: &Move, then: Outcome) -> Outcome {
        for pause in [100, 500, 2_000, 5_000, 10_000] {
            let right = Right::Attempt(self.key);
            let written =
                replies::advance(&self.tenant, answer, ReplyState::Armed, right, change, self.claim.now()).await;
            match written {
                Ok(true) => return then,
                Ok(false) => return Outcome::Done,
                Err(error) => tracing::error!(%error, reply = %self.id, "an answer could not be written down"),
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        self.look()
    }

    fn look(&self) -> Outcome {
        let why = "Checking whether the reply is there.".into();
        Outcome::Wait { why, until: self.claim.now() + FIRST_LOOK }
    }
}
