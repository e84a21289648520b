//! A delivery as its driver sees it, and what the driver writes under its claim's fence. Taking and reading, which every
//! delivery goes through, are done for many at once.

use super::{Patch, Path, bug, state_of, unknown, write};
use crate::connectors::Checkpoint;
use crate::domain::account::AccountFacts;
use crate::domain::connection::ConnectionState;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId, JobId, PostId, Uuid};
use crate::domain::options::Options;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, PartKind, PostContent};
use crate::features::deliveries::server::machine::{Event, next};
use crate::infra::database::Tenant;
use crate::infra::queue::{AHEAD, Claim};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use sqlx::types::Json;
use std::collections::HashMap;

/// A delivery as its driver sees it.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: DeliveryId,
    pub post: PostId,
    pub connection: ConnectionId,
    pub platform: Platform,
    pub connection_state: ConnectionState,
    pub connection_reason: String,
    /// Nothing is sent to the account for now.
    pub paused: bool,
    pub post_deleted: bool,
    /// The text that applies here.
    pub text: String,
    pub link: Option<String>,
    pub format: Format,
    pub options: Options,
    /// What is known of the account, as far as it decides the rules.
    pub facts: AccountFacts,
    pub has_media: bool,
    pub state: DeliveryState,
    /// The state that the history last recorded. What begins and goes straight on is recorded in one line.
    pub recorded: DeliveryState,
    pub due_at: Option<DateTime<Utc>>,
    pub armed_at: Option<DateTime<Utc>>,
    /// The latest attempt's.
    pub attempt_key: Option<Uuid>,
    pub checkpoint: Option<Checkpoint>,
    /// Probes in a row that could not tell.
    pub probes: i32,
    pub absences: i32,
    pub fault_kind: Option<String>,
    pub fault_message: Option<String>,
    /// When it was first armed since its content was last planned.
    pub first_armed_at: Option<DateTime<Utc>>,
    /// For a further part of a post: what it is, and what must be there before it.
    pub part: Option<Part>,
    /// Others wait for this one.
    pub is_followed: bool,
}

impl Delivery {
    /// What its account gets, with these pictures.
    pub fn content<M>(&self, media: Vec<M>) -> PostContent<M> {
        PostContent {
            link: self.link.clone(),
            media,
            format: self.format,
            options: self.options.clone(),
            ..PostContent::of_text(self.text.clone())
        }
    }

    /// Whether an earlier call with this very content may have arrived: one came to nothing as far as we, or a person, could
    /// see. Calls that were definitely refused do not count.
    pub fn may_be_there(&self) -> bool {
        self.absences > 0
    }
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
pub struct DeliveryClaim {
    pub company: CompanyId,
    pub id: DeliveryId,
    pub fence: i64,
    pub job: JobId,
    /// The claim's time.
    pub now: DateTime<Utc>,
}

impl DeliveryClaim {
    pub fn new(tenant: &Tenant, id: DeliveryId, claim: &Claim) -> Self {
        Self { company: tenant.company, id, fence: claim.fence, job: claim.job, now: claim.now() }
    }
}

/// Makes each claim the one that may write. What is queued, due within [`AHEAD`] and not too late begins at once (`Event::Begin`): from
/// then on nobody edits the post, and what is read of it stays true. `None`: it does not exist, or a later claim or a
/// person has it. What it answers is how late the delivery may begin, which the company says: at least a minute, as
/// nothing begins at the very instant at which it is due.
///
/// This commit does not wait for the disk: what follows, the arming above all, does, and takes this along.
pub async fn take(db: &PgPool, asked: &[DeliveryClaim]) -> Result<Vec<Option<TimeDelta>>, sqlx::Error> {
    let begun = next(DeliveryState::Queued, Event::Begin).expect("what is queued can begin");
    // Two claims of one delivery in one batch: the later one has it.
    let mut latest: HashMap<DeliveryId, i64> = HashMap::new();
    for mine in asked {
        let fence = latest.entry(mine.id).or_insert(mine.fence);
        *fence = (*fence).max(mine.fence);
    }
    let asks: Vec<(i64, &DeliveryClaim)> =
        (0..).zip(asked).filter(|(_, mine)| latest.get(&mine.id) == Some(&mine.fence)).collect();
    // `materialized`: else the company's patience would be read twice for each row.
    let rows = sqlx::query!(
        r#"with asked as materialized (
             select a.*, (select greatest(c.late_minutes, 1) from companies c where c.id = a.company_id) as patience
             from (select set_config('synchronous_commit', 'off', true)) as lazily, unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::timestamptz[])
               as a (n, company_id, id, fence, job_id, at)
           ), mine as (
             update deliveries d set fence = a.fence, job_id = a.job_id,
               state = case when d.state = $7 and d.due_at <= a.at + make_interval(secs => $10) and a.at <= make_interval(mins => a.patience)
                 + case when d.after_id is null then d.due_at else (
                     -- What comes after another one counts its patience from there.
                     select greatest(p.live_at, d.due_at) from deliveries p
                     where p.company_id = d.company_id and p.id = d.after_id and p.state = $9) end
                 then $8 else d.state end
             from asked a
             where d.company_id = a.company_id and d.id = a.id and d.fence <= a.fence
             returning a.n, a.patience
           )
           select n as "n!", patience as "patience!" from mine"#,
        &asks.iter().map(|(n, _)| *n).collect::<Vec<_>>(),
        &asks.iter().map(|(_, m)| m.company).collect::<Vec<_>>() as _,
        &asks.iter().map(|(_, m)| m.id).collect::<Vec<_>>() as _,
        &asks.iter().map(|(_, m)| m.fence).collect::<Vec<_>>(),
        &asks.iter().map(|(_, m)| m.job).collect::<Vec<_>>() as _,
        &asks.iter().map(|(_, m)| m.now).collect::<Vec<_>>(),
        DeliveryState::Queued.id(),
        begun.id(),
        DeliveryState::Live.id(),
        AHEAD.as_secs_f64()
    )
    .fetch_all(db)
    .await?;
    let mut answers = vec![None; asked.len()];
    for row in rows {
        if let Some(answer) = answers.get_mut(row.n as usize) {
            *answer = Some(TimeDelta::minutes(row.patience.into()));
        }
    }
    Ok(answers)
}

