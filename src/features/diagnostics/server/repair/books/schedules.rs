//! Schedules that did not fire, and schedules that somebody stopped and forgot.

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::UserId;
use crate::domain::incident::FaultLevel;
use crate::features::diagnostics::model::RepairCheck;
use crate::infra::queue::{RegisteredSchedule, ticker};
use crate::infra::state::App;
use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

fn schedule<'a>(app: &'a App, of: &Subject) -> Result<&'a RegisteredSchedule> {
    let name = of.name.strip_prefix("schedule:").unwrap_or_default();
    app.jobs.schedule(name).ok_or_else(|| AppError::not_found("schedule"))
}

fn unreadable(error: ticker::TickerError) -> AppError {
    match error {
        ticker::TickerError::Database(error) => error.into(),
        other => AppError::conflict(other.to_string()),
    }
}

/// A schedule whose time came and that nobody fired.
pub struct Missed;

/// Nodes look back themselves every minute; later than this, none did.
const LATE: TimeDelta = TimeDelta::minutes(5);

/// Schedules whose latest tick is missing, of those that fired before and are not stopped.
async fn missed(app: &App) -> Result<Vec<&RegisteredSchedule>> {
    let rows = sqlx::query!(
        r#"select t.schedule as "schedule!", max(t.scheduled_for) as "last!" from schedule_ticks t
           where not exists (select from schedule_stops s where s.schedule = t.schedule) group by t.schedule"#
    )
    .fetch_all(&app.db)
    .await?;
    let now = Utc::now() - LATE;
    let mut missed = vec![];
    for row in rows {
        let Some(schedule) = app.jobs.schedule(&row.schedule) else { continue };
        if row.last < ticker::latest(schedule, now).map_err(unreadable)? {
            missed.push(schedule);
        }
    }
    Ok(missed)
}

#[async_trait]
impl Playbook for Missed {
    fn kind(&self) -> &'static str {
        "schedule"
    }
    fn id(&self) -> &'static str {
        "run_missed_schedule"
    }
    fn meaning(&self) -> &'static str {
        "Work that is done by the clock was not begun at its time: no worker ran, or the database was away."
    }
    fn next(&self) -> &'static str {
        "Press “Run now” beside it under Diagnostics → Schedules, and see that a worker runs."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let missed = missed(app).await?;
        Ok(missed
            .into_iter()
            .map(|schedule| Found {
                company: None,
                level: FaultLevel::Error,
                message: format!("“{}” did not run at its time", schedule.title),
                subject: format!("schedule:{}", schedule.name),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let schedule = schedule(app, of)?;
        let late = missed(app).await?.iter().any(|missed| missed.name == schedule.name);
        let seen = if late { "Its last time has passed without it." } else { "Its last time is noted." };
        Ok(checked(format!("{} has run", schedule.name), !late, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        Ok(Some(format!("Run “{}” once now, however often it was missed.", schedule(app, of)?.title)))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let schedule = schedule(app, of)?;
        let now = Utc::now();
        let fired = ticker::look_back(app, std::slice::from_ref(schedule), now).await.map_err(unreadable)?;
        let title = schedule.title;
        Ok(Done::new(if fired == 0 {
            format!("“{title}” had been put into the queue meanwhile.")
        } else {
            format!("Put “{title}” into the queue, once.")
        }))
    }
}

/// The clock was ahead and was set back: a schedule counts as done until the time that the clock showed.
pub struct Ahead;

/// Clocks of nodes may differ by less.
const DRIFT: TimeDelta = TimeDelta::minutes(5);

#[async_trait]
impl Playbook for Ahead {
    fn kind(&self) -> &'static str {
        "clock"
    }
    fn id(&self) -> &'static str {
        "forget_future_times"
    }
    fn meaning(&self) -> &'static str {
        "The clock of a server was ahead and was set back, so work that is done by the clock would not be done again for long."
    }
    fn next(&self) -> &'static str {
        "See that the clock of each server is set by the network: timedatectl says “System clock synchronized: yes”."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let ahead = ticker::noted_ahead(&app.db, app.jobs.schedules(), Utc::now() + DRIFT).await?;
        let schedules = ahead.iter().filter_map(|name| app.jobs.schedule(name));
        Ok(schedules
            .map(|schedule| Found {
                company: None,
                level: FaultLevel::Error,
                message: format!("“{}” is noted as done at a time that is still to come", schedule.title),
                subject: format!("schedule:{}", schedule.name),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let schedule = schedule(app, of)?;
        let ahead = ticker::noted_ahead(&app.db, app.jobs.schedules(), Utc::now() + DRIFT).await?;
        let ahead = ahead.iter().any(|name| name == schedule.name);
        let seen = if ahead { "A time that is still to come is noted." } else { "No time to come is noted." };
        Ok(checked(format!("{} runs at its next time", schedule.name), !ahead, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        Ok(Some(format!("Forget the times to come of “{}”; it runs at its next time.", schedule(app, of)?.title)))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let schedule = schedule(app, of)?;
        let forgotten = ticker::forget_ahead(&app.db, schedule, Utc::now() + DRIFT).await?;
        Ok(Done::new(format!("Forgot {forgotten} noted times to come of “{}”.", schedule.title)))
    }
}

/// A schedule that has been stopped for long: perhaps somebody forgot it.
pub struct Stopped;

const DAYS: i32 = 7;

#[async_trait]
impl Playbook for Stopped {
    fn kind(&self) -> &'static str {
        "stopped schedule"
    }
    fn id(&self) -> &'static str {
        "start_schedule"
    }
    fn meaning(&self) -> &'static str {
        "Somebody stopped work that is done by the clock, a week ago or longer."
    }
    fn next(&self) -> &'static str {
        "Start it again if nobody needs it stopped; or mark this as resolved if it is to stay stopped."
    }
    fn asks(&self) -> Option<&'static str> {
        Some("Start it again")
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let rows = sqlx::query_scalar!(
            "select schedule from schedule_stops s
             where stopped_at < now() - make_interval(days => $1)
               -- Who said that it is to stay stopped is not asked again.
               and not exists (select from error_log e where e.error_type = 'stopped schedule' and e.subject = 'schedule:' || s.schedule
                                 and e.is_resolved and e.resolved_by is not null and e.resolved_at > s.stopped_at)
             limit 100",
            DAYS
        )
        .fetch_all(&app.db)
        .await?;
        let stopped = rows.iter().filter_map(|name| app.jobs.schedule(name));
        Ok(stopped
            .map(|schedule| Found {
                company: None,
                level: FaultLevel::Warning,
                message: format!("“{}” has been stopped for over a week", schedule.title),
                subject: format!("schedule:{}", schedule.name),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let schedule = schedule(app, of)?;
        let row = sqlx::query_scalar!("select stopped_at from schedule_stops where schedule = $1", schedule.name);
        let stopped = row.fetch_optional(&app.db).await?.is_some();
        let seen = if stopped { schedule.when_stopped } else { "It runs by the clock." };
        Ok(checked(format!("{} is not stopped", schedule.name), !stopped, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        Ok(Some(format!("Start “{}” again; it runs at its next time.", schedule(app, of)?.title)))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let schedule = schedule(app, of)?;
        ticker::resume(&app.db, schedule, Utc::now()).await.map_err(unreadable)?;
        Ok(Done {
            what: format!("Started “{}” again.", schedule.title),
            undo: Some(json!({ "schedule": schedule.name })),
        })
    }
    async fn undo(&self, app: &App, of: &Subject, _: &Value, by: UserId) -> Result<()> {
        Ok(ticker::stop(&app.db, schedule(app, of)?, by).await?)
    }
}
