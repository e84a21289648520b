//! Who sees what of the queue, and what may be done with a job. A company's members see its jobs; those that belong to no
//! company, and the workers, are for the owner of the server. Another company's job is not found.

use super::store::{self, Row, Whose};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result};
use crate::domain::frame::{Pause, PauseKind};
use crate::domain::ids::{DeliveryId, JobId};
use crate::domain::page::PAGE_SIZE;
use crate::domain::permission::Permission;
use crate::domain::post::title_of;
use crate::features::deliveries::server::deliver::Deliver;
use crate::features::deliveries::server::service as publishing;
use crate::features::identity::companies::server::service::zone;
use crate::features::posts::server::cards::when;
use crate::features::queue::model::{
    About, Count, Exact, FigureBoard, JobAct, JobCard, JobDetail, JobFilter, JobList, JobState, LogLine, QueueBoard,
    QueueQuery, ServerFigureBoard, ServerPart, WorkerCard,
};
use crate::features::queue::words;
use crate::infra::database::OnConstraint;
use crate::infra::queue::by_hand;
use crate::infra::queue::stats::{self, BOUND, Bounded, Figures, ServerFigures};
use crate::infra::queue::{Catalogue, Job};
use crate::infra::session::{Granted, Who};
use chrono::{DateTime, Timelike, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;

/// The most lines of a log that are shown.
const LOG_LINES: i64 = 500;
/// The most jobs in one answer.
pub const LIMIT: u32 = 100;

/// An instant to the second, on a zone's clock.
pub fn exact(zone: Tz, at: DateTime<Utc>) -> Exact {
    let local = crate::infra::zone::local(zone, at);
    Exact { at: at.into(), text: format!("{}:{:02}", local.short(), at.second()) }
}

impl From<Bounded> for Count {
    fn from(b: Bounded) -> Self {
        Self { n: b.n, more: b.more }
    }
}

/// Whether the queue is being worked on, as one light query says.
pub async fn pause(db: &sqlx::PgPool, zone: Tz) -> Result<Option<Pause>> {
    let (kind, since) = match stats::pulse(db).await?.pause() {
        None => return Ok(None),
        Some(stats::Pause::Nobody) => (PauseKind::NoWorker, None),
        Some(stats::Pause::Silent { since }) => (PauseKind::NoWorker, Some(since)),
        Some(stats::Pause::Behind { since }) => (PauseKind::Behind, Some(since)),
    };
    Ok(Some(Pause { kind, since: since.map(|at| when(zone, at)) }))
}

/// The queue page.
pub async fn board(who: Who, query: QueueQuery) -> Result<QueueBoard> {
    let owns_server = who.is_instance_owner;
    let who = who.require(Permission::View)?;
    let zone = zone(&who.tenant).await?;
    let figures = stats::figures(&who.tenant).await?;
    Ok(QueueBoard {
        pause: pause(&who.tenant.db, zone).await?,
        jobs: list(&who, zone, query.filter, PAGE_SIZE, query.offset()).await?,
        server: if owns_server { Some(server_part(&who, zone).await?) } else { None },
        zone: zone.name().to_owned(),
        now: exact(zone, figures.now),
        figures: in_numbers(figures, zone),
    })
}

fn in_numbers(f: Figures, zone: Tz) -> FigureBoard {
    FigureBoard {
        due: f.due.into(),
        later: f.later.into(),
        running: f.running.into(),
        done_last_hour: f.done_last_hour.into(),
        done_per_minute: f64::from(f.done_last_ten_minutes.n) / 10.0,
        done_per_minute_is_bounded: f.done_last_ten_minutes.more,
        given_up: f.given_up.into(),
        oldest_due: f.oldest_due.map(|at| when(zone, at)),
        oldest_due_late_s: f.oldest_due.map(|at| (f.now - at).num_seconds()),
        measured: f.lateness.of,
        late_median_ms: f.lateness.median_ms,
        late_p95_ms: f.lateness.p95_ms,
        late_p99_ms: f.lateness.p99_ms,
    }
}

fn of_server_in_numbers(f: ServerFigures, zone: Tz) -> ServerFigureBoard {
    ServerFigureBoard {
        due: f.due.into(),
        later: f.later.into(),
        running: f.running.into(),
        done_per_minute: f64::from(f.done_last_ten_minutes.n) / 10.0,
        done_per_minute_is_bounded: f.done_last_ten_minutes.more,
        oldest_due: f.oldest_due.map(|at| when(zone, at)),
        oldest_due_late_s: f.oldest_due.map(|at| (f.now - at).num_seconds()),
        measured: f.lateness.of,
        late_median_ms: f.lateness.median_ms,
        late_p99_ms: f.lateness.p99_ms,
    }
}

/// A part of the company's list.
pub async fn list(who: &Granted, zone: Tz, filter: JobFilter, limit: u32, offset: u32) -> Result<JobList> {
    let limit = limit.clamp(1, LIMIT);
    // Nobody turns so many pages; beyond the bound a list would have to be read from its beginning.
    let offset = offset.min(BOUND);
    let rows = store::list(&who.tenant, filter, limit, offset).await?;
    let total = store::count(&who.tenant, filter).await?.into();
    Ok(JobList { jobs: cards(who, zone, rows).await?, total, limit, offset })
}

async fn server_part(who: &Granted, zone: Tz) -> Result<ServerPart> {
    let tenant = &who.tenant;
    let workers = store::workers(&tenant.db).await?;
    Ok(ServerPart {
        figures: of_server_in_numbers(stats::server_figures(&tenant.db).await?, zone),
        workers: workers
            .into_iter()
            .map(|w| WorkerCard {
                started: exact(zone, w.started_at),
                beat_s: (w.now - w.beat_at).num_seconds(),
                alive: w.now - w.beat_at <= stats::SILENT,
                running: w.running,
                id: w.id,
            })
            .collect(),
        jobs: cards(who, zone, store::of_server(&tenant.db).await?).await?,
    })
}

/// Rows as cards on the clock of this company; what they are about is looked up in it only.
async fn cards(who: &Granted, zone: Tz, rows: Vec<Row>) -> Result<Vec<JobCard>> {
    let tenant = &who.tenant;
    let of_company = rows.iter().filter(|r| r.company_id == Some(tenant.company));
    let deliveries: Vec<DeliveryId> = of_company.filter_map(Row::delivery).collect();
    let mut about: HashMap<DeliveryId, About> = HashMap::new();
    if !deliveries.is_empty() {
        for s in store::subjects(tenant, &deliveries).await? {
            // A platform or state that this program does not know cannot be shown.
            let (Ok(platform), Some(state)) = (s.platform.parse(), DeliveryState::parse(&s.state)) else { continue };
            about.insert(s.id, About { post: s.post_id, title: title_of(&s.text), platform, handle: s.handle, state });
        }
    }
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let state = row.state()?;
            let due = state == JobState::Ready && row.run_at <= row.now;
            Some(JobCard {
                id: row.id,
                state,
                due,
                run_at: when(zone, row.run_at),
                late_s: due.then(|| (row.now - row.run_at).num_seconds()),
                ended: row.finished_at.filter(|_| state.is_finished()).map(|at| exact(zone, at)),
                attempts: row.attempts,
                max_attempts: row.max_attempts,
                about: row.delivery().and_then(|id| about.get(&id).cloned()),
                last_error: row.last_error,
                title: title(&who.app.jobs, &row.kind),
                kind: row.kind,
            })
        })
        .collect())
}

