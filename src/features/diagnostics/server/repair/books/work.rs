//! Work in the background: what a worker that is gone still holds, and what was given up.

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, JobId};
use crate::domain::incident::FaultLevel;
use crate::features::diagnostics::model::RepairCheck;
use crate::features::diagnostics::server::store;
use crate::infra::queue::{LEASE, by_hand, claim};
use crate::infra::state::App;
use async_trait::async_trait;

/// Jobs of workers that give no sign of life. Other workers take them over within seconds; where there is none, this does.
pub struct Lease;

/// Looked at so long after the lease ended: workers do it themselves before.
const LATE: f64 = 20.0;

async fn held(app: &App) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "held!" from (
             select from jobs j where j.state = 'running' and j.claimed_at < now() - make_interval(secs => $1)
               and not exists (select from workers w where w.id = j.leased_by and w.beat_at > now() - make_interval(secs => $1))
             limit 10000) stale"#,
        LEASE.as_secs_f64() + LATE
    )
    .fetch_one(&app.db)
    .await?)
}

#[async_trait]
impl Playbook for Lease {
    fn kind(&self) -> &'static str {
        "frozen worker"
    }
    fn id(&self) -> &'static str {
        "release_lease"
    }
    fn meaning(&self) -> &'static str {
        "A worker stopped in the middle of its work, and nobody has taken that work over."
    }
    fn next(&self) -> &'static str {
        "Start the program again or “lux worker”: what the worker left is done then."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let held = held(app).await?;
        Ok((held > 0)
            .then(|| Found {
                company: None,
                level: FaultLevel::Error,
                message: format!("A worker that is gone still holds {}", jobs(held)),
                subject: "queue:leases".into(),
            })
            .into_iter()
            .collect())
    }
    async fn check(&self, app: &App, _: &Subject) -> Result<RepairCheck> {
        let held = held(app).await?;
        let seen = if held == 0 { "Nothing is held any more.".into() } else { format!("{} still held.", jobs(held)) };
        Ok(checked("no job is held by a worker that is gone", held == 0, seen))
    }
    async fn plan(&self, app: &App, _: &Subject) -> Result<Option<String>> {
        let held = held(app).await?;
        Ok((held > 0).then(|| format!("Give {} back, for workers that live.", jobs(held))))
    }
    async fn act(&self, app: &App, _: &Subject) -> Result<Done> {
        let lost = claim::reap(&app.pipeline.0, "", &[]).await?;
        Ok(Done::new(format!("Gave {} back, for workers that live.", jobs(lost))))
    }
}

/// A job that a living worker has been running for hours: it hangs, and keeps what comes after it from being done.
pub struct Hanging;

/// The longest work of ours (a video of gigabytes to a slow platform) takes less.
const HOURS: i32 = 3;

