//! Errors, parts of the server and logs: read; and the repair.

use super::{Found, LISTED, short};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ErrorId;
use crate::features::chat::model::Act;
use crate::features::chat::server::shown::Shown;
use crate::features::chat::server::turn::{Draft, Turn};
use crate::features::chat::server::{repairs, wishes};
use crate::features::diagnostics::model::ErrorDetail;
use crate::features::diagnostics::server::service as diagnostics;
use serde_json::{Value, json};

/// Hours of errors that are looked at.
const HOURS: u32 = 24 * 30;

/// The open errors that this person may see, the latest first.
pub async fn open(turn: &Turn) -> Result<Vec<ErrorDetail>> {
    let mut all = diagnostics::recent(turn.asker.full.clone(), HOURS, 100).await?;
    all.retain(|error| error.card.resolved.is_none());
    all.truncate(LISTED);
    Ok(all)
}

pub fn error_line(shown: &mut Shown, error: &ErrorDetail) -> Value {
    json!({
        "ref": shown.error(error.card.id),
        "part": error.card.kind,
        "level": error.card.level.name(),
        "message": error.card.message,
        "times": error.card.count,
        "last": error.card.last.local.short(),
        "means": error.repair.as_ref().map(|last| last.meaning.clone()),
        "seen": error.repair.as_ref().map(|last| last.seen.clone()),
        "next": error.repair.as_ref().and_then(|last| last.next.clone()),
    })
}

pub async fn list(turn: &Turn, shown: &mut Shown) -> Result<Value> {
    if !repairs::may(turn.who()) {
        return Err(AppError::forbidden(repairs::who_can(turn.who()).await?));
    }
    Ok(open(turn).await?.iter().map(|error| error_line(shown, error)).collect())
}

pub async fn health(turn: &Turn) -> Result<Value> {
    let parts = diagnostics::parts(turn.asker.full.clone()).await?;
    let line = |part: &crate::features::diagnostics::model::Health| {
        let hint = if part.ok { "" } else { part.hint() };
        let last = part.last_success.map(|at| at.local.short());
        json!({ "part": part.title(), "works": part.ok, "seen": part.detail, "last_worked": last, "hint": hint })
    };
    Ok(parts.iter().map(line).collect())
}

pub async fn logs(turn: &Turn, hours: u32) -> Result<Value> {
    let report = diagnostics::logs(turn.asker.full.clone(), hours.clamp(1, 168)).await?;
    let line = |source: &crate::features::diagnostics::model::LogSource| {
        let findings: Vec<_> = source
            .findings
            .iter()
            .take(LISTED)
            .map(|found| {
                json!({
                    "kind": found.kind.name(),
                    "times": found.count,
                    "last": found.last.map(|at| at.local.short()),
                    "example": short(&found.example, 300),
                    "means": found.meaning,
                    "next": found.next,
                })
            })
            .collect();
        json!({ "log": source.name.name(), "problem": source.problem, "fix": source.fix, "findings": findings })
    };
    Ok(report.sources.iter().map(line).collect())
}

/// A repair starts at once when the person asks for it, or when the model knows nothing but what the person said. Else it is offered as a
/// button: it may be the wish of whoever wrote what was read.
pub async fn repair(turn: &Turn, draft: &mut Draft, found: &Found, error: Option<ErrorId>) -> Result<Value> {
    if !repairs::may(turn.who()) {
        return Err(AppError::forbidden(repairs::who_can(turn.who()).await?));
    }
    if !wishes::repair(&turn.ask.message) && found.has_words_of_others(turn) {
        let offer = Act::Offer { error };
        if !draft.acts.contains(&offer) {
            turn.did(draft, offer).await?;
        }
        return Ok(
            json!({ "offered": "The person sees a button with which the repair starts. Nothing was done yet." }),
        );
    }
    let words = repairs::start(turn, draft, error).await?;
    let Some(Act::Repair { repairs, .. }) = draft.acts.last() else { return Ok(json!({ "done": words })) };
    let line = |one: &crate::features::chat::model::RepairLine| {
        json!({
            "message": one.message,
            "done": one.receipt.as_ref().map(|receipt| receipt.done.clone()),
            "seen": one.seen,
            "resolved": one.resolved,
            "next": one.next,
        })
    };
    Ok(
        json!({ "done": words, "report": repairs.iter().map(line).collect::<Vec<_>>(), "note": "The person sees the report below your answer." }),
    )
}
