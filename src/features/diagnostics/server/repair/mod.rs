//! Repairs: for each open error the program says what it means, does what may be done without asking (`acts`, a short list), and
//! then looks whether what was broken works (`check`). Only what a check proves is resolved; everything else stays open, with what
//! was tried and what a person can do. After a few tries in a day it only looks.

mod acts;
mod check;
pub mod job;

use super::store::{self, Row, Scope};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ErrorId;
use crate::features::diagnostics::model::{Repair, RepairStep};
use crate::infra::session::Who;
use crate::infra::state::App;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Errors of one run.
const MOST: i64 = 200;
/// Tries that are remembered with an error.
const REMEMBERED: usize = 5;
/// So often in a day something is done about an error; after that the program only looks.
const TRIES: usize = 3;

/// One try, as it is kept with the error.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Try {
    at: DateTime<Utc>,
    acted: bool,
}

/// All open errors that the caller may see, or one of them; each with what was done and what came of it.
pub async fn start(who: Who, id: Option<ErrorId>) -> Result<Vec<Repair>> {
    let app = who.app.clone();
    let (who, server) = super::service::admitted(who)?;
    let scope = Scope { tenant: &who.tenant, server };
    let rows = match id {
        Some(id) => {
            let row = store::find(&scope, id).await?.ok_or_else(|| AppError::not_found("error"))?;
            if row.is_resolved { vec![] } else { vec![row] }
        }
        None => store::open(&scope, MOST).await?,
    };
    all(&app, rows).await
}

/// Those of all companies and of the server: for the job.
pub async fn sweep(app: &App) -> Result<Vec<Repair>> {
    let rows = store::open_of_all(&app.db, MOST).await?;
    all(app, rows).await
}

async fn all(app: &App, rows: Vec<Row>) -> Result<Vec<Repair>> {
    let mut repairs = vec![];
    for row in rows {
        repairs.push(one(app, row).await?);
    }
    Ok(repairs)
}

/// Removes resolved errors that are older than so many hours; how many.
pub async fn clear(who: Who, hours: u32) -> Result<u64> {
    let (who, server) = super::service::admitted(who)?;
    store::clear(&Scope { tenant: &who.tenant, server }, Utc::now() - TimeDelta::hours(i64::from(hours))).await
}

async fn one(app: &App, row: Row) -> Result<Repair> {
    let now = Utc::now();
    let what = check::of(&row);
    let mut tries = tries_of(&row);
    let today = tries.iter().filter(|one| one.acted && one.at > now - TimeDelta::days(1)).count();
    let mut steps: Vec<RepairStep> = vec![];
    // What works again needs nothing to be done.
    let mut proof = check::run(app, &row, what).await?;
    if !proof.ok && what == check::Check::JobDone && today < TRIES {
        steps = acts::run(app, &row).await?;
        if !steps.is_empty() {
            proof = check::run(app, &row, what).await?;
        }
    }
    tries.push(Try { at: now, acted: !steps.is_empty() });
    let tries = tries.split_off(tries.len().saturating_sub(REMEMBERED));
    let meaning = what.meaning();
    let next = (!proof.ok).then(|| what.next().to_owned());
    let notes = json!({
        "by": "program", "meaning": meaning, "steps": steps, "check": proof, "next": next, "tries": tries,
        "note": format!("{} {}", meaning, proof.seen),
    });
    // What came in meanwhile stays open: the row is resolved only as it was looked at.
    let resolved = proof.ok && store::settle(&app.db, row.id, row.count, &notes).await?;
    if !resolved {
        store::note(&app.db, row.id, &notes).await?;
    }
    Ok(Repair {
        error: row.id,
        message: row.error_message,
        meaning: meaning.to_owned(),
        steps,
        check: proof,
        resolved,
        next,
    })
}

fn tries_of(row: &Row) -> Vec<Try> {
    let kept = row.resolution_notes.as_ref().map(|notes| notes["tries"].clone());
    kept.and_then(|tries: Value| serde_json::from_value(tries).ok()).unwrap_or_default()
}
