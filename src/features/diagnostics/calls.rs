//! Server functions of the diagnostics pages. What one sees depends on more than a permission (the server's own errors are for
//! its owner), so `server::service` decides.

use super::model::{Diagnostics, ErrorDetail, ErrorQuery, LogReport, Repair};
#[cfg(feature = "ssr")]
use super::server::{advice, repair, service};
use crate::domain::error::AppError;
use crate::domain::ids::{ErrorId, RepairId};
#[cfg(feature = "ssr")]
use crate::infra::http::{call, throttle};
use leptos::prelude::*;

/// The health of each part, and a part of the list of errors.
#[server]
pub async fn load_diagnostics(query: ErrorQuery) -> Result<Diagnostics, AppError> {
    call::signed_in(async |who| service::board(who, query).await).await
}

/// What the server's logs of the last hours hold.
#[server]
pub async fn load_logs(hours: u32) -> Result<LogReport, AppError> {
    call::signed_in(async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "logs")?;
        service::logs(who, hours).await
    })
    .await
}

/// One error, whole.
#[server]
pub async fn load_error(id: ErrorId) -> Result<ErrorDetail, AppError> {
    call::signed_in(async |who| service::detail(who, id).await).await
}

/// Marks an error as resolved, with a note of what was done.
#[server]
pub async fn resolve_error(id: ErrorId, #[server(default)] note: String) -> Result<(), AppError> {
    call::keeping([("note", &note)]).signed_in(async |who| service::resolve(who, id, &note).await).await
}

/// Opens a resolved one again.
#[server]
pub async fn reopen_error(id: ErrorId) -> Result<(), AppError> {
    call::signed_in(async |who| service::reopen(who, id).await).await
}

/// Looks at one open error, or at all that the caller may see, mends what it may and resolves what is proved to work again.
#[server]
pub async fn repair_errors(
    #[server(default)] error: Option<ErrorId>,
    #[server(default)] agreed: bool,
) -> Result<Vec<Repair>, AppError> {
    call::signed_in(async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "repairs")?;
        repair::start(who, repair::Wish { error, dry: false, agreed }).await
    })
    .await
}

/// Asks a language model about an open error. Its words are advice.
#[server]
pub async fn advise_error(error: ErrorId) -> Result<(), AppError> {
    call::signed_in(async |who| advice::ask(who, error).await).await
}

/// Takes back what a repair did.
#[server]
pub async fn undo_repair(receipt: RepairId) -> Result<(), AppError> {
    call::signed_in(async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "repairs")?;
        repair::undo(who, receipt).await
    })
    .await
}
