//! What a person decides about proposals: approve, as a draft or scheduled; refuse; undo. An approval does once what the preview
//! shows, through the service that people use, with the rights of whoever approves. A proposal passes to "approved" for one person
//! only; the post that it makes has the proposal's own id, so that an approval that was cut off and done again makes no second one.

use super::run::rights;
use super::store::proposals::{self, ProposalRow};
use crate::domain::connection::ConnectionState;
use crate::domain::error::{AppError, ErrorKind, Result, Severity};
use crate::domain::ids::{PostId, ProposalId, SegmentId};
use crate::domain::permission::Permission;
use crate::domain::post::{Plan, PostContent, SavePost, Target, words_of};
use crate::features::agents::action::{Action, IdeaAction, PostAction, TagAction};
use crate::features::agents::model::{Decision, ProposalState};
use crate::features::contacts::model::ContactAct;
use crate::features::contacts::segments::server::{counted, service as segments};
use crate::features::contacts::server::acts as contacts;
use crate::features::posts::server::service as posts;
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::ui::decided::WhyNot;
use std::collections::HashSet;

fn gone() -> AppError {
    AppError::not_found("proposal")
}

pub(super) async fn find(who: &Granted, id: ProposalId) -> Result<(ProposalRow, Action)> {
    let row = proposals::find(&who.tenant, id).await?.ok_or_else(gone)?;
    let action: Action = serde_json::from_value(row.action.clone()).map_err(|_| {
        AppError::conflict("This proposal was made by another version of the program and cannot be read any more.")
    })?;
    // Whoever may not see contacts does not learn of them here.
    if !who.role.may(needs(&action)) {
        return Err(gone());
    }
    Ok((row, action))
}

fn needs(action: &Action) -> Permission {
    match action {
        Action::Post(_) | Action::Idea(_) => Permission::Publish,
        Action::Tag(_) | Action::Segment(_) => Permission::Contacts,
    }
}

/// What came of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// It is a post.
    pub post: bool,
    /// It was undone before, so that nothing was left to do.
    pub before: bool,
}

pub async fn decide(who: &Granted, decision: Decision, id: ProposalId) -> Result<Decided> {
    let (_, action) = find(who, id).await?;
    let mut before = false;
    match decision {
        Decision::Approve => approve(who, id, false, false).await?,
        Decision::Draft => approve(who, id, true, false).await?,
        Decision::Refuse => refuse(who, id).await?,
        Decision::Undo => before = !undo(who, id).await?,
    }
    Ok(Decided { post: matches!(action, Action::Post(_)), before })
}

/// Does for an agent what can be taken back, with the rights of whoever it works for: a tag, and a post as a draft, never scheduled. False:
/// it cannot be done as it is, and waits for a person.
pub async fn by_itself(who: &Granted, id: ProposalId) -> Result<bool> {
    let (_, action) = find(who, id).await?;
    if !action.is_reversible() {
        return Ok(false);
    }
    match approve(who, id, true, true).await {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind, ErrorKind::Bug | ErrorKind::Unavailable) => Err(error),
        Err(_) => Ok(false),
    }
}

/// What came of several.
#[derive(Default)]
pub struct Several {
    pub done: Vec<ProposalId>,
    /// One of them is a post.
    pub posts: bool,
    /// All of them were undone before.
    pub before: bool,
    /// Why others were not.
    pub not: Vec<WhyNot>,
}

pub async fn decide_all(who: &Granted, decision: Decision, ids: &[ProposalId]) -> Result<Several> {
    let mut several = Several { before: true, ..Several::default() };
    let mut seen = HashSet::new();
    for id in ids.iter().filter(|id| seen.insert(**id)) {
        match decide(who, decision, *id).await {
            Ok(decided) => {
                several.done.push(*id);
                several.posts |= decided.post;
                several.before &= decided.before;
            }
            Err(error) if matches!(error.kind, ErrorKind::Bug | ErrorKind::Unavailable) => return Err(error),
            Err(error) => several.not.push(why_not(who, decision, *id, &error).await?),
        }
    }
    several.before &= !several.done.is_empty();
    Ok(several)
}

/// Why one of several was not done, in a word that an address may hold. What has changed since it was proposed stands with it in full.
async fn why_not(who: &Granted, decision: Decision, id: ProposalId, error: &AppError) -> Result<WhyNot> {
    let Some(row) = proposals::find(&who.tenant, id).await?.filter(|_| error.kind != ErrorKind::NotFound) else {
        return Ok(WhyNot::Gone);
    };
    Ok(match (ProposalState::parse(&row.state), decision) {
        (ProposalState::Proposed, Decision::Approve | Decision::Draft) => WhyNot::Changed,
        (ProposalState::Failed, Decision::Approve | Decision::Draft) => WhyNot::Changed,
        (ProposalState::Done, Decision::Undo) => WhyNot::Out,
        _ => WhyNot::Decided,
    })
}

