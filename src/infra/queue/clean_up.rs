//! The nightly clean-up: short-lived rows that nobody will ask for again.

use super::{Claim, Handler, Outcome, Schedule};
use async_trait::async_trait;
use serde_json::Value;
use sqlx::PgPool;

/// 02:00 UTC, when most companies sleep.
pub const NIGHTLY: Schedule = Schedule { name: "clean_up", cron: "0 0 2 * * *", kind: "clean_up", max_attempts: 5 };

/// Deletes expired sessions, used and expired consents, answers kept for retries, old finished jobs with their log, old
/// ticks, and limits that ended long ago.
pub struct CleanUp;

#[async_trait]
impl Handler for CleanUp {
    fn kind(&self) -> &'static str {
        NIGHTLY.kind
    }
    async fn run(&self, claim: &Claim, _: Value) -> Outcome {
        match clean(&claim.app.db).await {
            Ok(rows) => {
                tracing::info!(rows, "cleaned up");
                Outcome::Done
            }
            Err(error) => Outcome::Retry { why: error.to_string(), after: None },
        }
    }
}

async fn clean(db: &PgPool) -> Result<u64, sqlx::Error> {
    let mut rows = 0;
    rows += sqlx::query!("delete from sessions where expires_at < now()").execute(db).await?.rows_affected();
    rows += sqlx::query!("delete from oauth_states where coalesce(used_at, expires_at) < now() - interval '1 day'")
        .execute(db)
        .await?
        .rows_affected();
    rows += sqlx::query!("delete from idempotency_keys where created_at < now() - interval '7 days'")
        .execute(db)
        .await?
        .rows_affected();
    // The latest tick stays: catching up counts from it.
    rows += sqlx::query!(
        "delete from schedule_ticks t where scheduled_for < now() - interval '30 days'
           and exists (select from schedule_ticks later
                       where later.schedule = t.schedule and later.scheduled_for > t.scheduled_for)"
    )
    .execute(db)
    .await?
    .rows_affected();
    rows += sqlx::query!("delete from rate_limits where resets_at < now() - interval '2 days'")
        .execute(db)
        .await?
        .rows_affected();
    loop {
        // In portions, so that a long neglected table is not locked for minutes. The house's own chores, which run every
        // minute, are of no interest for long.
        let jobs = sqlx::query!(
            "delete from jobs where id in (
               select id from jobs
               where state in ('done', 'dead', 'cancelled')
                 and finished_at < now() - case when company_id is null and state = 'done' then interval '2 days'
                                                else interval '30 days' end
               limit 5000)"
        )
        .execute(db)
        .await?
        .rows_affected();
        rows += jobs;
        if jobs < 5000 {
            return Ok(rows);
        }
    }
}
