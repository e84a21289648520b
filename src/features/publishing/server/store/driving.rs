//! What the driver of a delivery writes: moves under its fence, the arming, and the answer to an armed call.

use super::{Patch, bug, state_of, tell, unknown, write};
use crate::connectors::Anchor;
use crate::domain::error::Result;
use crate::domain::ids::{ConnectionId, DeliveryId, PostId, Uuid, new_id};
use crate::domain::platform::Platform;
use crate::features::connections::model::ConnectionState;
use crate::features::publishing::model::DeliveryState;
use crate::features::publishing::server::machine::{Event, next};
use crate::infra::database::Tenant;
use crate::infra::queue::Claim;
use chrono::{DateTime, Utc};

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
    pub state: DeliveryState,
    pub due_at: Option<DateTime<Utc>>,
    pub armed_at: Option<DateTime<Utc>>,
    pub anchor: Option<Anchor>,
    /// Looks in a row that could not tell.
    pub probes: i32,
    pub absences: i32,
    pub fault_kind: Option<String>,
}

/// Makes the claim the one that may write, and reads everything that driving needs. `None`: it does not exist, or a
/// later claim or a person has it.
pub async fn take(tenant: &Tenant, id: DeliveryId, claim: &Claim) -> Result<Option<Delivery>> {
    let row = sqlx::query!(
        r#"with mine as (
             update deliveries set fence = $3, job_id = $4 where company_id = $1 and id = $2 and fence <= $3 returning *)
           select d.id, d.post_id, d.connection_id, coalesce(d.text, p.text) as "text!", p.link, d.state, d.due_at,
                  d.armed_at, d.anchor, d.probes, d.absences, d.fault_kind,
                  p.deleted_at is not null as "post_deleted!", c.platform, c.state as connection_state, c.state_reason
           from mine d
           join posts p on p.company_id = d.company_id and p.id = d.post_id
           join connections c on c.company_id = d.company_id and c.id = d.connection_id"#,
        tenant.company,
        id,
        claim.fence,
        claim.job
    )
    .fetch_optional(&tenant.db)
    .await?;
    row.map(|r| {
        Ok(Delivery {
            id: r.id,
            post: r.post_id,
            connection: r.connection_id,
            platform: r.platform.parse().map_err(|()| unknown("platform", &r.platform))?,
            connection_state: ConnectionState::parse(&r.connection_state)
                .ok_or_else(|| unknown("connection state", &r.connection_state))?,
            connection_reason: r.state_reason,
            post_deleted: r.post_deleted,
            text: r.text,
            link: r.link,
            state: state_of(&r.state)?,
            due_at: r.due_at,
            armed_at: r.armed_at,
            anchor: r.anchor,
            probes: r.probes,
            absences: r.absences,
            fault_kind: r.fault_kind,
        })
    })
    .transpose()
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
    let done = write(&mut db, tenant.company, delivery.id, (delivery.state, to), fence, patch, note).await?;
    Ok(done.then_some(to))
}

/// Changes something beside the state. False when the claim no longer may.
pub async fn remember(tenant: &Tenant, fence: i64, delivery: &Delivery, patch: &Patch, note: &str) -> Result<bool> {
    let mut db = tenant.db.acquire().await?;
    let same = (delivery.state, delivery.state);
    write(&mut db, tenant.company, delivery.id, same, fence, patch, note).await
}

/// The right to make one irreversible call. Only `arm` makes it, and calling uses it up.
#[derive(Debug)]
pub struct Armed {
    pub key: Uuid,
    pub attempt: i32,
}

/// Commits, in a transaction of its own and durably, that the irreversible call is about to be made. Only for a claim that
/// surely holds its lease for some seconds more; its job row stays locked meanwhile, so that nobody takes it over.
/// `None`: the lease, the fence or the state is not what it takes; nothing may be called.
pub async fn arm(tenant: &Tenant, claim: &Claim, delivery: &Delivery) -> Result<Option<Armed>> {
    let to = next(delivery.state, Event::Arm).map_err(bug)?;
    let mut tx = tenant.db.begin().await?;
    // Whatever the server's default is: this commit must survive a power cut.
    sqlx::query!("select set_config('synchronous_commit', 'on', true)").fetch_one(&mut *tx).await?;
    let holds = sqlx::query_scalar!(
        r#"select true as "holds!" from jobs
           where id = $1 and fence = $2 and state = 'running' and lease_until > now() + interval '5 seconds'
           for update"#,
        claim.job,
        claim.fence
    )
    .fetch_optional(&mut *tx)
    .await?;
    if holds.is_none() {
        return Ok(None);
    }
    let key = new_id();
    let attempt = sqlx::query_scalar!(
        "update deliveries set state = $5, attempt = attempt + 1, attempt_key = $6, armed_at = $7, probes = 0,
           fault_kind = null, fault_message = null, updated_at = now()
         where company_id = $1 and id = $2 and state = $3 and fence = $4
         returning attempt",
        tenant.company,
        delivery.id,
        delivery.state.id(),
        claim.fence,
        to.id(),
        key,
        claim.now()
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(attempt) = attempt else { return Ok(None) };
    tell(&mut tx, tenant.company, delivery.id, (delivery.state, to), &format!("Attempt {attempt}.")).await?;
    tx.commit().await?;
    Ok(Some(Armed { key, attempt }))
}

/// Writes what came of an armed call, bound to the attempt and not to a lease: it is the truth about this attempt, even if
/// it arrives after somebody else took over. An answer "live" counts in any state (`LateLive`); every other one only while
/// the attempt is armed. `None`: too late, nothing was changed (an unexpected "live" is told in the history all the same).
pub async fn settle(
    tenant: &Tenant,
    id: DeliveryId,
    armed: &Armed,
    event: Event,
    patch: &Patch,
    note: &str,
) -> Result<Option<DeliveryState>> {
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
    let ours = row.attempt_key == Some(armed.key);
    let event = if event == Event::CommitLive && from != DeliveryState::Armed { Event::LateLive } else { event };
    let to = if ours { next(from, event).ok() } else { None };
    match to {
        Some(to) => {
            write(&mut tx, tenant.company, id, (from, to), i64::MAX, patch, note).await?;
        }
        // Seen by a look before the answer came.
        None if ours && from == DeliveryState::Live => {}
        None => {
            if let (Event::CommitLive | Event::LateLive, Some((remote, _))) = (event, &patch.live) {
                let at = remote.url.as_deref().unwrap_or(&remote.id);
                let note = format!("A late answer to attempt {}: it was published ({at}).", armed.attempt);
                tell(&mut tx, tenant.company, id, (from, from), &note).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(to)
}
