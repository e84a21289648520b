//! The job that makes a plan. First everything that can be computed is there: days, times, pictures, what each post could say. Where there
//! is a key, a model then writes strategy and messages, and the texts, a few at a time. What it answered is kept, question by question: a
//! job that was cut off goes on behind it, and no question is paid twice. Nothing is published or scheduled here.

use super::checked::{self, Frame, PostsAnswer, Slot, StrategyAnswer};
use super::plan;
use super::store::campaigns::{self, Row};
use super::store::planned::{self, Row as Planned};
use super::words::{AT_ONCE, Told};
use crate::domain::connection::ConnectionSummary;
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{CampaignId, ConnectionId, PlannedId, UserId};
use crate::domain::permission::Permission;
use crate::features::agents::server::facts::Scene;
use crate::features::agents::server::run::rights;
use crate::features::media::model::AssetCard;
use crate::features::media::server::service as media;
use crate::features::models::server::door::{self, Ask, Door};
use crate::features::posts::server::service as posts;
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, Job, Outcome};
use crate::infra::session::Granted;
use crate::infra::state::App;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::time::Duration;

/// Writing that takes longer is ended; it can go on.
const LONGEST: Duration = Duration::from_secs(900);
/// How often one that waits for a model looks whether somebody cancelled it.
const LOOK: Duration = Duration::from_secs(1);
/// A model that is asked too often is waited for this long at most, and so often.
const PATIENCE: u32 = 90;
const WAITS: u32 = 3;
/// Characters of an answer that are kept.
const MOST_KEPT: usize = 60_000;

const COMPUTED: &str = "Days, times and pictures come from your own posts and library. With a key of a model service (Settings → \
Integrations) the program also writes strategy, messages and texts. Without one, each post says what it could be about: write it.";
const BY_HAND: &str = "The rest is left to you: posts without a text say what they could be about.";
const SERVER: &str = "The server had a problem. What was made is kept. Press “Go on”.";

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CampaignPayload {
    pub campaign: CampaignId,
    /// Only another text for this one.
    #[serde(default)]
    pub planned: Option<PlannedId>,
    /// Which press of “Write again” it is: each asks once.
    #[serde(default)]
    pub press: i64,
}

impl CampaignPayload {
    /// The key of its job.
    pub fn key(&self) -> String {
        match self.planned {
            None => format!("campaign:{}", self.campaign),
            Some(planned) => format!("campaign-post:{planned}"),
        }
    }
}

pub struct WriteCampaign;

impl Job for WriteCampaign {
    type Payload = CampaignPayload;
    const KIND: &'static str = "write_campaign";
    const TITLE: &'static str = "Plan a campaign";
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 3;
    /// The campaign has a state of its own, which “Cancel” on its page changes.
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: CampaignPayload) -> Outcome {
        let Some(company) = claim.company else {
            return Outcome::Dead { why: "This campaign belongs to no company.".into() };
        };
        let tenant = claim.app.tenant(company);
        let work = async {
            match payload.planned {
                None => write(&claim.app, &tenant, payload.campaign, claim.now()).await,
                Some(planned) => again(&claim.app, &tenant, planned, payload.press, claim.now()).await,
            }
        };
        match tokio::time::timeout(LONGEST, work).await {
            Ok(done) => done.into(),
            Err(_) => give_up(&tenant, payload, "It took longer than 15 minutes. Press “Go on”.").await.into(),
        }
    }

    async fn on_dead(&self, claim: &Claim, payload: CampaignPayload, _: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        give_up(&claim.app.tenant(company), payload, SERVER).await
    }
}

async fn give_up(tenant: &Tenant, payload: CampaignPayload, why: &str) -> Result<()> {
    match payload.planned {
        None => campaigns::end(tenant, payload.campaign, "stopped", why, None).await.map(drop),
        Some(planned) => planned::note(tenant, planned, "No text came. Ask for one again.").await,
    }
}

/// Why a model is not asked on.
enum Halt {
    /// What to tell people: it is down, refused, out of money, over the company's limit.
    Model(String),
    Fault(AppError),
}

impl From<AppError> for Halt {
    fn from(error: AppError) -> Self {
        Self::Fault(error)
    }
}

