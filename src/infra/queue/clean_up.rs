//! The clean-ups, and the one place for them: at night what lives for hours or days, on Sundays what is kept for a month.

use super::{Claim, Handler, Outcome, Schedule};
use async_trait::async_trait;
use serde_json::Value;
use sqlx::PgPool;

/// 02:00 UTC, when most companies sleep.
pub const NIGHTLY: Schedule = Schedule { name: "clean_up", cron: "0 0 2 * * *", kind: "clean_up", max_attempts: 5 };
/// Sunday 03:00 UTC, the quietest hour of the week, and after the night's.
pub const WEEKLY: Schedule =
    Schedule { name: "clean_up_weekly", cron: "0 0 3 * * SUN", kind: "clean_up_weekly", max_attempts: 5 };

/// Rows in one statement: a long neglected table is not locked for minutes.
const PORTION: i64 = 5_000;

/// Deletes expired sessions, used and expired consents, answers kept for retries, limits that ended, and the house's own
/// chores, which run every minute and are of no interest for long.
pub struct CleanUp;

#[async_trait]
impl Handler for CleanUp {
    fn kind(&self) -> &'static str {
        NIGHTLY.kind
    }
    async fn run(&self, claim: &Claim, _: &Value) -> Outcome {
        outcome(nightly(&claim.app.db).await, "cleaned up")
    }
}

/// Deletes finished jobs with their logs, past ticks, and invitations that ended, all of them a month old; and the checks
/// of posts that are out.
pub struct WeeklyCleanUp;

#[async_trait]
impl Handler for WeeklyCleanUp {
    fn kind(&self) -> &'static str {
        WEEKLY.kind
    }
    async fn run(&self, claim: &Claim, _: &Value) -> Outcome {
        outcome(weekly(&claim.app.db).await, "removed old records")
    }
}

fn outcome(done: Result<u64, sqlx::Error>, what: &str) -> Outcome {
    match done {
        Ok(rows) => {
            tracing::info!(rows, "{what}");
            Outcome::Done
        }
        Err(error) => Outcome::Retry { why: error.to_string(), after: None },
    }
}

async fn nightly(db: &PgPool) -> Result<u64, sqlx::Error> {
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
    rows += sqlx::query!("delete from rate_limits where resets_at < now() - interval '2 days'")
        .execute(db)
        .await?
        .rows_affected();
    loop {
        let chores = sqlx::query!(
            "delete from jobs where id in (
               select id from jobs
               where company_id is null and state = 'done' and finished_at < now() - interval '2 days' limit $1)",
            PORTION
        );
        let chores = chores.execute(db).await?.rows_affected();
        rows += chores;
        if chores < PORTION.unsigned_abs() {
            return Ok(rows);
        }
    }
}

async fn weekly(db: &PgPool) -> Result<u64, sqlx::Error> {
    let mut rows = 0;
    // The latest tick stays: catching up counts from it.
    rows += sqlx::query!(
        "delete from schedule_ticks t where scheduled_for < now() - interval '30 days'
           and exists (select from schedule_ticks later
                       where later.schedule = t.schedule and later.scheduled_for > t.scheduled_for)"
    )
    .execute(db)
    .await?
    .rows_affected();
    rows += sqlx::query!(
        "delete from invitations where least(accepted_at, revoked_at, expires_at) < now() - interval '30 days'"
    )
    .execute(db)
    .await?
    .rows_affected();
    loop {
        let jobs = sqlx::query!(
            "delete from jobs where id in (
               select id from jobs
               where state in ('done', 'dead', 'cancelled') and finished_at < now() - interval '30 days' limit $1)",
            PORTION
        );
        let jobs = jobs.execute(db).await?.rows_affected();
        let checks = sqlx::query!(
            "delete from delivery_checks where (company_id, id) in (
               select k.company_id, k.id from delivery_checks k
               join deliveries d on d.company_id = k.company_id and d.id = k.id
               where d.state in ('live', 'cancelled') and k.planned_at < now() - interval '7 days' limit $1)",
            PORTION
        );
        let checks = checks.execute(db).await?.rows_affected();
        rows += jobs + checks;
        if jobs.max(checks) < PORTION.unsigned_abs() {
            return Ok(rows);
        }
    }
}
