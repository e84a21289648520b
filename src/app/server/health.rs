//! `/healthz`: the process answers. `/readyz`: it can do its work (database, schema, a worker that is alive and not behind,
//! files).

use super::serve::Roles;
use crate::features::diagnostics::model::Health;
use crate::features::diagnostics::server::health;
use crate::infra::state::App;
use axum::extract::State;
use axum::{Extension, Json};
use http::StatusCode;

pub async fn healthz() -> &'static str {
    "ok\n"
}

/// A node that only serves pages is not taken out of service because workers elsewhere are silent (its pages say so); any
/// node is not ready while the work is behind.
pub async fn readyz(State(app): State<App>, roles: Option<Extension<Roles>>) -> (StatusCode, Json<Vec<Health>>) {
    let works = roles.is_none_or(|Extension(roles)| roles.worker);
    let (mut checks, files) = tokio::join!(health::checks(&app, works), health::files(&app));
    checks.push(files);
    let checks = health::with_times(&app, chrono_tz::UTC, checks).await;
    let ready = checks.iter().all(|c| c.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(checks))
}
