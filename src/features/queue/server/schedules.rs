//! The schedules: how each stands, stopping, starting, running one now. They serve every company, so only the owner of
//! the server changes them; everybody may see that they run.

use super::service::{exact, pause};
use super::store::{self, ScheduleState};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::JobId;
use crate::domain::permission::Permission;
use crate::features::identity::companies::server::service::zone;
use crate::features::posts::server::cards::when;
use crate::features::queue::model::{JobState, LastRun, ScheduleBoard, ScheduleCard, Stopped};
use crate::infra::queue::RegisteredSchedule;
use crate::infra::queue::ticker::{self, TickerError};
use crate::infra::session::Who;
use crate::infra::state::App;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// A job of the program's own that is no longer kept after this long may have come to anything.
const KEPT: TimeDelta = TimeDelta::days(30);

impl From<TickerError> for AppError {
    #[track_caller]
    fn from(error: TickerError) -> Self {
        match error {
            TickerError::Database(error) => error.into(),
            other => {
                let reference = crate::infra::telemetry::request_id();
                tracing::error!(error = %other, reference, "schedule");
                Self::bug(reference)
            }
        }
    }
}

pub async fn board(who: Who) -> Result<ScheduleBoard> {
    let owns_server = who.is_instance_owner;
    let (db, jobs) = (who.app.db.clone(), who.app.jobs.clone());
    let zone = match who.require(Permission::View) {
        Ok(who) => zone(&who.tenant).await?,
        // The server can be looked after from no company at all.
        Err(_) if owns_server => Tz::UTC,
        Err(error) => return Err(error),
    };
    let now = Utc::now();
    let names: Vec<_> = jobs.schedules().iter().map(|s| s.name.to_owned()).collect();
    let schedule_states = store::schedule_states(&db, &names).await?;
    let schedules: Result<Vec<_>> = jobs
        .schedules()
        .iter()
        .zip(schedule_states)
        .map(|(schedule, state)| card(schedule, state, zone, now, owns_server))
        .collect();
    let schedules = schedules?;
    Ok(ScheduleBoard {
        running: schedules.iter().any(|s| s.running),
        schedules,
        may_change: owns_server,
        pause: pause(&db, zone).await?,
        zone: zone.name().to_owned(),
        now: exact(zone, now),
    })
}

fn card(
    schedule: &RegisteredSchedule,
    s: ScheduleState,
    zone: Tz,
    now: DateTime<Utc>,
    all_of_it: bool,
) -> Result<ScheduleCard> {
    let running = s.stopped_at.is_none();
    let last = s.ran_at.map(|at| LastRun {
        at: exact(zone, at),
        by_hand: s.by_hand.unwrap_or_default(),
        state: match s.state.as_deref() {
            Some(state) => JobState::parse(state),
            // Of the program's own jobs the clean-up takes those that were done away first; all others stay for 30 days.
            None if now - at < KEPT => Some(JobState::Done),
            None => None,
        },
        ended: s.finished_at.map(|at| exact(zone, at)),
        error: s.last_error.filter(|_| all_of_it),
        job: s.job.filter(|_| all_of_it),
    });
    Ok(ScheduleCard {
        name: schedule.name.to_owned(),
        title: schedule.title.to_owned(),
        does: schedule.does.to_owned(),
        when_stopped: schedule.when_stopped.to_owned(),
        cron: schedule.cron.to_owned(),
        rhythm: ticker::in_words(schedule)?,
        running,
        stopped: s.stopped_at.map(|at| Stopped { at: when(zone, at), by: s.stopped_by.filter(|_| all_of_it) }),
        next: if running { Some(when(zone, ticker::next(schedule, now)?)) } else { None },
        last,
    })
}

/// The owner of the server.
fn owner(who: &Who) -> Result<()> {
    if who.is_instance_owner {
        return Ok(());
    }
    Err(AppError::forbidden(
        "Schedules serve every company on this server, so only the person who set it up can change them.",
    ))
}

/// One schedule by its name, or (`None`) all of them.
fn named<'a>(app: &'a App, name: Option<&str>) -> Result<&'a [RegisteredSchedule]> {
    match name {
        None => Ok(app.jobs.schedules()),
        Some(name) => one(app, name).map(std::slice::from_ref),
    }
}

fn one<'a>(app: &'a App, name: &str) -> Result<&'a RegisteredSchedule> {
    app.jobs.schedule(name).ok_or_else(|| AppError::not_found("schedule"))
}

/// Stops one schedule, or all of them, on every node.
pub async fn stop(who: &Who, name: Option<&str>) -> Result<()> {
    owner(who)?;
    for schedule in named(&who.app, name)? {
        ticker::stop(&who.app.db, schedule, who.user).await?;
        tracing::info!(schedule = schedule.name, user = %who.user, "schedule stopped");
    }
    Ok(())
}

/// Starts one, or all that were stopped; what was missed meanwhile is not made up for.
pub async fn start(who: &Who, name: Option<&str>) -> Result<()> {
    owner(who)?;
    for schedule in named(&who.app, name)? {
        ticker::resume(&who.app.db, schedule, Utc::now()).await?;
        tracing::info!(schedule = schedule.name, user = %who.user, "schedule started");
    }
    Ok(())
}

/// Runs one now, also while it is stopped.
pub async fn run_now(who: &Who, name: &str) -> Result<JobId> {
    owner(who)?;
    Ok(ticker::run_now(&who.app.db, one(&who.app, name)?).await?)
}
