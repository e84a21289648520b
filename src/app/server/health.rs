//! `/healthz`: the process answers. `/readyz`: it can do its work (database, schema, a worker that is alive and not behind).

use crate::infra::database;
use crate::infra::state::App;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use std::time::Duration;

pub async fn healthz() -> &'static str {
    "ok\n"
}

/// One part and how it is.
#[derive(Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub ok: bool,
    pub detail: String,
}

pub async fn readyz(State(app): State<App>) -> (StatusCode, Json<Vec<Check>>) {
    let checks = tokio::time::timeout(Duration::from_secs(5), checks(&app))
        .await
        .unwrap_or_else(|_| vec![Check { name: "database", ok: false, detail: "does not answer within 5 s".into() }]);
    let ready = checks.iter().all(|c| c.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(checks))
}

/// A worker beats every 10 s; a minute of silence means that nobody publishes.
const WORKER_SILENT_S: f64 = 60.0;
/// A job that is due this long without being started means that publishing is behind.
const BEHIND_S: f64 = 120.0;

pub async fn checks(app: &App) -> Vec<Check> {
    let mut checks = vec![];
    match database::migration_state(&app.db).await {
        Err(error) => {
            tracing::error!(%error, "readiness: database");
            checks.push(Check { name: "database", ok: false, detail: "does not answer".into() });
            return checks;
        }
        Ok((known, applied)) => {
            checks.push(Check { name: "database", ok: true, detail: "answers".into() });
            let detail = format!("{applied} of {known} migrations applied");
            checks.push(Check { name: "schema", ok: applied >= known, detail });
        }
    }
    let row = sqlx::query!(
        r#"select
             (select extract(epoch from now() - max(beat_at))::float8 from workers) as silent,
             (select extract(epoch from now() - min(run_at))::float8 from jobs where state = 'ready' and run_at <= now()) as behind"#
    )
    .fetch_one(&app.db)
    .await;
    match row {
        Ok(row) => {
            let (ok, detail) = match row.silent {
                Some(s) if s <= WORKER_SILENT_S => (true, format!("last sign of life {s:.0} s ago")),
                Some(s) => (false, format!("no sign of life for {s:.0} s: publishing is paused")),
                None => (false, "no worker has started yet".into()),
            };
            checks.push(Check { name: "worker", ok, detail });
            let behind = row.behind.unwrap_or(0.0);
            checks.push(Check {
                name: "queue",
                ok: behind <= BEHIND_S,
                detail: format!("oldest due job waits {behind:.0} s"),
            });
        }
        Err(error) => {
            tracing::error!(%error, "readiness: queue");
            checks.push(Check { name: "queue", ok: false, detail: "cannot be read".into() });
        }
    }
    checks
}
