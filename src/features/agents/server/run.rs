//! A run: tasks of other agents are taken up, facts are gathered, a document is written of them, a model may word a summary and drafts,
//! and what the agent would do is proposed. Each step is kept (`trace`), so that a run that was cut off goes on where it was; a document
//! has one version and a proposal one row per run, whatever happens. Nothing outside of the agents' own tables is changed here, but by
//! `decide::by_itself`, where the company lets the agent do what can be taken back.

use super::facts::Scene;
use super::store::{documents, proposals, runs, settings};
use super::trace::Trace;
use super::words::{self, Worded};
use super::work::{self, Made};
use super::{decide, own_memory, tasks};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AgentRunId, DocumentId, SessionId, UserId};
use crate::domain::permission::{Permission, Role};
use crate::features::agents::catalogue;
use crate::features::agents::model::{Autonomy, dollars};
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, Job, Outcome};
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A run that takes longer is given up.
const LONGEST: Duration = Duration::from_secs(300);
/// How often a run that waits for a model looks whether somebody cancelled it.
const LOOK: Duration = Duration::from_secs(1);
const STOPPED: &str = "All agents of this company are stopped.";

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct RunPayload {
    pub run: AgentRunId,
}

/// The key of a run's job.
pub fn key(run: AgentRunId) -> String {
    format!("agent-run:{run}")
}

pub struct RunAgent;

impl Job for RunAgent {
    type Payload = RunPayload;
    const KIND: &'static str = "run_agent";
    const TITLE: &'static str = "Let an agent work";
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 3;
    /// The run has a state of its own, which “Cancel” on the agent's page changes.
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: RunPayload) -> Outcome {
        let Some(company) = claim.company else {
            return Outcome::Dead { why: "This run belongs to no company.".into() };
        };
        let tenant = claim.app.tenant(company);
        let done = tokio::time::timeout(LONGEST, Box::pin(work(&claim.app, &tenant, payload.run, claim.now()))).await;
        match done {
            Ok(done) => done.into(),
            Err(_) => runs::end(&tenant, payload.run, "failed", "", "It took longer than five minutes.").await.into(),
        }
    }

    async fn on_dead(&self, claim: &Claim, payload: RunPayload, why: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        runs::end(&claim.app.tenant(company), payload.run, "failed", "", why).await
    }
}

/// Somebody's rights in a company, as they are now; `None` when they do not belong to it any more.
pub async fn rights(app: &App, tenant: &Tenant, user: UserId) -> Result<Option<Granted>> {
    let member = settings::member(&tenant.db, tenant.company, user).await?;
    Ok(member.map(|(name, role)| Granted {
        user,
        name,
        session: SessionId::nil(),
        company: tenant.company,
        role: Role::parse(&role).unwrap_or_default(),
        tenant: tenant.clone(),
        app: app.clone(),
    }))
}

