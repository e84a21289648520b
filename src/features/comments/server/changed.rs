//! What follows when an account was connected again: its comments are read at once.

use super::store;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::infra::state::App;
use futures::future::BoxFuture;

/// For the job of [`crate::features::connections::server::changed`]. Running it twice changes nothing more.
pub fn follow(app: App, company: CompanyId, connection: ConnectionId) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move { store::watches::again(&app.tenant(company), Some(connection)).await })
}
