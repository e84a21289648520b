//! One run of a delivery's job: what it needs to know, the gate before anything is sent, how it moves the row, and what it
//! does about a fault. The steps themselves are in `deliver`, `call` and `probe`.

use super::batchers::Batchers;
use super::by_hand;
use super::consequence::{self, Consequence, Phase};
use super::machine::{Event, Refusal};
use super::parts;
use super::store::{self, Change, Delivery, DeliveryClaim, Part, Patch};
use crate::connectors::{Call, Connector, Content, ContentRole, Fault, Media, Publish, RemotePost, Wire};
use crate::domain::connection::ConnectionState;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{Problem, Result, Severity};
use crate::domain::ids::DeliveryId;
use crate::domain::limits;
use crate::domain::options::Input;
use crate::domain::platform::Platform;
use crate::domain::post::{PartKind, PostContent};
use crate::features::connections::server::choices;
use crate::features::connections::server::service::{self as connections, Authorised};
use crate::features::media::server::{fitting, service as media};
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, Outcome};
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// A platform that has been working on an upload or a post for longer than this is not believed any more.
pub(super) const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// A limit that is used up for longer than this after the post's time (or longer than the company's patience, should that
/// be more) is a question for a person. Shorter waits are known to end, and go on by themselves.
pub const LIMIT_PATIENCE: TimeDelta = TimeDelta::hours(1);

/// The word for [`Fault::RateLimited`], as a delivery's row has it.
const RATE_LIMITED: &str = "rate_limited";

/// What waits for a paused account, as its row has it; and how often it looks by itself.
const PAUSED: &str = "paused";
const WAKES_ITSELF: Duration = Duration::from_secs(5 * 60);

/// How a platform's connector is found.
pub(super) type Find = Arc<dyn Fn(Platform) -> Option<&'static Connector> + Send + Sync>;

/// One run of one delivery's job.
pub(super) struct Run<'a> {
    pub(super) claim: &'a Claim,
    pub(super) tenant: Tenant,
    pub(super) id: DeliveryId,
    pub(super) batchers: Arc<Batchers>,
    /// The token was refreshed in this run.
    pub(super) refreshed: bool,
    /// How late a delivery may be, as its company says.
    pub(super) patience: TimeDelta,
    /// When a step of preparing last succeeded in this run: a long upload is not an outage.
    pub(super) progress: Option<DateTime<Utc>>,
    kit: Option<Arc<Kit>>,
}

/// Where a person finds the post: the platform's own address, or the stand-in's page for it while the sandbox is on.
pub(super) fn reachable(app: &App, platform: Platform, mut remote: RemotePost) -> RemotePost {
    if app.settings.sandbox {
        let there = remote.url.as_deref().and_then(|url| app.outbound.resolve(platform, url).ok());
        remote.url = there.map(String::from).or(remote.url);
    }
    remote
}

/// What a part of a post is to the one before it. Where a person told us only the address of that one, its id is read from
/// there.
fn as_part(part: &Part, publish: &dyn Publish) -> std::result::Result<ContentRole, Fault> {
    let id = part.after_id.clone().or_else(|| publish.id_in(part.after_url.as_deref()?));
    let id = id.ok_or_else(|| Fault::Permanent {
        code: "no_parent".into(),
        message: "the part before this one is published, but its address does not say where to answer it".into(),
    })?;
    let post = RemotePost { id, url: part.after_url.clone() };
    Ok(match part.kind {
        PartKind::Reply => ContentRole::ReplyTo(post),
        PartKind::Comment => ContentRole::CommentOn(post),
    })
}

/// Something became live: what comes after it need not wait any longer. Should this fail, it looks by itself after a while.
pub(super) async fn wake_followers(tenant: &Tenant, id: DeliveryId) {
    if let Err(error) = wake(tenant, id).await {
        tracing::warn!(%error, delivery = %id, "what follows was not woken");
    }
}

async fn wake(tenant: &Tenant, id: DeliveryId) -> Result<()> {
    let mut tx = tenant.db.begin().await?;
    parts::wake_followers(&mut tx, tenant.company, id).await?;
    Ok(tx.commit().await?)
}

/// What the platform's steps need; loaded once the post can no longer be edited.
pub(super) struct Kit {
    wire: Wire,
    pub(super) content: Content,
    auth: Authorised,
    pub(super) publish: &'static dyn Publish,
}

