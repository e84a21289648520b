//! The SQL of deliveries. Nothing here decides; `machine` says what a move leads to, this writes it together with its
//! line of history, in one statement.
//!
//! Who may write: a driver's move names the state that it saw and carries its claim's fence (a claim with a lower fence
//! than the row's changes nothing). The answer to an armed call is bound to that attempt's key instead: it is true
//! whoever holds the lease. A person's move takes a fresh fence, so that a claim which is still under way stops.

mod attempt;
mod delivery;
mod failing;
mod people;
mod removal;

pub use attempt::{Answer, Armed, Arming, arm, settle, settle_late};
pub use delivery::{Delivery, DeliveryClaim, Part, advance, load, remember, take};
pub use failing::{Failing, failing, faults_of, waiting_for_pause};
pub use people::{
    ByPerson, Link, Locked, Packed, Place, Stray, Strays, exists, history, is_anothers, linked_post, lock,
    lock_of_post, lock_waiting_for, move_by_person, packed, place_of, strays, waiting_for_people, zone_of,
};
pub use removal::{Removable, removable, set_removed};

use super::machine::IllegalMove;
use crate::connectors::{Checkpoint, RemotePost};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, DeliveryId, new_id};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What a move changes beside the state. The default changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub checkpoint: Change<Checkpoint>,
    /// Kind and words.
    pub fault: Change<(String, String)>,
    pub live: Option<(RemotePost, DateTime<Utc>)>,
    pub probes: Option<i32>,
    pub absences: Option<i32>,
}

/// What happens to one column.
#[derive(Clone, Debug, Default)]
pub enum Change<T> {
    #[default]
    Keep,
    Set(T),
    Clear,
}

impl<T> Change<T> {
    fn parts(&self) -> (bool, Option<&T>) {
        match self {
            Self::Keep => (false, None),
            Self::Set(value) => (true, Some(value)),
            Self::Clear => (true, None),
        }
    }
}

/// A move: from the state that the row must be in, to another. The history shows it as coming from `recorded`.
#[derive(Clone, Copy, Debug)]
struct Path {
    from: DeliveryState,
    recorded: DeliveryState,
    to: DeliveryState,
}

impl Path {
    fn straight(from: DeliveryState, to: DeliveryState) -> Self {
        Self { from, recorded: from, to }
    }
}

/// One statement: the row, if it is still in that state and the fence suffices, and its line of history (when the state
/// changes or there is something to say).
async fn write(
    db: &mut PgConnection,
    company: CompanyId,
    id: DeliveryId,
    path: Path,
    fence: i64,
    patch: &Patch,
    note: &str,
) -> Result<bool> {
    let (set_checkpoint, checkpoint) = patch.checkpoint.parts();
    let (set_fault, fault) = patch.fault.parts();
    let done = sqlx::query_scalar!(
        r#"with moved as (
             update deliveries set
               state = $4,
               checkpoint = case when $6 then $7 else checkpoint end,
               fault_kind = case when $8 then $9 else fault_kind end,
               fault_message = case when $8 then $10 else fault_message end,
               remote_id = coalesce($11, remote_id),
               remote_url = coalesce($12, remote_url),
               live_at = coalesce($13, live_at),
               probes = coalesce($14, probes),
               absences = coalesce($15, absences),
               handed_at = case when $4 = 'by_hand' then now() else handed_at end,
               updated_at = now()
             where company_id = $1 and id = $2 and state = $3 and fence <= $5
             returning id
           ), told as (
             insert into delivery_events (company_id, id, delivery_id, from_state, to_state, note)
             select $1, $16, id, $18, $4, $17 from moved where $18 <> $4 or $17 <> ''
           )
           select count(*) > 0 as "done!" from moved"#,
        company.0,
        id.0,
        path.from.id(),
        path.to.id(),
        fence,
        set_checkpoint,
        checkpoint,
        set_fault,
        fault.map(|f| f.0.as_str()),
        fault.map(|f| f.1.as_str()),
        patch.live.as_ref().map(|l| l.0.id.as_str()),
        patch.live.as_ref().and_then(|l| l.0.url.as_deref()),
        patch.live.as_ref().map(|l| l.1),
        patch.probes,
        patch.absences,
        new_id(),
        note,
        path.recorded.id()
    )
    .fetch_one(db)
    .await?;
    Ok(done)
}

/// One line of a delivery's history.
pub async fn record_event(
    db: &mut PgConnection,
    company: CompanyId,
    id: DeliveryId,
    (from, to): (DeliveryState, DeliveryState),
    note: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into delivery_events (company_id, id, delivery_id, from_state, to_state, note)
         values ($1, $2, $3, $4, $5, $6)",
        company.0,
        new_id(),
        id.0,
        from.id(),
        to.id(),
        note
    )
    .execute(db)
    .await?;
    Ok(())
}

fn state_of(id: &str) -> Result<DeliveryState> {
    DeliveryState::parse(id).ok_or_else(|| unknown("delivery state", id))
}

/// A word in the table that this program does not know: an older program on a newer database.
fn unknown(what: &str, word: &str) -> AppError {
    tracing::error!(what, word, "unknown word in the database");
    AppError::bug(crate::infra::telemetry::request_id())
}

fn bug(illegal: IllegalMove) -> AppError {
    tracing::error!(%illegal, "a move was tried that cannot be");
    AppError::bug(crate::infra::telemetry::request_id())
}
