//! The one irreversible call. It is made once per arming (the [`Armed`] is used up), in a task of its own: a run that is
//! dropped, because its lease was lost or the program stops, does not cut the call off, and the answer is still written
//! down, under the attempt's key.

use super::batchers::Batchers;
use super::consequence::{self, Consequence, Phase};
use super::extras;
use super::machine::{Event, Refusal};
use super::run::{Kit, Run, reachable, wake_followers};
use super::store::{self, Answer, Armed, Change, Delivery, Patch};
use crate::connectors::{Checkpoint, Committed, Fault, Publish, RemotePost};
use crate::domain::ids::{ConnectionId, DeliveryId};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;
use crate::infra::http::limits::Permit;
use crate::infra::queue::{Claim, HEARTBEAT, LEASE};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tracing::Instrument;

/// The longest that we wait for an answer.
const DEADLINE: Duration = Duration::from_secs(60);
/// What lies between arming and calling must be shorter than this; a machine that slept in between does not call. It is
/// also what must be left of the worker's lease for arming, so that the call begins within the lease.
pub(super) const PAUSE: Duration = Duration::from_secs(4);
/// Room for two beats that come late.
const _: () = assert!(LEASE.as_secs() >= PAUSE.as_secs() + 2 * HEARTBEAT.as_secs());

/// How long after arming an absence is believed. At least 20 s, so that there is room for our own deadline.
pub(super) fn grace(publish: &dyn Publish) -> Duration {
    publish.grace().max(Duration::from_secs(20))
}

/// Our deadline for the call: it has ended, or was given up, well before an absence would be believed.
fn deadline(publish: &dyn Publish) -> Duration {
    DEADLINE.min(grace(publish) - PAUSE - Duration::from_secs(5))
}

/// Measures the time since just before arming, by two clocks: one counts the sleep of a machine, the other cannot be set.
#[derive(Clone, Copy)]
pub(super) struct Patience(Instant, SystemTime);

impl Patience {
    pub(super) fn start() -> Self {
        Self(Instant::now(), SystemTime::now())
    }
    fn is_over(self) -> bool {
        self.0.elapsed() > PAUSE || self.1.elapsed().is_ok_and(|slept| slept > PAUSE)
    }
}

/// What came of it, and what is left to do for the run.
pub(super) enum Verdict {
    /// Published, or a person has to do something: it is written down.
    Settled,
    Accepted {
        recheck_after: Duration,
    },
    /// Nothing happened there. Again, as a new attempt.
    Again {
        why: String,
        after: Option<Duration>,
    },
    NotBefore {
        why: String,
        until: DateTime<Utc>,
    },
    /// Nothing happened there: the token was refused for the first time in this run.
    Refresh,
    /// The connection must be renewed; the delivery waits for that.
    Park {
        why: String,
    },
    /// Unknown: still armed, to be looked for.
    Open {
        kind: &'static str,
        why: String,
    },
}

/// Calls, and writes down the answer.
pub(super) async fn make(
    run: &Run<'_>,
    d: &Delivery,
    checkpoint: Option<Checkpoint>,
    kit: Arc<Kit>,
    armed: Armed,
    permit: Permit,
    patience: Patience,
) -> Verdict {
    let attempt = Attempt {
        claim: run.claim.clone(),
        tenant: run.tenant.clone(),
        batchers: run.batchers.clone(),
        id: d.id,
        is_followed: d.is_followed,
        platform: d.platform,
        connection: d.connection,
        may_be_there: d.may_be_there(),
        checkpoint: checkpoint.unwrap_or(Value::Null),
        kit,
        armed,
        refreshed: run.refreshed,
    };
    let task = tokio::spawn(Box::pin(attempt.make(patience, permit)).in_current_span());
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, delivery = %d.id, "the task of a call broke off");
        Verdict::Open { kind: "unknown_outcome", why: "Something went wrong on our side during the call.".into() }
    })
}

struct Attempt {
    claim: Claim,
    tenant: Tenant,
    batchers: Arc<Batchers>,
    id: DeliveryId,
    is_followed: bool,
    platform: Platform,
    connection: ConnectionId,
    /// Before this call.
    may_be_there: bool,
    checkpoint: Checkpoint,
    kit: Arc<Kit>,
    armed: Armed,
    refreshed: bool,
}

