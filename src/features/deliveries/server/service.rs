//! What people and other rooms may ask of deliveries. Callers have authorised; another company's id is not found.
//!
//! A delivery that is `queued` (or further, up to a result) always has a job: state and job change in one transaction.
//! Rooms that edit a post's text, media or targets must first lock its deliveries (`for update`) and refuse unless all of
//! them are editable (`DeliveryState::is_editable`): the driver reads the content only after it has left `queued`.
//!
//! Further parts of a post (threads, first comments) are deliveries too and are planned and taken back with it; what one
//! of them means for the others is in `parts`.

use super::deliver::{self, Deliver};
use super::machine::{Event, next};
use super::parts;
pub use super::store::Failing;
use super::store::{self, ByPerson, Change, Locked};
use crate::domain::delivery::{DeliveryEvent, DeliveryState};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId, PostId};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;
use crate::infra::queue::{self, JobOptions};
use crate::infra::state::App;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

/// The key of the job that drives a delivery.
pub fn job_key(delivery: DeliveryId) -> String {
    format!("deliver:{delivery}")
}

/// The job that drives a delivery from that time on. One account is served one post at a time.
pub fn job_of(
    company: CompanyId,
    delivery: DeliveryId,
    connection: ConnectionId,
    run_at: DateTime<Utc>,
) -> (deliver::Payload, JobOptions) {
    let options = JobOptions {
        company: Some(company),
        run_at,
        job_key: Some(job_key(delivery)),
        queue_key: Some(format!("connection:{connection}")),
    };
    (deliver::Payload { delivery }, options)
}

/// Makes sure that a job drives this delivery at that time.
pub(super) async fn drive(
    db: &mut PgConnection,
    company: CompanyId,
    delivery: DeliveryId,
    connection: ConnectionId,
    run_at: DateTime<Utc>,
) -> Result<()> {
    let (payload, options) = job_of(company, delivery, connection, run_at);
    queue::enqueue::<Deliver>(db, &payload, options).await?;
    Ok(())
}

/// Plans every delivery of the post that may still be planned for this instant; what is under way, published or cancelled
/// stays as it is. Returns how many were planned.
pub async fn schedule_post(
    db: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    due_at: DateTime<Utc>,
) -> Result<usize> {
    let mut planned = 0;
    for row in store::lock_of_post(db, company, post).await? {
        let Ok(to) = next(row.state, Event::Schedule) else { continue };
        let note = if row.state == DeliveryState::Queued { "Moved to another time." } else { "Scheduled." };
        let change = ByPerson { due_at: Change::Set(due_at), ..Default::default() };
        store::move_by_person(db, company, &row, to, &change, note).await?;
        drive(db, company, row.id, row.connection, due_at).await?;
        planned += 1;
    }
    Ok(planned)
}

/// Makes a draft of every delivery of the post that has not begun, and takes their jobs back. Returns how many.
pub async fn unschedule_post(db: &mut PgConnection, company: CompanyId, post: PostId) -> Result<usize> {
    let mut taken_back = 0;
    for row in store::lock_of_post(db, company, post).await? {
        let Ok(to) = next(row.state, Event::Unschedule) else { continue };
        if row.state == DeliveryState::Draft {
            continue;
        }
        let change = ByPerson { due_at: Change::Clear, ..Default::default() };
        store::move_by_person(db, company, &row, to, &change, "Made a draft again.").await?;
        queue::cancel(db, &job_key(row.id)).await?;
        taken_back += 1;
    }
    Ok(taken_back)
}

/// Stops a delivery for good, as long as nothing irreversible has begun; and with it what would follow it.
pub async fn cancel_delivery(tenant: &Tenant, id: DeliveryId) -> Result<()> {
    let mut tx = tenant.db.begin().await?;
    let row = store::lock(&mut tx, tenant.company, id).await?;
    let note = if row.state == DeliveryState::ByHand { "Somebody said: not posted." } else { "Cancelled." };
    cancel(&mut tx, tenant.company, &row, note).await?;
    Ok(tx.commit().await?)
}

/// Stops what is being made ready of a post that somebody deletes. Callers have made sure, with these rows locked, that
/// nothing is armed; what is queued, has stopped or is out stays as it is.
pub async fn stop_preparing(db: &mut PgConnection, company: CompanyId, post: PostId) -> Result<()> {
    for row in store::lock_of_post(db, company, post).await? {
        // What would follow has not begun before this is live, so no row of this list is cancelled twice.
        if row.state.is_being_prepared() {
            cancel(db, company, &row, "The post was deleted.").await?;
        }
    }
    Ok(())
}

/// Cancels a locked delivery, and with it what would follow it.
async fn cancel(db: &mut PgConnection, company: CompanyId, row: &Locked, note: &str) -> Result<()> {
    let to = next(row.state, Event::Cancel).map_err(|_| too_late(row, "cancelled"))?;
    store::move_by_person(db, company, row, to, &ByPerson::default(), note).await?;
    queue::cancel(db, &job_key(row.id)).await?;
    parts::cancel_followers(db, company, row.id).await
}

