//! Renewing sign-ins because somebody asked for it: one account, or all of a company.

use super::service::{cards, refresh_now};
use super::store;
use crate::connectors::Fault;
use crate::domain::connection::ConnectionState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ConnectionId;
use crate::domain::platform::Platform;
use crate::features::connections::model::{ConnectionCard, RenewalResult};
use crate::infra::http::throttle;
use crate::infra::session::Granted;
use chrono::{TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt};

/// A grant that was got within this time is not renewed again: two people (or a person and a job) who press the button
/// together want one new token, and needless rotation is how refresh tokens get lost.
const RECENT: TimeDelta = TimeDelta::minutes(1);

/// How many accounts are asked about at once.
const AT_ONCE: usize = 4;

/// What came of it, with the account as it is now.
pub struct Refreshed {
    pub card: ConnectionCard,
    pub result: RenewalResult,
    /// One sentence for a person.
    pub message: String,
}

/// Renews one account. Not found: it is none of this company's. Conflict: it is disconnected.
/// That the platform refused or did not answer is a result, not an error.
pub async fn refresh_one(who: &Granted, id: ConnectionId) -> Result<Refreshed> {
    allow(who)?;
    let state = {
        let mut db = who.app.db.acquire().await?;
        store::held(&mut db, who.company, id).await?.ok_or_else(gone)?.state
    };
    if state == ConnectionState::Disconnected.id() {
        return Err(AppError::conflict("This account is disconnected. Connect it again."));
    }
    let fault = renew(who, id).await?;
    let card = cards(&who.tenant).await?.into_iter().find(|card| card.id == id).ok_or_else(gone)?;
    Ok(refreshed(card, fault))
}

/// Renews every account in use (of one platform, if it is named). One that fails keeps none of the others from it.
pub async fn refresh_all(who: &Granted, platform: Option<Platform>) -> Result<Vec<Refreshed>> {
    allow(who)?;
    let wanted = |card: &ConnectionCard| {
        card.state != ConnectionState::Disconnected && platform.is_none_or(|platform| card.platform == platform)
    };
    let ids: Vec<_> = cards(&who.tenant).await?.into_iter().filter(wanted).map(|card| card.id).collect();
    let faults: Vec<(ConnectionId, Option<Fault>)> = futures::stream::iter(ids)
        .map(|id| async move { Ok::<_, AppError>((id, renew(who, id).await?)) })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let result = |card: ConnectionCard| {
        let (_, fault) = faults.iter().find(|(id, _)| *id == card.id)?;
        Some(refreshed(card, fault.clone()))
    };
    Ok(cards(&who.tenant).await?.into_iter().filter_map(result).collect())
}

fn allow(who: &Granted) -> Result<()> {
    throttle::check(&who.app.throttles.connect, &who.user.to_string(), "renewals")
}

fn gone() -> AppError {
    AppError::not_found("account")
}

/// The fault is the result; the error would be ours.
async fn renew(who: &Granted, id: ConnectionId) -> Result<Option<Fault>> {
    let held = {
        let mut db = who.app.db.acquire().await?;
        store::held(&mut db, who.company, id).await?.ok_or_else(gone)?
    };
    let fresh = held.state == ConnectionState::Active.id() && Utc::now() - held.refreshed_at < RECENT;
    if fresh {
        return Ok(None);
    }
    Ok(refresh_now(&who.app, who.company, id).await.err())
}

fn refreshed(card: ConnectionCard, fault: Option<Fault>) -> Refreshed {
    let name = card.platform.name();
    let until = card.sign_in.access_ends.map(|end| format!("; the access lasts until {}", end.local.short()));
    let until = until.unwrap_or_default();
    let last = card.sign_in.last.as_ref().map(|last| last.result);
    let (result, message) = match fault {
        None if last == Some(RenewalResult::Renewed) => {
            (RenewalResult::Renewed, format!("The sign-in at {name} was renewed{until}."))
        }
        None => {
            (RenewalResult::Unchanged, format!("The sign-in at {name} is good, and there is nothing newer{until}."))
        }
        // The access that there is can be used on, and it is tried again.
        Some(fault) if card.state == ConnectionState::Active && last == Some(RenewalResult::Failed) => {
            (RenewalResult::Failed, fault.to_string())
        }
        Some(fault @ (Fault::AuthExpired { .. } | Fault::PermissionMissing { .. } | Fault::Disconnected { .. })) => {
            (RenewalResult::Reconnect, fault.to_string())
        }
        Some(fault) => (RenewalResult::Failed, fault.to_string()),
    };
    Refreshed { card, result, message }
}
