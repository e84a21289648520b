//! What a person decides about planned posts: edit, accept as draft or scheduled, refuse, undo. Accepting makes one post through the service
//! that people use, with the rights of whoever accepts. A planned post passes to "accepting" for one person only, and its post has an id
//! that was fixed before, so that one that was cut off and is accepted again makes no second post.

use super::store::planned::{self, Row};
use crate::domain::connection::ConnectionState;
use crate::domain::error::{AppError, ErrorKind, Result, Severity};
use crate::domain::ids::{PlannedId, PostId};
use crate::domain::moment::LocalTime;
use crate::domain::post::{Plan, PostContent, SavePost, Target, words_of};
use crate::features::campaigns::model::{Decision, MAX_TEXT, PlannedState};
use crate::features::media::server::service as media;
use crate::features::posts::server::service as posts;
use crate::infra::session::Granted;
use crate::ui::decided::{WhyNot, not_done};
use std::collections::HashSet;

fn gone() -> AppError {
    AppError::not_found("planned post")
}

async fn find(who: &Granted, id: PlannedId) -> Result<Row> {
    planned::find(&who.tenant, id).await?.ok_or_else(gone)
}

/// What came of a decision about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    Done,
    /// It was undone before: nothing was left to do.
    UndoneBefore,
}

pub async fn decide(who: &Granted, decision: Decision, id: PlannedId) -> Result<Came> {
    match decision {
        Decision::Draft => accept(who, id, true).await?,
        Decision::Schedule => accept(who, id, false).await?,
        Decision::Refuse => refuse(who, id).await?,
        Decision::Undo => return undo(who, id).await,
    }
    Ok(Came::Done)
}

/// What came of several.
#[derive(Default)]
pub struct Several {
    pub done: Vec<PlannedId>,
    /// All of them were undone before.
    pub before: bool,
    /// Why others were not.
    pub not: Vec<WhyNot>,
}

impl Several {
    pub fn of_one(id: PlannedId, came: Came) -> Self {
        Self { done: vec![id], before: came == Came::UndoneBefore, not: vec![] }
    }
}

/// Each by itself.
pub async fn decide_all(who: &Granted, decision: Decision, ids: &[PlannedId]) -> Result<Several> {
    let mut several = Several { before: true, ..Several::default() };
    let mut seen = HashSet::new();
    for id in ids.iter().filter(|id| seen.insert(**id)) {
        match decide(who, decision, *id).await {
            Ok(came) => {
                several.done.push(*id);
                several.before &= came == Came::UndoneBefore;
            }
            Err(error) if matches!(error.kind, ErrorKind::Bug | ErrorKind::Unavailable) => return Err(error),
            Err(error) => several.not.push(why_not(who, decision, *id, &error).await?),
        }
    }
    several.before &= !several.done.is_empty();
    Ok(several)
}

/// Why one of several was not done, in a word that an address may hold; in full it stands with the post.
async fn why_not(who: &Granted, decision: Decision, id: PlannedId, error: &AppError) -> Result<WhyNot> {
    let row = planned::find(&who.tenant, id).await?;
    let Some(row) = row.filter(|_| error.kind != ErrorKind::NotFound) else { return Ok(WhyNot::Gone) };
    Ok(match (PlannedState::parse(&row.state), decision) {
        (PlannedState::Accepting, _) => WhyNot::Busy,
        (PlannedState::Proposed, _) if row.rewriting => WhyNot::Busy,
        (PlannedState::Proposed, _) => WhyNot::Changed,
        (PlannedState::Draft | PlannedState::Scheduled, Decision::Undo) => WhyNot::Out,
        _ => WhyNot::Decided,
    })
}

/// What the page is told in its address.
pub fn said(decision: Decision, several: &Several) -> String {
    let act = match decision {
        Decision::Draft => "drafted",
        Decision::Schedule => "scheduled",
        Decision::Refuse => "refused",
        Decision::Undo if several.before => "undone_before",
        Decision::Undo => "undone",
    };
    let ids: Vec<_> = several.done.iter().map(ToString::to_string).collect();
    let did = if ids.is_empty() { String::new() } else { format!("did={act}.{}", ids.join(".")) };
    format!("{did}{}", not_done(&several.not)).trim_start_matches('&').to_owned()
}

async fn accept(who: &Granted, id: PlannedId, draft: bool) -> Result<()> {
    let tenant = &who.tenant;
    let row = find(who, id).await?;
    planned::heal(tenant, row.campaign_id).await?;
    let row = find(who, id).await?;
    if is_accepted(&row)? {
        return Ok(());
    }
    if row.rewriting {
        return Err(AppError::conflict("This post is just being written. Wait a moment."));
    }
    if let Err(error) = ready(who, &row).await {
        planned::note(tenant, id, &error.message).await?;
        return Err(error);
    }
    if !planned::turn(tenant, id, ("proposed", "accepting"), who.user, Some(row.version)).await? {
        // Somebody was quicker, with this or with another decision.
        return match is_accepted(&find(who, id).await?)? {
            true => Ok(()),
            false => Err(AppError::conflict("Somebody has just changed this post. Look at it again.")),
        };
    }
    let state = if draft { "draft" } else { "scheduled" };
    match save(who, &row, draft).await {
        Ok(post) => planned::settle(tenant, id, state, "", Some(post)).await,
        // What became of it is looked up a minute later.
        Err(error) if matches!(error.kind, ErrorKind::Bug | ErrorKind::Unavailable) => Err(error),
        Err(error) => {
            planned::settle(tenant, id, "proposed", &error.message, None).await?;
            Err(error)
        }
    }
}

