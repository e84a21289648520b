//! The arming of the one irreversible call, and the answer to it: durable before and after, many at once.

use super::{Delivery, DeliveryClaim, Patch, Path, bug, record_event, state_of, write};
use crate::connectors::Checkpoint;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, DeliveryId, Uuid, new_id};
use crate::features::deliveries::server::call::PAUSE;
use crate::features::deliveries::server::machine::{Event, next};
use crate::infra::calls::CallLog;
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, LEASE};
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use std::sync::Arc;

/// The right to make one irreversible call. Only `arm` makes it, and calling uses it up.
#[derive(Debug)]
pub struct Armed {
    pub key: Uuid,
    pub attempt: i32,
}

/// A delivery that is about to be armed.
#[derive(Clone, Debug)]
pub struct Arming {
    mine: DeliveryClaim,
    worker: Arc<str>,
    /// The state as it was read, the one that the history last recorded, and the armed one.
    from: DeliveryState,
    recorded: DeliveryState,
    to: DeliveryState,
    /// What the last step of preparing brought, to be saved with it.
    checkpoint: Option<Checkpoint>,
}

impl Arming {
    /// From `ready`; or from `preparing`, when its last step has just ended with this checkpoint.
    pub fn new(tenant: &Tenant, claim: &Claim, delivery: &Delivery, checkpoint: Option<Checkpoint>) -> Result<Self> {
        let from = delivery.state;
        let ready = match checkpoint {
            Some(_) => next(from, Event::Prepared).map_err(bug)?,
            None => from,
        };
        let to = next(ready, Event::Arm).map_err(bug)?;
        let mine = DeliveryClaim::new(tenant, delivery.id, claim);
        Ok(Self { mine, worker: claim.worker.clone(), from, recorded: delivery.recorded, to, checkpoint })
    }
}

/// Commits durably (every connection of the pool does) that the irreversible call is about to be made: for claims whose
/// worker surely holds its lease for some seconds more. A later claim that wants the delivery waits for this row, and
/// finds it armed. `None`: the lease, the fence or the state is not what it takes; nothing may be called.
pub async fn arm(db: &PgPool, calls: &CallLog, asked: &[Arming]) -> Result<Vec<Option<Armed>>, sqlx::Error> {
    let keys: Vec<Uuid> = asked.iter().map(|_| calls.key()).collect();
    let rows = sqlx::query!(
        r#"with asked as (
             select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                                  $8::jsonb[], $9::text[], $10::uuid[], $11::uuid[]) with ordinality
               as a (company_id, id, fence, from_state, told_state, to_state, at, checkpoint, worker, key, event_id, n)
           ), alive as (
             select id from workers where beat_at > now() - make_interval(secs => $12)
           ), armed as (
             update deliveries d set state = a.to_state, attempt = d.attempt + 1, attempt_key = a.key, armed_at = a.at,
               first_armed_at = coalesce(d.first_armed_at, a.at),
               checkpoint = coalesce(a.checkpoint, d.checkpoint), probes = 0, fault_kind = null, fault_message = null, updated_at = now()
             from asked a
             where d.company_id = a.company_id and d.id = a.id and d.state = a.from_state and d.fence = a.fence
               and a.worker in (select id from alive)
             returning a.n, d.attempt
           ), told as (
             insert into delivery_events (company_id, id, delivery_id, from_state, to_state, note)
             select company_id, event_id, id, told_state, to_state, 'Attempt ' || attempt || '.' from armed join asked using (n)
           )
           select n as "n!", attempt from armed"#,
        &asked.iter().map(|a| a.mine.company).collect::<Vec<_>>() as _,
        &asked.iter().map(|a| a.mine.id).collect::<Vec<_>>() as _,
        &asked.iter().map(|a| a.mine.fence).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.from.id().to_owned()).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.recorded.id().to_owned()).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.to.id().to_owned()).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.mine.now).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.checkpoint.clone()).collect::<Vec<_>>() as &[Option<Checkpoint>],
        &asked.iter().map(|a| a.worker.to_string()).collect::<Vec<_>>(),
        &keys,
        &asked.iter().map(|_| new_id()).collect::<Vec<_>>(),
        (LEASE - PAUSE).as_secs_f64()
    )
    .fetch_all(db)
    .await?;
    let mut answers: Vec<Option<Armed>> = asked.iter().map(|_| None).collect();
    for row in rows {
        let n = row.n as usize - 1;
        if let (Some(answer), Some(key)) = (answers.get_mut(n), keys.get(n)) {
            *answer = Some(Armed { key: *key, attempt: row.attempt });
        }
    }
    Ok(answers)
}

/// What came of an armed call.
#[derive(Clone, Debug)]
pub struct Answer {
    pub company: CompanyId,
    pub id: DeliveryId,
    pub key: Uuid,
    pub attempt: i32,
    pub event: Event,
    pub patch: Patch,
    pub note: String,
}

