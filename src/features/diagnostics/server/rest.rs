//! Health and errors over HTTP (row I2). `docs/API.md` has the addresses and answers.

use super::service::LIMIT;
use super::{browser, health, service};
use crate::domain::error::{AppError, Result};
use crate::features::diagnostics::model::{ErrorDetail, Health};
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// Hours that one question may reach back, and errors in one answer where nobody says how many.
const MOST_HOURS: u32 = 24 * 180;
const USUAL: u32 = 50;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/health", get(short))
        .route("/api/diagnostics/health", get(parts))
        .route("/api/diagnostics/errors", get(errors))
        .route("/api/browser-errors", post(browser::report))
}

#[derive(Serialize)]
struct Short {
    /// `ok`, or `degraded`: something does not work, and `GET /readyz` says what.
    status: &'static str,
    /// `connected` or `disconnected`.
    database: &'static str,
    version: &'static str,
}

/// For monitors: no details, as nobody has to sign in. 503 while something does not work.
async fn short(State(app): State<App>) -> (StatusCode, Json<Short>) {
    let parts = health::checks(&app, true).await;
    let ok = parts.iter().all(|part| part.ok);
    let database = parts.iter().any(|part| part.name == "database" && part.ok);
    let short = Short {
        status: if ok { "ok" } else { "degraded" },
        database: if database { "connected" } else { "disconnected" },
        version: env!("CARGO_PKG_VERSION"),
    };
    (if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(short))
}

#[derive(Serialize)]
struct Parts {
    ok: bool,
    parts: Vec<Health>,
}

async fn parts(who: Who) -> Result<Json<Parts>> {
    // `service` asks for the permission and whether they own the server.
    let parts = service::parts(who).await?;
    Ok(Json(Parts { ok: parts.iter().all(|part| part.ok), parts }))
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
