//! What follows when an account was connected, disconnected or must be reconnected: deliveries that waited for it go on,
//! and what is planned for it is checked again.

use super::store;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::features::deliveries::server::service as deliveries;
use crate::infra::state::App;
use futures::future::BoxFuture;

/// For the job of [`crate::features::connections::server::changed`]. Running it twice changes nothing more.
pub fn follow(app: App, company: CompanyId, connection: ConnectionId) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        let tenant = app.tenant(company);
        let mut tx = tenant.db.begin().await?;
        deliveries::resume_for(&mut tx, company, connection).await?;
        tx.commit().await?;
        store::again(&tenant, &[connection], false, &[]).await
    })
}
