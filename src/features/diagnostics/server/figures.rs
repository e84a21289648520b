//! Numbers for whoever watches many servers (`/metrics`): of the queue, the deliveries and the errors, of all companies together.

use crate::infra::queue::stats;
use crate::infra::state::App;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long the database may take for all of it.
const WITHIN: Duration = Duration::from_secs(5);
/// Counting deliveries reads all of them: at most so often, however often somebody asks.
const COUNTED_EACH: Duration = Duration::from_secs(60);

/// What is missing could not be had.
#[derive(Debug, Default)]
pub struct Figures {
    pub database: bool,
    pub queue: Option<Queue>,
    pub deliveries: Option<Vec<(String, i64)>>,
    pub errors: Option<Vec<(String, i64)>>,
}

/// Counts stop at 10,000.
#[derive(Debug)]
pub struct Queue {
    pub due: i64,
    pub later: i64,
    pub running: i64,
    pub given_up: i64,
    pub oldest_due_seconds: f64,
    pub beat_age_seconds: Option<f64>,
}

/// Deliveries of each state, and when they were counted.
type Counted = (Instant, Vec<(String, i64)>);

static DELIVERIES: Mutex<Option<Counted>> = Mutex::const_new(None);

pub async fn figures(app: &App) -> Figures {
    let asked = async {
        let queue = queue(app).await?;
        Ok::<_, sqlx::Error>((queue, deliveries(app).await?, errors(app).await?))
    };
    match tokio::time::timeout(WITHIN, asked).await {
        Ok(Ok((queue, deliveries, errors))) => {
            Figures { database: true, queue: Some(queue), deliveries: Some(deliveries), errors: Some(errors) }
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "figures could not be read");
            Figures::default()
        }
        Err(_) => Figures::default(),
    }
}

async fn queue(app: &App) -> Result<Queue, sqlx::Error> {
    let bound = i64::from(stats::BOUND);
    let row = sqlx::query!(
        r#"select (select count(*) from (select from jobs where state = 'ready' and run_at <= now() limit $1) j) as "due!",
                  (select count(*) from (select from jobs where state = 'ready' and run_at > now() limit $1) j) as "later!",
                  (select count(*) from (select from jobs where state = 'running' limit $1) j) as "running!",
                  (select count(*) from (select from jobs where state = 'dead' limit $1) j) as "given_up!",
                  coalesce((select extract(epoch from now() - min(next.run_at))::float8 from jobs_levels l cross join lateral (
                     select run_at from jobs where state = 'ready' and priority = l.priority and run_at <= now()
                     order by run_at limit 1) next), 0) as "oldest!",
                  (select extract(epoch from now() - max(beat_at))::float8 from workers) as beat"#,
        bound
    )
    .fetch_one(&app.db)
    .await?;
    Ok(Queue {
        due: row.due,
        later: row.later,
        running: row.running,
        given_up: row.given_up,
        oldest_due_seconds: row.oldest.max(0.0),
        beat_age_seconds: row.beat.map(|age| age.max(0.0)),
    })
}

async fn deliveries(app: &App) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let mut known = DELIVERIES.lock().await;
    if let Some((at, counts)) = known.as_ref()
        && at.elapsed() < COUNTED_EACH
    {
        return Ok(counts.clone());
    }
    let rows = sqlx::query!(r#"select state, count(*) as "n!" from deliveries group by state order by state"#);
    let counts: Vec<_> = rows.fetch_all(&app.db).await?.into_iter().map(|row| (row.state, row.n)).collect();
    *known = Some((Instant::now(), counts.clone()));
    Ok(counts)
}

async fn errors(app: &App) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select l.severity as "severity!", (select count(*) from error_log e where not e.is_resolved and e.severity = l.severity) as "n!"
           from unnest(array['warning', 'error', 'critical']) as l (severity)"#
    );
    Ok(rows.fetch_all(&app.db).await?.into_iter().map(|row| (row.severity, row.n)).collect())
}
