//! Jobs and schedules over HTTP (row E7): one job, the company's list and figures, cancelling; how the schedules stand,
//! start, stop. `docs/API.md` has the addresses and answers.

use super::service::LIMIT;
use super::{schedules, service};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::JobId;
use crate::domain::page::PAGE_SIZE;
use crate::domain::permission::Permission;
use crate::features::identity::companies::server::service as companies;
use crate::features::queue::model::{Count, JobDetail, JobFilter, JobList, ScheduleBoard};
use crate::infra::queue::stats::{self, Figures};
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/jobs/status/{id}", get(status))
        .route("/api/jobs/user", get(list))
        .route("/api/jobs/stats", get(figures))
        .route("/api/jobs/{id}", delete(cancel))
        .route("/api/jobs/scheduler/status", get(scheduler))
        .route("/api/jobs/scheduler/start", post(start))
        .route("/api/jobs/scheduler/stop", post(stop))
}

fn id_of(text: &str) -> Result<JobId> {
    text.parse().map_err(|_| AppError::not_found("job"))
}

#[derive(Serialize)]
struct OneJob {
    job: JobDetail,
}

async fn status(who: Who, Path(id): Path<String>) -> Result<Json<OneJob>> {
    // `service` names the permission: View, and for jobs of no company the server's owner.
    let job = service::detail(who, id_of(&id)?).await?;
    Ok(Json(OneJob { job }))
}

/// As text, so that a wrong one is answered in the same form as every other error.
#[derive(Deserialize)]
struct Wanted {
    state: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

impl Wanted {
    fn number(text: Option<&str>, field: &str, most: u32, usual: u32) -> Result<u32> {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(usual) };
        let number = text.parse().ok().filter(|n| *n <= most);
        number.ok_or_else(|| AppError::invalid(field, format!("Use a number from 0 to {most}.")))
    }
}

async fn list(who: Who, query: std::result::Result<Query<Wanted>, QueryRejection>) -> Result<Json<JobList>> {
    let who = who.require(Permission::View)?;
    let Query(wanted) = query.map_err(|_| AppError::invalid("query", "The address could not be read."))?;
    let filter = match wanted.state.as_deref().filter(|s| !s.is_empty()) {
        None => JobFilter::All,
        Some(state) => JobFilter::parse(state).ok_or_else(|| {
            AppError::invalid("state", "Use all, ready, due, later, running, done, dead or cancelled.")
        })?,
    };
    let limit = Wanted::number(wanted.limit.as_deref(), "limit", LIMIT, PAGE_SIZE)?;
    let offset = Wanted::number(wanted.offset.as_deref(), "offset", crate::infra::queue::stats::BOUND, 0)?;
    let zone = companies::zone(&who.tenant).await?;
    Ok(Json(service::list(&who, zone, filter, limit, offset).await?))
}

/// The company's figures, as the page shows them.
#[derive(Serialize)]
struct Stats {
    now: DateTime<Utc>,
    due: Count,
    later: Count,
    running: Count,
    done_last_hour: Count,
    done_last_ten_minutes: Count,
    given_up: Count,
    oldest_due: Option<DateTime<Utc>>,
    lateness: Late,
}

#[derive(Serialize)]
struct Late {
    measured: u32,
    median_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
}

impl From<Figures> for Stats {
    fn from(f: Figures) -> Self {
        Self {
            now: f.now,
            due: f.due.into(),
            later: f.later.into(),
            running: f.running.into(),
            done_last_hour: f.done_last_hour.into(),
            done_last_ten_minutes: f.done_last_ten_minutes.into(),
            given_up: f.given_up.into(),
            oldest_due: f.oldest_due,
            lateness: Late {
                measured: f.lateness.of,
                median_ms: f.lateness.median_ms,
                p95_ms: f.lateness.p95_ms,
                p99_ms: f.lateness.p99_ms,
            },
        }
    }
}

async fn figures(who: Who) -> Result<Json<Stats>> {
    let who = who.require(Permission::View)?;
    Ok(Json(stats::figures(&who.tenant).await?.into()))
}

#[derive(Serialize)]
struct Cancelled {
    cancelled: JobId,
}

async fn cancel(who: Who, Path(id): Path<String>) -> Result<Json<Cancelled>> {
    let id = id_of(&id)?;
    service::cancel(who, id).await?;
    Ok(Json(Cancelled { cancelled: id }))
}

async fn scheduler(who: Who) -> Result<Json<ScheduleBoard>> {
    Ok(Json(schedules::board(who).await?))
}

#[derive(Default, Deserialize)]
struct Which {
    /// Missing: all of them.
    schedule: Option<String>,
}

/// No body means all schedules.
fn which(body: &Bytes) -> Result<Which> {
    if body.trim_ascii().is_empty() {
        return Ok(Which::default());
    }
    serde_json::from_slice(body).map_err(|e| {
        AppError::invalid(
            "schedule",
            format!("The request could not be read: {e}. Send {{\"schedule\": name}}, or nothing for all."),
        )
    })
}

async fn start(who: Who, body: Bytes) -> Result<Json<ScheduleBoard>> {
    schedules::start(&who, which(&body)?.schedule.as_deref()).await?;
    Ok(Json(schedules::board(who).await?))
}

async fn stop(who: Who, body: Bytes) -> Result<Json<ScheduleBoard>> {
    schedules::stop(&who, which(&body)?.schedule.as_deref()).await?;
    Ok(Json(schedules::board(who).await?))
}