/// A row that this program cannot read fails as a database error would.
fn known<T>(read: Result<T>) -> Result<T, sqlx::Error> {
    read.map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Reads everything that driving needs, for claims that have taken their delivery. `None`: it was taken away.
pub async fn load(db: &PgPool, asked: &[DeliveryClaim]) -> Result<Vec<Option<Delivery>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select a.n as "n!", d.id, d.post_id, d.connection_id, coalesce(d.text, p.text) as "text!", p.link, d.format, d.options as "options: Json<Options>", c.facts, d.state, d.due_at,
                  d.armed_at, d.attempt_key, d.first_armed_at, d.checkpoint, d.probes, d.absences, d.fault_kind, d.fault_message,
                  p.deleted_at is not null as "post_deleted!", c.platform, c.state as connection_state, c.state_reason, c.paused_at is not null as "paused!",
                  d.kind, f.state as "after_state?", f.live_at as after_live_at, f.remote_id as after_remote_id,
                  f.remote_url as after_remote_url,
                  (select e.to_state from delivery_events e where e.company_id = d.company_id and e.delivery_id = d.id
                   order by e.id desc limit 1) as recorded,
                  exists (select from deliveries n where n.company_id = d.company_id and n.after_id = d.id) as "is_followed!",
                  d.part = 0 and exists (select from post_media m where m.company_id = d.company_id and m.post_id = d.post_id) as "has_media!"
           from unnest($1::uuid[], $2::uuid[], $3::bigint[]) with ordinality as a (company_id, id, fence, n)
           -- `limit` keeps the planner on the keys, whatever it knows of the tables: it goes from row to row.
           join lateral (select * from deliveries x where x.company_id = a.company_id and x.id = a.id and x.fence = a.fence
                         limit 1) d on true
           join lateral (select * from posts x where x.company_id = d.company_id and x.id = d.post_id limit 1) p on true
           join lateral (select * from connections x where x.company_id = d.company_id and x.id = d.connection_id
                         limit 1) c on true
           left join lateral (select * from deliveries x where x.company_id = d.company_id and x.id = d.after_id
                              limit 1) f on true"#,
        &asked.iter().map(|m| m.company).collect::<Vec<_>>() as _,
        &asked.iter().map(|m| m.id).collect::<Vec<_>>() as _,
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
            paused: r.paused,
            post_deleted: r.post_deleted,
            text: r.text,
            link: r.link.filter(|_| part.is_none()),
            format: Format::parse(&r.format).unwrap_or_default(),
            options: r.options.0,
            facts: AccountFacts::read(&r.facts),
            has_media: r.has_media,
            state: known(state_of(&r.state))?,
            recorded: known(r.recorded.as_deref().map_or_else(|| state_of(&r.state), state_of))?,
            due_at: r.due_at,
            armed_at: r.armed_at,
            attempt_key: r.attempt_key,
            checkpoint: r.checkpoint,
            probes: r.probes,
            absences: r.absences,
            fault_kind: r.fault_kind,
            fault_message: r.fault_message,
            first_armed_at: r.first_armed_at,
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
    let path = Path { from: delivery.state, recorded: delivery.recorded, to };
    let done = write(&mut db, tenant.company, delivery.id, path, fence, patch, note).await?;
    Ok(done.then_some(to))
}

/// Changes something beside the state. False when the claim no longer may.
pub async fn remember(tenant: &Tenant, fence: i64, delivery: &Delivery, patch: &Patch, note: &str) -> Result<bool> {
    let mut db = tenant.db.acquire().await?;
    let same = Path { from: delivery.state, recorded: delivery.recorded, to: delivery.state };
    write(&mut db, tenant.company, delivery.id, same, fence, patch, note).await
}
