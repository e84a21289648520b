//! Server functions of agents. Everybody of the company looks; who may write posts lets agents work and decides about proposals; who may
//! change the company switches agents on and off.
#![expect(clippy::too_many_arguments, reason = "each is a field of a form")]

use super::model::{
    AgentBoard, AgentDetail, Autonomy, Decision, DocumentView, EventList, MAX_CHOSEN, MemoryList, ProposalList,
    ProposalQuery, TaskAct,
};
#[cfg(feature = "ssr")]
use super::server::edit::{self, Edit};
#[cfg(feature = "ssr")]
use super::server::settings::{self, JobTime};
#[cfg(feature = "ssr")]
use super::server::{decide, events, memory, own_memory, service, tasks};
use crate::domain::bounds;
use crate::domain::error::AppError;
use crate::domain::ids::{AgentRunId, ConnectionId, DocumentId, MemoryId, ProposalId, TaskId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{back, call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::infra::session::Granted;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
fn paced(who: &Granted) -> Result<(), AppError> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

/// Back to the page on which the form stood, with something to say.
#[cfg(feature = "ssr")]
fn again(page: &str, say: &str) {
    if let Some(page) = back::page(page, &["agents", "proposals"], say) {
        reply::redirect_to(&page);
    }
}

/// Proposals that were ticked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenProposals(#[serde(deserialize_with = "bounds::list::<_, _, MAX_CHOSEN>")] pub Vec<ProposalId>);

/// Accounts that were ticked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenAccounts(#[serde(deserialize_with = "bounds::list::<_, _, 50>")] pub Vec<ConnectionId>);

/// Events that were ticked, or agents that listen for one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenEvents(#[serde(deserialize_with = "bounds::list::<_, _, 10>")] pub Vec<String>);

#[server]
pub async fn load_agents() -> Result<AgentBoard, AppError> {
    call::allowed(Permission::View, async |who| service::board(&who).await).await
}

#[server]
pub async fn load_agent(agent: String) -> Result<AgentDetail, AppError> {
    call::allowed(Permission::View, async |who| service::detail(&who, &agent).await).await
}

#[server]
pub async fn load_document(
    document: DocumentId,
    #[server(default)] version: Option<i32>,
) -> Result<DocumentView, AppError> {
    call::allowed(Permission::View, async |who| service::document(&who, document, version).await).await
}

#[server(input = Json)]
pub async fn load_proposals(query: ProposalQuery) -> Result<ProposalList, AppError> {
    call::allowed(Permission::View, async |who| service::proposals_page(&who, &query).await).await
}

#[server]
pub async fn load_memory() -> Result<MemoryList, AppError> {
    call::allowed(Permission::View, async |who| memory::list(&who).await).await
}

/// Switches an agent on or off.
#[server]
pub async fn switch_agent(agent: String, on: bool, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Company, async |who| {
        paced(&who)?;
        settings::switch(&who, &agent, on).await?;
        again(&back, "");
        Ok(())
    })
    .await
}

/// Stops all agents at once.
#[server]
pub async fn stop_agents(#[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        settings::stop_all(&who, true).await?;
        again(&back, "");
        Ok(())
    })
    .await
}

/// Lets them work again.
#[server]
pub async fn start_agents(#[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Company, async |who| {
        paced(&who)?;
        settings::stop_all(&who, false).await?;
        again(&back, "");
        Ok(())
    })
    .await
}

/// Lets a job run now.
#[server]
pub async fn run_agent(agent: String, job: String, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        settings::run_now(&who, &agent, &job).await?;
        again(&back, "did=begun");
        Ok(())
    })
    .await
}

#[server]
pub async fn cancel_run(run: AgentRunId, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        settings::cancel(&who, run).await?;
        again(&back, "");
        Ok(())
    })
    .await
}

