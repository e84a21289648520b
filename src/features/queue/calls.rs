//! Server functions of the queue's pages. Who may see or do what, `server::service` decides: it needs to know more than a
//! permission (the program's own jobs are for the owner of the server).

use super::model::{JobDetail, QueueBoard, QueueQuery, ScheduleBoard};
use crate::domain::error::AppError;
use crate::domain::ids::JobId;
use leptos::prelude::*;

/// Figures, and a part of the company's jobs.
#[server]
pub async fn load_queue(query: QueueQuery) -> Result<QueueBoard, AppError> {
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::who().await.inspect_err(set_status)?;
    super::server::service::board(who, query).await.inspect_err(set_status)
}

/// One job with its log.
#[server]
pub async fn load_job(id: JobId) -> Result<JobDetail, AppError> {
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::who().await.inspect_err(set_status)?;
    super::server::service::detail(who, id).await.inspect_err(set_status)
}

/// Takes back a job that waits.
#[server]
pub async fn cancel_job(id: JobId) -> Result<(), AppError> {
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::who().await.inspect_err(set_status)?;
    super::server::service::cancel(who, id).await.inspect_err(set_status)
}

/// Runs a job now that waits for later or was given up.
#[server]
pub async fn run_job(id: JobId) -> Result<(), AppError> {
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::who().await.inspect_err(set_status)?;
    super::server::service::run(who, id).await.inspect_err(set_status)
}

/// How the schedules stand.
#[server]
pub async fn load_schedules() -> Result<ScheduleBoard, AppError> {
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::who().await.inspect_err(set_status)?;
    super::server::schedules::board(who).await.inspect_err(set_status)
}

/// Stops a schedule on every node.
#[server]
pub async fn stop_schedule(schedule: String) -> Result<(), AppError> {
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::who().await.inspect_err(set_status)?;
    super::server::schedules::stop(&who, Some(&schedule)).await.inspect_err(set_status)
}

/// Lets it fire again.
#[server]
pub async fn start_schedule(schedule: String) -> Result<(), AppError> {
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::who().await.inspect_err(set_status)?;
    super::server::schedules::start(&who, Some(&schedule)).await.inspect_err(set_status)
}

/// Runs a schedule's job now.
#[server]
pub async fn run_schedule(schedule: String) -> Result<(), AppError> {
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::who().await.inspect_err(set_status)?;
    super::server::schedules::run_now(&who, &schedule).await.map(drop).inspect_err(set_status)
}
