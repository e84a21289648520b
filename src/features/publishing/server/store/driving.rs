//! What the driver of a delivery writes: moves under its fence, the arming, and the answer to an armed call. What every
//! delivery goes through (taking, reading, arming, the answer) is done for many at once.

use super::{Patch, Path, bug, state_of, tell, unknown, write};
use crate::connectors::Anchor;
use crate::domain::draft::PartKind;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId, JobId, PostId, Uuid, new_id};
use crate::domain::platform::Platform;
use crate::features::connections::model::ConnectionState;
use crate::features::publishing::model::DeliveryState;
use crate::features::publishing::server::machine::{Event, next};
use crate::infra::database::Tenant;
use crate::infra::queue::{Claim, LEASE};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// What must be left of a worker's lease for it to arm: the call begins within this.
pub const LEASE_LEFT: Duration = Duration::from_secs(5);

/// A delivery as its driver sees it.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: DeliveryId,
    pub post: PostId,
    pub connection: ConnectionId,
    pub platform: Platform,
    pub connection_state: ConnectionState,
    pub connection_reason: String,
    pub post_deleted: bool,
    /// The text that applies here.
    pub text: String,
    pub link: Option<String>,
    pub has_media: bool,
    pub state: DeliveryState,
    /// The state that the history last told of. What begins and goes straight on is told in one line.
    pub told: DeliveryState,
    pub due_at: Option<DateTime<Utc>>,
    pub armed_at: Option<DateTime<Utc>>,
    pub anchor: Option<Anchor>,
    /// Looks in a row that could not tell.
    pub probes: i32,
    pub absences: i32,
    pub fault_kind: Option<String>,
    /// For a further part of a post: what it is, and what must be there before it.
    pub part: Option<Part>,
    /// Others wait for this one.
    pub is_followed: bool,
}

/// A reply or a comment.
#[derive(Clone, Debug)]
pub struct Part {
    pub kind: PartKind,
    /// How the delivery before it stands.
    pub after: DeliveryState,
    pub after_live_at: Option<DateTime<Utc>>,
    pub after_id: Option<String>,
    pub after_url: Option<String>,
}

/// A delivery, and the claim on whose behalf it is touched.
#[derive(Clone, Debug)]
pub struct Mine {
    pub company: CompanyId,
    pub id: DeliveryId,
    pub fence: i64,
    pub job: JobId,
    /// The claim's time.
    pub now: DateTime<Utc>,
}

impl Mine {
    pub fn new(tenant: &Tenant, id: DeliveryId, claim: &Claim) -> Self {
        Self { company: tenant.company, id, fence: claim.fence, job: claim.job, now: claim.now() }
    }
}

/// Where a delivery stands when a claim takes it.
#[derive(Clone, Debug)]
pub struct Standing {
    pub state: DeliveryState,
    pub due_at: Option<DateTime<Utc>>,
    /// How late it may begin; the company says so.
    pub patience: TimeDelta,
}

/// Makes each claim the one that may write. What is queued, due and not too late begins at once (`Event::Begin`): from
/// then on nobody edits the post, and what is read of it stays true. `None`: it does not exist, or a later claim or a
/// person has it.
pub async fn take(db: &PgPool, asked: &[Mine]) -> Result<Vec<Option<Standing>>, sqlx::Error> {
    let begun = next(DeliveryState::Queued, Event::Begin).expect("what is queued can begin");
    // Two claims of one delivery in one batch: the later one has it.
    let mut latest: HashMap<DeliveryId, i64> = HashMap::new();
    for mine in asked {
        let fence = latest.entry(mine.id).or_insert(mine.fence);
        *fence = (*fence).max(mine.fence);
    }
    let asks: Vec<(i64, &Mine)> =
        (0..).zip(asked).filter(|(_, mine)| latest.get(&mine.id) == Some(&mine.fence)).collect();
    let rows = sqlx::query!(
        r#"with asked as (
             select * from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::timestamptz[])
               as a (n, company_id, id, fence, job_id, at)
           ), mine as (
             update deliveries d set fence = a.fence, job_id = a.job_id,
               state = case when d.state = $7 and d.due_at <= a.at and a.at <= make_interval(mins => greatest(c.late_minutes, 1))
                 + case when d.after_id is null then d.due_at else (
                     -- What comes after another one counts its patience from there.
                     select greatest(p.live_at, d.due_at) from deliveries p
                     where p.company_id = d.company_id and p.id = d.after_id and p.state = $9) end
                 then $8 else d.state end
             from asked a join companies c on c.id = a.company_id
             where d.company_id = a.company_id and d.id = a.id and d.fence <= a.fence
             returning a.n, d.state, d.due_at, c.late_minutes
           )
           select n as "n!", state, due_at, late_minutes from mine"#,
        &asks.iter().map(|(n, _)| *n).collect::<Vec<_>>(),
        &asks.iter().map(|(_, m)| m.company).collect::<Vec<_>>(),
        &asks.iter().map(|(_, m)| m.id).collect::<Vec<_>>(),
        &asks.iter().map(|(_, m)| m.fence).collect::<Vec<_>>(),
        &asks.iter().map(|(_, m)| m.job).collect::<Vec<_>>(),
        &asks.iter().map(|(_, m)| m.now).collect::<Vec<_>>(),
        DeliveryState::Queued.id(),
        begun.id(),
        DeliveryState::Live.id()
    )
    .fetch_all(db)
    .await?;
    let mut answers = vec![None; asked.len()];
    for row in rows {
        let state = known(state_of(&row.state))?;
        // At least a minute: nothing begins at the very instant at which it is due.
        let patience = TimeDelta::minutes(row.late_minutes.max(1).into());
        let standing = Standing { state, due_at: row.due_at, patience };
        if let Some(answer) = answers.get_mut(row.n as usize) {
            *answer = Some(standing);
        }
    }
    Ok(answers)
}