impl Kit {
    pub(super) fn call(&self) -> Call<'_> {
        Call {
            wire: &self.wire,
            keys: &self.auth.keys,
            grant: &self.auth.grant,
            account: &self.auth.remote_id,
            handle: &self.auth.handle,
            facts: &self.auth.facts,
        }
    }
}

/// What the platform's rules say against it, once nobody can edit it any more.
fn against_rules(d: &Delivery, content: &PostContent<Media>) -> Option<Fault> {
    let mut problems = match &d.part {
        Some(part) => limits::check_part(d.platform, d.format, &d.facts, part.kind, &d.text),
        None => limits::check(d.platform, &d.facts, content),
    };
    problems.retain(|p| p.severity == Severity::Error);
    let message = "it is against the platform's rules".to_owned();
    (!problems.is_empty()).then_some(Fault::InvalidContent { message, problems })
}

/// What comes after a step.
pub(super) enum Flow {
    /// Read the row and go on at once.
    Again,
    Stop(Outcome),
}

impl Flow {
    pub(super) fn done() -> Self {
        Self::Stop(Outcome::Done)
    }
}

impl<'a> Run<'a> {
    /// `None`: the job belongs to no company, and so no delivery.
    pub(super) fn new(claim: &'a Claim, delivery: DeliveryId, batchers: Arc<Batchers>) -> Option<Self> {
        let tenant = claim.app.tenant(claim.company?);
        Some(Self {
            claim,
            tenant,
            id: delivery,
            batchers,
            refreshed: false,
            patience: TimeDelta::minutes(1),
            progress: None,
            kit: None,
        })
    }

    /// This delivery, for this claim.
    pub(super) fn delivery_claim(&self) -> DeliveryClaim {
        DeliveryClaim::new(&self.tenant, self.id, self.claim)
    }

    /// What must hold before anything is sent. `Err`: it does not, and this is what follows.
    pub(super) async fn gate(&mut self, d: &Delivery) -> Result<Result<Arc<Kit>, Flow>> {
        if let Some(flow) = self.cannot_go(d).await? {
            return Ok(Err(flow));
        }
        if d.paused {
            return Ok(Err(self.wait_for_account(d).await?));
        }
        let fresh = self.kit.is_none();
        let kit = match self.kit(d).await? {
            Ok(kit) => kit,
            Err(fault) => return Ok(Err(self.handle_fault(d, &fault, Phase::Prepare).await?)),
        };
        if fresh {
            if let Some(why) = kit.content.media.iter().find_map(|media| media.source.why_lost()) {
                let fault = Fault::NoMedia { message: why.to_owned() };
                return Ok(Err(self.handle_fault(d, &fault, Phase::Prepare).await?));
            }
            if let Some(fault) = against_rules(d, &kit.content.post) {
                return Ok(Err(self.handle_fault(d, &fault, Phase::Prepare).await?));
            }
            if let Some(fault) = Box::pin(self.remote_choices(d)).await {
                return Ok(Err(self.handle_fault(d, &fault, Phase::Prepare).await?));
            }
        }
        Ok(match self.blocked_by(d, &kit).await? {
            Some(flow) => Err(flow),
            None => Ok(kit),
        })
    }

    /// Nothing is sent to a paused account. What waits is woken when it goes on (`service::resume_for`), and looks by itself
    /// should that be lost; no attempt is used up.
    async fn wait_for_account(&self, d: &Delivery) -> Result<Flow> {
        let name = d.platform.name();
        let why = format!(
            "Nothing is sent to this account for now, as {name} keeps failing. The post waits until it answers again."
        );
        if d.fault_kind.as_deref() != Some(PAUSED) {
            let patch = Patch { fault: Change::Set((PAUSED.to_owned(), why.clone())), ..Default::default() };
            if !store::remember(&self.tenant, self.claim.fence, d, &patch, &why).await? {
                return Ok(self.changed());
            }
        }
        Ok(self.wait(why, self.after(WAKES_ITSELF)))
    }

    /// A post in the bin, or an account that cannot be used; then this follows.
    async fn cannot_go(&self, d: &Delivery) -> Result<Option<Flow>> {
        if d.post_deleted {
            return self.end(d, Event::Cancel, "deleted", "The post was deleted.".into()).await.map(Some);
        }
        if d.connection_state != ConnectionState::Active {
            let why = match d.connection_reason.trim() {
                "" => "Reconnect the account to publish this post.",
                reason => reason,
            };
            return self.end(d, Event::Refused(Refusal::Reconnect), "disconnected", why.to_owned()).await.map(Some);
        }
        Ok(None)
    }

