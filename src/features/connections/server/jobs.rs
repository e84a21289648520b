//! The jobs that renew sign-ins before they end: the sweep every six hours, and a check of what is needed soon every five minutes.

use super::service;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::infra::queue::{Claim, Job, Outcome, Schedule, Tick};
use crate::infra::state::App;
use futures::StreamExt;

/// How many platforms are asked at once.
const AT_ONCE: usize = 4;

/// Renews every active connection whose access ends soon. What a platform refuses for good is marked for reconnecting
/// (by the renewal itself); what failed for the moment is left for the next of these checks, and for the use before it.
pub struct RefreshTokens;

impl Job for RefreshTokens {
    type Payload = Tick;
    const KIND: &'static str = "refresh_tokens";
    const TITLE: &'static str = "Renew sign-ins";
    const ATTEMPTS: i32 = 5;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "refresh_tokens",
        cron: "0 0 */6 * * *",
        title: "Renew sign-ins",
        does: "Renews the sign-ins of connected accounts before they end.",
        when_stopped: "While this is stopped, sign-ins are renewed only when a post needs them; some may end before that.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        renew(&claim.app, service::sweep(&claim.app).await, "sign-ins renewed by the sweep").await
    }
}

/// Renews what a planned post is about to need, long-lived access in the last fifth of its life, and what failed before.
pub struct RefreshAhead;

impl Job for RefreshAhead {
    type Payload = Tick;
    const KIND: &'static str = "refresh_ahead";
    const TITLE: &'static str = "Renew sign-ins ahead of need";
    /// What fails is made up for by the next tick.
    const ATTEMPTS: i32 = 1;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "refresh_ahead",
        cron: "30 */5 * * * *",
        title: "Renew sign-ins ahead of need",
        does: "Renews the sign-ins that planned posts will need soon.",
        when_stopped: "While this is stopped, sign-ins are renewed by the other schedule and when a post needs them.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
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