/// What a kind of job does. One that this program does not know (a newer one on another node does) is made readable.
fn title(jobs: &Catalogue, kind: &str) -> String {
    jobs.title(kind).map_or_else(|| words::readable(kind), str::to_owned)
}

/// One job that this person may see, and whose it is.
async fn find(who: &Granted, owns_server: bool, id: JobId) -> Result<(Whose, Row)> {
    let db = || who.tenant.db.clone();
    let own = Whose { db: db(), company: Some(who.company) };
    if let Some(row) = store::find(&own, id).await? {
        return Ok((own, row));
    }
    let of_server = Whose { db: db(), company: None };
    let row = if owns_server { store::find(&of_server, id).await? } else { None };
    row.map(|row| (of_server, row)).ok_or_else(|| AppError::not_found("job"))
}

/// One job with its log.
pub async fn detail(who: Who, id: JobId) -> Result<JobDetail> {
    let owns_server = who.is_instance_owner;
    let who = who.require(Permission::View)?;
    let (whose, row) = find(&who, owns_server, id).await?;
    let zone = zone(&who.tenant).await?;
    let mut lines = store::log(&whose, id, LOG_LINES + 1).await?;
    let log_is_cut = lines.len() as i64 > LOG_LINES;
    lines.truncate(LOG_LINES as usize);
    lines.reverse();
    let log = lines.into_iter().map(|l| LogLine {
        at: exact(zone, l.at),
        attempt: l.attempt,
        // Which process it was is nobody's business but the server's owner's.
        detail: if l.what == "claimed" && !owns_server { String::new() } else { l.detail },
        what: l.what,
    });
    let log = log.collect();
    let acts = acts(&who, &row);
    let (created, priority, of_server) = (exact(zone, row.created_at), row.priority, row.company_id.is_none());
    let card = cards(&who, zone, vec![row]).await?.pop().ok_or_else(|| AppError::not_found("job"))?;
    let look_again_s = match card.state {
        JobState::Running => Some(2),
        JobState::Ready if card.due => Some(2),
        JobState::Ready => Some(15),
        _ => None,
    };
    let zone = zone.name().to_owned();
    Ok(JobDetail { card, created, priority, of_server, log, log_is_cut, acts, zone, look_again_s })
}