/// When a job runs by the clock.
#[server]
pub async fn set_agent_time(
    agent: String,
    job: String,
    every: String,
    #[server(default)] weekday: String,
    #[server(default)] day: String,
    #[server(default)] times: String,
    #[server(default)] on: bool,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("times", &times)])
        .allowed(Permission::Company, async |who| {
            paced(&who)?;
            let typed = JobTime { every: &every, weekday: &weekday, day: &day, times: &times, on };
            settings::time(&who, &agent, &job, typed).await?;
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// What an agent may spend on models in a month.
#[server]
pub async fn set_agent_budget(
    agent: String,
    #[server(default)] budget: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("budget", &budget)])
        .allowed(Permission::Company, async |who| {
            paced(&who)?;
            settings::budget(&who, &agent, &budget).await?;
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// What an agent may do without asking.
#[server]
pub async fn set_agent_autonomy(
    agent: String,
    autonomy: Autonomy,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Company, async |who| {
        paced(&who)?;
        settings::autonomy(&who, &agent, autonomy).await?;
        again(&back, "did=saved");
        Ok(())
    })
    .await
}

/// What an agent listens for.
#[server]
pub async fn set_agent_events(
    agent: String,
    #[server(default)] events: ChosenEvents,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Company, async |who| {
        paced(&who)?;
        events::listen(&who, &agent, &events.0).await?;
        again(&back, "did=saved");
        Ok(())
    })
    .await
}

/// What events there are, who listens, and the latest with whom they woke.
#[server]
pub async fn load_events() -> Result<EventList, AppError> {
    call::allowed(Permission::View, async |who| events::page(&who).await).await
}

/// Which agents listen for an event, of those that could.
#[server]
pub async fn set_listeners(
    event: String,
    #[server(default)] agents: ChosenEvents,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Company, async |who| {
        paced(&who)?;
        events::listeners(&who, &event, &agents.0).await?;
        again(&back, "did=saved");
        Ok(())
    })
    .await
}

/// Asks an agent for something.
#[server]
pub async fn add_task(
    kind: String,
    #[server(default)] about: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("kind", &kind), ("about", &about)])
        .allowed(Permission::Publish, async |who| {
            paced(&who)?;
            tasks::add(&who, &kind, &about).await?;
            again(&back, "did=added");
            Ok(())
        })
        .await
}

/// Drops a task, or takes that back.
#[server]
pub async fn act_on_task(task: TaskId, act: TaskAct, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        tasks::act(&who, task, act).await?;
        let say = match act {
            TaskAct::Drop => format!("did=dropped.{task}"),
            TaskAct::Restore => "did=restored".to_owned(),
        };
        again(&back, &say);
        Ok(())
    })
    .await
}

/// Keeps a document as a person changed it. `version`: the latest one that they saw.
#[server]
pub async fn edit_document(
    document: DocumentId,
    version: i32,
    markdown: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        service::edit_document(&who, document, version, &markdown).await?;
        again(&back, "did=saved");
        Ok(())
    })
    .await
}

/// Makes an earlier version of a document the latest one again.
#[server]
pub async fn restore_document(
    document: DocumentId,
    version: i32,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        service::restore_document(&who, document, version).await?;
        again(&back, "did=restored");
        Ok(())
    })
    .await
}

/// Decides about one proposal or several; the page at `back` is shown again, with what was done and the way back.
#[server]
pub async fn decide_proposals(
    decision: Decision,
    #[server(default)] ids: ChosenProposals,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        match ids.0.as_slice() {
            [] => return Err(AppError::invalid("ids", "Choose a proposal first.")),
            [id] => {
                let one = decide::decide(&who, decision, *id).await?;
                let one = decide::Several { done: vec![*id], posts: one.post, before: one.before, not: vec![] };
                reply::redirect_to(&service::next_page(&back, decision, &one));
            }
            all => {
                let several = decide::decide_all(&who, decision, all).await?;
                reply::redirect_to(&service::next_page(&back, decision, &several));
            }
        }
        Ok(())
    })
    .await
}

/// Changes a proposed post before it is decided about.
#[server]
pub async fn edit_proposal(
    proposal: ProposalId,
    version: i32,
    text: String,
    at: String,
    #[server(default)] accounts: ChosenAccounts,
    #[server(default)] picture: bool,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("text", &text), ("at", &at)])
        .allowed(Permission::Publish, async |who| {
            paced(&who)?;
            let typed = Edit { text: &text, at: &at, accounts: accounts.0, keep_picture: picture };
            edit::edit(&who, proposal, version, typed).await?;
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// Changes the words of a proposed segment (its name) or idea (its text) before it is decided.
#[server]
pub async fn reword_proposal(
    proposal: ProposalId,
    version: i32,
    words: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("words", &words)])
        .allowed(Permission::Publish, async |who| {
            paced(&who)?;
            edit::reword(&who, proposal, version, &words).await?;
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// Keeps a fact, or changes the one that is named.
#[server]
pub async fn save_memory(
    #[server(default)] memory: Option<MemoryId>,
    words: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("words", &words)])
        .allowed(Permission::Publish, async |who| {
            paced(&who)?;
            memory::save(&who, memory, &words).await?;
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// Erases a fact for good.
#[server]
pub async fn erase_memory(memory: MemoryId, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        memory::erase(&who, memory).await?;
        again(&back, "did=erased");
        Ok(())
    })
    .await
}

/// Keeps what the person said of themselves, or changes it. Everybody may: nobody else sees it.
#[server]
pub async fn save_own_memory(
    #[server(default)] memory: Option<MemoryId>,
    words: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("words", &words)])
        .allowed(Permission::View, async |who| {
            paced(&who)?;
            own_memory::save(&who, memory, &words).await?;
            again(&back, "did=kept");
            Ok(())
        })
        .await
}

/// Erases what the person said of themselves.
#[server]
pub async fn erase_own_memory(memory: MemoryId, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::View, async |who| {
        paced(&who)?;
        own_memory::erase(&who, memory).await?;
        again(&back, "did=erased");
        Ok(())
    })
    .await
}
