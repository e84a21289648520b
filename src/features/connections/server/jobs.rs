//! The sweep that renews sign-ins before they end (every six hours, by the schedule).

use super::service;
use crate::infra::queue::{Claim, Handler, Outcome};
use async_trait::async_trait;
use futures::StreamExt;
use serde_json::Value;

/// How many platforms are asked at once.
const AT_ONCE: usize = 4;

/// Renews every active connection whose access ends soon. What a platform refuses for good is marked for reconnecting
/// (by the renewal itself); what failed for the moment is left for the next sweep, and for the use before it.
pub struct RefreshTokens;

#[async_trait]
impl Handler for RefreshTokens {
    fn kind(&self) -> &'static str {
        "refresh_tokens"
    }

    async fn run(&self, claim: &Claim, _: Value) -> Outcome {
        let app = &claim.app;
        let due = match service::sweep(app).await {
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
        tracing::info!(found, renewed, "sign-ins renewed by the sweep");
        Outcome::Done
    }
}
