//! The clean-ups: at night what lives for hours or days, on Sundays what is kept for a month. Each owner of a table deletes
//! its own rows ([`Chore`]); the list of them is in `features`.

use super::{Claim, Job, Outcome, Schedule, Tick};
use futures::future::BoxFuture;
use sqlx::PgPool;

/// Rows in one statement: a long neglected table is not locked for minutes.
pub const PORTION: i64 = 5_000;

/// Deletes what one owner of tables does not need any more; the number of rows. Safe to repeat.
pub type Chore = fn(PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>>;

/// What lives for hours or days.
pub struct CleanUp(pub Vec<Chore>);

impl Job for CleanUp {
    type Payload = Tick;
    const KIND: &'static str = "clean_up";
    const TITLE: &'static str = "Clean up short-lived records";
    const ATTEMPTS: i32 = 5;
    /// 02:00 UTC, when most companies sleep.
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "clean_up",
        cron: "0 0 2 * * *",
        title: "Clean-up",
        does: "Removes ended sessions, used and expired consents, and other short-lived records.",
        when_stopped: "While this is stopped, the database grows.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        outcome(all(&self.0, &claim.app.db).await, "cleaned up")
    }
}

/// What is kept for a month.
pub struct WeeklyCleanUp(pub Vec<Chore>);

impl Job for WeeklyCleanUp {
    type Payload = Tick;
    const KIND: &'static str = "clean_up_weekly";
    const TITLE: &'static str = "Remove old records";
    const ATTEMPTS: i32 = 5;
    /// Sunday 03:00 UTC, the quietest hour of the week, and after the night's.
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "clean_up_weekly",
        cron: "0 0 3 * * SUN",
        title: "Weekly removal of old records",
        does: "Removes finished jobs with their logs, and invitations and password links that ended, a month later; the \
               checks of posts that are out; and what happened to people's accounts after a year.",
        when_stopped: "While this is stopped, the database grows.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        outcome(all(&self.0, &claim.app.db).await, "removed old records")
    }
}

async fn all(chores: &[Chore], db: &PgPool) -> Result<u64, sqlx::Error> {
    let mut rows = 0;
    for chore in chores {
        rows += chore(db.clone()).await?;
    }
    Ok(rows)
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

/// Finished jobs of the program itself, which run every minute and are of no interest for long.
pub fn own_jobs(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let mut rows = 0;
        loop {
            let done = sqlx::query!(
                "delete from jobs where id in (
                   select id from jobs
                   where company_id is null and state = 'done' and finished_at < now() - interval '2 days' limit $1)",
                PORTION
            );
            let done = done.execute(&db).await?.rows_affected();
            rows += done;
            if done < PORTION.unsigned_abs() {
                return Ok(rows);
            }
        }
    })
}

/// Finished jobs with their logs, and past ticks, a month old.
pub fn old_jobs(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        // The latest tick stays: catching up counts from it.
        let ticks = sqlx::query!(
            "delete from schedule_ticks t where scheduled_for < now() - interval '30 days'
               and exists (select from schedule_ticks later
                           where later.schedule = t.schedule and later.scheduled_for > t.scheduled_for)"
        );
        let mut rows = ticks.execute(&db).await?.rows_affected();
        loop {
            let done = sqlx::query!(
                "delete from jobs where id in (
                   select id from jobs
                   where state in ('done', 'dead', 'cancelled') and finished_at < now() - interval '30 days' limit $1)",
                PORTION
            );
            let done = done.execute(&db).await?.rows_affected();
            rows += done;
            if done < PORTION.unsigned_abs() {
                return Ok(rows);
            }
        }
    })
}
