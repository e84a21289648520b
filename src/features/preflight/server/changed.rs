//! What follows when an account was connected, disconnected or must be reconnected: deliveries that waited for it go on,
//! and what is planned for it is checked again.

use super::store;
use crate::domain::error::Result;
use crate::features::connections::server::changed::{ConnectionChanged, KIND};
use crate::features::deliveries::server::service as deliveries;
use crate::infra::queue::{Claim, Handler, Outcome};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

/// The handler of `connection_changed`. Running it twice changes nothing more.
pub struct ConnectionChangedHandler;

#[async_trait]
impl Handler for ConnectionChangedHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, claim: &Claim, payload: &Value) -> Outcome {
        let Ok(changed) = ConnectionChanged::deserialize(payload) else {
            return Outcome::Dead { why: "The job does not name a connection.".into() };
        };
        match follow(claim, &changed).await {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Retry { why: error.message, after: None },
        }
    }
}

async fn follow(claim: &Claim, changed: &ConnectionChanged) -> Result<()> {
    let Some(company) = claim.company else { return Ok(()) };
    let tenant = claim.app.tenant(company);
    let mut tx = tenant.db.begin().await?;
    deliveries::resume_for(&mut tx, company, changed.connection).await?;
    tx.commit().await?;
    store::again(&tenant, &[changed.connection], false, &[]).await
}