impl Attempt {
    /// The permit is given back with the platform's answer, even if the run that asked is gone.
    async fn make(self, patience: Patience, permit: Permit) -> Verdict {
        // What is not written down was never called. The disk can stand still there for long: whether it is too late is
        // asked afterwards.
        let unsent = match self.claim.app.calls.begin(self.armed.key) {
            false => Some("Nothing was sent: the server could not save its record of it. Is the disk full?"),
            true if patience.is_over() => Some("The server was too slow; nothing was sent."),
            true => None,
        };
        if let Some(why) = unsent.map(String::from) {
            return match self.settle(Event::NotSent, &Patch::default(), &why).await {
                Ok(()) => Verdict::Again { why, after: Some(Duration::from_secs(1)) },
                Err(open) => open,
            };
        }
        let limit = deadline(self.kit.publish);
        let call = self.kit.call();
        let answer =
            tokio::time::timeout(limit, self.kit.publish.commit(&call, &self.kit.content, &self.checkpoint)).await;
        let answer = answer.unwrap_or_else(|_| Err(Fault::unknown(format!("no answer within {} s", limit.as_secs()))));
        drop(permit);
        let came = match &answer {
            Ok(Committed::Live(_)) => "live",
            Ok(Committed::Processing { .. }) => "processing",
            Err(fault) => fault.kind(),
        };
        tracing::debug!(delivery = %self.id, attempt = self.armed.attempt, came, "called");
        match answer {
            Ok(Committed::Live(remote)) => self.live(remote, "Published.").await,
            Ok(Committed::Processing { checkpoint, recheck_after }) => {
                let patch = Patch { checkpoint: Change::Set(checkpoint), ..Default::default() };
                let note = format!("{} has accepted it and is working on it.", self.platform.name());
                match self.settle(Event::CommitProcessing, &patch, &note).await {
                    Ok(()) => Verdict::Accepted { recheck_after },
                    Err(open) => open,
                }
            }
            Err(fault) => self.failed(&fault).await,
        }
    }

    async fn live(&self, remote: RemotePost, note: &str) -> Verdict {
        let fault =
            Box::pin(extras::add(&self.claim.app, self.tenant.company, &self.kit, self.platform, &remote)).await;
        let remote = reachable(&self.claim.app, self.platform, remote);
        let patch = Patch { live: Some((remote, self.claim.now())), fault, ..Default::default() };
        if let Err(open) = self.settle(Event::CommitLive, &patch, note).await {
            return open;
        }
        if self.is_followed {
            wake_followers(&self.tenant, self.id).await;
        }
        Verdict::Settled
    }

    async fn failed(&self, fault: &Fault) -> Verdict {
        let consequence = consequence::of(fault, Phase::Commit, self.refreshed);
        let why = match consequence {
            Consequence::Refresh => format!("{} It is renewed.", consequence::said(fault, self.platform)),
            _ => consequence::words(fault, self.platform),
        };
        let noted = Patch { fault: Change::Set((fault.kind().to_owned(), why.clone())), ..Default::default() };
        let (event, patch, verdict) = match consequence {
            Consequence::Retry(after) => {
                (Event::NotSent, noted, Verdict::Again { why: consequence::said(fault, self.platform), after })
            }
            Consequence::WaitUntil(until) => (Event::NotSent, noted, Verdict::NotBefore { why: why.clone(), until }),
            Consequence::Refresh => (Event::NotSent, noted, Verdict::Refresh),
            Consequence::PrepareAgain => {
                let why = consequence::said(fault, self.platform);
                let again = Verdict::Again { why, after: Some(Duration::from_secs(1)) };
                (Event::CommitRefused(Refusal::Preparation), Patch { checkpoint: Change::Clear, ..noted }, again)
            }
            Consequence::Reconnect => {
                (Event::CommitRefused(Refusal::Reconnect), noted, Verdict::Park { why: why.clone() })
            }
            Consequence::Edit => (Event::CommitRefused(Refusal::Edit), noted, Verdict::Settled),
            Consequence::Fail => (Event::CommitRefused(Refusal::Fail), noted, Verdict::Settled),
            Consequence::Exists(id) if self.is_ours(&id).await => {
                return self.live(RemotePost { id, url: None }, &why).await;
            }
            Consequence::Exists(_) => (Event::CommitRefused(Refusal::Edit), noted, Verdict::Settled),
            Consequence::Probe | Consequence::Blind { .. } => return Verdict::Open { kind: fault.kind(), why },
        };
        match self.settle(event, &patch, &why).await {
            Ok(()) => verdict,
            Err(open) => open,
        }
    }

    /// Whether the post that the platform names as the same can be this delivery's. A first call cannot have made it: then
    /// somebody has posted the same before, and this one is not published. Should the database not say, it counts as
    /// another's: a person sees the address and decides.
    async fn is_ours(&self, remote: &str) -> bool {
        self.may_be_there
            && store::is_anothers(&self.tenant, self.id, self.connection, remote).await.is_ok_and(|anothers| !anothers)
    }

    /// Writes the answer down, through hiccups of the database. `Err`: it could not be, or came too late to count; the row
    /// says what is the case.
    async fn settle(&self, event: Event, patch: &Patch, note: &str) -> Result<(), Verdict> {
        let answer = Answer {
            company: self.tenant.company,
            id: self.id,
            key: self.armed.key,
            attempt: self.armed.attempt,
            event,
            patch: patch.clone(),
            note: note.to_owned(),
        };
        for pause in [100, 500, 2_000, 5_000, 10_000] {
            let settled = match self.batchers.settle.ask(answer.clone()).await {
                Ok(true) => return Ok(()),
                Ok(false) => Box::pin(store::settle_late(&self.tenant, &answer)).await,
                Err(error) => Err(error),
            };
            match settled {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(%error, delivery = %self.id, ?event, "an answer could not be written down")
                }
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        let why = String::from("The answer could not be saved; checking the platform instead.");
        Err(Verdict::Open { kind: "unknown_outcome", why })
    }
}
