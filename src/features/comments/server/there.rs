//! What is done at the platform while a person waits: hiding a comment, taking an answer back. Both may be repeated.

use super::store;
use crate::connectors::{Call, Converse, Fault, Wire, registry};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CommentId, CompanyId, ConnectionId};
use crate::domain::platform::Platform;
use crate::features::connections::server::service::{self as connections, Authorised};
use crate::infra::detached::detached;
use crate::infra::session::Granted;
use crate::infra::state::App;
use std::time::Duration;

/// The longest that a person waits for the platform.
const PATIENCE: Duration = Duration::from_secs(20);

/// An account that can be used right now.
pub struct Account {
    auth: Authorised,
    pub wire: Wire,
}

impl Account {
    /// With a token that is good for some minutes.
    pub async fn open(app: &App, company: CompanyId, connection: ConnectionId) -> Result<Self, Fault> {
        let auth = connections::call_context(app, company, connection).await?;
        let wire = Wire::new(app.outbound.clone()).on_behalf_of(company);
        let wire = wire.counted_for(auth.platform, &auth.keys, &auth.remote_id);
        Ok(Self { auth, wire })
    }

    pub fn call(&self) -> Call<'_> {
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

/// What can be done with comments there.
pub fn converse(platform: Platform) -> Option<&'static dyn Converse> {
    registry::find(platform)?.converse
}

/// The fault as a sentence for a person who reads comments.
pub fn said(fault: &Fault, platform: Platform) -> String {
    let name = platform.name();
    let words: String = fault.to_string().chars().take(300).collect();
    let words = words.trim().trim_end_matches('.');
    match fault {
        Fault::Transient { .. } | Fault::UnknownOutcome { .. } => {
            format!("{name} could not be reached: {words}. Try again in a minute.")
        }
        Fault::RateLimited { .. } => format!("{name} asks us to wait: {words}. Try again later."),
        Fault::AuthExpired { .. } => format!("{name} signed us out. Connect the account again."),
        Fault::PermissionMissing { .. } | Fault::NotAllowed { .. } => {
            format!("{name}: {words}. Connect the account again and allow comments.")
        }
        Fault::Disconnected { .. } => format!("{name} has closed our access: {words}. Connect the account again."),
        Fault::NotConfigured { .. } | Fault::NoMedia { .. } => format!("{words}."),
        Fault::InvalidContent { .. } | Fault::Duplicate { .. } => format!("{words}."),
        Fault::PreparationLost { .. } | Fault::Unsupported { .. } | Fault::Permanent { .. } => {
            format!("{name} refused: {words}.")
        }
    }
}

enum Change {
    Hide(bool),
    Remove,
}

/// Hides a comment, or shows it again. Whoever hides one has read it.
pub async fn hide(who: Granted, id: CommentId, hidden: bool) -> Result<()> {
    to_the_end(Box::pin(async move { hide_there(&who, id, hidden).await })).await
}

async fn hide_there(who: &Granted, id: CommentId, hidden: bool) -> Result<()> {
    let place = store::place(&who.tenant, id).await?;
    if place.ours {
        return Err(AppError::conflict("Replies of your own account cannot be hidden. Delete it instead."));
    }
    if place.is_gone() {
        return Err(AppError::conflict("This comment is not there any more."));
    }
    change(who, &place, Change::Hide(hidden)).await?;
    store::set_hidden(&who.tenant, id, hidden).await
}

/// Takes an answer of the account itself back. One that is gone already counts as taken back.
pub async fn remove(who: Granted, id: CommentId) -> Result<()> {
    to_the_end(Box::pin(async move { remove_there(&who, id).await })).await
}

/// Goes on when the caller has gone, so that what was done at the platform is known here.
async fn to_the_end(work: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
    detached(work).await.unwrap_or_else(|| Err(AppError::bug(None)))
}

async fn remove_there(who: &Granted, id: CommentId) -> Result<()> {
    let place = store::place(&who.tenant, id).await?;
    if !place.ours {
        return Err(AppError::conflict("Only replies of your own account can be deleted. You can hide this comment."));
    }
    if !place.is_gone() {
        change(who, &place, Change::Remove).await?;
    }
    store::set_removed(&who.tenant, id).await
}

async fn change(who: &Granted, place: &store::Place, change: Change) -> Result<()> {
    let name = place.platform.name();
    let offered = |converse: &&dyn Converse| match change {
        Change::Hide(_) => converse.hides(),
        Change::Remove => converse.removes(),
    };
    let Some(converse) = converse(place.platform).filter(offered) else {
        return Err(AppError::conflict(format!("This can only be done on {name} itself.")));
    };
    let mut refreshed = false;
    loop {
        let done = async {
            let account = Account::open(&who.app, who.company, place.connection).await?;
            match change {
                Change::Hide(hidden) => converse.hide(&account.call(), &place.remote_id, hidden).await,
                Change::Remove => converse.remove(&account.call(), &place.remote_id).await,
            }
        };
        let done = tokio::time::timeout(PATIENCE, done).await.unwrap_or_else(|_| Err(Fault::transient("no answer")));
        match done {
            Ok(()) => return Ok(()),
            Err(Fault::AuthExpired { .. }) if !refreshed => {
                refreshed = true;
                let fresh = connections::refresh_refused(&who.app, who.company, place.connection).await;
                fresh.map_err(|fault| AppError::conflict(said(&fault, place.platform)))?;
            }
            Err(fault @ (Fault::Transient { .. } | Fault::RateLimited { .. })) => {
                return Err(AppError::unavailable(said(&fault, place.platform)));
            }
            Err(fault) => return Err(AppError::conflict(said(&fault, place.platform))),
        }
    }
}
