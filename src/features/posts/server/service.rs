//! Rules of single posts beside saving (`save`): read, move, take back, delete, restore, duplicate.

pub use super::save::{save, save_as};

use super::names;
use super::parts;
use super::plan;
use super::save::clean;
use super::store::{self, PostRow};
use super::timing;
use crate::connectors::registry;
use crate::domain::connection::ConnectionSummary;
use crate::domain::delivery::{DeliveryCard, DeliveryState, Part, Removed};
use crate::domain::error::{AppError, Result, Severity};
use crate::domain::ids::{AssetId, CompanyId, ConnectionId, PostId};
use crate::domain::moment::LocalTime;
use crate::domain::moment::When;
use crate::domain::post::{Plan, PostContent, SavePost, TargetProblem, TimeCheck, check};
use crate::features::deliveries::server::removal;
use crate::features::deliveries::server::service as publishing;
use crate::features::deliveries::server::targets::{self, DeliveryRow};
use crate::features::media::model::AssetCard;
use crate::features::media::server::service as media;
use crate::features::posts::model::{PostDetail, Saved, overall};
use crate::features::preflight::server as checks;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::work;
use crate::infra::zone::{self, local};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashSet;

/// One post with everything that belongs to it; also one in the bin, marked so.
pub async fn detail(who: &Granted, id: PostId) -> Result<PostDetail> {
    let company = who.company;
    let mut tx = who.tenant.db.begin().await?;
    let row = store::find(&mut tx, company, id).await?.ok_or_else(not_found)?;
    let zone_name = store::zone(&mut tx, company).await?;
    let deliveries = targets::of_post(&mut tx, company, id).await?;
    let media = media::of_post(&mut tx, company, id).await?;
    let parts = parts::load(&mut tx, company, id).await?;
    let targets: Vec<_> = deliveries.iter().filter_map(DeliveryRow::target).collect();
    let chosen: HashSet<_> = targets.iter().map(|t| t.connection).collect();
    let ids: Vec<_> = chosen.iter().copied().collect();
    let accounts: Vec<_> =
        store::accounts(&mut tx, company, &ids).await?.into_iter().filter(|a| chosen.contains(&a.id)).collect();
    let campaign = store::campaign(&mut tx, company, id).await?;
    tx.commit().await?;
    let when = |at| when(&zone_name, at);
    let mut cards: Vec<_> = deliveries.iter().cloned().filter_map(|d| card(d, &zone_name)).collect();
    cards.iter_mut().for_each(|card| show_account(&who.app, card));
    if !row.deleted {
        add_notes(&who.tenant, &mut cards.iter_mut().collect::<Vec<_>>()).await?;
    }
    let names = names::of(&who.tenant, &targets, &accounts).await?;
    Ok(PostDetail {
        id,
        names,
        version: row.version,
        content: PostContent { link: row.link, media, parts, ..PostContent::of_text(row.text) },
        targets,
        accounts,
        state: overall(whose_turn(&deliveries).map(DeliveryRow::state)),
        due: row.due_at.map(when),
        editable: !row.deleted && deliveries.iter().all(|d| d.state().is_editable()),
        updated: when(row.updated_at),
        deleted: row.deleted,
        look_again_s: if row.deleted { None } else { look_again(&deliveries, Utc::now()) },
        comments: cards.iter().any(has_comments),
        campaign,
        deliveries: cards,
        role: who.role,
        zone: zone_name,
    })
}

/// It is out where comments can be read.
fn has_comments(card: &DeliveryCard) -> bool {
    let read = registry::find(card.platform).is_some_and(|connector| connector.converse.is_some());
    read && card.state == DeliveryState::Live && card.part.is_none()
}

/// Adds to what has stopped what a person should know before sending it now.
pub(super) async fn add_notes(tenant: &Tenant, cards: &mut [&mut DeliveryCard]) -> Result<()> {
    let stopped = |d: &DeliveryCard| d.part.is_none() && d.state.can_be_sent_now();
    let ids: Vec<_> = cards.iter().filter(|d| stopped(d)).map(|d| d.id).collect();
    let mut notes = checks::before_sending(tenant, &ids).await?;
    for card in cards {
        card.notes = notes.remove(&card.id).unwrap_or_default();
    }
    Ok(())
}

/// Leaves of an account's address what this person can reach, and only where somebody has to look.
pub(super) fn show_account(app: &App, card: &mut DeliveryCard) {
    card.profile_url = match card.state {
        DeliveryState::Unconfirmed => publishing::account_page(app, card.platform, card.profile_url.as_deref()),
        _ => None,
    };
}