/// What this person may do with a job that they see.
fn acts(who: &Granted, row: &Row) -> Vec<JobAct> {
    // The program's own jobs are shown to the owner of the server only, who may.
    if row.company_id.is_some() && !who.role.may(Permission::Publish) {
        return vec![];
    }
    let post = row.kind == Deliver::KIND;
    let cancel = who.app.jobs.can_be_cancelled(&row.kind).then_some(JobAct::Cancel);
    match row.state() {
        Some(JobState::Ready) if post => vec![JobAct::SeePost, JobAct::Cancel],
        Some(JobState::Ready) if row.run_at > row.now => [JobAct::RunNow].into_iter().chain(cancel).collect(),
        Some(JobState::Ready) => cancel.into_iter().collect(),
        Some(JobState::Dead) if !post => vec![JobAct::RunAgain],
        _ if post => vec![JobAct::SeePost],
        _ => vec![],
    }
}

/// What it takes to change a job: that of a company is for those who may publish.
async fn to_change(who: Who, id: JobId) -> Result<(Granted, Whose, Row)> {
    let owns_server = who.is_instance_owner;
    let may_publish = who.clone().require(Permission::Publish);
    let who = who.require(Permission::View)?;
    let (whose, row) = find(&who, owns_server, id).await?;
    match (row.company_id, may_publish) {
        (Some(_), Err(forbidden)) => Err(forbidden),
        _ => Ok((who, whose, row)),
    }
}

/// Takes back a job that waits. One that publishes a post goes by the post's rules: its delivery is cancelled with it.
pub async fn cancel(who: Who, id: JobId) -> Result<()> {
    let (who, whose, row) = to_change(who, id).await?;
    let too_late = || AppError::conflict("This job is no longer waiting, so it cannot be cancelled.");
    if row.state() != Some(JobState::Ready) {
        return Err(too_late());
    }
    if row.kind == Deliver::KIND {
        let delivery = row.delivery().ok_or_else(too_late)?;
        return publishing::cancel_delivery(&who.tenant, delivery).await;
    }
    if !who.app.jobs.can_be_cancelled(&row.kind) {
        return Err(AppError::conflict("This job cannot be cancelled: something waits for it. It ends by itself."));
    }
    let note = format!("By {}.", who.name);
    let done = by_hand::cancel(&whose.db, whose.company, id, &note).await?;
    if done { Ok(()) } else { Err(too_late()) }
}

/// Runs a job now that waits for later or was given up. Never one that publishes a post: only the post's page knows
/// whether sending (again) is safe.
pub async fn run(who: Who, id: JobId) -> Result<()> {
    let (who, whose, row) = to_change(who, id).await?;
    if row.kind == Deliver::KIND {
        return Err(AppError::conflict(
            "A post is sent, or sent again, from its own page: there one sees what has already gone out.",
        ));
    }
    let note = format!("By {}.", who.name);
    let done = by_hand::run_now(&whose.db, whose.company, id, &note).await.on_constraint("jobs_key", || {
        AppError::conflict("A newer job is already doing the same work, so this one stays as it is.")
    })?;
    if done {
        return Ok(());
    }
    Err(AppError::conflict("This job is not waiting and was not given up, so it cannot be run now."))
}