    /// To an account that people publish to themselves: when its moment has come, it is theirs. Nothing is sent, and no
    /// lateness keeps it from them.
    pub(super) async fn hand_over(&mut self, d: &Delivery) -> Result<Flow> {
        if let Some(due) = d.due_at {
            self.claim.until(due).await;
        }
        if let Some(flow) = self.cannot_go(d).await? {
            return Ok(flow);
        }
        let media = Box::pin(media::load_media(&self.claim.app, self.tenant.company, d.post)).await?;
        if let Some(why) = media.iter().find_map(|media| media.source.why_lost()) {
            let fault = Fault::NoMedia { message: why.to_owned() };
            return self.handle_fault(d, &fault, Phase::Prepare).await;
        }
        if let Some(fault) = against_rules(d, &d.content(media)) {
            return self.handle_fault(d, &fault, Phase::Prepare).await;
        }
        self.end(d, Event::HandOver, by_hand::KIND, by_hand::words(d.platform)).await
    }

    /// Whether what the options choose from the platform (a board, a list) is still there; asked right before it counts.
    async fn remote_choices(&self, d: &Delivery) -> Option<Fault> {
        if d.options.is_empty() || d.part.is_some() {
            return None;
        }
        let schema = d.platform.publishing()?.options;
        let mut problems = vec![];
        for field in schema.applying(d.format, &d.options) {
            let (Input::Remote(source), Some(chosen)) = (field.input, d.options.text(field.id)) else { continue };
            // Of what is gone itself, nothing can be asked.
            let gone = |parent: &str| problems.iter().any(|p: &Problem| p.field == format!("options.{parent}"));
            if field.parent.is_some_and(gone) {
                continue;
            }
            let parent = field.parent_in(&d.options);
            match choices::fetch(&self.claim.app, self.tenant.company, d.connection, source, parent).await {
                Ok(there) if there.iter().any(|choice| choice.id == chosen) => {}
                Ok(_) => {
                    let message =
                        format!("What was chosen for “{}” no longer exists. Choose something else.", field.label);
                    problems.push(Problem::error(field.problem_field(), message));
                }
                Err(fault) => return Some(fault),
            }
        }
        if let Ok(mut db) = self.tenant.db.acquire().await {
            let pictures = fitting::problems(&mut db, self.tenant.company, (d.platform, d.format), &d.options).await;
            problems.extend(pictures.unwrap_or_default());
        }
        let message = "a choice does not exist any more".to_owned();
        (!problems.is_empty()).then_some(Fault::InvalidContent { message, problems })
    }

    /// What can change while a run waits: its time goes by, and a budget is used up by others (no call, no arming, no
    /// attempt then).
    pub(super) async fn blocked_by(&self, d: &Delivery, kit: &Kit) -> Result<Option<Flow>> {
        let now = self.claim.now();
        let late = now - self.counts_from(d);
        if late > self.patience {
            return self.too_late(d, late).await.map(Some);
        }
        let Some(until) = kit.wire.blocked_until(kit.publish.spends(&kit.content), now) else { return Ok(None) };
        let message = String::from("its limit is used up for now");
        self.wait_for_limit(d, &Fault::RateLimited { message, until }, until).await.map(Some)
    }

    /// The time of a part is when the one before it became live, if that is later.
    fn due(&self, d: &Delivery) -> DateTime<Utc> {
        let after = d.part.as_ref().and_then(|part| part.after_live_at).unwrap_or_default();
        d.due_at.unwrap_or_else(|| self.claim.now()).max(after)
    }

    /// Since when its lateness counts: its time; or, where it waited for a known end (of a limit, of the platform's own
    /// work), that end; or the last step that went well.
    fn counts_from(&self, d: &Delivery) -> DateTime<Utc> {
        let due = self.due(d);
        let knew = match d.fault_kind.as_deref() {
            None => d.state == DeliveryState::Waiting,
            Some(fault) => fault == RATE_LIMITED,
        };
        let planned = if knew { due.max(self.claim.run_at) } else { due };
        self.progress.map_or(planned, |at| planned.max(at))
    }

