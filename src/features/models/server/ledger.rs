//! What each call cost, and whether there is money left. A row is there before the service is asked, so that no call goes
//! unrecorded, and is settled when the answer ended, however it did.

use super::prices;
use super::store::{self, Begun, Settled};
use crate::connectors::models::{Refusal, RefusalKind, Usage};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ModelCallId, UserId};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;
use futures::future::BoxFuture;
use sqlx::PgPool;

/// Refuses when the month's cap is reached, for whoever wants to know before there is a call: each call asks again when it begins.
pub async fn check_cap(tenant: &Tenant, cap_micros: Option<i64>) -> Result<()> {
    let Some(cap) = cap_micros else { return Ok(()) };
    let (spent, _) = store::month(tenant).await?;
    if spent < cap { Ok(()) } else { Err(reached(cap)) }
}

fn reached(cap: i64) -> AppError {
    let cap = prices::words(cap.unsigned_abs());
    let cap = if cap == "nothing" { "$0".to_owned() } else { cap };
    AppError::conflict(format!(
        "This month's limit for AI ({cap}) is reached. Nothing was lost. An admin can raise it under Settings → AI; it starts again on the 1st."
    ))
}

/// A call that is written down and not settled yet. Dropped before that, somebody hung up: it is settled as stopped.
pub struct Entry {
    tenant: Tenant,
    id: ModelCallId,
    service: Platform,
    model: String,
    /// What the question has, by our own count.
    asked: u32,
    /// Characters that came.
    pub came: usize,
    pub usage: Option<Usage>,
    /// It was sent, and no answer came in time.
    silent: bool,
    settled: bool,
}

impl Entry {
    /// `asked` and `most`: tokens of the question, and of an answer at most. Refused when the month's cap is reached by what was spent
    /// and what is under way.
    pub async fn begin(
        tenant: &Tenant,
        by: UserId,
        feature: &'static str,
        (service, model): (Platform, &str),
        (asked, most): (u32, u32),
        cap_micros: Option<i64>,
    ) -> Result<Self> {
        let id = ModelCallId::new();
        let reserved = prices::cost(service, model, Usage { input: asked, output: most });
        let reserved = i64::try_from(reserved).unwrap_or(i64::MAX);
        let call = Begun { id, by, feature, service, model, reserved };
        if !store::begin(tenant, &call, cap_micros).await? {
            return Err(reached(cap_micros.unwrap_or_default()));
        }
        let (tenant, model) = (tenant.clone(), model.to_owned());
        Ok(Self { tenant, id, service, model, asked, came: 0, usage: None, silent: false, settled: false })
    }

    fn sum(&self, outcome: &'static str, detail: &str) -> Settled {
        // A refusal costs nothing; a question that was sent, and to which no answer came in time, may be paid for.
        let nothing = outcome == "failed" && self.came == 0 && self.usage.is_none() && !self.silent;
        let guess = Usage { input: self.asked, output: (self.came as u32).div_ceil(4) };
        let usage = if nothing { Usage::default() } else { self.usage.unwrap_or(guess) };
        Settled {
            outcome,
            detail: detail.chars().take(200).collect(),
            input: usage.input.min(i32::MAX as u32) as i32,
            output: usage.output.min(i32::MAX as u32) as i32,
            estimated: !nothing && self.usage.is_none(),
            cost: i64::try_from(prices::cost(self.service, &self.model, usage)).unwrap_or(i64::MAX),
        }
    }

    /// The service did not answer, or not to the end.
    pub async fn refused(mut self, outcome: &'static str, refusal: &Refusal) -> Result<()> {
        self.silent = refusal.kind == RefusalKind::Silent;
        let detail = if refusal.code.is_empty() { format!("{:?}", refusal.kind) } else { refusal.code.clone() };
        self.settle(outcome, &detail).await
    }

    pub async fn settle(mut self, outcome: &'static str, detail: &str) -> Result<()> {
        let settled = store::settle(&self.tenant, self.id, &self.sum(outcome, detail)).await;
        // Whoever is dropped before this settles once more, which counts once.
        self.settled = true;
        settled
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        let (tenant, id, sum) = (self.tenant.clone(), self.id, self.sum("stopped", ""));
        // Outside a runtime the process ends, and the row says that the call was running.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = store::settle(&tenant, id, &sum).await {
                    tracing::error!(%error, "a stopped call could not be settled");
                }
            });
        }
    }
}

/// Rows of calls are kept for a year.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(store::delete_old(db))
}
