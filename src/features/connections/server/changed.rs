//! Telling other features that an account was connected, disconnected or must be reconnected. Connections know none of
//! them: they put one job into the queue, in the transaction of the change, and `features::preflight` handles it.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::infra::queue::{self, NewJob};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

pub const KIND: &str = "connection_changed";

/// The payload of the job.
#[derive(Debug, Serialize, Deserialize)]
pub struct ConnectionChanged {
    pub connection: ConnectionId,
}

/// Puts the job into the queue, before publishing in rank (lower numbers first): posts may wait for this account.
pub async fn announce(db: &mut PgConnection, company: CompanyId, connection: ConnectionId) -> Result<()> {
    let job = NewJob {
        kind: KIND,
        company: Some(company),
        payload: json!(ConnectionChanged { connection }),
        run_at: Utc::now(),
        priority: 50,
        job_key: Some(format!("{KIND}:{connection}")),
        queue_key: None,
        max_attempts: 10,
    };
    queue::enqueue(db, job).await?;
    Ok(())
}