/// Writes answers down for deliveries that still are armed by the very attempt: the usual case, many at once.
/// False: it is something else by now; [`settle_late`] says what that means.
pub async fn settle(db: &PgPool, answers: &[Answer]) -> Result<Vec<bool>, sqlx::Error> {
    let armed = DeliveryState::Armed;
    let moves: Vec<(i64, &Answer, DeliveryState)> =
        (0..).zip(answers).filter_map(|(n, a)| next(armed, a.event).ok().map(|to| (n, a, to))).collect();
    let live = |a: &Answer| a.patch.live.clone();
    let rows = sqlx::query_scalar!(
        r#"with asked as (
             select * from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::boolean[], $7::jsonb[],
                                  $8::boolean[], $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[],
                                  $14::text[], $15::uuid[])
               as a (n, company_id, id, key, to_state, set_checkpoint, checkpoint, set_fault, fault_kind, fault_message,
                     remote_id, remote_url, live_at, note, event_id)
           ), settled as (
             update deliveries d set
               state = a.to_state,
               checkpoint = case when a.set_checkpoint then a.checkpoint else d.checkpoint end,
               fault_kind = case when a.set_fault then a.fault_kind else d.fault_kind end,
               fault_message = case when a.set_fault then a.fault_message else d.fault_message end,
               remote_id = coalesce(a.remote_id, d.remote_id),
               remote_url = coalesce(a.remote_url, d.remote_url),
               live_at = coalesce(a.live_at, d.live_at),
               updated_at = now()
             from asked a
             where d.company_id = a.company_id and d.id = a.id and d.state = $16 and d.attempt_key = a.key
             returning a.n, a.company_id, a.id, a.to_state, a.note, a.event_id
           ), told as (
             insert into delivery_events (company_id, id, delivery_id, from_state, to_state, note)
             select company_id, event_id, id, $16, to_state, note from settled
           )
           select n as "n!" from settled"#,
        &moves.iter().map(|(n, ..)| *n).collect::<Vec<_>>(),
        &moves.iter().map(|(_, a, _)| a.company).collect::<Vec<_>>() as _,
        &moves.iter().map(|(_, a, _)| a.id).collect::<Vec<_>>() as _,
        &moves.iter().map(|(_, a, _)| a.key).collect::<Vec<_>>(),
        &moves.iter().map(|(.., to)| to.id().to_owned()).collect::<Vec<_>>(),
        &moves.iter().map(|(_, a, _)| a.patch.checkpoint.parts().0).collect::<Vec<_>>(),
        &moves.iter().map(|(_, a, _)| a.patch.checkpoint.parts().1.cloned()).collect::<Vec<_>>() as &[Option<Checkpoint>],
        &moves.iter().map(|(_, a, _)| a.patch.fault.parts().0).collect::<Vec<_>>(),
        &moves.iter().map(|(_, a, _)| a.patch.fault.parts().1.map(|f| f.0.clone())).collect::<Vec<_>>() as &[Option<String>],
        &moves.iter().map(|(_, a, _)| a.patch.fault.parts().1.map(|f| f.1.clone())).collect::<Vec<_>>() as &[Option<String>],
        &moves.iter().map(|(_, a, _)| live(a).map(|l| l.0.id)).collect::<Vec<_>>() as &[Option<String>],
        &moves.iter().map(|(_, a, _)| live(a).and_then(|l| l.0.url)).collect::<Vec<_>>() as &[Option<String>],
        &moves.iter().map(|(_, a, _)| live(a).map(|l| l.1)).collect::<Vec<_>>() as &[Option<DateTime<Utc>>],
        &moves.iter().map(|(_, a, _)| a.note.clone()).collect::<Vec<_>>(),
        &moves.iter().map(|_| new_id()).collect::<Vec<_>>(),
        armed.id()
    )
    .fetch_all(db)
    .await?;
    let mut done = vec![false; answers.len()];
    for n in rows {
        if let Some(done) = done.get_mut(n as usize) {
            *done = true;
        }
    }
    Ok(done)
}

/// The same, one by one and whatever has happened meanwhile: bound to the attempt and not to a lease, it is the truth about
/// this attempt, even if it arrives after somebody else took over. An answer "live" counts in any state (`LateLive`); every
/// other one only while the attempt is armed. `None`: too late, nothing was changed (an unexpected "live" is told in the
/// history all the same).
pub async fn settle_late(tenant: &Tenant, answer: &Answer) -> Result<Option<DeliveryState>> {
    let Answer { id, event, patch, note, .. } = answer;
    let mut tx = tenant.db.begin().await?;
    let row = sqlx::query!(
        "select state, attempt_key from deliveries where company_id = $1 and id = $2 for update",
        tenant.company.0,
        id.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let from = state_of(&row.state)?;
    let ours = row.attempt_key == Some(answer.key);
    let event = if *event == Event::CommitLive && from != DeliveryState::Armed { Event::LateLive } else { *event };
    let to = if ours { next(from, event).ok() } else { None };
    match to {
        Some(to) => {
            write(&mut tx, tenant.company, *id, Path::straight(from, to), i64::MAX, patch, note).await?;
        }
        // Seen by a probe before the answer came.
        None if ours && from == DeliveryState::Live => {}
        None => {
            if let (Event::CommitLive | Event::LateLive, Some((remote, _))) = (event, &patch.live) {
                let at = remote.url.as_deref().unwrap_or(&remote.id);
                let note = format!("A late answer to attempt {}: it was published ({at}).", answer.attempt);
                record_event(&mut tx, tenant.company, *id, (from, from), &note).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(to)
}