/// The accounts that a post can go to; `also`: those that it goes to already, whatever became of them.
pub async fn accounts(who: &Granted, also: &[ConnectionId]) -> Result<Vec<ConnectionSummary>> {
    let mut connection = who.tenant.db.acquire().await?;
    store::accounts(&mut connection, who.company, also).await
}

/// The zone of the caller's company.
/// Whether the company has written anything yet.
pub async fn any(tenant: &Tenant) -> Result<bool> {
    store::any(tenant).await
}

pub async fn zone_name(who: &Granted) -> Result<String> {
    let mut connection = who.tenant.db.acquire().await?;
    store::zone(&mut connection, who.company).await
}

/// What a wall-clock time means in the company's zone.
pub async fn check_time(who: &Granted, time: Option<LocalTime>) -> Result<TimeCheck> {
    Ok(timing::check(&zone_name(who).await?, time, Utc::now()))
}

/// When a plan would send a post; `None` while it promises nothing or its time cannot be.
pub fn due_of(plan: Plan, zone_name: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match plan {
        Plan::Draft => None,
        Plan::Planned { local } => timing::due(zone_name, local, false, now).ok().map(|due| due.at),
        Plan::Schedule { local, second } => timing::due(zone_name, local, second, now).ok().map(|due| due.at),
        Plan::Now | Plan::NowIfClear => Some(now),
    }
}

/// What to know before what is being written is planned for its time: repeats, quotas, clashes. Nothing while its time
/// cannot be.
pub async fn guard(who: &Granted, input: SavePost) -> Result<Vec<TargetProblem>> {
    let input = clean(input)?;
    let now = Utc::now();
    let zone_name = zone_name(who).await?;
    let Some(due) = due_of(input.plan, &zone_name, now) else { return Ok(vec![]) };
    let mut db = who.tenant.db.acquire().await?;
    let content = (&input.content, input.targets.as_slice());
    checks::guard(&mut db, who.company, input.id.unwrap_or(PostId::nil()), content, due, now, &zone_name).await
}

/// Moves a post to another time. A draft stays a draft with a new plan; a scheduled post must still be publishable.
pub async fn reschedule(who: &Granted, id: PostId, time: LocalTime, second: bool) -> Result<Saved> {
    let (company, now) = (who.company, Utc::now());
    let mut tx = who.tenant.db.begin().await?;
    let (row, deliveries) = open(&mut tx, company, id).await?;
    editable_or_conflict(&deliveries)?;
    let zone_name = store::zone(&mut tx, company).await?;
    let due = timing::due(&zone_name, time, second, now)?;
    let mut notes: Vec<TargetProblem> = vec![];
    notes.extend(due.note.map(|problem| TargetProblem { connection: None, problem }));
    store::set_time(&mut tx, company, id, zone::naive(due.local), &zone_name, due.at).await?;
    if row.is_scheduled() {
        let problems = problems(&mut tx, company, id, &row, &deliveries).await?;
        let errors: Vec<_> =
            problems.iter().filter(|p| p.problem.severity == Severity::Error).map(|p| p.problem.clone()).collect();
        if !errors.is_empty() {
            return Err(AppError::problems(errors));
        }
        notes.extend(problems);
        plan::unplan(&mut tx, company, id).await?;
        plan::plan(&mut tx, company, id, due.at).await?;
        store::set_state(&mut tx, company, id, "scheduled").await?;
        let content = content(&mut tx, company, id, &row).await?;
        let assets = content.media.iter().map(|a| a.facts.asset).collect();
        let targets: Vec<_> = deliveries.iter().filter_map(DeliveryRow::target).collect();
        let content = (&content.with_media(assets), targets.as_slice());
        notes.extend(checks::guard(&mut tx, company, id, content, due.at, now, &zone_name).await?);
    }
    let version = store::touch(&mut tx, company, id, who.user).await?;
    let saved = saved(&mut tx, company, id, version, &zone_name, notes).await?;
    tx.commit().await?;
    checks::after_planning(&who.app, &who.tenant, id).await;
    Ok(saved)
}

/// Takes a scheduled post back to draft; its time stays as a plan.
pub async fn unschedule(who: &Granted, id: PostId) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    let (row, deliveries) = open(&mut tx, who.company, id).await?;
    editable_or_conflict(&deliveries)?;
    if row.is_scheduled() {
        plan::unplan(&mut tx, who.company, id).await?;
        store::set_state(&mut tx, who.company, id, "draft").await?;
        store::touch(&mut tx, who.company, id, who.user).await?;
    }
    tx.commit().await?;
    checks::after_leaving(&who.tenant, &accounts_of(&deliveries)).await;
    Ok(())
}

