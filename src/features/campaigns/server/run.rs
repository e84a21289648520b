//! The job that makes a plan. First everything that can be computed is there: days, times, pictures, what each post could say. Where there
//! is a key, a model then writes strategy and messages, and the texts, a few at a time. What it answered is kept, question by question: a
//! job that was cut off goes on behind it, and no question is paid twice. Nothing is published or scheduled here.

use super::plan;
use super::store::campaigns;
use super::store::planned;
use super::texts::{self, Halt};
use crate::domain::error::Result;
use crate::domain::ids::{CampaignId, PlannedId, UserId};
use crate::domain::permission::Permission;
use crate::features::agents::server::facts::Scene;
use crate::features::agents::server::run::rights;
use crate::features::models::server::door;
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, Job, Outcome};
use crate::infra::session::Granted;
use crate::infra::state::App;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Writing that takes longer is ended; it can go on.
const LONGEST: Duration = Duration::from_secs(900);
/// How often one that waits for a model looks whether somebody cancelled it.
const LOOK: Duration = Duration::from_secs(1);
const COMPUTED: &str = "Days, times and pictures come from your own posts and library. With a key of a model service (Settings → \
Integrations) the program also writes strategy, messages and texts. Without one, each post says what it could be about: write it.";
const BY_HAND: &str = "The rest is left to you: posts without a text say what they could be about.";
const SERVER: &str = "The server had a problem. What was made is kept. Press “Go on”.";

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CampaignPayload {
    pub campaign: CampaignId,
    /// Only another text for this one.
    #[serde(default)]
    pub planned: Option<PlannedId>,
    /// Which press of “Write again” it is: each asks once.
    #[serde(default)]
    pub press: i64,
}

impl CampaignPayload {
    /// The key of its job.
    pub fn key(&self) -> String {
        match self.planned {
            None => format!("campaign:{}", self.campaign),
            Some(planned) => format!("campaign-post:{planned}"),
        }
    }
}

pub struct WriteCampaign;

impl Job for WriteCampaign {
    type Payload = CampaignPayload;
    const KIND: &'static str = "write_campaign";
    const TITLE: &'static str = "Plan a campaign";
    const PRIORITY: i16 = 150;
    const ATTEMPTS: i32 = 3;
    /// The campaign has a state of its own, which “Cancel” on its page changes.
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: CampaignPayload) -> Outcome {
        let Some(company) = claim.company else {
            return Outcome::Dead { why: "This campaign belongs to no company.".into() };
        };
        let tenant = claim.app.tenant(company);
        let work = async {
            match payload.planned {
                None => write(&claim.app, &tenant, payload.campaign, claim.now()).await,
                Some(planned) => again(&claim.app, &tenant, planned, payload.press, claim.now()).await,
            }
        };
        match tokio::time::timeout(LONGEST, work).await {
            Ok(done) => done.into(),
            Err(_) => give_up(&tenant, payload, "It took longer than 15 minutes. Press “Go on”.").await.into(),
        }
    }

    async fn on_dead(&self, claim: &Claim, payload: CampaignPayload, _: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        give_up(&claim.app.tenant(company), payload, SERVER).await
    }
}

async fn give_up(tenant: &Tenant, payload: CampaignPayload, why: &str) -> Result<()> {
    match payload.planned {
        None => campaigns::end(tenant, payload.campaign, "stopped", why, None).await.map(drop),
        Some(planned) => planned::note(tenant, planned, "No text came. Ask for one again.").await,
    }
}

/// The rights of whoever began it, as they are now.
async fn asker(app: &App, tenant: &Tenant, user: Option<UserId>) -> Result<Option<Granted>> {
    let Some(user) = user else { return Ok(None) };
    Ok(rights(app, tenant, user).await?.filter(|who| who.role.may(Permission::Publish)))
}

/// Makes the plan of a campaign that is being written, or goes on with it.
pub async fn write(app: &App, tenant: &Tenant, id: CampaignId, now: DateTime<Utc>) -> Result<()> {
    let Some(row) = campaigns::find(tenant, id).await?.filter(|row| row.state == "writing") else { return Ok(()) };
    let Some(who) = asker(app, tenant, row.asked_by).await? else {
        let why = "Whoever began it has left or may not write posts any more. Press “Go on” to do it with your rights.";
        return campaigns::end(tenant, id, "stopped", why, None).await.map(drop);
    };
    let scene = Scene::of(who, now).await?;
    if !row.planned {
        let plan = plan::compute(&scene, &row).await?;
        let mut tx = tenant.db.begin().await?;
        if campaigns::set_plan(&mut tx, tenant.company, id, &plan.strategy, &plan.messages).await? {
            planned::insert(&mut tx, tenant.company, id, &plan.posts).await?;
        }
        tx.commit().await?;
    }
    let door = if row.without_model { None } else { door::find(&scene.who).await? };
    let Some(door) = door else {
        let note = if row.without_model { BY_HAND } else { COMPUTED };
        return campaigns::end(tenant, id, "ready", "", Some(note)).await.map(drop);
    };
    let written = tokio::select! {
        written = texts::write(&scene, &door, id) => written,
        () = left(tenant, id) => return Ok(()),
    };
    match written {
        Ok(note) => campaigns::end(tenant, id, "ready", "", Some(&note)).await.map(drop),
        Err(Halt::Model(why)) => {
            let why = format!("The model did not go on: {why}");
            campaigns::end(tenant, id, "stopped", &why, None).await.map(drop)
        }
        Err(Halt::Fault(error)) => Err(error),
    }
}

/// Ends when somebody has cancelled or deleted the campaign.
async fn left(tenant: &Tenant, id: CampaignId) {
    loop {
        tokio::time::sleep(LOOK).await;
        if matches!(campaigns::is_writing(tenant, id).await, Ok(false)) {
            return;
        }
    }
}

/// Another text for one post.
async fn again(app: &App, tenant: &Tenant, id: PlannedId, press: i64, now: DateTime<Utc>) -> Result<()> {
    let Some(planned) = planned::find(tenant, id).await?.filter(|row| row.rewriting && row.state == "proposed") else {
        return Ok(());
    };
    let Some(row) = campaigns::find(tenant, planned.campaign_id).await? else { return Ok(()) };
    let user = planned.decided_by;
    let Some(who) = asker(app, tenant, user).await? else {
        return planned::note(tenant, id, "Whoever asked for it may not write posts any more.").await;
    };
    let scene = Scene::of(who, now).await?;
    let Some(door) = door::find(&scene.who).await? else {
        return planned::note(tenant, id, "There is no key of a model service.").await;
    };
    match texts::rewrite(&scene, &door, &row, &planned, press).await {
        Ok(()) => Ok(()),
        Err(Halt::Model(why)) => planned::note(tenant, id, &format!("No text came. {why}")).await,
        Err(Halt::Fault(error)) => Err(error),
    }
}
