//! Repairs that a conversation starts: the same ones, with the same rights and checks, as the button on the page Diagnostics. What is not
//! harmless still asks a person on the error's page. The report with its receipts is kept in the conversation.

use super::rules::plain;
use super::store;
use super::turn::{Draft, Turn};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ErrorId;
use crate::domain::permission::Permission;
use crate::features::chat::model::{Act, ReceiptLine, RepairLine};
use crate::features::diagnostics::model::Repair;
use crate::features::diagnostics::server::repair;
use crate::infra::http::throttle;
use crate::infra::session::Granted;

/// Errors of a report.
const LISTED: usize = 12;

pub fn may(who: &Granted) -> bool {
    who.role.may(Permission::Company)
}

/// Who can start repairs, for somebody who cannot.
pub async fn who_can(who: &Granted) -> Result<String> {
    let admins = store::admins(&who.tenant).await?;
    let names: Vec<_> = admins.iter().map(|name| plain(name)).collect();
    Ok(format!("Errors and repairs are for admins of the company. Ask {}.", names.join(" or ")))
}

/// Repairs the open errors, or the one that is named; what came of it, in Markdown. Done in a task of its own: an answer that is stopped
/// does not stop it, and its report is in the conversation all the same.
pub async fn start(turn: &Turn, draft: &mut Draft, error: Option<ErrorId>) -> Result<String> {
    let who = turn.who();
    if !may(who) {
        return who_can(who).await;
    }
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "repairs")?;
    let (full, (owner, answer)) = (turn.asker.full.clone(), turn.place_of_answer());
    let work = tokio::spawn(async move {
        let repairs = repair::start(full, repair::Wish { error, dry: false, agreed: false }).await?;
        let mut lines = vec![];
        // What was done comes first, then what is still broken.
        let mut repairs = repairs;
        repairs.sort_by_key(|one| (one.steps.is_empty(), one.resolved));
        let more = repairs.len().saturating_sub(LISTED);
        for one in repairs.into_iter().take(LISTED) {
            lines.push(line(&owner, one).await?);
        }
        let act = Act::Repair { repairs: lines, more };
        let kept = serde_json::to_value([&act]).map_err(|_| AppError::bug(None))?;
        store::add_acts(&owner.tenant, owner.user, answer, &kept).await?;
        Ok::<Act, AppError>(act)
    });
    let act = work.await.map_err(|_| AppError::bug(None))??;
    let words = match &act {
        Act::Repair { repairs, more } => words(repairs, *more),
        _ => String::new(),
    };
    draft.acts.push(act);
    Ok(words)
}

async fn line(who: &Granted, one: Repair) -> Result<RepairLine> {
    let receipt = match one.steps.is_empty() {
        true => None,
        false => repair::receipts(&who.app, one.error).await?.into_iter().next().map(|kept| ReceiptLine {
            before: kept.before,
            done: kept.done,
            after: kept.after,
            can_undo: kept.can_undo,
        }),
    };
    Ok(RepairLine {
        error: one.error,
        message: one.message,
        meaning: one.meaning,
        receipt,
        seen: one.check.seen,
        resolved: one.resolved,
        next: one.next,
        asks: one.asks,
    })
}

/// What came of a repair, in a sentence or two; the report stands below it.
fn words(repairs: &[RepairLine], more: usize) -> String {
    let all = repairs.len() + more;
    let resolved = repairs.iter().filter(|line| line.resolved).count();
    let acted = repairs.iter().filter(|line| line.receipt.is_some()).count();
    match (all, resolved) {
        (0, _) => "There is no open error: nothing has to be repaired.".to_owned(),
        (1, 1) => format!("I looked at the open error. It works again and is resolved{}.", did(acted)),
        (1, 0) => format!("I looked at the open error{}. It is not mended yet; below is what you can do.", did(acted)),
        (n, 0) => format!("I looked at {n} open errors{}. None is mended yet; below is what you can do.", did(acted)),
        (n, r) if r == n => {
            format!("I looked at {n} open errors. All of them work again and are resolved{}.", did(acted))
        }
        (n, r) => format!(
            "I looked at {n} open errors. {r} {} again{}; for the others you find below what you can do.",
            if r == 1 { "works" } else { "work" },
            did(acted)
        ),
    }
}

fn did(acted: usize) -> &'static str {
    if acted == 0 { "" } else { " (the receipt says what was done)" }
}
