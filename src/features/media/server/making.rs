//! Pictures that a model makes for the library: what is asked is kept with its job; the job has one made after the other, takes each in
//! as an upload is taken in, and marks it. A question is counted before it is asked: one that has no answer after a crash may have been
//! paid for, and is not asked again.

pub use super::making_store::delete_old;

use super::making_store::{self as store, Making, NewMaking};
use super::receive::{Incoming, clean_name};
use super::service::{self, Keeper, MadeBy};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{AssetId, MakingId, SessionId, UserId};
use crate::domain::moment::When;
use crate::domain::permission::{Permission, Role};
use crate::features::identity::companies::server::service as companies;
use crate::features::media::made::{
    MAX_PROMPT, MOST, MOST_AT_ONCE, MakingAct, MakingCard, MakingState, PainterBoard, PainterCard, Shape, ShapeCard,
};
use crate::features::media::model::AssetCard;
use crate::features::models::server::pictures::{self, Painter};
use crate::infra::database::Tenant;
use crate::infra::http::throttle;
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome};
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::Utc;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often the job looks whether somebody cancelled it.
const LOOK: Duration = Duration::from_secs(1);
/// Requests on the page.
const SHOWN: i64 = 6;
/// Characters of the description in the name of a file.
const NAMED: usize = 60;
const CUT_OFF: &str = "The program was restarted while a picture was being made. It may have been paid for, so it was not asked \
for again. What is there is kept; ask for the rest once more.";
const SERVER: &str = "The server had a problem. What is there is kept; ask for the rest once more.";
const LEFT: &str = "Whoever asked for it has left or may not add pictures any more.";
const NO_PICTURE: &str = "What the model sent is no picture that can be used. Ask once more.";

/// What makes pictures here, or why nothing does.
pub async fn painter(who: &Granted) -> Result<PainterBoard> {
    let may_make = who.role.may(Permission::Publish);
    let (painter, missing) = match pictures::find(who).await? {
        Ok(painter) => (Some(card(who, &painter)), None),
        Err(missing) => (None, Some(missing)),
    };
    let may_change = who.role.may(Permission::Secrets);
    let settings = missing.as_ref().filter(|_| may_change).map(|missing| missing.address.to_owned());
    let why_not = missing.map(|missing| missing.words).unwrap_or_default();
    Ok(PainterBoard { painter, why_not, may_make, settings })
}

fn card(who: &Granted, painter: &Painter) -> PainterCard {
    let of = |shape: Shape| ShapeCard {
        shape,
        size: painter.size(shape.pixels()),
        costs: (1..=MOST).map(|count| painter.estimate(shape.pixels(), count)).collect(),
    };
    PainterCard { model: painter.model.clone(), stand_in: painter.is_stand_in(who), shapes: Shape::ALL.map(of).into() }
}

/// Requests of the last day, the newest first; nothing for somebody who may not have any made.
pub async fn recent(who: &Granted) -> Result<Vec<MakingCard>> {
    if !who.role.may(Permission::Publish) {
        return Ok(vec![]);
    }
    let rows = store::recent(&who.tenant, SHOWN).await?;
    let ids: Vec<AssetId> = rows.iter().flat_map(|row| row.made.iter().copied().map(AssetId)).collect();
    let files = if ids.is_empty() { vec![] } else { service::known(who, &ids).await? };
    let clock = companies::zone(&who.tenant).await?;
    let made = |row: &store::Row| {
        let file = |id| files.iter().find(|card| card.facts.asset.0 == id).cloned();
        row.made.iter().copied().filter_map(file).collect::<Vec<AssetCard>>()
    };
    let card = |row: store::Row| MakingCard {
        id: row.id,
        made: made(&row),
        prompt: row.prompt,
        shape: Shape::parse(&row.shape).unwrap_or_default(),
        wanted: row.wanted.unsigned_abs(),
        state: MakingState::parse(&row.state),
        why: row.why,
        by: row.by,
        at: When { at: row.created_at.into(), local: zone::local(clock, row.created_at) },
    };
    Ok(rows.into_iter().map(card).collect())
}

/// Keeps a request with its job. Whether there is a model, and money, is said before.
pub async fn begin(who: &Granted, prompt: &str, shape: &str, count: &str) -> Result<MakingId> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
    let prompt: String = prompt.trim().chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let mut problems = vec![];
    match prompt.chars().count() {
        0 => problems.push(Problem::error("prompt", "Say in a sentence or two what the picture is to show.")),
        n if n > MAX_PROMPT => {
            problems.push(Problem::error("prompt", format!("Shorten this: at most {MAX_PROMPT} characters.")));
        }
        _ => {}
    }
    let shape = Shape::parse(shape);
    if shape.is_none() {
        problems.push(Problem::error("shape", "Choose one of the shapes."));
    }
    let wanted = count.trim().parse::<u32>().ok().filter(|n| (1..=MOST).contains(n));
    if wanted.is_none() {
        problems.push(Problem::error("count", format!("Choose 1 to {MOST} pictures.")));
    }
    let (Some(shape), Some(wanted), true) = (shape, wanted, problems.is_empty()) else {
        return Err(AppError::problems(problems));
    };
    pictures::open(who).await?.check_cap(who).await?;
    let new = NewMaking { id: MakingId::new(), prompt: &prompt, shape: shape.id(), wanted };
    let mut tx = who.tenant.db.begin().await?;
    if !store::insert(&mut tx, &who.tenant, who.user, &new, MOST_AT_ONCE).await? {
        let words = format!("{MOST_AT_ONCE} requests for pictures are under way. Wait for one, or cancel it.");
        return Err(AppError::conflict(words));
    }
    let options = JobOptions {
        company: Some(who.company),
        job_key: Some(format!("making:{}", new.id)),
        // One after the other: services count the pictures of a minute.
        queue_key: Some(format!("pictures:{}", who.company)),
        ..JobOptions::at(Utc::now())
    };
    queue::enqueue::<MakePictures>(&mut tx, &MakingPayload { making: new.id }, options).await?;
    tx.commit().await?;
    Ok(new.id)
}