#[async_trait]
impl Playbook for Hanging {
    fn kind(&self) -> &'static str {
        "hanging work"
    }
    fn id(&self) -> &'static str {
        "take_work_back"
    }
    fn meaning(&self) -> &'static str {
        "A piece of work in the background has not come to an end for hours, and what waits behind it is not done."
    }
    fn next(&self) -> &'static str {
        "See it under Diagnostics → Queue. If it hangs again after the program took it back, start the program again."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let hanging = by_hand::hanging(&app.db, HOURS).await?;
        Ok(hanging
            .into_iter()
            .map(|(kind, n)| Found {
                company: None,
                level: FaultLevel::Error,
                message: format!(
                    "“{}”: {} running for over {HOURS} hours",
                    app.jobs.title(&kind).unwrap_or(&kind),
                    jobs(n)
                ),
                subject: format!("work:{kind}"),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let hangs = by_hand::hanging(&app.db, HOURS).await?.iter().any(|(kind, _)| kind == kind_of(of));
        let seen = if hangs { "It still runs." } else { "None of it hangs any more." };
        Ok(checked(format!("{} comes to an end", kind_of(of)), !hangs, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        let title = app.jobs.title(kind_of(of)).unwrap_or(kind_of(of));
        Ok(Some(format!("Take “{title}” back from the worker, and have it run again.")))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let taken = by_hand::take_back(&app.db, kind_of(of), HOURS).await?;
        Ok(Done::new(format!("Took {} back; what the hanging run still says is not listened to.", jobs(taken))))
    }
}

fn jobs(n: i64) -> String {
    if n == 1 { "1 job".into() } else { format!("{n} jobs") }
}

/// Work that was given up and may be done at any time, and again.
pub struct GivenUp;

/// Beside what fires by the clock. Publishing, answers to comments and mail are not among them: they have their own ways.
const REPEATABLE: [&str; 4] = ["make_poster", "assemble", "connection_changed", "check"];
/// Jobs that are put back at once.
const MOST: i64 = 20;
/// How far back work that was given up is looked for.
const SINCE: chrono::TimeDelta = chrono::TimeDelta::days(2);

/// Kinds that may be run again.
pub fn repeatable(app: &App, kind: &str) -> bool {
    REPEATABLE.contains(&kind) || app.jobs.schedules().iter().any(|schedule| schedule.kind == kind)
}

/// Puts the latest of them back; how many.
pub async fn put_back(
    app: &App,
    kind: &str,
    company: Option<CompanyId>,
    since: chrono::DateTime<chrono::Utc>,
) -> Result<u32> {
    let dead: Vec<JobId> = store::given_up(&app.db, kind, company, since, MOST).await?;
    let mut again = 0;
    for job in dead {
        match by_hand::run_now(&app.db, company, job, "put back by a repair").await {
            Ok(put) => again += u32::from(put),
            // The same work waits already, asked for anew: that one does for this.
            Err(sqlx::Error::Database(e)) if e.is_unique_violation() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(again)
}

/// "Put “x” back into the queue."
pub fn put_back_words(app: &App, kind: &str, again: u32) -> String {
    let title = app.jobs.title(kind).unwrap_or(kind);
    match again {
        1 => format!("Put “{title}” back into the queue."),
        n => format!("Put “{title}” back into the queue {n} times."),
    }
}

/// Given up since then, where nothing of the kind was done after it.
async fn waiting(app: &App, kind: &str, company: Option<CompanyId>) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from (
             select from jobs d where d.kind = $1 and d.company_id is not distinct from $2 and d.state = 'dead'
               and d.finished_at > now() - make_interval(secs => $3)
               and not exists (select from jobs s where s.kind = d.kind and s.company_id is not distinct from d.company_id
                                 and s.state = 'done' and s.finished_at > d.finished_at)
             limit 1000) x"#,
        kind,
        company.map(|id| id.0),
        SINCE.as_seconds_f64()
    )
    .fetch_one(&app.db)
    .await?)
}

fn kind_of(of: &Subject) -> &str {
    of.name.strip_prefix("work:").unwrap_or_default()
}

#[async_trait]
impl Playbook for GivenUp {
    fn kind(&self) -> &'static str {
        "work"
    }
    fn id(&self) -> &'static str {
        "run_again"
    }
    fn meaning(&self) -> &'static str {
        "A piece of work in the background was tried as often as it may be, and was given up."
    }
    fn next(&self) -> &'static str {
        "See it under Diagnostics → Queue → Given up: it says why. Run it again there once its cause is gone."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let kinds: Vec<String> = app.jobs.kinds().filter(|kind| repeatable(app, kind)).map(str::to_owned).collect();
        let rows = sqlx::query!(
            r#"select d.kind, d.company_id, max(d.last_error) as why from jobs d
               where d.state = 'dead' and d.kind = any($1) and d.finished_at > now() - make_interval(secs => $2)
                 and not exists (select from jobs s where s.kind = d.kind and s.company_id is not distinct from d.company_id
                                   and s.state = 'done' and s.finished_at > d.finished_at)
                 -- Where its own words were logged, that error stands for it.
                 and not exists (select from error_log e where e.endpoint = d.kind and e.method is null and not e.is_resolved
                                   and e.company_id is not distinct from d.company_id and e.error_type <> 'browser')
               group by d.kind, d.company_id limit 200"#,
            &kinds,
            SINCE.as_seconds_f64()
        )
        .fetch_all(&app.db)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Found {
                company: row.company_id,
                level: FaultLevel::Error,
                message: format!(
                    "“{}” was given up: {}",
                    app.jobs.title(&row.kind).unwrap_or(&row.kind),
                    row.why.unwrap_or_else(|| "no reason was noted".into())
                ),
                subject: format!("work:{}", row.kind),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let kind = kind_of(of);
        let dead = waiting(app, kind, of.company).await?;
        let again = sqlx::query_scalar!(
            r#"select exists (select from jobs where kind = $1 and company_id is not distinct from $2 and state in ('ready', 'running')
                                and exists (select from job_log l where l.job_id = jobs.id and l.what = 'again')) as "again!""#,
            kind,
            of.company.map(|id| id.0)
        )
        .fetch_one(&app.db)
        .await?;
        let (ok, seen) = match (dead, again) {
            (0, false) => (true, "None of it is given up any more."),
            (0, true) => (false, "It is in the queue again, and not done yet."),
            _ => (false, "No such work was done since."),
        };
        Ok(checked(format!("{kind} is done"), ok, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        let (kind, dead) = (kind_of(of), waiting(app, kind_of(of), of.company).await?);
        let n = u32::try_from(dead.min(MOST)).unwrap_or_default();
        Ok((n > 0 && repeatable(app, kind)).then(|| put_back_words(app, kind, n)))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let kind = kind_of(of);
        if !repeatable(app, kind) {
            return Err(AppError::conflict("This work is not repeated by itself."));
        }
        let again = put_back(app, kind, of.company, chrono::Utc::now() - SINCE).await?;
        Ok(Done::new(if again == 0 {
            "It waits in the queue already.".into()
        } else {
            put_back_words(app, kind, again)
        }))
    }
}
