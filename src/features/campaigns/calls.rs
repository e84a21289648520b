//! Server functions of campaigns. Everybody of the company looks; who may write posts plans, accepts and deletes.
#![expect(clippy::too_many_arguments, reason = "each is a field of a form")]

use super::model::{
    BriefForm, CampaignAct, CampaignDetail, CampaignList, CampaignQuery, ChosenAccounts, ChosenPlanned, Decision,
};
#[cfg(feature = "ssr")]
use super::server::brief::{self, Brief};
#[cfg(feature = "ssr")]
use super::server::decide::{self, Edit};
#[cfg(feature = "ssr")]
use super::server::service;
use crate::domain::error::AppError;
use crate::domain::ids::{CampaignId, PlannedId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{back, call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::infra::session::Granted;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

#[cfg(feature = "ssr")]
fn paced(who: &Granted) -> Result<(), AppError> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

/// Back to the page on which the form stood, with something to say.
#[cfg(feature = "ssr")]
fn again(page: &str, say: &str) {
    if let Some(page) = back::page(page, &["campaigns"], say) {
        reply::redirect_to(&page);
    }
}

#[server(input = Json)]
pub async fn list_campaigns(query: CampaignQuery) -> Result<CampaignList, AppError> {
    call::allowed(Permission::View, async |who| service::list(&who, &query).await).await
}

/// What the form for a new one begins with.
#[server]
pub async fn load_brief() -> Result<BriefForm, AppError> {
    call::allowed(Permission::Publish, async |who| brief::form(&who).await).await
}

#[server]
pub async fn load_campaign(campaign: CampaignId) -> Result<CampaignDetail, AppError> {
    call::allowed(Permission::View, async |who| service::detail(&who, campaign).await).await
}

/// Keeps a brief and lets the plan be made; its page is shown.
#[server]
pub async fn create_campaign(
    name: String,
    goal: String,
    #[server(default)] product: String,
    #[server(default)] audience: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
    #[server(default)] tone: String,
    #[server(default)] budget: String,
    #[server(default)] accounts: ChosenAccounts,
) -> Result<(), AppError> {
    call::keeping([
        ("name", &name),
        ("goal", &goal),
        ("product", &product),
        ("audience", &audience),
        ("from", &from),
        ("to", &to),
        ("tone", &tone),
        ("budget", &budget),
        ("ticked", &accounts.words()),
    ])
    .allowed(Permission::Publish, async |who| {
        paced(&who)?;
        let typed = Brief {
            name: &name,
            goal: &goal,
            product: &product,
            audience: &audience,
            from: &from,
            to: &to,
            tone: &tone,
            budget: &budget,
            accounts: accounts.0,
        };
        let id = brief::create(&who, typed).await?;
        reply::redirect_to(&format!("/campaigns/{id}"));
        Ok(())
    })
    .await
}

/// Cancels the writing, goes on with it, deletes the campaign or takes it back.
#[server]
pub async fn act_on_campaign(
    act: CampaignAct,
    campaign: CampaignId,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        let now = service::act(&who, act, campaign).await?;
        let before = if now { "" } else { "?did=undone_before" };
        match act {
            CampaignAct::Delete => reply::redirect_to(&format!("/campaigns?gone={campaign}")),
            CampaignAct::Restore => reply::redirect_to(&format!("/campaigns/{campaign}{before}")),
            _ => again(&back, ""),
        }
        Ok(())
    })
    .await
}

/// Changes strategy and messages.
#[server]
pub async fn save_strategy(
    campaign: CampaignId,
    version: i32,
    #[server(default)] strategy: String,
    #[server(default)] messages: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("strategy", &strategy), ("messages", &messages)])
        .allowed(Permission::Publish, async |who| {
            paced(&who)?;
            service::save_strategy(&who, campaign, version, &strategy, &messages).await?;
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// Changes a planned post before it is accepted.
#[server]
pub async fn edit_planned(
    planned: PlannedId,
    version: i32,
    #[server(default)] text: String,
    #[server(default)] at: String,
    #[server(default)] picture: bool,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("text", &text), ("at", &at)])
        .allowed(Permission::Publish, async |who| {
            paced(&who)?;
            decide::edit(&who, planned, version, Edit { text: &text, at: &at, keep_picture: picture }).await?;
            again(&back, "did=saved");
            Ok(())
        })
        .await
}

/// Asks the model for another text of a planned post.
#[server]
pub async fn write_again(planned: PlannedId, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        service::write_again(&who, planned).await?;
        again(&back, "");
        Ok(())
    })
    .await
}

/// Decides about one planned post or several; the page at `back` is shown again, with what was done and the way back.
#[server]
pub async fn decide_planned(
    decision: Decision,
    #[server(default)] ids: ChosenPlanned,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        paced(&who)?;
        match ids.0.as_slice() {
            [] => return Err(AppError::invalid("ids", "Choose a post first.")),
            [id] => {
                let came = decide::decide(&who, decision, *id).await?;
                again(&back, &decide::said(decision, &decide::Several::of_one(*id, came)));
            }
            all => {
                let several = decide::decide_all(&who, decision, all).await?;
                again(&back, &decide::said(decision, &several));
            }
        }
        Ok(())
    })
    .await
}