async fn work(app: &App, tenant: &Tenant, id: AgentRunId, now: DateTime<Utc>) -> Result<()> {
    let Some(run) = runs::find(tenant, id).await? else { return Ok(()) };
    let refuse = |why: &'static str| async move { runs::end(tenant, id, "failed", "", why).await };
    let Some((agent, job)) = catalogue::find(&run.agent).and_then(|agent| Some((agent, agent.job(&run.job)?))) else {
        return refuse("This version of the program does not know this job.").await;
    };
    if settings::stopped(tenant).await?.is_some() {
        return runs::end(tenant, id, "stopped", "", STOPPED).await;
    }
    let set = settings::all(tenant).await?;
    let set = set.iter().find(|row| row.agent == agent.id);
    // A run by the clock of an agent that was switched off meanwhile.
    if run.started_by.is_none() && !set.is_some_and(|row| row.is_on) {
        return runs::end(tenant, id, "stopped", "", "The agent was switched off.").await;
    }
    let Some(user) = run.started_by.or_else(|| set.and_then(|row| row.owner_id)) else {
        return refuse("Whoever switched this agent on has left. Switch it off and on again.").await;
    };
    let Some(who) = rights(app, tenant, user).await? else {
        return refuse("Whoever switched this agent on has left the company. Switch it off and on again.").await;
    };
    if !who.role.may(Permission::Publish) {
        return refuse(
            "Whoever this agent works for may not write posts any more. An editor can switch it off and on again.",
        )
        .await;
    }
    if !runs::start(tenant, id).await? {
        return Ok(());
    }
    let scene = Scene::of(who, now).await?;
    let mut trace = Trace::load(tenant, id).await?;

    let taken: Vec<tasks::Taken> = trace
        .step("Take up tasks", async {
            let taken = tasks::take(tenant, id, (agent.id, job.id)).await?;
            let words = match taken.len() {
                0 => "No task waits.".to_owned(),
                1 => "One task.".to_owned(),
                n => format!("{n} tasks."),
            };
            Ok((words, taken))
        })
        .await?;

    let mut made: Made = trace
        .step("Look at what is there", async {
            let made = work::make(&scene, agent, job, &taken).await?;
            let n = made.findings.len();
            Ok((format!("Computed {n} findings from the company's own data."), made))
        })
        .await?;

    let over = budget(tenant, agent.ledger, set.and_then(|row| row.cap_micros), &scene).await?;
    // Nobody's own facts are taken for work that nobody asked for.
    let asked_by = if run.started_by.is_some() { own_memory::told(&scene.who).await? } else { vec![] };
    let wording = words::word(&scene, agent, &made, over, &asked_by);
    let worded: Option<Worded> = tokio::select! {
        worded = trace.step("Word it", wording) => Some(worded?),
        () = cancelled(tenant, id) => None,
    };
    runs::add_cost(tenant, id, agent.ledger).await?;
    let Some(worded) = worded else { return Ok(()) };
    if !is_running(tenant, id).await? {
        return Ok(());
    }
    words::take_in(&mut made, &worded);

    let document: DocumentId = trace
        .step("Write the document", async {
            let summary = worded.summary.as_deref();
            let markdown = made.markdown(summary, worded.note.as_deref(), agent.missing);
            let place = (agent.id, job.id, made.period.as_str());
            let document = documents::keep(tenant, id, place, (&made.title, &markdown)).await?;
            let kept = documents::versions(tenant, document).await?.into_iter().find(|version| version.by_person);
            let beside = kept.map(|version| {
                let by = version.by.unwrap_or_else(|| "somebody".into());
                format!(" Version {}, which {by} edited, stays beside it.", version.version)
            });
            Ok((format!("“{}” is in the library.{}", made.title, beside.unwrap_or_default()), document))
        })
        .await?;
    tracing::debug!(%document, agent = agent.id, "an agent wrote a document");

    let proposed: usize = trace
        .step("Propose", async {
            let all = made.proposals();
            for proposal in &all {
                let action = serde_json::to_value(&proposal.action).map_err(|_| AppError::bug(None))?;
                proposals::keep(tenant, id, agent.id, &proposal.key, &action, &proposal.why).await?;
            }
            let words = match all.len() {
                0 => "Nothing to decide.".to_owned(),
                1 => "One proposal waits for you.".to_owned(),
                n => format!("{n} proposals wait for you."),
            };
            Ok((words, all.len()))
        })
        .await?;

    let by_itself: i64 = trace.step("Do what it may", act(&scene, agent.id, id)).await?;

    let _: usize = trace
        .step("Hand on", async {
            tasks::finish(tenant, id, &made.results, document).await?;
            let new = tasks::hand_on(tenant, id, &made.hand_on, document).await?;
            let words = match new {
                0 => "No new task for another agent.".to_owned(),
                1 => "One task for another agent.".to_owned(),
                n => format!("{n} tasks for other agents."),
            };
            Ok((words, new))
        })
        .await?;

    let wait = i64::try_from(proposed).unwrap_or_default() - by_itself;
    let mut headline = String::new();
    if by_itself > 0 {
        headline.push_str(&format!("{by_itself} done by itself, which you can undo. "));
    }
    if wait > 0 && job.proposes {
        let words = if wait == 1 { "proposal waits" } else { "proposals wait" };
        headline.push_str(&format!("{wait} {words} for you. "));
    }
    headline.push_str(&made.headline());
    if let Some(first) = made.findings.first() {
        let words = first.replace("**", "").replace('\\', "");
        documents::remember(tenant, agent.id, job.id, &words, &made.title).await?;
    }
    runs::end(tenant, id, "done", &headline, "").await
}

/// Does what the company lets the agent do without asking, as long as nobody has stopped it; how much.
async fn act(scene: &Scene, agent: &str, run: AgentRunId) -> Result<(String, i64)> {
    let tenant = scene.tenant();
    let set = settings::all(tenant).await?;
    let autonomy = set.iter().find(|row| row.agent == agent).map(|row| Autonomy::parse(&row.autonomy));
    if autonomy != Some(Autonomy::Reversible) {
        return Ok(("It asks before it does anything.".into(), 0));
    }
    for proposal in proposals::waiting_of(tenant, run).await? {
        if settings::stopped(tenant).await?.is_some() || !is_running(tenant, run).await? {
            break;
        }
        decide::by_itself(&scene.who, proposal).await?;
    }
    let done = proposals::done_by_itself(tenant, run).await?;
    let words = match done {
        0 => "Nothing could be done without asking.".to_owned(),
        n => format!("{n} done: tags, segments or drafts, which can be undone."),
    };
    Ok((words, done))
}

/// Why no model may be asked any more this month.
async fn budget(tenant: &Tenant, ledger: &str, cap: Option<i64>, scene: &Scene) -> Result<Option<String>> {
    let Some(cap) = cap else { return Ok(None) };
    let spent = runs::spent(tenant, ledger, month_start(scene)).await?;
    Ok((spent >= cap).then(|| {
        format!(
            "This agent's budget for models ({} a month) is used up, so it was paused there: the words are the program's own.",
            dollars(cap)
        )
    }))
}

/// When the company's month began.
pub fn month_start(scene: &Scene) -> DateTime<Utc> {
    zone::start_of(scene.zone, crate::domain::moment::Day { day: 1, ..scene.today })
}

async fn is_running(tenant: &Tenant, id: AgentRunId) -> Result<bool> {
    Ok(runs::find(tenant, id).await?.is_some_and(|run| run.state == "running"))
}

/// Ends when somebody has cancelled the run, or stopped all agents.
async fn cancelled(tenant: &Tenant, id: AgentRunId) {
    loop {
        tokio::time::sleep(LOOK).await;
        if matches!(is_running(tenant, id).await, Ok(false)) {
            return;
        }
        if matches!(settings::stopped(tenant).await, Ok(Some(_))) {
            let _ = runs::end(tenant, id, "stopped", "", STOPPED).await;
            return;
        }
    }
}
