//! The jobs that renew sign-ins before they end: the sweep every six hours, and a look ahead every five minutes.

use super::service;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::infra::queue::{Claim, Handler, Outcome, Schedule};
use crate::infra::state::App;
use async_trait::async_trait;
use futures::StreamExt;
use serde_json::Value;

/// How many platforms are asked at once.
const AT_ONCE: usize = 4;

/// The look ahead. An attempt that fails is made up for by the next one.
pub const AHEAD: Schedule =
    Schedule { name: "refresh_ahead", cron: "30 */5 * * * *", kind: "refresh_ahead", max_attempts: 1 };

/// Renews every active connection whose access ends soon. What a platform refuses for good is marked for reconnecting
/// (by the renewal itself); what failed for the moment is left for the next look ahead, and for the use before it.
pub struct RefreshTokens;

#[async_trait]
impl Handler for RefreshTokens {
    fn kind(&self) -> &'static str {
        "refresh_tokens"
    }

    async fn run(&self, claim: &Claim, _: &Value) -> Outcome {
        renew(&claim.app, service::sweep(&claim.app).await, "sign-ins renewed by the sweep").await
    }
}

/// Renews what a planned post is about to need, long-lived access in the last fifth of its life, and what failed before.
pub struct RefreshAhead;

#[async_trait]
impl Handler for RefreshAhead {
    fn kind(&self) -> &'static str {
        AHEAD.kind
    }

    async fn run(&self, claim: &Claim, _: &Value) -> Outcome {
        renew(&claim.app, service::ahead(&claim.app).await, "sign-ins renewed ahead").await
    }
}

async fn renew(app: &App, due: Result<Vec<(CompanyId, ConnectionId)>>, what: &'static str) -> Outcome {
    let due = match due {
        Ok(due) => due,
        Err(error) => return Outcome::Retry { why: error.message, after: None },
    };
    let found = due.len();
    let renewed = futures::stream::iter(due)
        .map(|(company, connection)| async move { service::refresh_now(app, company, connection).await.is_ok() })
        .buffer_unordered(AT_ONCE)
        .filter(|ok| std::future::ready(*ok))
        .count()
        .await;
    if found > 0 {
        tracing::info!(found, renewed, "{what}");
    }
    Outcome::Done
}
