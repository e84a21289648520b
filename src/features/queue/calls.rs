//! Server functions of the queue's pages. Who may see or do what, `server::service` decides: it needs to know more than a
//! permission (the program's own jobs are for the owner of the server).

use super::model::{JobDetail, QueueBoard, QueueQuery, ScheduleBoard};
#[cfg(feature = "ssr")]
use super::server::{schedules, service};
use crate::domain::error::AppError;
use crate::domain::ids::JobId;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;

/// Figures, and a part of the company's jobs.
#[server]
pub async fn load_queue(query: QueueQuery) -> Result<QueueBoard, AppError> {
    call::signed_in(async |who| service::board(who, query).await).await
}

/// One job with its log.
#[server]
pub async fn load_job(id: JobId) -> Result<JobDetail, AppError> {
    call::signed_in(async |who| service::detail(who, id).await).await
}

/// Takes back a job that waits.
#[server]
pub async fn cancel_job(id: JobId) -> Result<(), AppError> {
    call::signed_in(async |who| service::cancel(who, id).await).await
}

/// Runs a job now that waits for later or was given up.
#[server]
pub async fn run_job(id: JobId) -> Result<(), AppError> {
    call::signed_in(async |who| service::run(who, id).await).await
}

/// How the schedules stand.
#[server]
pub async fn load_schedules() -> Result<ScheduleBoard, AppError> {
    call::signed_in(async |who| schedules::board(who).await).await
}

/// Stops a schedule on every node.
#[server]
pub async fn stop_schedule(schedule: String) -> Result<(), AppError> {
    call::signed_in(async |who| schedules::stop(&who, Some(&schedule)).await).await
}

/// Lets it fire again.
#[server]
pub async fn start_schedule(schedule: String) -> Result<(), AppError> {
    call::signed_in(async |who| schedules::start(&who, Some(&schedule)).await).await
}

/// Runs a schedule's job now.
#[server]
pub async fn run_schedule(schedule: String) -> Result<(), AppError> {
    call::signed_in(async |who| schedules::run_now(&who, &schedule).await.map(drop)).await
}