/// True: it was accepted before, and nothing is left to do. An error: it was decided otherwise.
fn is_accepted(row: &Row) -> Result<bool> {
    match PlannedState::parse(&row.state) {
        PlannedState::Proposed => Ok(false),
        PlannedState::Accepting | PlannedState::Draft | PlannedState::Scheduled => Ok(true),
        PlannedState::Refused => {
            let by = row.decider.as_deref().unwrap_or("Somebody");
            Err(AppError::conflict(format!("{by} has refused this post. Undo that first.")))
        }
    }
}

/// That it can be done now: an error says what has changed since it was planned.
async fn ready(who: &Granted, row: &Row) -> Result<()> {
    let when = row.at().short();
    if row.text.trim().is_empty() {
        return Err(AppError::conflict(format!("The post for {when} has no text yet. Write it first.")));
    }
    let accounts = posts::accounts(who, &[]).await?;
    match accounts.iter().find(|account| account.id == row.connection_id) {
        Some(account) if account.state == ConnectionState::Active => {}
        Some(account) => {
            return Err(AppError::conflict(format!(
                "{} {} must be connected again before anything can go there.",
                account.platform.name(),
                account.handle
            )));
        }
        None => {
            return Err(AppError::conflict(format!(
                "The account of the post for {when} is no longer connected. Refuse the post, or connect the account again."
            )));
        }
    }
    if let Some(asset) = row.asset_id {
        let mut db = who.tenant.db.acquire().await?;
        if media::existing(&mut db, who.company, &[asset]).await?.is_empty() {
            let message = format!("The picture of the post for {when} was deleted. Edit the post to leave it out.");
            return Err(AppError::conflict(message));
        }
    }
    let time = posts::check_time(who, Some(row.at())).await?;
    match time.problem.filter(|problem| problem.severity == Severity::Error) {
        Some(problem) => Err(AppError::conflict(format!("{} Edit the post.", problem.message))),
        None => Ok(()),
    }
}

async fn save(who: &Granted, row: &Row, draft: bool) -> Result<PostId> {
    let local = row.at();
    let plan = if draft { Plan::Planned { local } } else { Plan::Schedule { local, second: false } };
    let input = SavePost {
        id: None,
        version: None,
        content: PostContent { media: row.asset_id.into_iter().collect(), ..PostContent::of_text(row.text.clone()) },
        alts: vec![],
        targets: vec![Target::to(row.connection_id)],
        plan,
    };
    let saved = posts::save_as(who, input, Some(row.post_key)).await?;
    if !draft && saved.blocked() {
        // What stands against it belongs to the planned post; a draft that nobody asked for does not stay.
        posts::delete(who, saved.id).await?;
        planned::renew(&who.tenant, row.id).await?;
        let problems = saved.problems.into_iter().filter(|p| p.problem.severity == Severity::Error);
        let why = words_of(problems).join(" ");
        return Err(AppError::conflict(format!("{why} Edit it, or accept it as a draft and finish it in the Studio.")));
    }
    Ok(saved.id)
}

async fn refuse(who: &Granted, id: PlannedId) -> Result<()> {
    let row = find(who, id).await?;
    if row.state == "refused" || planned::turn(&who.tenant, id, ("proposed", "refused"), who.user, None).await? {
        return Ok(());
    }
    Err(AppError::conflict("This post was accepted. Undo that instead."))
}

/// Takes back what accepting made, as long as nothing of it is out; takes back a refusal.
async fn undo(who: &Granted, id: PlannedId) -> Result<Came> {
    let row = find(who, id).await?;
    let came = |done: bool| if done { Came::Done } else { Came::UndoneBefore };
    match PlannedState::parse(&row.state) {
        PlannedState::Proposed => return Ok(Came::UndoneBefore),
        PlannedState::Refused => {
            let turned = planned::turn(&who.tenant, id, ("refused", "proposed"), who.user, None).await?;
            return Ok(came(turned));
        }
        PlannedState::Accepting => return Err(AppError::conflict("This post is just being accepted. Wait a moment.")),
        PlannedState::Draft | PlannedState::Scheduled => {}
    }
    if let Some(post) = row.post_id {
        match posts::detail(who, post).await {
            Ok(detail) if detail.deleted => {}
            Ok(detail) if !detail.editable => {
                return Err(AppError::conflict(
                    "This post is being published or is out already. Open it to see what can be taken back.",
                ));
            }
            Ok(_) => match posts::delete(who, post).await {
                // Somebody else undid it in the same moment.
                Err(error) if error.kind == ErrorKind::NotFound => {}
                done => done?,
            },
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(came(planned::undo(&who.tenant, id, who.user).await?))
}

/// What somebody changes in a planned post.
pub struct Edit<'a> {
    pub text: &'a str,
    pub at: &'a str,
    pub keep_picture: bool,
}

pub async fn edit(who: &Granted, id: PlannedId, version: i32, edit: Edit<'_>) -> Result<()> {
    find(who, id).await?;
    let text = edit.text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    if text.is_empty() {
        return Err(AppError::invalid("text", "Write the text of the post."));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(AppError::invalid("text", format!("A planned post has at most {MAX_TEXT} characters.")));
    }
    let at: LocalTime = edit.at.parse().map_err(|()| AppError::invalid("at", "Choose a day and a time."))?;
    let time = posts::check_time(who, Some(at)).await?;
    if let Some(problem) = time.problem.filter(|problem| problem.severity == Severity::Error) {
        return Err(AppError::invalid("at", problem.message));
    }
    if planned::edit(&who.tenant, id, version, &text, at, edit.keep_picture).await? {
        return Ok(());
    }
    let row = find(who, id).await?;
    match is_accepted(&row)? {
        true => Err(AppError::conflict("This post was accepted meanwhile. Change it in the Studio.")),
        false => Err(AppError::conflict("This post was changed meanwhile. Copy what you wrote and open it anew.")),
    }
}
