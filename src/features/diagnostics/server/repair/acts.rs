//! What the program may do about an error without asking: only what may be repeated and sends nothing to anybody. Publishing, mail
//! and answers to comments have their own ways of trying again, and are not touched from here.

use crate::domain::error::Result;
use crate::features::diagnostics::model::RepairStep;
use crate::features::diagnostics::server::store::{self, Row};
use crate::infra::queue::by_hand;
use crate::infra::state::App;

/// Jobs that are put back at once.
const MOST: i64 = 20;

/// Does it; empty where there is nothing to do.
pub async fn run(app: &App, row: &Row) -> Result<Vec<RepairStep>> {
    let Some(kind) = row.endpoint.as_deref().filter(|_| row.method.is_none()) else { return Ok(vec![]) };
    // What fires by the clock may run at any time, and again.
    if !app.jobs.schedules().iter().any(|schedule| schedule.kind == kind) {
        return Ok(vec![]);
    }
    let dead = store::given_up(&app.db, kind, row.company_id, row.created_at, MOST).await?;
    let mut again = 0;
    for job in &dead {
        again += u32::from(by_hand::run_now(&app.db, row.company_id, *job, "put back by a repair").await?);
    }
    if again == 0 {
        return Ok(vec![]);
    }
    let title = app.jobs.title(kind).unwrap_or(kind);
    let done = if again == 1 {
        format!("Put “{title}” back into the queue.")
    } else {
        format!("Put “{title}” back into the queue {again} times.")
    };
    Ok(vec![RepairStep { name: "run_again".into(), done }])
}