/// The rights of whoever began it, as they are now.
async fn asker(app: &App, tenant: &Tenant, user: Option<UserId>) -> Result<Option<Granted>> {
    let Some(user) = user else { return Ok(None) };
    Ok(rights(app, tenant, user).await?.filter(|who| who.role.may(Permission::Publish)))
}

/// Makes the plan of a campaign that is being written, or goes on with it.
pub async fn write(app: &App, tenant: &Tenant, id: CampaignId, now: DateTime<Utc>) -> Result<()> {
    let Some(row) = campaigns::find(tenant, id).await?.filter(|row| row.state == "writing") else { return Ok(()) };
    let Some(who) = asker(app, tenant, row.asked_by).await? else {
        let why = "Whoever began it has left or may not write posts any more. Press “Go on” to do it with your rights.";
        return campaigns::end(tenant, id, "stopped", why, None).await.map(drop);
    };
    let scene = Scene::of(who, now).await?;
    if !row.planned {
        let plan = plan::compute(&scene, &row).await?;
        let mut tx = tenant.db.begin().await?;
        if campaigns::set_plan(&mut tx, tenant.company, id, &plan.strategy, &plan.messages).await? {
            planned::insert(&mut tx, tenant.company, id, &plan.posts).await?;
        }
        tx.commit().await?;
    }
    let door = if row.without_model { None } else { door::find(&scene.who).await? };
    let Some(door) = door else {
        let note = if row.without_model { BY_HAND } else { COMPUTED };
        return campaigns::end(tenant, id, "ready", "", Some(note)).await.map(drop);
    };
    let written = tokio::select! {
        written = words(&scene, &door, id) => written,
        () = left(tenant, id) => return Ok(()),
    };
    match written {
        Ok(note) => campaigns::end(tenant, id, "ready", "", Some(&note)).await.map(drop),
        Err(Halt::Model(why)) => {
            let why = format!("The model did not go on: {why}");
            campaigns::end(tenant, id, "stopped", &why, None).await.map(drop)
        }
        Err(Halt::Fault(error)) => Err(error),
    }
}

/// Ends when somebody has cancelled or deleted the campaign.
async fn left(tenant: &Tenant, id: CampaignId) {
    loop {
        tokio::time::sleep(LOOK).await;
        if matches!(campaigns::is_writing(tenant, id).await, Ok(false)) {
            return;
        }
    }
}

/// Strategy and texts by a model; what to tell about it.
async fn words(scene: &Scene, door: &Door, id: CampaignId) -> Result<String, Halt> {
    let tenant = scene.tenant();
    let gone = || Halt::Fault(campaigns::gone());
    let row = campaigns::find(tenant, id).await?.ok_or_else(gone)?;
    let told = Told::of(scene, &row).await?;
    let mut notes = vec![];
    if !row.edited {
        notes.extend(strategy(scene, door, &row, &told).await?);
    }
    // With the messages as they are now.
    let row = campaigns::find(tenant, id).await?.ok_or_else(gone)?;
    let mut rows = planned::of(tenant, id).await?;
    rows.sort_by_key(|row| row.place);
    let accounts = posts::accounts(&scene.who, &row.account_ids).await?;
    let (mut done, mut wrote, mut missed) = (0, 0, 0);
    for (number, account) in row.account_ids.iter().enumerate() {
        let of: Vec<&Planned> = rows.iter().filter(|planned| planned.connection_id == *account).collect();
        for (part, chunk) in of.chunks(AT_ONCE).enumerate() {
            let name = format!("texts {}.{}", number + 1, part + 1);
            let open = chunk.iter().copied().filter(|planned| planned.text.is_empty() && planned.state == "proposed");
            let open: Vec<_> = open.collect();
            if let (Some(summary), false) = (accounts.iter().find(|one| one.id == *account), open.is_empty()) {
                let group = Group { account: summary, reference: format!("a{}", number + 1), open, all: &of };
                let (yes, no) = group.write(scene, door, &row, &told, &name, None).await?;
                wrote += yes;
                missed += no;
            }
            done += chunk.len();
            campaigns::progress(tenant, id, done as i32).await?;
        }
    }
    notes.insert(
        0,
        format!("{} wrote {}.", door.model, if wrote == 1 { "1 text".into() } else { format!("{wrote} texts") }),
    );
    match missed {
        0 => {}
        1 => notes.push("1 text was left out: its post says why. Write it, or ask for another one.".into()),
        n => notes.push(format!("{n} texts were left out: their posts say why. Write them, or ask for others.")),
    }
    Ok(notes.join(" "))
}

