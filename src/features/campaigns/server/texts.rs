//! What a model writes: strategy and messages, and the texts of planned posts. Each question is asked once; what is wrong with an answer is
//! asked for once more, and left out after that.

use super::checked::{self, Frame, PostsAnswer, Slot, StrategyAnswer};
use super::store::campaigns::{self, Row};
use super::store::planned::{self, Row as Planned};
use super::words::{AT_ONCE, Told};
use crate::domain::connection::ConnectionSummary;
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{CampaignId, ConnectionId};
use crate::features::agents::server::facts::Scene;
use crate::features::media::model::AssetCard;
use crate::features::media::server::service as media;
use crate::features::models::server::door::{Ask, Door};
use crate::features::posts::server::service as posts;
use std::collections::HashSet;
use std::time::Duration;

/// A model that is asked too often is waited for this long at most, and so often.
const PATIENCE: u32 = 90;
const WAITS: u32 = 3;
/// Characters of an answer that are kept.
const MOST_KEPT: usize = 60_000;

/// Why a model is not asked on.
pub enum Halt {
    /// What to tell people: it is down, refused, out of money, over the company's limit.
    Model(String),
    Fault(AppError),
}

impl From<AppError> for Halt {
    fn from(error: AppError) -> Self {
        Self::Fault(error)
    }
}

/// Strategy and texts by a model; what to tell about it.
pub async fn write(scene: &Scene, door: &Door, id: CampaignId) -> Result<String, Halt> {
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
pub async fn rewrite(scene: &Scene, door: &Door, row: &Row, planned: &Planned, press: i64) -> Result<(), Halt> {
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