    /// Nothing was published, and by the company's policy nothing is without asking.
    pub(super) async fn too_late(&self, d: &Delivery, late: TimeDelta) -> Result<Flow> {
        let mut why = format!("This was due {} ago and could not be sent in time.", span(late));
        let before = d.fault_message.as_deref().map(consequence::happened).filter(|fault| !fault.is_empty());
        if let Some(fault) = before {
            why = format!("{why} Last problem: {fault}");
        }
        let why = format!("{why} Send it now, or choose another time.");
        self.end(d, Event::TooLate, "late", why).await
    }

    /// It goes on by itself when the limit ends, unless that is long after its time: then a person is asked.
    async fn wait_for_limit(&self, d: &Delivery, fault: &Fault, until: DateTime<Utc>) -> Result<Flow> {
        if let Some(asks) = self.outlasted(d, until).await? {
            return Ok(asks);
        }
        let words = consequence::words(fault, d.platform);
        self.note(d, fault, &words, Outcome::Wait { why: words.clone(), until }).await
    }

    /// A person is asked when a limit lasts too long for the post's time.
    pub(super) async fn outlasted(&self, d: &Delivery, until: DateTime<Utc>) -> Result<Option<Flow>> {
        if until - self.due(d) <= self.patience.max(LIMIT_PATIENCE) {
            return Ok(None);
        }
        let at = zone::local(store::zone_of(&self.tenant).await?, until).short();
        let why = format!(
            "{} takes no more posts from this account until {at}. Publish it then, or choose another time.",
            d.platform.name()
        );
        self.end(d, Event::TooLate, RATE_LIMITED, why).await.map(Some)
    }

    /// Content, keys and a token that is good for some minutes.
    pub(super) async fn kit(&mut self, d: &Delivery) -> Result<Result<Arc<Kit>, Fault>> {
        if let Some(kit) = &self.kit {
            return Ok(Ok(kit.clone()));
        }
        let app = &self.claim.app;
        let Some(publish) = (self.batchers.find)(d.platform).and_then(|c| c.publish) else {
            return Ok(Err(Fault::Unsupported { message: "this server cannot publish there".into() }));
        };
        let auth = match self.batchers.accounts.call_context(self.tenant.company, d.connection).await {
            Ok(auth) => auth,
            Err(fault) => return Ok(Err(fault)),
        };
        let media = match d.has_media {
            true => Box::pin(media::load_media(app, self.tenant.company, d.post)).await?,
            false => vec![],
        };
        let kind = match d.part.as_ref().map(|part| as_part(part, publish)).transpose() {
            Ok(kind) => kind.unwrap_or_default(),
            Err(fault) => return Ok(Err(fault)),
        };
        let content = Content { post: d.content(media), role: kind };
        let wire = Wire::new(app.outbound.clone()).on_behalf_of(self.tenant.company);
        let wire = wire.counted_for(d.platform, &auth.keys, &auth.remote_id);
        let kit = Arc::new(Kit { wire, content, auth, publish });
        self.kit = Some(kit.clone());
        Ok(Ok(kit))
    }

