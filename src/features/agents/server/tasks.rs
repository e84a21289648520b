//! Tasks: what one agent hands to another. A finding is handed on once; the next run of the receiving job takes up what waits, acts on
//! it and says what came of it. People add tasks and drop them.

use super::service::may_see;
use super::store::tasks::{self, NewTask, TaskRow};
use super::work::HandOn;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AgentRunId, DocumentId, TaskId};
use crate::domain::moment::When;
use crate::features::agents::catalogue::AGENTS;
use crate::features::agents::hand_overs::{self, MAX_WHAT};
use crate::features::agents::model::{TaskAct, TaskCard, TaskState};
use crate::features::agents::parts;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Tasks of a company that are open; more are not taken.
const MOST: i64 = 100;
/// What one run takes up.
const AT_ONCE: i64 = 6;
/// Tasks on a page: open ones, and those that are over.
const OPEN: i64 = 30;
const OVER: i64 = 8;

/// A task that a run has taken up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Taken {
    pub id: TaskId,
    pub kind: String,
    /// The agent or person who asks.
    pub from: String,
    pub what: String,
    pub subject: String,
}

pub async fn take(tenant: &Tenant, run: AgentRunId, to: (&str, &str)) -> Result<Vec<Taken>> {
    let rows = tasks::take(tenant, run, to, AT_ONCE).await?;
    Ok(rows
        .into_iter()
        .map(|row| Taken {
            id: row.id,
            from: from(&row.from_agent, row.by),
            kind: row.kind,
            what: row.what,
            subject: row.subject,
        })
        .collect())
}

fn from(agent: &str, by: Option<String>) -> String {
    if agent.is_empty() { by.unwrap_or_else(|| "Somebody".into()) } else { parts::name(agent).to_owned() }
}

/// Hands on what a run found; how many tasks are new.
pub async fn hand_on(tenant: &Tenant, run: AgentRunId, found: &[HandOn], document: DocumentId) -> Result<usize> {
    let mut new = 0;
    for finding in found {
        let Some(spec) = hand_overs::find(&finding.kind) else { continue };
        let document = format!("/agents/documents/{document}");
        let what: String = finding.what.chars().take(MAX_WHAT).collect();
        let task = NewTask {
            kind: spec.id,
            from_agent: spec.from,
            by_user: None,
            to: (spec.to, spec.to_job),
            what: &what,
            reference: if finding.reference.is_empty() { &document } else { &finding.reference },
            subject: &finding.subject,
            key: Some(&finding.key),
            found_by: Some(run),
        };
        new += usize::from(tasks::add(tenant, &task, MOST).await?);
    }
    Ok(new)
}

/// What came of the tasks that a run took up.
pub async fn finish(
    tenant: &Tenant,
    run: AgentRunId,
    results: &[(TaskId, String)],
    document: DocumentId,
) -> Result<()> {
    for (task, result) in results {
        tasks::finish(tenant, run, *task, result, document).await?;
    }
    Ok(())
}

/// Those that a page shows: of all agents, or to and from one.
pub async fn list(who: &Granted, agent: Option<&str>, zone: Tz) -> Result<Vec<TaskCard>> {
    let rows = tasks::list(&who.tenant, agent, OPEN, OVER).await?;
    let when = |at: chrono::DateTime<chrono::Utc>| When { at: at.into(), local: zone::local(zone, at) };
    let card = |row: TaskRow| TaskCard {
        id: row.id,
        from: from(&row.from_agent, row.by),
        to: row.to_agent,
        what: row.what,
        reference: row.reference,
        state: TaskState::parse(&row.state),
        result: row.result,
        document: row.document_id,
        at: when(if row.state == "waiting" { row.created_at } else { row.changed_at }),
    };
    // What an agent says that speaks of people is for whoever may see contacts.
    let is_hidden = |id: &str| AGENTS.iter().any(|agent| agent.id == id && !may_see(who, agent));
    let seen = rows.into_iter().filter(|row| !is_hidden(&row.from_agent) && !is_hidden(&row.to_agent));
    Ok(seen.map(card).collect())
}

/// Somebody asks an agent for something.
pub async fn add(who: &Granted, kind: &str, typed: &str) -> Result<()> {
    let spec = hand_overs::find(kind).ok_or_else(|| AppError::invalid("kind", "Choose what is to be done."))?;
    let subject = spec.about.read(typed).filter(|subject| subject.len() <= 400).ok_or_else(|| {
        let hint = spec.about.hint().unwrap_or("nothing");
        AppError::invalid("about", format!("For “{}” write {hint}.", spec.asks))
    })?;
    let (what, reference) = spec.words(&subject);
    let task = NewTask {
        kind: spec.id,
        from_agent: "",
        by_user: Some(who.user),
        to: (spec.to, spec.to_job),
        what: &what,
        reference: &reference,
        subject: &subject,
        key: None,
        found_by: None,
    };
    if tasks::add(&who.tenant, &task, MOST).await? {
        return Ok(());
    }
    Err(AppError::invalid("kind", format!("{MOST} tasks are open already. Drop some first.")))
}

/// Drops a task that waits, or takes that back.
pub async fn act(who: &Granted, id: TaskId, act: TaskAct) -> Result<()> {
    let turn = match act {
        TaskAct::Drop => ("waiting", "dropped"),
        TaskAct::Restore => ("dropped", "waiting"),
    };
    match tasks::turn(&who.tenant, id, turn).await? {
        None => Err(AppError::not_found("task")),
        Some((_, true)) => Ok(()),
        Some((state, false)) if state == turn.1 => Ok(()),
        Some((state, false)) => Err(AppError::conflict(match state.as_str() {
            "taken" => "An agent is at work on this task. Cancel its run first.",
            "done" => "This task is done.",
            _ => "This task waits already.",
        })),
    }
}