/// A model's strategy takes the place of the computed one when nothing in it is invented; else it is said why not.
async fn strategy(scene: &Scene, door: &Door, row: &Row, told: &Told) -> Result<Option<String>, Halt> {
    let known = format!("{}\n{}", told.known, row.strategy);
    let mut fix: Option<String> = None;
    for name in ["strategy", "strategy, mended"] {
        let text = heard(scene, door, row.id, name, &told.strategy(&row.strategy, fix.as_deref())).await?;
        let read = serde_json::from_str::<StrategyAnswer>(&text).map_err(|_| UNREADABLE.to_owned());
        match read.and_then(|answer| checked::strategy(&answer, &known)) {
            Ok((strategy, messages)) => {
                campaigns::word(scene.tenant(), row.id, &strategy, &messages).await?;
                return Ok(None);
            }
            Err(why) => fix = Some(why),
        }
    }
    Ok(fix.map(|why| format!("The model's strategy was not taken, so this one is computed. {why}")))
}

const UNREADABLE: &str = "The answer was not in the form that was asked for.";

/// A few posts of one account that are written together.
struct Group<'a> {
    account: &'a ConnectionSummary,
    reference: String,
    open: Vec<&'a Planned>,
    /// All of this account.
    all: &'a [&'a Planned],
}

impl Group<'_> {
    /// Asks, checks, asks once more for what was wrong; how many were written, and how many were not.
    async fn write(
        &self,
        scene: &Scene,
        door: &Door,
        row: &Row,
        told: &Told,
        name: &str,
        now: Option<&str>,
    ) -> Result<(usize, usize), Halt> {
        let tenant = scene.tenant();
        let known = format!(
            "{}\n{}\n{} {}",
            told.known,
            row.messages.join("\n"),
            self.account.platform.name(),
            self.account.handle
        );
        let own: HashSet<_> = self.open.iter().map(|planned| planned.id).collect();
        let taken = self.all.iter().filter(|planned| !own.contains(&planned.id)).map(|planned| planned.at()).collect();
        let frame = Frame {
            zone: scene.zone,
            now: scene.now,
            from: row.from(),
            to: row.to(),
            known: &known,
            pictures: &told.pictures,
            taken: &taken,
        };
        let mut open: Vec<(Slot, Option<String>)> =
            self.slots(scene).await?.into_iter().map(|slot| (slot, None)).collect();
        for name in [name.to_owned(), format!("{name}, mended")] {
            let text = heard(scene, door, row.id, &name, &told.posts(row, &open, now)).await?;
            let slots: Vec<Slot> = open.iter().map(|(slot, _)| slot.clone()).collect();
            let (written, wrong) = match serde_json::from_str::<PostsAnswer>(&text) {
                Ok(answer) => checked::posts(&slots, &answer, &frame),
                Err(_) => (vec![], slots.iter().map(|slot| (slot.place, UNREADABLE.to_owned())).collect()),
            };
            for text in written {
                let Some(planned) = self.open.iter().find(|planned| planned.place == text.place) else { continue };
                planned::word(tenant, planned.id, planned.version, &text.text, text.at, text.picture).await?;
            }
            open.retain(|(slot, _)| wrong.iter().any(|(place, _)| *place == slot.place));
            for (slot, fix) in &mut open {
                *fix = wrong.iter().find(|(place, _)| *place == slot.place).map(|(_, why)| why.clone());
            }
            if open.is_empty() {
                break;
            }
        }
        for (slot, why) in &open {
            let Some(planned) = self.open.iter().find(|planned| planned.place == slot.place) else { continue };
            let why = format!("The model's text was not taken. {}", why.as_deref().unwrap_or_default());
            planned::note(tenant, planned.id, &why).await?;
        }
        Ok((self.open.len() - open.len(), open.len()))
    }

    async fn slots(&self, scene: &Scene) -> Result<Vec<Slot>> {
        let ids: Vec<_> = self.open.iter().filter_map(|planned| planned.asset_id).collect();
        let mut db = scene.tenant().db.acquire().await?;
        let cards: Vec<AssetCard> = media::existing(&mut db, scene.who.company, &ids).await?;
        let slot = |planned: &&Planned| Slot {
            place: planned.place,
            account: self.account.clone(),
            account_ref: self.reference.clone(),
            at: planned.at(),
            picture: cards.iter().find(|card| Some(card.facts.asset) == planned.asset_id).cloned(),
        };
        Ok(self.open.iter().map(slot).collect())
    }
}

