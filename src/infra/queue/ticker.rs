//! Schedules: tokio-cron-scheduler says when, Postgres says who. At each tick every node tries to insert
//! `(schedule, scheduled_for)`; the one that succeeds enqueues the job in the same transaction. So any number of nodes
//! fire once, and a tick that nobody was there for is caught up once at the next start.

use super::{NewJob, enqueue};
use crate::infra::state::App;
use chrono::{DateTime, SubsecRound, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

/// A cron line that enqueues a job.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Unique; also the job's key, so that a firing never piles up behind an unfinished one.
    pub name: &'static str,
    /// Six fields, seconds first, in UTC: `0 0 2 * * *`.
    pub cron: &'static str,
    /// The kind of job.
    pub kind: &'static str,
    pub max_attempts: i32,
}

#[derive(Debug, thiserror::Error)]
pub enum TickerError {
    #[error("The schedule “{0}” has a cron line that cannot be read.")]
    Cron(&'static str),
    #[error(transparent)]
    Scheduler(#[from] JobSchedulerError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Catches up what was missed and starts ticking. Ends when `shutdown` is cancelled.
pub async fn start(
    app: App,
    schedules: &'static [Schedule],
    shutdown: CancellationToken,
) -> Result<JoinHandle<()>, TickerError> {
    let mut scheduler = JobScheduler::new().await?;
    for schedule in schedules {
        catch_up(&app, schedule, Utc::now()).await?;
        let app = app.clone();
        let job = Job::new_async(schedule.cron, move |_, _| {
            let app = app.clone();
            Box::pin(async move {
                let now = Utc::now();
                // The database may be away for a while; a tick is not lost for that.
                for pause in [1, 5, 30, 120, 600] {
                    let Err(error) = tick(&app, schedule, now).await else { return };
                    tracing::error!(%error, schedule = schedule.name, "schedule could not fire");
                    tokio::time::sleep(Duration::from_secs(pause)).await;
                }
            })
        })?;
        scheduler.add(job).await?;
    }
    scheduler.start().await?;
    Ok(tokio::spawn(async move {
        shutdown.cancelled().await;
        if let Err(error) = scheduler.shutdown().await {
            tracing::warn!(%error, "scheduler did not stop cleanly");
        }
    }))
}

/// Fires for the tick that `now` belongs to: the latest one at or before it. True when this node was the one.
pub async fn tick(app: &App, schedule: &Schedule, now: DateTime<Utc>) -> Result<bool, TickerError> {
    fire(app, schedule, latest(schedule, now)?).await
}

/// Fires once when the latest tick was missed, however many were. A schedule that has never been seen has missed
/// nothing: its latest tick is recorded without a job, so that the next start knows where to count from.
pub async fn catch_up(app: &App, schedule: &Schedule, now: DateTime<Utc>) -> Result<bool, TickerError> {
    let latest = latest(schedule, now)?;
    let last: Option<DateTime<Utc>> =
        sqlx::query_scalar!("select max(scheduled_for) from schedule_ticks where schedule = $1", schedule.name)
            .fetch_one(&app.db)
            .await?;
    match last {
        Some(last) if last < latest => fire(app, schedule, latest).await,
        Some(_) => Ok(false),
        None => {
            sqlx::query!(
                "insert into schedule_ticks (schedule, scheduled_for) values ($1, $2) on conflict do nothing",
                schedule.name,
                latest
            )
            .execute(&app.db)
            .await?;
            Ok(false)
        }
    }
}

async fn fire(app: &App, schedule: &Schedule, scheduled_for: DateTime<Utc>) -> Result<bool, TickerError> {
    let mut tx = app.db.begin().await?;
    let first = sqlx::query!(
        "insert into schedule_ticks (schedule, scheduled_for) values ($1, $2) on conflict do nothing",
        schedule.name,
        scheduled_for
    )
    .execute(&mut *tx)
    .await?
    .rows_affected()
        > 0;
    if first {
        let job = enqueue(
            &mut tx,
            NewJob {
                kind: schedule.kind,
                company: None,
                payload: json!({ "scheduled_for": scheduled_for }),
                run_at: scheduled_for,
                priority: 100,
                job_key: Some(format!("schedule:{}", schedule.name)),
                queue_key: None,
                max_attempts: schedule.max_attempts,
            },
        )
        .await?;
        sqlx::query!(
            "update schedule_ticks set job_id = $3 where schedule = $1 and scheduled_for = $2",
            schedule.name,
            scheduled_for,
            job
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(first)
}

/// The latest tick at or before `now`. Whole seconds: croner would carry the fraction over into its answer.
fn latest(schedule: &Schedule, now: DateTime<Utc>) -> Result<DateTime<Utc>, TickerError> {
    let tick = parse(schedule)?.find_previous_occurrence(&now.trunc_subsecs(0), true);
    tick.map_err(|_| TickerError::Cron(schedule.name))
}

/// The same grammar as tokio-cron-scheduler's.
fn parse(schedule: &Schedule) -> Result<Cron, TickerError> {
    let parser = CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build();
    parser.parse(schedule.cron).map_err(|_| TickerError::Cron(schedule.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: &str) -> DateTime<Utc> {
        s.parse().unwrap()
    }

    #[test]
    fn the_latest_tick_is_the_one_that_just_fired() {
        let daily = Schedule { name: "daily", cron: "0 0 2 * * *", kind: "daily", max_attempts: 1 };
        for (now, tick) in [
            ("2026-03-01T02:00:00Z", "2026-03-01T02:00:00Z"),
            ("2026-03-01T02:00:00.650Z", "2026-03-01T02:00:00Z"),
            ("2026-03-01T01:59:59.999Z", "2026-02-28T02:00:00Z"),
        ] {
            assert_eq!(latest(&daily, at(now)).unwrap(), at(tick), "{now}");
        }
        let six_hours = Schedule { cron: "0 0 */6 * * *", ..daily };
        assert_eq!(latest(&six_hours, at("2026-03-01T13:10:00Z")).unwrap(), at("2026-03-01T12:00:00Z"));
        assert!(latest(&Schedule { cron: "every now and then", ..daily }, at("2026-03-01T13:10:00Z")).is_err());
    }
}