    /// Carries out what follows from a fault, before the call or while looking. (For the call itself: `call`.)
    ///
    /// In a box, like every other way that is seldom gone: thousands of runs wait for their moment at once, and each is as
    /// large as the longest way that it could take.
    pub(super) fn handle_fault<'s>(
        &'s mut self,
        d: &'s Delivery,
        fault: &'s Fault,
        phase: Phase,
    ) -> BoxFuture<'s, Result<Flow>> {
        Box::pin(self.handle_fault_now(d, fault, phase))
    }

    async fn handle_fault_now(&mut self, d: &Delivery, fault: &Fault, phase: Phase) -> Result<Flow> {
        let words = consequence::words(fault, d.platform);
        let consequence = consequence::of(fault, phase, self.refreshed);
        tracing::info!(delivery = %d.id, state = d.state.id(), fault = fault.kind(), %fault, ?consequence, "publishing");
        match consequence {
            Consequence::Refresh => self.refresh(d, phase).await,
            // What may be published already cannot be too late.
            Consequence::WaitUntil(until) if phase == Phase::Probe => {
                self.note(d, fault, &words, Outcome::Wait { why: words.clone(), until }).await
            }
            Consequence::WaitUntil(until) => self.wait_for_limit(d, fault, until).await,
            Consequence::Retry(after) => {
                let why = consequence::said(fault, d.platform);
                self.note(d, fault, &words, Outcome::Retry { why, after }).await
            }
            // Answers to the call only; should a connector give one here, the step is simply repeated.
            Consequence::Probe => {
                let why = consequence::said(fault, d.platform);
                self.note(d, fault, &words, Outcome::Retry { why, after: None }).await
            }
            Consequence::PrepareAgain => {
                let noted = Change::Set((fault.kind().to_owned(), words.clone()));
                let patch = Patch { checkpoint: Change::Clear, fault: noted, ..Default::default() };
                let flow = self.go(d, Event::Refused(Refusal::Preparation), &patch, &words).await?;
                let why = consequence::said(fault, d.platform);
                let again = Outcome::Retry { why, after: Some(Duration::from_secs(1)) };
                Ok(if let Flow::Again = flow { Flow::Stop(again) } else { flow })
            }
            Consequence::Reconnect => {
                if consequence::parks(fault) {
                    connections::mark_reconnect(&self.claim.app, self.tenant.company, d.connection, &words).await?;
                }
                self.end(d, Event::Refused(Refusal::Reconnect), fault.kind(), words).await
            }
            Consequence::Edit => self.end(d, Event::Refused(Refusal::Edit), fault.kind(), words).await,
            Consequence::Fail => self.end(d, Event::Refused(Refusal::Fail), fault.kind(), words).await,
            Consequence::Exists(id) => self.seen(d, RemotePost { id, url: None }).await,
            Consequence::Blind { park } => {
                if park {
                    connections::mark_reconnect(&self.claim.app, self.tenant.company, d.connection, &words).await?;
                }
                self.cannot_tell(d, &consequence::said(fault, d.platform)).await
            }
        }
    }

    /// Once per run: a fresh token, then the same step again.
    pub(super) async fn refresh(&mut self, d: &Delivery, phase: Phase) -> Result<Flow> {
        self.refreshed = true;
        self.kit = None;
        match connections::refresh_refused(&self.claim.app, self.tenant.company, d.connection).await {
            Ok(()) => Ok(Flow::Again),
            Err(fault) => self.handle_fault(d, &fault, phase).await,
        }
    }

    /// A move; then on with the row as it is.
    pub(super) async fn go(&self, d: &Delivery, event: Event, patch: &Patch, note: &str) -> Result<Flow> {
        let moved = Box::pin(store::advance(&self.tenant, self.claim.fence, d, event, patch, note)).await?;
        Ok(if moved.is_some() { Flow::Again } else { self.changed() })
    }

    /// A move to where a person takes over; the job is done.
    pub(super) async fn end(&self, d: &Delivery, event: Event, kind: &str, why: String) -> Result<Flow> {
        let patch = Patch { fault: Change::Set((kind.to_owned(), why.clone())), ..Default::default() };
        let moved = Box::pin(store::advance(&self.tenant, self.claim.fence, d, event, &patch, &why)).await?;
        Ok(if moved.is_some() { Flow::done() } else { self.changed() })
    }

    /// The state stays; the fault is shown meanwhile.
    pub(super) async fn note(&self, d: &Delivery, fault: &Fault, words: &str, then: Outcome) -> Result<Flow> {
        let patch = Patch { fault: Change::Set((fault.kind().to_owned(), words.to_owned())), ..Default::default() };
        let noted = store::remember(&self.tenant, self.claim.fence, d, &patch, words).await?;
        Ok(if noted { Flow::Stop(then) } else { self.changed() })
    }

    /// Somebody else has changed it. If this claim still is the one, it reads the row anew in a moment; if a person asked
    /// for something, their request brings the job back by itself.
    pub(super) fn changed(&self) -> Flow {
        self.wait("It was changed meanwhile.", self.after(Duration::from_secs(1)))
    }

    pub(super) fn wait(&self, why: impl Into<String>, until: DateTime<Utc>) -> Flow {
        Flow::Stop(Outcome::Wait { why: why.into(), until })
    }

    pub(super) fn after(&self, pause: Duration) -> DateTime<Utc> {
        self.claim.now() + TimeDelta::from_std(pause).unwrap_or(TimeDelta::hours(1))
    }
}

/// "3 hours": roughly, for people.
fn span(time: TimeDelta) -> String {
    let (n, unit) = match time.num_minutes() {
        m if m < 120 => (m, "minutes"),
        m if m < 48 * 60 => (m / 60, "hours"),
        m => (m / (24 * 60), "days"),
    };
    format!("{n} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_roughly() {
        for (minutes, said) in [(16, "16 minutes"), (119, "119 minutes"), (120, "2 hours"), (3000, "2 days")] {
            assert_eq!(span(TimeDelta::minutes(minutes)), said);
        }
    }
}