/// Puts a post in the bin. What is published stays at the platforms; what is scheduled is taken back first, and what is
/// being made ready is stopped.
pub async fn delete(who: &Granted, id: PostId) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    let (row, deliveries) = open(&mut tx, who.company, id).await?;
    if deliveries.iter().any(|d| cannot_be_stopped(d.state())) {
        return Err(AppError::conflict(
            "This post is being published right now. Wait until that is finished, then delete it.",
        ));
    }
    publishing::stop_preparing(&mut tx, who.company, id).await?;
    if row.is_scheduled() && deliveries.iter().any(|d| d.state() == DeliveryState::Queued) {
        plan::unplan(&mut tx, who.company, id).await?;
    }
    // What was being prepared is cancelled by now.
    if deliveries.iter().all(|d| d.state().is_editable() || d.state().is_being_prepared()) {
        store::set_state(&mut tx, who.company, id, "draft").await?;
    }
    store::set_deleted(&mut tx, who.company, id, true).await?;
    store::touch(&mut tx, who.company, id, who.user).await?;
    tx.commit().await?;
    checks::after_leaving(&who.tenant, &accounts_of(&deliveries)).await;
    Ok(())
}

/// Takes a post out of the bin. What was scheduled comes back as a draft with its time as a plan.
pub async fn restore(who: &Granted, id: PostId) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    let row = store::lock(&mut tx, who.company, id).await?.ok_or_else(not_found)?;
    if row.deleted {
        store::set_deleted(&mut tx, who.company, id, false).await?;
        store::touch(&mut tx, who.company, id, who.user).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A new draft with the same content. `rest`: only for the accounts where the post is not out.
pub async fn duplicate(who: &Granted, id: PostId, rest: bool) -> Result<PostId> {
    let company = who.company;
    let mut tx = who.tenant.db.begin().await?;
    let (row, deliveries) = open(&mut tx, company, id).await?;
    let wanted = |d: &&DeliveryRow| {
        d.is_main() && if rest { d.state().is_editable() } else { d.state() != DeliveryState::Cancelled }
    };
    let copy = PostId::new();
    store::insert(&mut tx, company, copy, who.user).await?;
    store::write(&mut tx, company, copy, who.user, &row.text, row.link.as_deref()).await?;
    // A file that was deleted from the library is not put into a new post: it could not be saved with it again.
    let shown = media::of_post(&mut tx, company, id).await?;
    let ids: Vec<_> = shown.iter().map(|a| a.facts.asset).collect();
    let there = media::existing(&mut tx, company, &ids).await?;
    let is_there = |id: AssetId| there.iter().any(|a| a.facts.asset == id);
    let media = shown.into_iter().filter(|a| is_there(a.facts.asset));
    let media: Vec<_> = media.map(|a| (a.facts.asset, a.facts.alt)).collect();
    store::set_media(&mut tx, company, copy, &media).await?;
    let usable = store::accounts(&mut tx, company, &[]).await?;
    let targets: Vec<_> = deliveries
        .iter()
        .filter(wanted)
        .filter(|d| usable.iter().any(|u| u.id == d.connection_id))
        .filter_map(|d| Some((d.content_target(), d.platform.parse().ok()?)))
        .collect();
    let parts = parts::load(&mut tx, company, id).await?;
    parts::keep(&mut tx, company, copy, &parts).await?;
    targets::set_targets(&mut tx, company, copy, &targets, &parts, "").await?;
    tx.commit().await?;
    Ok(copy)
}

/// The input without pictures and accounts that the company does not have (any more).
pub async fn only_existing(who: &Granted, input: SavePost) -> Result<SavePost> {
    let mut tx = who.tenant.db.acquire().await?;
    let media = media::existing(&mut tx, who.company, &input.content.media).await?;
    let ids: Vec<_> = input.targets.iter().map(|t| t.connection).collect();
    let accounts = store::accounts(&mut tx, who.company, &ids).await?;
    let media: HashSet<_> = media.iter().map(|m| m.facts.asset).collect();
    let accounts: HashSet<_> = accounts.iter().map(|a| a.id).collect();
    let kept = input.content.media.iter().copied().filter(|id| media.contains(id)).collect();
    Ok(SavePost {
        content: input.content.with_media(kept),
        targets: input.targets.into_iter().filter(|t| accounts.contains(&t.connection)).collect(),
        ..input
    })
}

/// Locks a post and its deliveries; one in the bin is not found.
pub(super) async fn open(tx: &mut PgConnection, company: CompanyId, id: PostId) -> Result<(PostRow, Vec<DeliveryRow>)> {
    let row = store::lock(tx, company, id).await?.filter(|row| !row.deleted).ok_or_else(not_found)?;
    Ok((row, targets::lock_with_accounts(tx, company, id).await?))
}

pub(super) fn editable_or_conflict(deliveries: &[DeliveryRow]) -> Result<()> {
    if deliveries.iter().all(|d| d.state().is_editable()) {
        return Ok(());
    }
    Err(AppError::conflict(
        "This post is already out or on its way, so it cannot be changed. Your text is still here; duplicate the \
         post to publish a new version.",
    ))
}

/// The answer to a change, with the deliveries' state as it now is.
pub(super) async fn saved(
    tx: &mut PgConnection,
    company: CompanyId,
    id: PostId,
    version: i32,
    zone_name: &str,
    problems: Vec<TargetProblem>,
) -> Result<Saved> {
    let row = store::find(tx, company, id).await?.ok_or_else(not_found)?;
    let deliveries = targets::of_post(tx, company, id).await?;
    let state = overall(whose_turn(&deliveries).map(DeliveryRow::state));
    Ok(Saved { id, version, state, due: row.due_at.map(|at| when(zone_name, at)), problems, asks: vec![] })
}

async fn problems(
    tx: &mut PgConnection,
    company: CompanyId,
    id: PostId,
    row: &PostRow,
    deliveries: &[DeliveryRow],
) -> Result<Vec<TargetProblem>> {
    let content = content(tx, company, id, row).await?;
    let ids: Vec<_> = deliveries.iter().map(|d| d.connection_id).collect();
    let accounts = store::accounts(tx, company, &ids).await?;
    let targets: Vec<_> = deliveries
        .iter()
        .filter_map(DeliveryRow::target)
        .filter_map(|t| accounts.iter().find(|a| a.id == t.connection).cloned().map(|a| (t, a)))
        .collect();
    work::off_thread(company, move || check::problems(&content, &targets)).await
}

/// What a post says and shows.
async fn content(
    tx: &mut PgConnection,
    company: CompanyId,
    id: PostId,
    row: &PostRow,
) -> Result<PostContent<AssetCard>> {
    let media = media::of_post(tx, company, id).await?;
    let parts = parts::load(tx, company, id).await?;
    Ok(PostContent { link: row.link.clone(), media, parts, ..PostContent::of_text(row.text.clone()) })
}

fn accounts_of(deliveries: &[DeliveryRow]) -> Vec<ConnectionId> {
    deliveries.iter().map(|d| d.connection_id).collect()
}

fn not_found() -> AppError {
    AppError::not_found("post")
}

/// Something is happening.
fn under_way(state: DeliveryState) -> bool {
    state.is_being_prepared() || cannot_be_stopped(state)
}

/// The irreversible call is made, or its outcome open.
fn cannot_be_stopped(state: DeliveryState) -> bool {
    matches!(state, DeliveryState::Armed | DeliveryState::Processing)
}

/// When the page should look again: soon while something moves, at the due time while something waits for it.
fn look_again(deliveries: &[DeliveryRow], now: DateTime<Utc>) -> Option<u32> {
    if deliveries.iter().any(|d| under_way(d.state())) {
        return Some(3);
    }
    let queued = whose_turn(deliveries).filter(|d| d.state() == DeliveryState::Queued);
    let next = queued.filter_map(|d| d.due_at).min()?;
    let seconds = (next - now).num_seconds() + 1;
    (seconds < 6 * 3600).then(|| seconds.max(3) as u32)
}

fn when(zone_name: &str, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: local(zone::of(zone_name), at) }
}

