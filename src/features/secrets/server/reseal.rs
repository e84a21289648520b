//! Sealing anew what an older encryption key sealed, so that the older key can be retired. Runs once at every start and
//! nightly. Safe beside everything else: a row is changed only if it still is what was read (compare and set).
//!
//! Consents in flight are left alone: they are gone in ten minutes.

use super::{service, store};
use crate::domain::error::Result;
use crate::features::connections::server::service as connections;
use crate::infra::crypto::KeyRing;
use crate::infra::database::Tenant;
use crate::infra::queue::{self, Claim, Handler, NewJob, Outcome, Schedule};
use crate::infra::state::App;
use async_trait::async_trait;
use chrono::Utc;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::ops::AddAssign;

const KIND: &str = "reseal";

/// 02:30 UTC, after the clean-up.
pub const NIGHTLY: Schedule = Schedule { name: "reseal", cron: "0 30 2 * * *", kind: KIND, max_attempts: 5 };

/// Rows that are read at a time.
pub const PORTION: i64 = 100;

pub struct Reseal;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    pub done: usize,
    /// Could not be opened (the key is missing, or the value was damaged); reported where the value is used.
    pub closed: usize,
}

impl AddAssign for Resealed {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.closed += other.closed;
    }
}

#[async_trait]
impl Handler for Reseal {
    fn kind(&self) -> &'static str {
        KIND
    }
    async fn run(&self, claim: &Claim, _: &Value) -> Outcome {
        match everything(&claim.app).await {
            Ok(Resealed { done, closed }) => {
                if done + closed > 0 {
                    tracing::info!(done, closed, "values of older encryption keys sealed anew");
                }
                Outcome::Done
            }
            Err(error) => Outcome::Retry { why: error.message, after: None },
        }
    }
}

/// Asks for a run now; nodes that start together share one.
pub async fn enqueue(db: &PgPool) -> Result<()> {
    let job = NewJob {
        kind: KIND,
        company: None,
        payload: json!({}),
        run_at: Utc::now(),
        priority: 200,
        job_key: Some(KIND.into()),
        queue_key: None,
        max_attempts: NIGHTLY.max_attempts,
    };
    queue::enqueue(&mut *db.acquire().await?, job).await?;
    Ok(())
}

async fn everything(app: &App) -> Result<Resealed> {
    let mut all = secrets(app).await?;
    all += connections::reseal(app).await?;
    Ok(all)
}

async fn secrets(app: &App) -> Result<Resealed> {
    let (mut all, mut after) = (Resealed::default(), None);
    loop {
        let rows = store::under_older_keys(&app.db, app.keys.current(), after, PORTION).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        after = Some((last.company, last.id));
        for row in rows {
            match service::reseal(&app.keys, &row) {
                Ok(fresh) => all.done += usize::from(store::swap_seal(&app.db, &row, &fresh).await?),
                Err(_) => all.closed += 1,
            }
        }
    }
}

/// How many saved values wait for this, and how many can never be opened because their key is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    pub older: i64,
    pub missing: i64,
}

fn left(keys: &KeyRing, kids: Vec<(String, i64)>) -> Left {
    kids.into_iter().filter(|(kid, _)| kid != keys.current()).fold(Left::default(), |mut left, (kid, n)| {
        *(if keys.knows(&kid) { &mut left.older } else { &mut left.missing }) += n;
        left
    })
}

/// Of the whole instance, for the person who runs the server.
pub async fn left_everywhere(db: &PgPool, keys: &KeyRing) -> Result<Left> {
    let mut kids = store::kids(db, None).await?;
    kids.extend(connections::kids(db, None).await?);
    Ok(left(keys, kids))
}

/// Of one company.
pub async fn left_of(tenant: &Tenant, keys: &KeyRing) -> Result<Left> {
    let mut kids = store::kids(&tenant.db, Some(tenant.company)).await?;
    kids.extend(connections::kids(&tenant.db, Some(tenant.company)).await?);
    Ok(left(keys, kids))
}