/// The answer to a question: the one that is kept, or a new one. An answer that a model did not finish or did not want to give is an
/// empty one: it was paid, too.
async fn heard(scene: &Scene, door: &Door, id: CampaignId, name: &str, ask: &Ask) -> Result<String, Halt> {
    let tenant = scene.tenant();
    if let Some(kept) = campaigns::answer(tenant, id, name).await? {
        return Ok(kept);
    }
    let mut waits = 0;
    let mut answer = loop {
        match door.ask(&scene.who, ask).await {
            Ok(answer) => break answer,
            Err(error) => match error.retry_after_s {
                Some(seconds) if error.kind == ErrorKind::RateLimited && seconds <= PATIENCE && waits < WAITS => {
                    waits += 1;
                    tokio::time::sleep(Duration::from_secs(u64::from(seconds.max(1)))).await;
                }
                _ => return Err(halt(error)),
            },
        }
    };
    let text = match answer.whole().await {
        Ok(text) => text.replace('\0', "").chars().take(MOST_KEPT).collect(),
        Err(error) if error.kind == ErrorKind::Conflict => String::new(),
        Err(error) => return Err(halt(error)),
    };
    campaigns::keep_answer(tenant, id, name, &text).await?;
    Ok(text)
}

fn halt(error: AppError) -> Halt {
    if error.kind == ErrorKind::Bug { Halt::Fault(error) } else { Halt::Model(error.message) }
}

/// Another text for one post.
async fn again(app: &App, tenant: &Tenant, id: PlannedId, press: i64, now: DateTime<Utc>) -> Result<()> {
    let Some(planned) = planned::find(tenant, id).await?.filter(|row| row.rewriting && row.state == "proposed") else {
        return Ok(());
    };
    let Some(row) = campaigns::find(tenant, planned.campaign_id).await? else { return Ok(()) };
    let user = planned.decided_by;
    let Some(who) = asker(app, tenant, user).await? else {
        return planned::note(tenant, id, "Whoever asked for it may not write posts any more.").await;
    };
    let scene = Scene::of(who, now).await?;
    let Some(door) = door::find(&scene.who).await? else {
        return planned::note(tenant, id, "There is no key of a model service.").await;
    };
    match rewrite(&scene, &door, &row, &planned, press).await {
        Ok(()) => Ok(()),
        Err(Halt::Model(why)) => planned::note(tenant, id, &format!("No text came. {why}")).await,
        Err(Halt::Fault(error)) => Err(error),
    }
}

async fn rewrite(scene: &Scene, door: &Door, row: &Row, planned: &Planned, press: i64) -> Result<(), Halt> {
    let told = Told::of(scene, row).await?;
    let all = planned::of(scene.tenant(), row.id).await?;
    let of: Vec<_> = all.iter().filter(|other| other.connection_id == planned.connection_id).collect();
    let accounts = posts::accounts(&scene.who, &[planned.connection_id]).await?;
    let place = |id: ConnectionId| row.account_ids.iter().position(|one| *one == id).map_or(1, |at| at + 1);
    let Some(account) = accounts.iter().find(|one| one.id == planned.connection_id) else {
        return Ok(planned::note(scene.tenant(), planned.id, "Its account is gone.").await?);
    };
    let reference = format!("a{}", place(account.id));
    let group = Group { account, reference, open: vec![planned], all: &of };
    let now = Some(planned.text.as_str()).filter(|text| !text.is_empty());
    let name = format!("again {} {press}", planned.id);
    group.write(scene, door, row, &told, &name, now).await?;
    Ok(())
}
