//! When jobs of agents are due. Each job of an agent that is on has a row with its next time; once a minute what is due becomes a
//! run, once for each tick however many nodes look. What was missed while the program was off is made up for once.

use super::run::{self, RunAgent};
use super::store::{runs, settings};
use super::{decide, events, store};
use crate::domain::error::Result;
use crate::domain::ids::{AgentRunId, CompanyId, UserId};
use crate::features::agents::catalogue::{AGENTS, Agent};
use crate::features::agents::timing::Timing;
use crate::infra::queue::{Claim, Job, JobOptions, Outcome, Schedule, Tick, enqueue};
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

/// Jobs that one look takes.
const PORTION: i64 = 100;

/// Starts what is due, and finishes approvals that were cut off.
pub struct WakeAgents;

impl Job for WakeAgents {
    type Payload = Tick;
    const KIND: &'static str = "wake_agents";
    const TITLE: &'static str = "Start agents whose time has come";
    const PRIORITY: i16 = 150;
    /// What fails is made up for by the next tick.
    const ATTEMPTS: i32 = 1;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "wake_agents",
        cron: "20 * * * * *",
        title: "Start agents whose time has come",
        does: "Looks once a minute which jobs of agents are due or asked for by what happened, starts them, and finishes approvals that were cut off.",
        when_stopped: "While this is stopped, agents work only when somebody presses “Run now”.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        let app = &claim.app;
        let woken = wake(app, claim.now()).await.map(|started| {
            if started > 0 {
                tracing::info!(started, "agents were started");
            }
        });
        let heard = events::wake(app, claim.now()).await.map(|woken| {
            if woken > 0 {
                tracing::info!(woken, "agents were woken by what happened");
            }
        });
        let finished = decide::finish_cut_off(app).await;
        woken.and(heard).and(finished).into()
    }
}

/// Starts what is due; how many runs.
pub async fn wake(app: &App, now: DateTime<Utc>) -> Result<usize> {
    let mut started = 0;
    loop {
        let mut tx = app.db.begin().await?;
        let due = settings::due(&mut tx, now, PORTION).await?;
        let all = due.len();
        for row in due {
            let zone = zone::of(&row.zone);
            // In another zone the same words mean another moment: it is worked out anew and nothing runs for the old one.
            let is_due = row.next_at <= now && !row.moved;
            let next = row.timing.parse::<Timing>().ok().and_then(|timing| timing.next(zone, now));
            settings::set_next(&mut tx, &row, next).await?;
            if is_due
                && !runs::is_open(&mut tx, row.company_id, &row.agent, &row.job).await?
                && begin(&mut tx, row.company_id, (&row.agent, &row.job), row.next_at, now, None).await?.is_some()
            {
                started += 1;
            }
        }
        tx.commit().await?;
        if all < PORTION as usize {
            return Ok(started);
        }
    }
}

/// Puts a run into the queue; `None` when there is one for this moment.
pub async fn begin(
    tx: &mut PgConnection,
    company: CompanyId,
    (agent, job): (&str, &str),
    at: DateTime<Utc>,
    now: DateTime<Utc>,
    by: Option<UserId>,
) -> Result<Option<AgentRunId>> {
    let Some(run) = runs::begin(tx, company, (agent, job), at, by).await? else { return Ok(None) };
    let options = JobOptions {
        company: Some(company),
        job_key: Some(run::key(run)),
        // One after the other: a company's agents share its model and its database.
        queue_key: Some(format!("agents:{company}")),
        ..JobOptions::at(now)
    };
    enqueue::<RunAgent>(tx, &run::RunPayload { run }, options).await?;
    Ok(Some(run))
}

/// Plans all jobs of an agent that is switched on, each as it was set or as usual; none of one that is off.
pub async fn plan(
    tx: &mut PgConnection,
    company: CompanyId,
    agent: &Agent,
    on: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let zone_name =
        sqlx::query_scalar!("select zone from companies where id = $1", company.0).fetch_one(&mut *tx).await?;
    let zone = zone::of(&zone_name);
    let kept = sqlx::query!(
        "select job, timing, is_on from agent_jobs where company_id = $1 and agent = $2",
        company.0,
        agent.id
    )
    .fetch_all(&mut *tx)
    .await?;
    for job in agent.jobs {
        let own = kept.iter().find(|row| row.job == job.id);
        let timing = own.and_then(|row| row.timing.parse::<Timing>().ok());
        let Some(timing) = timing.or_else(|| job.timing.parse().ok()) else { continue };
        let is_on = own.is_none_or(|row| row.is_on);
        let row = store::settings::JobRow {
            agent: agent.id.into(),
            job: job.id.into(),
            timing: timing.to_string(),
            is_on,
            next_at: if on && is_on { timing.next(zone, now) } else { None },
        };
        settings::keep_job(tx, company, &row, &zone_name).await?;
    }
    Ok(())
}

/// How long after a company's beginning its agents work for the first time.
const FIRST: TimeDelta = TimeDelta::seconds(20);

/// Switches all agents of a company on and lets each work once: the demo's.
pub async fn begin_with(app: &App, company: CompanyId, owner: UserId) -> Result<()> {
    let now = Utc::now();
    let mut tx = app.db.begin().await?;
    for agent in &AGENTS {
        settings::switch(&mut tx, company, agent.id, true, owner).await?;
        plan(&mut tx, company, agent, true, now).await?;
        begin(&mut tx, company, (agent.id, agent.jobs[0].id), now, now + FIRST, None).await?;
    }
    tx.commit().await?;
    Ok(())
}