/// Where a person looks for what an account has published: its own page, or the stand-in's while the sandbox is on.
pub fn account_page(app: &App, platform: Platform, profile: Option<&str>) -> Option<String> {
    let address = profile.or(platform.publishing().and_then(|p| p.profile_page))?;
    let there = if app.settings.sandbox { app.outbound.resolve(platform, address).ok() } else { None };
    Some(there.map_or_else(|| address.to_owned(), String::from))
}

/// Sends a delivery now that had stopped (failed, on hold, needs editing or reconnecting).
pub async fn retry_delivery(tenant: &Tenant, id: DeliveryId) -> Result<()> {
    send_now(tenant, id, Event::Retry, "Tried again by hand.").await
}

/// "It is not there: send again", for a delivery whose outcome we could not find out.
pub async fn send_again(tenant: &Tenant, id: DeliveryId) -> Result<()> {
    send_now(tenant, id, Event::SendAgain, "Somebody checked: it is not there. Sending again.").await
}

async fn send_now(tenant: &Tenant, id: DeliveryId, event: Event, note: &str) -> Result<()> {
    let mut tx = tenant.db.begin().await?;
    go_again(&mut tx, tenant.company, id, event, true, note).await?;
    Ok(tx.commit().await?)
}

/// Plans a delivery for this moment, and what waits for it. `same`: with the content that it had.
pub(super) async fn go_again(
    db: &mut PgConnection,
    company: CompanyId,
    id: DeliveryId,
    event: Event,
    same: bool,
    note: &str,
) -> Result<()> {
    let row = store::lock(db, company, id).await?;
    let to = next(row.state, event).map_err(|_| too_late(&row, "sent again"))?;
    parts::may_go_now(db, company, id).await?;
    let now = database_time(db).await?;
    let change = ByPerson { due_at: Change::Set(now), same_content: same, ..Default::default() };
    store::move_by_person(db, company, &row, to, &change, note).await?;
    drive(db, company, id, row.connection, now).await?;
    parts::resume_followers(db, company, id, now).await
}

/// After a reconnect or a pause: what waited for this account goes on (or, when it is too late for it, is held and asked about).
/// Nothing happens while the account cannot be used. Returns how many.
pub async fn resume_for(db: &mut PgConnection, company: CompanyId, connection: ConnectionId) -> Result<usize> {
    let rows = store::lock_waiting_for(db, company, connection).await?;
    let now = database_time(db).await?;
    for row in &rows {
        let to = next(row.state, Event::Reconnected).map_err(|_| too_late(row, "resumed"))?;
        let change = ByPerson { same_content: true, ..Default::default() };
        store::move_by_person(db, company, row, to, &change, "The account was reconnected.").await?;
        let at = row.due_at.unwrap_or(now).max(now);
        drive(db, company, row.id, row.connection, at).await?;
        parts::resume_followers(db, company, row.id, at).await?;
    }
    let paused = store::waiting_for_pause(db, company, connection).await?;
    for id in &paused {
        drive(db, company, *id, connection, now).await?;
    }
    Ok(rows.len() + paused.len())
}

/// Accounts for which at least two posts fail for the moment again and again, of all companies; bounded.
pub async fn failing(db: &PgPool) -> Result<Vec<Failing>> {
    store::failing(db).await
}

/// The same of one account, and how many posts have not gone out because of faults or a pause.
pub async fn faults_of(db: &PgPool, company: CompanyId, connection: ConnectionId) -> Result<(i64, i64)> {
    store::faults_of(db, company, connection).await
}

/// How many deliveries of the company wait for a person.
pub async fn waiting_for_people(tenant: &Tenant) -> Result<i64> {
    store::waiting_for_people(tenant).await
}

/// What happened to a delivery, oldest first.
pub async fn history(tenant: &Tenant, id: DeliveryId) -> Result<Vec<DeliveryEvent>> {
    if !store::exists(tenant, id).await? {
        return Err(AppError::not_found("delivery"));
    }
    store::history(tenant, id).await
}

/// Workers go by the database's clock; "now" must not be in their future.
pub(super) async fn database_time(db: &mut PgConnection) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(db).await?)
}

pub(super) fn too_late(row: &Locked, what: &str) -> AppError {
    AppError::conflict(match row.state {
        DeliveryState::Live => format!("This is already published, so it cannot be {what}."),
        DeliveryState::Cancelled => format!("This was cancelled, so it cannot be {what}."),
        DeliveryState::Unconfirmed => {
            format!("Please say first whether this is published; until then it cannot be {what}.")
        }
        DeliveryState::ByHand => format!("Please say first whether this is posted; until then it cannot be {what}."),
        DeliveryState::Draft | DeliveryState::Queued => format!("This has not been sent yet, so it cannot be {what}."),
        _ => format!("This is being published right now, so it cannot be {what}. Look again in a minute."),
    })
}
