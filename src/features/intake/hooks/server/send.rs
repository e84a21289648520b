//! The job that sends one thing to one subscription. It goes by the row: what was sent is never sent again. A run that is cut off
//! after the other side answered and before that was written down sends it once more; the receiver knows it by its `id`.

use super::{items, subscriptions};
use crate::domain::error::Result;
use crate::domain::ids::HookItemId;
use crate::infra::http::ssrf;
use crate::infra::queue::{Claim, Job, Outcome};
use chrono::TimeDelta;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// Days without anything that arrived, after which a subscription is paused.
const PAUSE_DAYS: i32 = 3;
/// How long the other side may take.
const DEADLINE: Duration = Duration::from_secs(20);
/// The first pause between two attempts, and the longest.
const FIRST: u64 = 30;
const LONGEST: u64 = 6 * 3_600;

/// Which item; the job's company is its company.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Payload {
    pub item: HookItemId,
}

pub struct SendHook;

impl Job for SendHook {
    type Payload = Payload;
    const KIND: &'static str = "send_hook";
    const TITLE: &'static str = "Tell Zapier what happened";
    const PRIORITY: i16 = 120;
    /// With the pauses below more than a day.
    const ATTEMPTS: i32 = 16;

    async fn run(&self, claim: &Claim, payload: Payload) -> Outcome {
        send(claim, payload.item).await.unwrap_or_else(|error| Outcome::Retry { why: error.message, after: None })
    }

    async fn on_dead(&self, claim: &Claim, payload: Payload, _: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        subscriptions::end(&claim.app.tenant(company), payload.item, "failed").await
    }
}

/// What came of a call.
enum Answer {
    Arrived,
    /// Nobody listens there any more.
    Gone,
    /// It asks to wait so many seconds.
    Wait(i64),
    Failed(String),
}

async fn send(claim: &Claim, item: HookItemId) -> Result<Outcome> {
    let Some(company) = claim.company else {
        return Ok(Outcome::Dead { why: "The job does not belong to a company.".into() });
    };
    let tenant = claim.app.tenant(company);
    let Some(waiting) = subscriptions::waiting(&tenant, item).await?.filter(|waiting| !waiting.paused) else {
        return Ok(Outcome::Done);
    };
    let public_url = &claim.app.settings.public_url;
    let Some(object) = items::object(&tenant, public_url, waiting.event, &waiting.item).await? else {
        subscriptions::end(&tenant, item, "gone").await?;
        return Ok(Outcome::Done);
    };
    let answer = match waiting.may {
        true => post(claim, &waiting.target_url, &object).await,
        false => Answer::Failed("Its user name has no password any more. Make one with the same name.".into()),
    };
    match answer {
        Answer::Arrived => subscriptions::sent(&tenant, item, waiting.hook, claim.now()).await?,
        Answer::Gone => {
            tracing::info!(%company, hook = %waiting.hook, "a subscription ended: nobody listens there any more");
            subscriptions::remove(&tenant, waiting.hook).await?;
        }
        Answer::Wait(seconds) => {
            let until = claim.now() + TimeDelta::seconds(seconds);
            return Ok(Outcome::Wait { why: "The other side asks to wait.".into(), until });
        }
        Answer::Failed(why) => {
            if subscriptions::failed(&tenant, waiting.hook, &why, claim.now(), PAUSE_DAYS).await? {
                return Ok(Outcome::Done);
            }
            let doubled = FIRST.saturating_mul(1 << claim.attempt.clamp(1, 20).saturating_sub(1));
            return Ok(Outcome::Retry { why, after: Some(Duration::from_secs(doubled.min(LONGEST))) });
        }
    }
    Ok(Outcome::Done)
}

async fn post(claim: &Claim, target: &str, object: &serde_json::Value) -> Answer {
    let outbound = &claim.app.outbound;
    let Ok(url) = Url::parse(target) else { return Answer::Failed("Its address cannot be read.".into()) };
    if let Err(why) = ssrf::check_written(outbound.reach(), &url) {
        return Answer::Failed(why.into());
    }
    let Ok(client) = outbound.guarded_client() else {
        return Answer::Failed("This server cannot make secure connections.".into());
    };
    let answer = match client.post(url).timeout(DEADLINE).json(object).send().await {
        Ok(answer) => answer,
        Err(error) if error.is_timeout() => return Answer::Failed("It did not answer in time.".into()),
        Err(_) => return Answer::Failed("It cannot be reached.".into()),
    };
    match answer.status() {
        status if status.is_success() => Answer::Arrived,
        StatusCode::GONE => Answer::Gone,
        StatusCode::TOO_MANY_REQUESTS => {
            let asked = answer.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
            Answer::Wait(asked.unwrap_or(60).clamp(1, 3_600))
        }
        status => Answer::Failed(format!("It answered with status {}.", status.as_u16())),
    }
}
