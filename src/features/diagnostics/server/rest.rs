//! Health and errors over HTTP (row I2). `docs/API.md` has the addresses and answers.

use super::repair::Wish;
use super::service::LIMIT;
use super::{browser, bundle, health, repair, service};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ErrorId, RepairId};
use crate::features::diagnostics::model::{ErrorDetail, Health, LogReport, MOST_LOG_HOURS, Repair};
use crate::infra::http::throttle;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Hours that one question may reach back, and errors in one answer where nobody says how many.
const MOST_HOURS: u32 = 24 * 180;
const USUAL: u32 = 50;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/health", get(short))
        .route("/api/diagnostics/health", get(parts))
        .route("/api/diagnostics/errors", get(errors))
        .route("/api/diagnostics/logs", get(logs))
        .route("/api/diagnostics/bundle", get(bundle))
        .route("/api/browser-errors", post(browser::report))
        .route("/api/auto-repair/start", post(start))
        .route("/api/auto-repair/undo", post(undo))
        .route("/api/auto-repair/clear", post(clear))
}

#[derive(Serialize)]
struct Short {
    /// `ok`, or `degraded`: something does not work, and `GET /readyz` says what.
    status: &'static str,
    /// `connected` or `disconnected`.
    database: &'static str,
    /// `ready`, or `waiting`: agents, as all work in the background, wait for a worker.
    agents: &'static str,
    version: &'static str,
}

/// For monitors: no details, as nobody has to sign in. 503 while something does not work.
async fn short(State(app): State<App>) -> (StatusCode, Json<Short>) {
    let parts = health::checks(&app, true).await;
    let ok = parts.iter().all(|part| part.ok);
    let works = |name: &str| parts.iter().any(|part| part.name == name && part.ok);
    let short = Short {
        status: if ok { "ok" } else { "degraded" },
        database: if works("database") { "connected" } else { "disconnected" },
        agents: if works("worker") { "ready" } else { "waiting" },
        version: env!("CARGO_PKG_VERSION"),
    };
    (if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(short))
}

#[derive(Serialize)]
struct Parts {
    ok: bool,
    parts: Vec<PartOfServer>,
}

#[derive(Serialize)]
struct PartOfServer {
    #[serde(flatten)]
    health: Health,
    title: String,
    /// `works` or `fails`.
    state: &'static str,
    /// What to do while it fails.
    hint: Option<&'static str>,
}

impl From<Health> for PartOfServer {
    fn from(health: Health) -> Self {
        let hint = (!health.ok).then(|| health.hint());
        Self { title: health.title().to_owned(), state: health.state(), hint, health }
    }
}

async fn parts(who: Who) -> Result<Json<Parts>> {
    // `service` asks for the permission and whether they own the server.
    let parts = service::parts(who).await?;
    Ok(Json(Parts { ok: parts.iter().all(|part| part.ok), parts: parts.into_iter().map(PartOfServer::from).collect() }))
}

/// As text, so that a wrong one is answered in the same form as every other error.
#[derive(Deserialize)]
struct Wanted {
    hours: Option<String>,
    limit: Option<String>,
}

fn number(text: Option<&str>, field: &str, most: u32, usual: u32) -> Result<u32> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(usual) };
    let number = text.parse().ok().filter(|n| (1..=most).contains(n));
    number.ok_or_else(|| AppError::invalid(field, format!("Use a number from 1 to {most}.")))
}

#[derive(Serialize)]
struct Errors {
    errors: Vec<ErrorDetail>,
    hours: u32,
}

async fn errors(who: Who, query: std::result::Result<Query<Wanted>, QueryRejection>) -> Result<Json<Errors>> {
    let Query(wanted) = query.map_err(|_| AppError::invalid("query", "The address could not be read."))?;
    let hours = number(wanted.hours.as_deref(), "hours", MOST_HOURS, 24)?;
    let limit = number(wanted.limit.as_deref(), "limit", LIMIT, USUAL)?;
    Ok(Json(Errors { errors: service::recent(who, hours, limit).await?, hours }))
}

/// `GET /api/diagnostics/logs?hours`
async fn logs(who: Who, query: std::result::Result<Query<Wanted>, QueryRejection>) -> Result<Json<LogReport>> {
    // `service` asks for the permission and whether they own the server.
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "logs")?;
    let Query(wanted) = query.map_err(|_| AppError::invalid("query", "The address could not be read."))?;
    let hours = number(wanted.hours.as_deref(), "hours", MOST_LOG_HOURS, 24)?;
    Ok(Json(service::logs(who, hours).await?))
}

/// `GET /api/diagnostics/bundle`: a ZIP file for whoever helps with this server.
async fn bundle(who: Who) -> Result<Response> {
    // `bundle` asks for the permission and whether they own the server.
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "bundles")?;
    let (name, bytes) = bundle::make(who).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, bytes).into_response())
}

#[derive(Default, Deserialize)]
struct Start {
    #[serde(default)]
    error_id: Option<ErrorId>,
    /// Only say what would be done.
    #[serde(default)]
    dry_run: bool,
    /// Agrees to what asks a person; with `error_id` only.
    #[serde(default)]
    agreed: bool,
}

#[derive(Serialize)]
struct Started {
    success: bool,
    resolved: usize,
    repairs: Vec<Repair>,
}

/// An empty body is the same as `{}`.
fn body<T: Default + for<'de> Deserialize<'de>>(bytes: &Bytes) -> Result<T> {
    if bytes.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(bytes).map_err(|_| AppError::invalid("body", "Send JSON, or nothing for all errors."))
}

/// `POST /api/auto-repair/start`: all open errors that the caller may see, or the one of `error_id`.
async fn start(who: Who, bytes: Bytes) -> Result<Json<Started>> {
    // `repair` asks for the permission.
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "repairs")?;
    let wanted: Start = body(&bytes)?;
    let wish = Wish { error: wanted.error_id, dry: wanted.dry_run, agreed: wanted.agreed };
    let repairs = repair::start(who, wish).await?;
    Ok(Json(Started { success: true, resolved: repairs.iter().filter(|one| one.resolved).count(), repairs }))
}

#[derive(Deserialize)]
struct Undo {
    receipt_id: RepairId,
}

/// `POST /api/auto-repair/undo`: takes back what a repair did.
async fn undo(who: Who, bytes: Bytes) -> Result<Json<Value>> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "repairs")?;
    let wanted: Undo =
        serde_json::from_slice(&bytes).map_err(|_| AppError::invalid("receipt_id", "Name the receipt by its id."))?;
    repair::undo(who, wanted.receipt_id).await?;
    Ok(Json(json!({ "success": true })))
}

#[derive(Deserialize)]
struct Clear {
    hours: u32,
}

impl Default for Clear {
    fn default() -> Self {
        Self { hours: 24 }
    }
}

#[derive(Serialize)]
struct Cleared {
    success: bool,
    cleared: u64,
}

/// `POST /api/auto-repair/clear`: removes errors that were resolved more than `hours` ago.
async fn clear(who: Who, bytes: Bytes) -> Result<Json<Cleared>> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "repairs")?;
    let wanted: Clear = body(&bytes)?;
    if wanted.hours > MOST_HOURS {
        return Err(AppError::invalid("hours", format!("Use a number from 0 to {MOST_HOURS}.")));
    }
    Ok(Json(Cleared { success: true, cleared: repair::clear(who, wanted.hours).await? }))
}
