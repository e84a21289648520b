//! `/healthz`: the process answers. `/readyz`: it can do its work (database, schema, a worker that is alive and not behind).

use super::serve::Roles;
use crate::infra::database;
use crate::infra::queue::stats::{self, Pulse};
use crate::infra::state::App;
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::Serialize;
use sqlx::PgPool;
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

/// A node that only serves pages is not taken out of service because workers elsewhere are silent (its pages say so); any
/// node is not ready while the work is behind.
pub async fn readyz(State(app): State<App>, roles: Option<Extension<Roles>>) -> (StatusCode, Json<Vec<Check>>) {
    let works = roles.is_none_or(|Extension(roles)| roles.worker);
    let checks = tokio::time::timeout(Duration::from_secs(5), checks(&app.db, works))
        .await
        .unwrap_or_else(|_| vec![Check { name: "database", ok: false, detail: "does not answer within 5 s".into() }]);
    let ready = checks.iter().all(|c| c.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(checks))
}

/// `works`: there should be a worker here.
pub async fn checks(db: &PgPool, works: bool) -> Vec<Check> {
    let mut checks = vec![];
    match database::migration_state(db).await {
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
    match stats::pulse(db).await {
        Ok(pulse) => checks.extend(of_queue(&pulse, works)),
        Err(error) => {
            tracing::error!(%error, "readiness: queue");
            checks.push(Check { name: "queue", ok: false, detail: "cannot be read".into() });
        }
    }
    checks
}

/// Is there a worker, and is the work on time?
fn of_queue(pulse: &Pulse, works: bool) -> [Check; 2] {
    let ago = |at: DateTime<Utc>| (pulse.now - at).num_seconds().max(0);
    let silent = pulse.silence().is_some();
    let worker = match pulse.beat {
        Some(beat) if !silent => format!("last sign of life {} s ago", ago(beat)),
        Some(beat) => format!("no sign of life for {} s: publishing is paused", ago(beat)),
        None => "no worker is signed on: publishing is paused".into(),
    };
    let queue = match pulse.waiting_since {
        None => format!("no job that could run is more than {} s late", stats::BEHIND.num_seconds()),
        Some(since) => format!("the oldest job that could run has waited {} s since it was due", ago(since)),
    };
    [
        Check { name: "worker", ok: !silent || !works, detail: worker },
        Check { name: "queue", ok: pulse.delay().is_none(), detail: queue },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn silence_counts_where_a_worker_should_be() {
        let now = Utc::now();
        let pulse = |beat, late: Option<i64>| Pulse {
            beat: Some(now - TimeDelta::seconds(beat)),
            waiting_since: late.map(|s| now - TimeDelta::seconds(s)),
            now,
        };
        let ok = |p: Pulse, works| of_queue(&p, works).map(|c| c.ok);
        assert_eq!(ok(pulse(5, None), true), [true, true]);
        assert_eq!(ok(pulse(61, None), true), [false, true]);
        assert_eq!(ok(pulse(61, None), false), [true, true]);
        assert_eq!(ok(pulse(5, Some(130)), false), [true, false]);
        let [worker, queue] = of_queue(&pulse(75, Some(130)), true);
        assert_eq!(worker.detail, "no sign of life for 75 s: publishing is paused");
        assert_eq!(queue.detail, "the oldest job that could run has waited 130 s since it was due");
    }
}
