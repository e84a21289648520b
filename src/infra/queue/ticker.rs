//! Schedules: tokio-cron-scheduler says when, Postgres says who. At each tick every node tries to insert
//! `(schedule, scheduled_for)`; the one that succeeds enqueues the job in the same transaction. So any number of nodes
//! fire once, and a tick that nobody was there for, or that could not be written because the database was away, is caught
//! up once: at the next start, or by the look back that every node takes once a minute.
//!
//! A schedule that an admin has stopped has a row in `schedule_stops`. Every tick looks there in its own transaction, so
//! all nodes obey from the next tick on, and what was missed while it was stopped is not made up for.

use super::RegisteredSchedule;
use super::enqueue::{self, JobOptions, Row};
use crate::domain::ids::{JobId, UserId};
use crate::infra::state::App;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use sqlx::{PgConnection, PgPool};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

/// How often every node looks for ticks that were missed while it was running.
const LOOK_BACK: Duration = Duration::from_secs(60);
/// A tick is missed when nobody has written it for this long: those that are just being written are left alone.
const MISSED: TimeDelta = TimeDelta::seconds(10);

#[derive(Debug, thiserror::Error)]
pub enum TickerError {
    #[error("The schedule “{0}” has a cron line that cannot be read.")]
    Cron(&'static str),
    #[error(transparent)]
    Scheduler(#[from] JobSchedulerError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Catches up what was missed, starts ticking, and looks back for what is missed meanwhile. Ends when `shutdown` is
/// cancelled.
pub async fn start(app: App, shutdown: CancellationToken) -> Result<JoinHandle<()>, TickerError> {
    let mut scheduler = JobScheduler::new().await?;
    for schedule in app.jobs.schedules() {
        catch_up(&app, schedule, Utc::now()).await?;
        let (app, schedule) = (app.clone(), schedule.clone());
        let job = Job::new_async(schedule.cron, move |_, _| {
            let (app, schedule) = (app.clone(), schedule.clone());
            Box::pin(async move {
                let now = Utc::now();
                // The database may be away for a moment. A tick that it was away for longer is found by looking back; trying
                // on beside that could fire an older tick after a newer one.
                for pause in [1, 5, 30] {
                    let Err(error) = tick(&app, &schedule, now).await else { return };
                    tracing::error!(%error, schedule = schedule.name, "schedule could not fire");
                    tokio::time::sleep(Duration::from_secs(pause)).await;
                }
            })
        })?;
        scheduler.add(job).await?;
    }
    scheduler.start().await?;
    Ok(tokio::spawn(async move {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = keep_looking_back(&app) => {}
        }
        if let Err(error) = scheduler.shutdown().await {
            tracing::warn!(%error, "scheduler did not stop cleanly");
        }
    }))
}

async fn keep_looking_back(app: &App) {
    loop {
        tokio::time::sleep(LOOK_BACK).await;
        match look_back(app, app.jobs.schedules(), Utc::now() - MISSED).await {
            Ok(0) => {}
            Ok(fired) => tracing::warn!(fired, "schedules had missed their last tick and were caught up"),
            Err(error) => tracing::error!(%error, "missed ticks could not be looked for"),
        }
    }
}

/// Fires each of these once whose latest tick at or before `now` was missed, however many were, and says how many fired at
/// this node. One query when nothing was missed; it reads the last entry of each schedule in the key of the ticks. What
/// is stopped, or was never seen, has missed nothing.
pub async fn look_back(app: &App, schedules: &[RegisteredSchedule], now: DateTime<Utc>) -> Result<usize, TickerError> {
    let names: Vec<_> = schedules.iter().map(|s| s.name.to_owned()).collect();
    let seen = sqlx::query!(
        r#"select s.name as "name!", t.scheduled_for as "last!"
           from unnest($1::text[]) as s (name)
           cross join lateral (
             select scheduled_for from schedule_ticks where schedule = s.name
             order by scheduled_for desc limit 1) t
           where not exists (select from schedule_stops where schedule = s.name)"#,
        &names
    )
    .fetch_all(&app.db)
    .await?;
    let mut fired = 0;
    for tick in seen {
        let Some(schedule) = schedules.iter().find(|s| s.name == tick.name) else { continue };
        let latest = latest(schedule, now)?;
        if tick.last < latest && fire(app, schedule, latest).await? {
            fired += 1;
        }
    }
    Ok(fired)
}

/// Fires for the tick that `now` belongs to: the latest one at or before it. True when this node was the one.
pub async fn tick(app: &App, schedule: &RegisteredSchedule, now: DateTime<Utc>) -> Result<bool, TickerError> {
    fire(app, schedule, latest(schedule, now)?).await
}

/// Fires once when the latest tick was missed, however many were. A schedule that has never been seen has missed
/// nothing: its latest tick is recorded without a job, so that the next start knows where to count from.
pub async fn catch_up(app: &App, schedule: &RegisteredSchedule, now: DateTime<Utc>) -> Result<bool, TickerError> {
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

async fn fire(app: &App, schedule: &RegisteredSchedule, scheduled_for: DateTime<Utc>) -> Result<bool, TickerError> {
    let mut tx = app.db.begin().await?;
    let first = sqlx::query!(
        "insert into schedule_ticks (schedule, scheduled_for)
         select $1, $2 where not exists (select from schedule_stops where schedule = $1)
         on conflict do nothing",
        schedule.name,
        scheduled_for
    )
    .execute(&mut *tx)
    .await?
    .rows_affected()
        > 0;
    if first {
        put(&mut tx, schedule, scheduled_for).await?;
    }
    tx.commit().await?;
    Ok(first)
}

/// The job of a tick that was just recorded.
async fn put(
    db: &mut PgConnection,
    schedule: &RegisteredSchedule,
    scheduled_for: DateTime<Utc>,
) -> Result<JobId, sqlx::Error> {
    let row = Row {
        kind: schedule.kind,
        payload: enqueue::as_json((schedule.payload)(scheduled_for))?,
        priority: schedule.priority,
        max_attempts: schedule.max_attempts,
        options: JobOptions { job_key: Some(format!("schedule:{}", schedule.name)), ..JobOptions::at(scheduled_for) },
    };
    let job = enqueue::put(db, row).await?;
    sqlx::query!(
        "update schedule_ticks set job_id = $3 where schedule = $1 and scheduled_for = $2",
        schedule.name,
        scheduled_for,
        job.0
    )
    .execute(db)
    .await?;
    Ok(job)
}

/// Runs a schedule's job now, whether it is stopped or not. It counts as a tick of this moment.
pub async fn run_now(db: &PgPool, schedule: &RegisteredSchedule) -> Result<JobId, sqlx::Error> {
    let mut tx = db.begin().await?;
    // The statement's own time: two that are asked for at once differ.
    let at = sqlx::query_scalar!(
        "insert into schedule_ticks (schedule, scheduled_for, by_hand) values ($1, clock_timestamp(), true)
         returning scheduled_for",
        schedule.name
    )
    .fetch_one(&mut *tx)
    .await?;
    let job = put(&mut tx, schedule, at).await?;
    tx.commit().await?;
    Ok(job)
}

/// Stops a schedule on all nodes, until somebody starts it again. What runs already runs to its end.
pub async fn stop(db: &PgPool, schedule: &RegisteredSchedule, by: UserId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into schedule_stops (schedule, stopped_by) values ($1, $2) on conflict do nothing",
        schedule.name,
        by.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets a stopped schedule fire again from its next tick on. `now`: the tick at or before it and all older ones count as
/// seen, so nothing that was missed is caught up, now or at the next start.
pub async fn resume(db: &PgPool, schedule: &RegisteredSchedule, now: DateTime<Utc>) -> Result<(), TickerError> {
    let latest = latest(schedule, now)?;
    let mut tx = db.begin().await?;
    let stopped =
        sqlx::query!("delete from schedule_stops where schedule = $1", schedule.name).execute(&mut *tx).await?;
    if stopped.rows_affected() > 0 {
        sqlx::query!(
            "insert into schedule_ticks (schedule, scheduled_for) values ($1, $2) on conflict do nothing",
            schedule.name,
            latest
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Those of these schedules with ticks that are noted for later than this: a clock was ahead.
pub async fn noted_ahead(
    db: &PgPool,
    schedules: &[RegisteredSchedule],
    after: DateTime<Utc>,
) -> Result<Vec<String>, sqlx::Error> {
    let names: Vec<_> = schedules.iter().map(|s| s.name.to_owned()).collect();
    sqlx::query_scalar!(
        r#"select s.name as "name!" from unnest($1::text[]) as s (name)
           where exists (select from schedule_ticks t where t.schedule = s.name and t.scheduled_for > $2)"#,
        &names,
        after
    )
    .fetch_all(db)
    .await
}

/// Forgets ticks of a schedule that are noted for later than this; how many.
pub async fn forget_ahead(
    db: &PgPool,
    schedule: &RegisteredSchedule,
    after: DateTime<Utc>,
) -> Result<u64, sqlx::Error> {
    let gone =
        sqlx::query!("delete from schedule_ticks where schedule = $1 and scheduled_for > $2", schedule.name, after);
    Ok(gone.execute(db).await?.rows_affected())
}

/// The first tick after `now`.
pub fn next(schedule: &RegisteredSchedule, now: DateTime<Utc>) -> Result<DateTime<Utc>, TickerError> {
    let tick = parse(schedule)?.find_next_occurrence(&now.trunc_subsecs(0), false);
    tick.map_err(|_| TickerError::Cron(schedule.name))
}

/// When it fires, for people: "Every 6 hours", "Every Sunday at 02:00 UTC". A line that is none of the usual shapes is described
/// word by word.
pub fn in_words(schedule: &RegisteredSchedule) -> Result<String, TickerError> {
    let cron = parse(schedule)?;
    let fields: Vec<_> = schedule.cron.split_whitespace().collect();
    let [_, minute, hour, "*", "*", day] = fields[..] else { return Ok(cron.describe()) };
    let every = |field: &str, unit: &str| match field.strip_prefix("*/") {
        Some(n) => Some(format!("Every {n} {unit}s")),
        None => (field == "*").then(|| format!("Every {unit}")),
    };
    let usual = match (minute.parse::<u8>(), hour.parse::<u8>()) {
        (Ok(minute), Ok(hour)) => day_name(day).map(|day| format!("Every {day} at {hour:02}:{minute:02} UTC")),
        (Ok(_), Err(_)) if day == "*" => every(hour, "hour"),
        (Err(_), _) if hour == "*" && day == "*" => every(minute, "minute"),
        _ => None,
    };
    Ok(usual.unwrap_or_else(|| cron.describe()))
}

/// The day of the week of a cron line: "day" for all of them.
fn day_name(field: &str) -> Option<&'static str> {
    const DAYS: [(&str, &str); 7] = [
        ("SUN", "Sunday"),
        ("MON", "Monday"),
        ("TUE", "Tuesday"),
        ("WED", "Wednesday"),
        ("THU", "Thursday"),
        ("FRI", "Friday"),
        ("SAT", "Saturday"),
    ];
    if field == "*" {
        return Some("day");
    }
    let named = DAYS.iter().position(|(short, _)| *short == field);
    named.or_else(|| field.parse().ok()).and_then(|n| DAYS.get(n % 7)).map(|(_, name)| *name)
}

/// The latest tick at or before `now`. Whole seconds: croner would carry the fraction over into its answer.
pub fn latest(schedule: &RegisteredSchedule, now: DateTime<Utc>) -> Result<DateTime<Utc>, TickerError> {
    let tick = parse(schedule)?.find_previous_occurrence(&now.trunc_subsecs(0), true);
    tick.map_err(|_| TickerError::Cron(schedule.name))
}

/// The same grammar as tokio-cron-scheduler's.
fn parse(schedule: &RegisteredSchedule) -> Result<Cron, TickerError> {
    let parser = CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build();
    parser.parse(schedule.cron).map_err(|_| TickerError::Cron(schedule.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn at(s: &str) -> DateTime<Utc> {
        s.parse().unwrap()
    }

    fn by(cron: &'static str) -> RegisteredSchedule {
        RegisteredSchedule {
            name: "any",
            cron,
            title: "",
            does: "",
            when_stopped: "",
            kind: "any",
            priority: 100,
            max_attempts: 1,
            payload: Arc::new(serde_json::to_value),
        }
    }

    #[test]
    fn the_latest_tick_is_the_one_that_just_fired() {
        let daily = by("0 0 2 * * *");
        for (now, tick) in [
            ("2026-03-01T02:00:00Z", "2026-03-01T02:00:00Z"),
            ("2026-03-01T02:00:00.650Z", "2026-03-01T02:00:00Z"),
            ("2026-03-01T01:59:59.999Z", "2026-02-28T02:00:00Z"),
        ] {
            assert_eq!(latest(&daily, at(now)).unwrap(), at(tick), "{now}");
        }
        let six_hours = by("0 0 */6 * * *");
        assert_eq!(latest(&six_hours, at("2026-03-01T13:10:00Z")).unwrap(), at("2026-03-01T12:00:00Z"));
        assert!(latest(&by("every now and then"), at("2026-03-01T13:10:00Z")).is_err());
        assert_eq!(next(&six_hours, at("2026-03-01T12:00:00.3Z")).unwrap(), at("2026-03-01T18:00:00Z"));
    }

    #[test]
    fn cron_lines_in_words() {
        for (cron, words) in [
            ("0 * * * * *", "Every minute"),
            ("0 0 2 * * *", "Every day at 02:00 UTC"),
            ("0 0 */6 * * *", "Every 6 hours"),
            ("0 0 * * * *", "Every hour"),
            ("0 30 2 * * *", "Every day at 02:30 UTC"),
            ("30 */5 * * * *", "Every 5 minutes"),
            ("0 0 3 * * 0", "Every Sunday at 03:00 UTC"),
        ] {
            assert_eq!(in_words(&by(cron)).unwrap(), words, "{cron}");
        }
    }
}