/// A row that this program cannot read fails as a database error would.
fn known<T>(read: Result<T>) -> Result<T, sqlx::Error> {
    read.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Reads everything that driving needs, for claims that have taken their delivery. `None`: it was taken away.
pub async fn load(db: &PgPool, asked: &[Mine]) -> Result<Vec<Option<Delivery>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select a.n as "n!", d.id, d.post_id, d.connection_id, coalesce(d.text, p.text) as "text!", p.link, d.state, d.due_at,
                  d.armed_at, d.anchor, d.probes, d.absences, d.fault_kind,
                  p.deleted_at is not null as "post_deleted!", c.platform, c.state as connection_state, c.state_reason,
                  d.kind, f.state as "after_state?", f.live_at as after_live_at, f.remote_id as after_remote_id,
                  f.remote_url as after_remote_url,
                  (select e.to_state from delivery_events e where e.company_id = d.company_id and e.delivery_id = d.id
                   order by e.id desc limit 1) as told,
                  exists (select from deliveries n where n.company_id = d.company_id and n.after_id = d.id) as "is_followed!",
                  d.part = 0 and exists (select from post_media m where m.company_id = d.company_id and m.post_id = d.post_id) as "has_media!"
           from unnest($1::uuid[], $2::uuid[], $3::bigint[]) with ordinality as a (company_id, id, fence, n)
           join deliveries d on d.company_id = a.company_id and d.id = a.id and d.fence = a.fence
           join posts p on p.company_id = d.company_id and p.id = d.post_id
           join connections c on c.company_id = d.company_id and c.id = d.connection_id
           left join deliveries f on f.company_id = d.company_id and f.id = d.after_id"#,
        &asked.iter().map(|m| m.company).collect::<Vec<_>>(),
        &asked.iter().map(|m| m.id).collect::<Vec<_>>(),
        &asked.iter().map(|m| m.fence).collect::<Vec<_>>()
    )
    .fetch_all(db)
    .await?;
    let mut answers = vec![None; asked.len()];
    for r in rows {
        let platform = r.platform.parse().map_err(|()| unknown("platform", &r.platform));
        let connection_state = ConnectionState::parse(&r.connection_state);
        let part = match (PartKind::parse(&r.kind), &r.after_state) {
            (Some(kind), Some(after)) => Some(Part {
                kind,
                after: known(state_of(after))?,
                after_live_at: r.after_live_at,
                after_id: r.after_remote_id,
                after_url: r.after_remote_url,
            }),
            _ => None,
        };
        let delivery = Delivery {
            id: r.id,
            post: r.post_id,
            connection: r.connection_id,
            platform: known(platform)?,
            connection_state: known(connection_state.ok_or_else(|| unknown("connection state", &r.connection_state)))?,
            connection_reason: r.state_reason,
            post_deleted: r.post_deleted,
            text: r.text,
            link: r.link.filter(|_| part.is_none()),
            has_media: r.has_media,
            state: known(state_of(&r.state))?,
            told: known(r.told.as_deref().map_or_else(|| state_of(&r.state), state_of))?,
            due_at: r.due_at,
            armed_at: r.armed_at,
            anchor: r.anchor,
            probes: r.probes,
            absences: r.absences,
            fault_kind: r.fault_kind,
            part,
            is_followed: r.is_followed,
        };
        if let Some(answer) = answers.get_mut(r.n as usize - 1) {
            *answer = Some(delivery);
        }
    }
    Ok(answers)
}

/// A driver's move. `None`: the state is another by now, or the fence is outdated; nothing was changed.
pub async fn advance(
    tenant: &Tenant,
    fence: i64,
    delivery: &Delivery,
    event: Event,
    patch: &Patch,
    note: &str,
) -> Result<Option<DeliveryState>> {
    let to = next(delivery.state, event).map_err(bug)?;
    let mut db = tenant.db.acquire().await?;
    let path = Path { from: delivery.state, told: delivery.told, to };
    let done = write(&mut db, tenant.company, delivery.id, path, fence, patch, note).await?;
    Ok(done.then_some(to))
}

/// Changes something beside the state. False when the claim no longer may.
pub async fn remember(tenant: &Tenant, fence: i64, delivery: &Delivery, patch: &Patch, note: &str) -> Result<bool> {
    let mut db = tenant.db.acquire().await?;
    let same = Path { from: delivery.state, told: delivery.told, to: delivery.state };
    write(&mut db, tenant.company, delivery.id, same, fence, patch, note).await
}