/// The deliveries that count for the post as a whole: a part that waits for another one, or is held because of it, says
/// nothing that the other one does not.
fn whose_turn(deliveries: &[DeliveryRow]) -> impl Iterator<Item = &DeliveryRow> {
    let live = |id| deliveries.iter().any(|d| d.id == id && d.state() == DeliveryState::Live);
    deliveries.iter().filter(move |d| d.after_id.is_none_or(live))
}

fn card(row: DeliveryRow, zone_name: &str) -> Option<DeliveryCard> {
    let part = Part::of(&row.kind, row.part, row.text.as_deref());
    let platform = row.platform.parse().ok()?;
    let (is_live, removed_by) = (row.state() == DeliveryState::Live, row.removed_by.clone());
    Some(DeliveryCard {
        can_remove: is_live && row.removed_at.is_none() && removal::is_offered(platform, &row.kind),
        removed: row.removed_at.map(|at| Removed { at: when(zone_name, at), by: removed_by }),
        part,
        id: row.id,
        connection: row.connection_id,
        platform,
        state: row.state(),
        due: row.due_at.map(|at| when(zone_name, at)),
        live_at: row.live_at.map(|at| when(zone_name, at)),
        handle: row.handle,
        remote_url: row.remote_url,
        profile_url: row.profile_url,
        fault: row.fault_message.filter(|m| !m.is_empty()),
        fault_kind: row.fault_kind,
        notes: vec![],
    })
}
