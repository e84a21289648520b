//! Server functions of agents. Everybody of the company looks; who may write posts lets agents work and decides about proposals; who may
//! change the company switches agents on and off.
#![expect(clippy::too_many_arguments, reason = "each is a field of a form")]

use super::model::{
    AgentBoard, AgentDetail, Decision, DocumentView, MAX_CHOSEN, MemoryList, ProposalList, ProposalQuery,
};
#[cfg(feature = "ssr")]
use super::server::decide::{self, Edit};
#[cfg(feature = "ssr")]
use super::server::settings::{self, JobTime};
#[cfg(feature = "ssr")]
use super::server::{memory, service};
use crate::domain::bounds;
use crate::domain::error::AppError;
use crate::domain::ids::{AgentRunId, ConnectionId, DocumentId, MemoryId, ProposalId};
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
        again(&back, "");
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
                decide::decide(&who, decision, *id).await?;
                let one = decide::Several { done: vec![*id], not: vec![] };
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
            let edit = Edit { text: &text, at: &at, accounts: accounts.0, keep_picture: picture };
            decide::edit(&who, proposal, version, edit).await?;
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