/// The right to make one irreversible call. Only `arm` makes it, and calling uses it up.
#[derive(Debug)]
pub struct Armed {
    pub key: Uuid,
    pub attempt: i32,
}

/// A delivery that is about to be armed.
#[derive(Clone, Debug)]
pub struct Arming {
    mine: Mine,
    worker: Arc<str>,
    /// The state as it was read, the one that the history last told of, and the armed one.
    from: DeliveryState,
    told: DeliveryState,
    to: DeliveryState,
    /// What the last step of preparing brought, to be saved with it.
    anchor: Option<Anchor>,
}

impl Arming {
    /// From `ready`; or from `preparing`, when its last step has just ended with this anchor.
    pub fn new(tenant: &Tenant, claim: &Claim, delivery: &Delivery, anchor: Option<Anchor>) -> Result<Self> {
        let from = delivery.state;
        let ready = match anchor {
            Some(_) => next(from, Event::Prepared).map_err(bug)?,
            None => from,
        };
        let to = next(ready, Event::Arm).map_err(bug)?;
        let mine = Mine::new(tenant, delivery.id, claim);
        Ok(Self { mine, worker: claim.worker.clone(), from, told: delivery.told, to, anchor })
    }
}

/// Commits durably (every connection of the pool does) that the irreversible call is about to be made: for claims whose
/// worker surely holds its lease for some seconds more. A later claim that wants the delivery waits for this row, and
/// finds it armed. `None`: the lease, the fence or the state is not what it takes; nothing may be called.
pub async fn arm(db: &PgPool, asked: &[Arming]) -> Result<Vec<Option<Armed>>, sqlx::Error> {
    let keys: Vec<Uuid> = asked.iter().map(|_| new_id()).collect();
    let rows = sqlx::query!(
        r#"with asked as (
             select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                                  $8::jsonb[], $9::text[], $10::uuid[], $11::uuid[]) with ordinality
               as a (company_id, id, fence, from_state, told_state, to_state, at, anchor, worker, key, event_id, n)
           ), alive as (
             select id from workers where beat_at > now() - make_interval(secs => $12)
           ), armed as (
             update deliveries d set state = a.to_state, attempt = d.attempt + 1, attempt_key = a.key, armed_at = a.at,
               first_armed_at = coalesce(d.first_armed_at, a.at),
               anchor = coalesce(a.anchor, d.anchor), probes = 0, fault_kind = null, fault_message = null, updated_at = now()
             from asked a
             where d.company_id = a.company_id and d.id = a.id and d.state = a.from_state and d.fence = a.fence
               and a.worker in (select id from alive)
             returning a.n, d.attempt
           ), told as (
             insert into delivery_events (company_id, id, delivery_id, from_state, to_state, note)
             select company_id, event_id, id, told_state, to_state, 'Attempt ' || attempt || '.' from armed join asked using (n)
           )
           select n as "n!", attempt from armed"#,
        &asked.iter().map(|a| a.mine.company).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.mine.id).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.mine.fence).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.from.id().to_owned()).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.told.id().to_owned()).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.to.id().to_owned()).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.mine.now).collect::<Vec<_>>(),
        &asked.iter().map(|a| a.anchor.clone()).collect::<Vec<_>>() as &[Option<Anchor>],
        &asked.iter().map(|a| a.worker.to_string()).collect::<Vec<_>>(),
        &keys,
        &asked.iter().map(|_| new_id()).collect::<Vec<_>>(),
        (LEASE - LEASE_LEFT).as_secs_f64()
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
               as a (n, company_id, id, key, to_state, set_anchor, anchor, set_fault, fault_kind, fault_message,
                     remote_id, remote_url, live_at, note, event_id)
           ), settled as (
             update deliveries d set
               state = a.to_state,
               anchor = case when a.set_anchor then a.anchor else d.anchor end,
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
        &moves.iter().map(|(_, a, _)| a.company).collect::<Vec<_>>(),
        &moves.iter().map(|(_, a, _)| a.id).collect::<Vec<_>>(),
        &moves.iter().map(|(_, a, _)| a.key).collect::<Vec<_>>(),
        &moves.iter().map(|(.., to)| to.id().to_owned()).collect::<Vec<_>>(),
        &moves.iter().map(|(_, a, _)| a.patch.anchor.parts().0).collect::<Vec<_>>(),
        &moves.iter().map(|(_, a, _)| a.patch.anchor.parts().1.cloned()).collect::<Vec<_>>() as &[Option<Anchor>],
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
        tenant.company,
        id
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
        // Seen by a look before the answer came.
        None if ours && from == DeliveryState::Live => {}
        None => {
            if let (Event::CommitLive | Event::LateLive, Some((remote, _))) = (event, &patch.live) {
                let at = remote.url.as_deref().unwrap_or(&remote.id);
                let note = format!("A late answer to attempt {}: it was published ({at}).", answer.attempt);
                tell(&mut tx, tenant.company, *id, (from, from), &note).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(to)
}