async fn approve(who: &Granted, id: ProposalId, draft: bool, by_itself: bool) -> Result<()> {
    let (row, action) = find(who, id).await?;
    if is_decided(&row)? {
        return Ok(());
    }
    let action = match ready(who, action, draft).await {
        Ok(action) => action,
        Err(error) => {
            proposals::note(&who.tenant, id, &error.message).await?;
            return Err(error);
        }
    };
    let kept = serde_json::to_value(&action).map_err(|_| AppError::bug(None))?;
    let seen = Some((&kept, row.version));
    if !proposals::turn(&who.tenant, id, ("proposed", "approved"), who.user, seen, by_itself).await? {
        // Somebody was quicker, with this or with another decision.
        let (row, _) = find(who, id).await?;
        return match is_decided(&row)? {
            true => Ok(()),
            false => Err(AppError::conflict("Somebody has just changed this proposal. Look at it again.")),
        };
    }
    perform(who, id, &action).await
}

/// True: it was approved before, and nothing is left to do. An error: it was decided otherwise.
pub(super) fn is_decided(row: &ProposalRow) -> Result<bool> {
    let by = row.decider.as_deref().unwrap_or("Somebody");
    match ProposalState::parse(&row.state) {
        ProposalState::Proposed => Ok(false),
        ProposalState::Approved | ProposalState::Done => Ok(true),
        ProposalState::Refused => Err(AppError::conflict(format!("{by} has refused this proposal."))),
        ProposalState::Undone => Err(AppError::conflict(format!("{by} has undone this proposal."))),
        ProposalState::Failed => Err(AppError::conflict(format!("This could not be done: {}", row.reason))),
    }
}

/// The action as it can be done now; an error says what has changed since it was proposed.
async fn ready(who: &Granted, action: Action, draft: bool) -> Result<Action> {
    match action {
        Action::Post(post) => {
            let post = PostAction { draft, ..post };
            usable(who, &post).await?;
            let time = posts::check_time(who, Some(post.at)).await?;
            if let Some(problem) = time.problem.filter(|problem| problem.severity == Severity::Error) {
                return Err(AppError::invalid("at", format!("{}: {}", post.at.short(), problem.message)));
            }
            Ok(Action::Post(post))
        }
        Action::Tag(tag) => {
            let contacts = proposals::without_tag(&who.tenant, &tag.contacts, &tag.tag).await?;
            if contacts.is_empty() {
                return Err(AppError::conflict(
                    "All of these people are gone or have the tag by now. Refuse this proposal.",
                ));
            }
            Ok(Action::Tag(TagAction { contacts, ..tag }))
        }
        Action::Segment(segment) => {
            if proposals::has_segment(&who.tenant, &segment.name).await? {
                return Err(AppError::conflict(
                    "There is a segment with this name by now. Edit the proposal to give it another one, or refuse it.",
                ));
            }
            if counted::count(&who.tenant, &segment.rule).await?.number == Some(0) {
                return Err(AppError::conflict("Nobody fits this rule any more. Refuse this proposal."));
            }
            Ok(Action::Segment(segment))
        }
        Action::Idea(idea) => Ok(Action::Idea(idea)),
    }
}

/// That its accounts and pictures are there and can be used.
pub(super) async fn usable(who: &Granted, post: &PostAction) -> Result<()> {
    if post.accounts.is_empty() {
        return Err(AppError::invalid("accounts", "Choose at least one account."));
    }
    let there = posts::accounts(who, &[]).await?;
    for id in &post.accounts {
        match there.iter().find(|account| account.id == *id) {
            Some(account) if account.state == ConnectionState::Active => {}
            Some(account) => {
                return Err(AppError::conflict(format!(
                    "{} {} must be connected again before anything can go there. Edit the proposal to leave it out.",
                    account.platform.name(),
                    account.handle
                )));
            }
            None => {
                return Err(AppError::conflict(
                    "An account of this proposal is no longer connected. Edit the proposal and choose others.",
                ));
            }
        }
    }
    let media = proposals::assets(&who.tenant, &post.media).await?;
    if media.len() < post.media.len() {
        return Err(AppError::conflict(
            "The picture of this proposal was deleted. Edit the proposal: the picture is left out then.",
        ));
    }
    Ok(())
}

/// Does what was approved. Safe to repeat.
async fn perform(who: &Granted, id: ProposalId, action: &Action) -> Result<()> {
    let tenant = &who.tenant;
    match action {
        Action::Post(post) => made(who, id, save(who, id, post).await.map(Some)).await,
        Action::Tag(tag) => {
            let left = proposals::without_tag(tenant, &tag.contacts, &tag.tag).await?;
            if !left.is_empty() {
                contacts::act(who, ContactAct::Tag, &left, &tag.tag, None).await?;
            }
            proposals::settle(tenant, id, "done", "", None).await
        }
        // It has the proposal's own id, so that it is made once.
        Action::Segment(segment) => {
            made(who, id, segments::make(who, SegmentId(id.0), &segment.name, &segment.rule).await.map(|()| None)).await
        }
        Action::Idea(idea) => made(who, id, keep(who, id, idea).await.map(Some)).await,
    }
}

