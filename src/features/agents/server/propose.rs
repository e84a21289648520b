//! A proposal that a person asked for outside of an agent's run: it is kept as those of agents are, with a run of its own that is done.

use super::store::{proposals, runs};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ProposalId;
use crate::features::agents::action::Action;
use crate::infra::session::Granted;
use chrono::Utc;

/// Whose it is, in the place of an agent.
pub const CHAT: &str = "chat";

/// Keeps a proposal of the chat.
pub async fn propose(who: &Granted, action: &Action, why: &str) -> Result<ProposalId> {
    let kept = serde_json::to_value(action).map_err(|_| AppError::bug(None))?;
    let mut db = who.tenant.db.acquire().await?;
    let run = runs::begin(&mut db, who.company, (CHAT, "ask"), Utc::now(), Some(who.user)).await?;
    drop(db);
    let run = run.ok_or_else(|| AppError::unavailable("Somebody asked in the same moment. Ask again."))?;
    runs::end(&who.tenant, run, "done", "Asked for in a conversation.", "").await?;
    proposals::keep(&who.tenant, run, CHAT, "ask", &kept, why).await?;
    proposals::of_run(&who.tenant, run).await
}