/// Cancels a request, or takes the note of it away.
pub async fn act(who: &Granted, id: MakingId, act: MakingAct) -> Result<()> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
    let done = match act {
        // One that has ended meanwhile stays as it is.
        MakingAct::Cancel => {
            store::end(&who.tenant, id, "cancelled", "").await?
                || store::recent(&who.tenant, SHOWN).await?.iter().any(|row| row.id == id)
        }
        MakingAct::PutAway => store::put_away(&who.tenant, id).await?,
    };
    if done { Ok(()) } else { Err(AppError::not_found("request for pictures")) }
}

/// Which request.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakingPayload {
    pub making: MakingId,
}

/// Has the pictures of a request made.
pub struct MakePictures;

impl Job for MakePictures {
    type Payload = MakingPayload;
    const KIND: &'static str = "make_pictures";
    const TITLE: &'static str = "Make pictures";
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 3;
    /// The request has a state of its own, which “Cancel” on its page changes.
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: MakingPayload) -> Outcome {
        let Some(company) = claim.company else {
            return Outcome::Dead { why: "This request belongs to no company.".into() };
        };
        make(&claim.app, &claim.app.tenant(company), payload.making).await.into()
    }

    async fn on_dead(&self, claim: &Claim, payload: MakingPayload, _: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        store::end(&claim.app.tenant(company), payload.making, "ended", SERVER).await.map(drop)
    }
}

/// The rights of whoever asked, as they are now.
async fn asker(app: &App, tenant: &Tenant, user: Option<UserId>) -> Result<Option<Granted>> {
    let Some(user) = user else { return Ok(None) };
    let member = store::member(tenant, user).await?;
    let who = member.map(|(name, role)| Granted {
        user,
        name,
        session: SessionId::nil(),
        company: tenant.company,
        role: Role::parse(&role).unwrap_or_default(),
        tenant: tenant.clone(),
        app: app.clone(),
    });
    Ok(who.filter(|who| who.role.may(Permission::Publish)))
}

async fn make(app: &App, tenant: &Tenant, id: MakingId) -> Result<()> {
    let Some(row) = store::find(tenant, id).await? else { return Ok(()) };
    let end = async |why: &str| store::end(tenant, id, "ended", why).await.map(drop);
    // A run before this one asked, and was cut off before it kept an answer.
    if row.asked as usize > row.made.len() {
        return end(CUT_OFF).await;
    }
    let Some(who) = asker(app, tenant, row.asked_by).await? else { return end(LEFT).await };
    let painter = match pictures::find(&who).await? {
        Ok(painter) => painter,
        Err(missing) => return end(&missing.words).await,
    };
    for asked in row.asked..row.wanted {
        if !store::ask_next(tenant, id, asked).await? {
            return Ok(());
        }
        let shape = Shape::parse(&row.shape).unwrap_or_default();
        let drawn = tokio::select! {
            drawn = painter.draw(&who, &row.prompt, shape.pixels()) => drawn,
            () = left(tenant, id) => return Ok(()),
        };
        let drawn = match drawn {
            Ok(drawn) => drawn,
            Err(error) => return end(&error.message).await,
        };
        let file = Incoming { name: name(&row, asked + 1, &drawn.bytes), bytes: drawn.bytes.into() };
        let by = MadeBy { model: drawn.model, prompt: row.prompt.clone() };
        match service::take_made(Keeper::from(&who), file, by).await {
            Ok(Ok(card)) => store::add_made(tenant, id, card.facts.asset).await?,
            Ok(Err(refused)) => {
                tracing::warn!(why = ?refused.why, "a model sent no picture that can be used");
                return end(NO_PICTURE).await;
            }
            Err(error) => return end(&format!("A picture was made but could not be kept: {}", error.message)).await,
        }
    }
    end("").await
}

/// Ends when somebody has cancelled it.
async fn left(tenant: &Tenant, id: MakingId) {
    loop {
        tokio::time::sleep(LOOK).await;
        if matches!(store::is_making(tenant, id).await, Ok(false)) {
            return;
        }
    }
}

/// The beginning of the description, and the ending that fits the bytes.
fn name(row: &Making, number: i32, bytes: &[u8]) -> String {
    let words: String = row.prompt.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(NAMED).collect();
    let words = words.replace(['/', '\\'], " ");
    let words = words.trim().trim_end_matches('.');
    let number = if row.wanted > 1 { format!(" {number}") } else { String::new() };
    let ending = match image::guess_format(bytes) {
        Ok(image::ImageFormat::Png) => "png",
        Ok(image::ImageFormat::WebP) => "webp",
        _ => "jpg",
    };
    clean_name(&format!("{words}{number}.{ending}"))
}