/// Says what came of it: done, with the post that was made, or why it could not be. What broke is tried again by the clock.
async fn made(who: &Granted, id: ProposalId, done: Result<Option<PostId>>) -> Result<()> {
    match done {
        Ok(post) => proposals::settle(&who.tenant, id, "done", "", post).await,
        Err(error) if matches!(error.kind, ErrorKind::Bug | ErrorKind::Unavailable) => Err(error),
        Err(error) => {
            proposals::settle(&who.tenant, id, "failed", &error.message, None).await?;
            Err(error)
        }
    }
}

/// An idea as a draft that goes nowhere yet.
async fn keep(who: &Granted, id: ProposalId, idea: &IdeaAction) -> Result<PostId> {
    let input = SavePost {
        id: None,
        version: None,
        content: PostContent::of_text(idea.text.clone()),
        alts: vec![],
        targets: vec![],
        plan: Plan::Draft,
    };
    Ok(posts::save_as(who, input, Some(PostId(id.0))).await?.id)
}

async fn save(who: &Granted, id: ProposalId, post: &PostAction) -> Result<PostId> {
    let plan =
        if post.draft { Plan::Planned { local: post.at } } else { Plan::Schedule { local: post.at, second: false } };
    let input = SavePost {
        id: None,
        version: None,
        content: PostContent { media: post.media.clone(), ..PostContent::of_text(post.text.clone()) },
        alts: vec![],
        targets: post.accounts.iter().map(|account| Target::to(*account)).collect(),
        plan,
    };
    let saved = posts::save_as(who, input, Some(PostId(id.0))).await?;
    if !post.draft && saved.blocked() {
        // What stands against it belongs to the proposal; a draft that nobody asked for does not stay.
        posts::delete(who, saved.id).await?;
        let problems = saved.problems.into_iter().filter(|p| p.problem.severity == Severity::Error);
        return Err(AppError::conflict(words_of(problems).join(" ")));
    }
    Ok(saved.id)
}

async fn refuse(who: &Granted, id: ProposalId) -> Result<()> {
    let (row, _) = find(who, id).await?;
    if row.state == "refused"
        || proposals::turn(&who.tenant, id, ("proposed", "refused"), who.user, None, false).await?
    {
        return Ok(());
    }
    let (row, _) = find(who, id).await?;
    match is_decided(&row)? {
        true => Err(AppError::conflict("This proposal was approved meanwhile. Undo it instead.")),
        false => Err(AppError::conflict("Somebody has just changed this proposal. Look at it again.")),
    }
}

/// Takes back what an approval made, as long as nothing of it is out; takes back a refusal. False: that was done before.
async fn undo(who: &Granted, id: ProposalId) -> Result<bool> {
    let (row, action) = find(who, id).await?;
    match ProposalState::parse(&row.state) {
        ProposalState::Refused => {
            return proposals::turn(&who.tenant, id, ("refused", "proposed"), who.user, None, false).await;
        }
        // It waits again: a refusal was taken back.
        ProposalState::Undone | ProposalState::Proposed => return Ok(false),
        ProposalState::Done => {}
        ProposalState::Approved | ProposalState::Failed => {
            return Err(AppError::conflict("There is nothing to undo."));
        }
    }
    match action {
        Action::Post(_) | Action::Idea(_) => {
            if let Some(post) = row.post_id {
                match posts::detail(who, post).await {
                    Ok(detail) if detail.deleted => {}
                    Ok(detail) if !detail.editable => {
                        return Err(AppError::conflict(
                            "This post is being published or is out already. Open it to see what can be taken back.",
                        ));
                    }
                    Ok(_) => gone_is_fine(posts::delete(who, post).await)?,
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Action::Segment(_) => match proposals::segment(&who.tenant, id).await? {
            Some((_, true)) | None => {}
            Some((true, false)) => {
                return Err(AppError::conflict(
                    "Somebody has changed this segment since. Delete it under Contacts → Segments if it is not needed.",
                ));
            }
            Some((false, false)) => gone_is_fine(segments::delete(who, SegmentId(id.0), false).await)?,
        },
        Action::Tag(tag) => match contacts::act(who, ContactAct::Untag, &tag.contacts, &tag.tag, None).await {
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        },
    }
    proposals::turn(&who.tenant, id, ("done", "undone"), who.user, None, false).await
}

/// What somebody else took back in the same moment is gone, as it should be.
fn gone_is_fine(done: Result<()>) -> Result<()> {
    match done {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Finishes approvals whose doing was cut off, with the rights of whoever approved.
pub async fn finish_cut_off(app: &App) -> Result<()> {
    for (company, id, by) in proposals::cut_off(&app.db).await? {
        let tenant = app.tenant(company);
        let who = rights(app, &tenant, by).await?;
        let row = proposals::find(&tenant, id).await?.filter(|row| row.state == "approved");
        let Some(action) = row.and_then(|row| serde_json::from_value::<Action>(row.action).ok()) else { continue };
        match who.filter(|who| who.role.may(needs(&action))) {
            None => {
                let why = "Whoever approved this may not do it any more.";
                proposals::settle(&tenant, id, "failed", why, None).await?;
            }
            Some(who) => {
                if let Err(error) = perform(&who, id, &action).await {
                    tracing::warn!(%id, %error, "an approved proposal could not be finished");
                }
            }
        }
    }
    Ok(())
}
