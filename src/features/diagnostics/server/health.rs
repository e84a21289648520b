//! How each part of the program is: whether it answers, how long that took, and what was seen.

use super::store;
use crate::features::diagnostics::model::Health;
use crate::features::posts::server::cards::when;
use crate::infra::database;
use crate::infra::queue::stats::{self, Pulse};
use crate::infra::state::App;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::time::{Duration, Instant};

/// How long a part may take to answer.
const WITHIN: Duration = Duration::from_secs(5);

/// All parts, for whoever looks after the server.
pub async fn parts(app: &App) -> Vec<Health> {
    let (mut parts, files) = tokio::join!(checks(app, true), files(app));
    parts.push(files);
    parts
}

fn part(name: &str, ok: bool, detail: impl Into<String>, since: Instant) -> Health {
    let ms = u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX);
    Health { name: name.to_owned(), ok, detail: detail.into(), ms, last_success: None }
}

/// The same with the time at which each was last seen to work. Only what does not work now has to be looked up.
pub async fn with_times(app: &App, zone: Tz, mut parts: Vec<Health>) -> Vec<Health> {
    let answers = parts.iter().any(|part| part.ok && part.name == "database");
    if answers && parts.iter().any(|part| !part.ok) {
        remember(app).await;
    }
    for part in &mut parts {
        part.last_success = app.vitals.last(&part.name).map(|at| when(zone, at));
    }
    parts
}

/// Writes down what was seen to work, so that a restart and the other nodes know it: once a minute, one statement for all parts.
pub async fn keep(app: &App) {
    let written = tokio::time::timeout(WITHIN, store::keep_successes(&app.db, &app.vitals.all())).await;
    // Not as an error: whatever is wrong with the database is told by its part.
    if !matches!(written, Ok(Ok(()))) {
        tracing::warn!("when each part worked last could not be written down");
    }
}

/// What other nodes, and this one before it was started again, have seen to work.
async fn remember(app: &App) {
    match tokio::time::timeout(WITHIN, store::successes(&app.db)).await {
        Ok(Ok(all)) => all.into_iter().for_each(|(part, at)| app.vitals.worked(&part, at)),
        _ => tracing::warn!("when each part worked last could not be read"),
    }
}

/// Notes which of them work.
fn seen(app: &App, parts: &[Health]) {
    let now = Utc::now();
    parts.iter().filter(|part| part.ok).for_each(|part| app.vitals.worked(&part.name, now));
}

/// What a node needs to do its work. `works`: there should be a worker here.
pub async fn checks(app: &App, works: bool) -> Vec<Health> {
    let since = Instant::now();
    let looked = tokio::time::timeout(WITHIN, look(app, works)).await;
    let parts = looked.unwrap_or_else(|_| vec![part("database", false, "does not answer within 5 s", since)]);
    seen(app, &parts);
    parts
}

async fn look(app: &App, works: bool) -> Vec<Health> {
    let mut parts = vec![];
    let since = Instant::now();
    match database::migration_state(&app.db).await {
        Err(error) => {
            tracing::error!(%error, "readiness: database");
            parts.push(part("database", false, "does not answer", since));
            return parts;
        }
        Ok((known, applied)) => {
            parts.push(part("database", true, "answers", since));
            let detail = format!("{applied} of {known} migrations applied");
            parts.push(part("schema", applied >= known, detail, since));
        }
    }
    let since = Instant::now();
    match stats::pulse(&app.db).await {
        Ok(pulse) => {
            parts.extend(of_queue(&pulse, works).map(|(name, ok, detail)| part(name, ok, detail, since)));
        }
        Err(error) => {
            tracing::error!(%error, "readiness: queue");
            parts.push(part("queue", false, "cannot be read", since));
        }
    }
    parts
}

/// The server's own folder of files: a file is written, read and removed.
pub async fn files(app: &App) -> Health {
    let since = Instant::now();
    let tried = tokio::time::timeout(WITHIN, app.folder.try_out()).await;
    let part = match tried {
        Ok(Ok(())) => part("files", true, "takes and gives files", since),
        Ok(Err(error)) => {
            tracing::error!(%error, "the file store does not work");
            part("files", false, "a file could not be written and read", since)
        }
        Err(_) => part("files", false, "does not answer within 5 s", since),
    };
    seen(app, std::slice::from_ref(&part));
    part
}

/// Is there a worker, and is the work on time?
fn of_queue(pulse: &Pulse, works: bool) -> [(&'static str, bool, String); 2] {
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
    [("worker", !silent || !works, worker), ("queue", pulse.delay().is_none(), queue)]
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
        let ok = |p: Pulse, works| of_queue(&p, works).map(|(_, ok, _)| ok);
        assert_eq!(ok(pulse(5, None), true), [true, true]);
        assert_eq!(ok(pulse(61, None), true), [false, true]);
        assert_eq!(ok(pulse(61, None), false), [true, true]);
        assert_eq!(ok(pulse(5, Some(130)), false), [true, false]);
        let [worker, queue] = of_queue(&pulse(75, Some(130)), true);
        assert_eq!(worker.2, "no sign of life for 75 s: publishing is paused");
        assert_eq!(queue.2, "the oldest job that could run has waited 130 s since it was due");
    }
}
