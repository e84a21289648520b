//! Looking what became of a call, by reading only. Seeing it is proof at any time; not seeing it counts only after the
//! connector's grace period; and what goes wrong while looking says nothing about the call.

use super::call;
use super::consequence::{self, Consequence, Phase};
use super::extras;
use super::machine::{Event, Refusal};
use super::run::{Flow, PATIENCE, Run, reachable, wake_followers};
use super::store::{self, Change, Delivery, Patch};
use crate::connectors::{Fault, ProbeOutcome, RemotePost};
use crate::domain::connection::ConnectionState;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::features::connections::server::service as connections;
use chrono::TimeDelta;
use serde_json::Value;
use std::time::Duration;

/// The word for a call whose answer was lost (`Fault::UnknownOutcome`): it has ended, and we do not know how.
const UNKNOWN: &str = "unknown_outcome";

const PROBE_DEADLINE: Duration = Duration::from_secs(2 * 60);
/// Between probes that cannot tell; after the last one a person is asked.
const PROBE_AGAIN: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(120)];
/// So often may a call provably come to nothing before we stop.
const MAX_ABSENCES: i32 = 3;

impl Run<'_> {
    /// Finds out what became of a call, by reading only.
    pub(super) async fn probe(&mut self, d: &Delivery) -> Result<Flow> {
        let calls = &self.claim.app.calls;
        if d.state == DeliveryState::Armed && d.attempt_key.is_some_and(|key| calls.was_never_begun(key)) {
            let note = "The program was stopped before the call was made; nothing was sent.";
            return self.go(d, Event::NeverCalled, &Patch::default(), note).await;
        }
        if d.connection_state != ConnectionState::Active {
            return self.cannot_tell(d, "the account must be reconnected before we can look").await;
        }
        let kit = match self.kit(d).await? {
            Ok(kit) => kit,
            Err(fault) => return self.handle_fault(d, &fault, Phase::Probe).await,
        };
        let now = self.claim.now();
        let armed = d.armed_at.unwrap_or(now);
        // The call has ended without an answer, and nobody but a person can look.
        if d.fault_kind.as_deref() == Some(UNKNOWN)
            && let Some(why) = kit.publish.blind(kit.call().grant)
        {
            return self.ask(d, why).await;
        }
        // The post of an earlier attempt can be listed late: it is looked for, too.
        let since = d.first_armed_at.map_or(armed, |first| first.min(armed));
        let nothing = Value::Null;
        let (call, checkpoint) = (kit.call(), d.checkpoint.as_ref().unwrap_or(&nothing));
        let probe = tokio::time::timeout(PROBE_DEADLINE, kit.publish.probe(&call, &kit.content, checkpoint, since));
        // Seen before the grace period (of the latest attempt) counts; not seen does not.
        let believed = armed + TimeDelta::from_std(call::grace(kit.publish)).unwrap_or(TimeDelta::hours(1));
        let name = d.platform.name();
        match probe.await.unwrap_or_else(|_| Err(Fault::transient("no answer within two minutes"))) {
            Ok(ProbeOutcome::Live(remote)) => self.seen(d, remote).await,
            Ok(ProbeOutcome::Processing { .. }) if now - armed > PATIENCE => {
                self.cannot_tell(d, "it has been working on it for more than a day").await
            }
            Ok(ProbeOutcome::Processing { recheck_after }) => {
                let flow = self.go(d, Event::StillProcessing, &Patch::default(), "").await?;
                let why = format!("{name} is working on the post.");
                Ok(if let Flow::Again = flow { self.wait(why, self.after(recheck_after)) } else { flow })
            }
            Ok(ProbeOutcome::Absent | ProbeOutcome::CannotTell(_)) if now < believed => {
                Ok(self.wait(format!("Not on {name} yet."), believed))
            }
            Ok(ProbeOutcome::Absent) => self.absent(d).await,
            Ok(ProbeOutcome::Refused(fault)) => self.refused(d, &fault).await,
            Ok(ProbeOutcome::CannotTell(why)) => self.cannot_tell(d, &why).await,
            Err(fault) => self.handle_fault(d, &fault, Phase::Probe).await,
        }
    }

    pub(super) async fn seen(&mut self, d: &Delivery, remote: RemotePost) -> Result<Flow> {
        // A call whose answer was lost published when it was made; one that was worked on, about now.
        let now = self.claim.now();
        let at = if d.state == DeliveryState::Armed { d.armed_at.unwrap_or(now) } else { now };
        let fault = match self.kit(d).await? {
            Ok(kit) => Box::pin(extras::add(&self.claim.app, self.tenant.company, &kit, d.platform, &remote)).await,
            Err(_) => Change::Clear,
        };
        let remote = reachable(&self.claim.app, d.platform, remote);
        let patch = Patch { live: Some((remote, at)), fault, ..Default::default() };
        let flow = self.go(d, Event::SeenLive, &patch, &format!("Found at {}.", d.platform.name())).await?;
        if d.is_followed && matches!(flow, Flow::Again) {
            wake_followers(&self.tenant, d.id).await;
        }
        Ok(if let Flow::Again = flow { Flow::done() } else { flow })
    }

    pub(super) async fn absent(&self, d: &Delivery) -> Result<Flow> {
        let name = d.platform.name();
        if d.fault_kind.as_deref() == Some("duplicate") {
            let why = format!(
                "{name} refuses this because it has the same content already, in another post. Change it and schedule it again."
            );
            return self.end(d, Event::AbsentForGood(Refusal::Edit), "duplicate", why).await;
        }
        let absences = d.absences + 1;
        if absences >= MAX_ABSENCES {
            let why = format!("{name} did not publish this after {absences} tries. Try again later.");
            return self.end(d, Event::AbsentForGood(Refusal::Fail), "absent", why).await;
        }
        let patch = Patch { absences: Some(absences), fault: Change::Clear, ..Default::default() };
        self.go(d, Event::ProvenAbsent, &patch, &format!("Checked {name}: it is not there. Sending it again.")).await
    }

    /// The platform says that nothing was published, and why: a definite answer, as to the call itself.
    async fn refused(&self, d: &Delivery, fault: &Fault) -> Result<Flow> {
        let words = consequence::words(fault, d.platform);
        let refusal = match consequence::of(fault, Phase::Commit, true) {
            Consequence::Edit => Refusal::Edit,
            Consequence::Reconnect => Refusal::Reconnect,
            _ => Refusal::Fail,
        };
        if refusal == Refusal::Reconnect {
            connections::mark_reconnect(&self.claim.app, self.tenant.company, d.connection, &words).await?;
        }
        self.end(d, Event::AbsentForGood(refusal), fault.kind(), words).await
    }

    /// A person must look.
    async fn ask(&self, d: &Delivery, why: &str) -> Result<Flow> {
        let why = why.trim().trim_end_matches('.');
        let name = d.platform.name();
        let stop = if why.ends_with('?') { "" } else { "." };
        let why = format!("We cannot tell whether this is on {name}: {why}{stop} Check there, then tell us.");
        self.end(d, Event::GiveUp, UNKNOWN, why).await
    }

    /// One more probe that could not tell; after a few a person is asked.
    pub(super) async fn cannot_tell(&self, d: &Delivery, why: &str) -> Result<Flow> {
        let name = d.platform.name();
        let Some(pause) = usize::try_from(d.probes).ok().and_then(|n| PROBE_AGAIN.get(n)) else {
            return self.ask(d, why).await;
        };
        let patch = Patch { probes: Some(d.probes + 1), ..Default::default() };
        if store::remember(&self.tenant, self.claim.fence, d, &patch, "").await? {
            Ok(self.wait(format!("Checking whether {name} has the post."), self.after(*pause)))
        } else {
            Ok(self.changed())
        }
    }
}
