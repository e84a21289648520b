//! Telling other features that an account was connected, disconnected or must be reconnected. Connections know none of
//! them: they put one job into the queue, in the transaction of the change, and it runs what `features::jobs` gave it.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome};
use crate::infra::state::App;
use chrono::Utc;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// What another feature does when an account of this company has changed. Safe to repeat.
pub type Follower = fn(App, CompanyId, ConnectionId) -> BoxFuture<'static, Result<()>>;

/// Follows a change of one account: each follower in turn.
pub struct ConnectionChanged(pub Vec<Follower>);

/// Which account; the job's company is its company.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Payload {
    pub connection: ConnectionId,
}

impl Job for ConnectionChanged {
    type Payload = Payload;
    const KIND: &'static str = "connection_changed";
    const TITLE: &'static str = "Follow a change of an account";
    /// Before publishing: posts may wait for this account.
    const PRIORITY: i16 = 50;
    const ATTEMPTS: i32 = 10;

    async fn run(&self, claim: &Claim, Payload { connection }: Payload) -> Outcome {
        let Some(company) = claim.company else { return Outcome::Done };
        for follow in &self.0 {
            if let Err(error) = follow(App::clone(&claim.app), company, connection).await {
                return Err(error).into();
            }
        }
        Outcome::Done
    }
}

/// Puts the job into the queue.
pub async fn announce(db: &mut PgConnection, company: CompanyId, connection: ConnectionId) -> Result<()> {
    let options = JobOptions {
        company: Some(company),
        job_key: Some(format!("{}:{connection}", ConnectionChanged::KIND)),
        ..JobOptions::at(Utc::now())
    };
    queue::enqueue::<ConnectionChanged>(db, &Payload { connection }, options).await?;
    Ok(())
}
