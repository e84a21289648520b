//! What people's actions write, what they read, and what the sweep looks for.

use super::{Change, record_event, state_of};
use crate::domain::delivery::{DeliveryEvent, DeliveryState, LinkedPost};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId, PostId};
use crate::domain::moment::When;
use crate::domain::page::COUNTED;
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use crate::infra::database::Tenant;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::{PgConnection, PgPool};

/// What a person's move changes beside the state. Preparations, faults and counters always start anew: the post may have
/// been edited.
#[derive(Clone, Debug, Default)]
pub struct ByPerson {
    pub due_at: Change<DateTime<Utc>>,
    /// The very content goes out that went before: an earlier call with it may still turn up.
    pub same_content: bool,
    /// Where it is live, as the person says.
    pub link: Option<Link>,
    /// What a person said of that counts no more.
    pub unlink: bool,
    /// Why it waits for a person: kind and words.
    pub fault: Option<(&'static str, String)>,
}

/// A post that a person has found.
#[derive(Clone, Debug)]
pub struct Link {
    pub url: Option<String>,
    /// The post's id at the platform, where that could be asked.
    pub remote: Option<String>,
    pub at: DateTime<Utc>,
}

/// The row of a delivery, locked.
pub struct Locked {
    pub id: DeliveryId,
    pub connection: ConnectionId,
    /// 0: the post itself; from 1: its further parts.
    pub part: i32,
    pub state: DeliveryState,
    pub due_at: Option<DateTime<Utc>>,
    pub armed_at: Option<DateTime<Utc>>,
    /// It is live because a person says so.
    pub is_linked: bool,
    /// A person was to publish it, or has.
    pub is_handed: bool,
    /// It was deleted at the platform.
    pub is_removed: bool,
}

struct Row {
    id: DeliveryId,
    connection_id: ConnectionId,
    part: i32,
    state: String,
    due_at: Option<DateTime<Utc>>,
    armed_at: Option<DateTime<Utc>>,
    linked_at: Option<DateTime<Utc>>,
    handed_at: Option<DateTime<Utc>>,
    removed_at: Option<DateTime<Utc>>,
}

impl Row {
    fn read(self) -> Result<Locked> {
        Ok(Locked {
            id: self.id,
            connection: self.connection_id,
            part: self.part,
            state: state_of(&self.state)?,
            due_at: self.due_at,
            armed_at: self.armed_at,
            is_linked: self.linked_at.is_some(),
            is_handed: self.handed_at.is_some(),
            is_removed: self.removed_at.is_some(),
        })
    }
}

pub async fn lock(db: &mut PgConnection, company: CompanyId, id: DeliveryId) -> Result<Locked> {
    let row = sqlx::query_as!(
        Row,
        "select id, connection_id, part, state, due_at, armed_at, linked_at, handed_at, removed_at from deliveries where company_id = $1 and id = $2 for update",
        company.0,
        id.0
    )
    .fetch_optional(db)
    .await?
    .ok_or_else(|| AppError::not_found("delivery"))?;
    row.read()
}

/// Where a delivery goes, for a person who looks for it there.
pub struct Place {
    pub post: PostId,
    pub platform: Platform,
    pub connection: ConnectionId,
    pub handle: String,
    /// The account's id at the platform.
    pub account: String,
    pub is_comment: bool,
    pub state: DeliveryState,
    /// A person was to publish it, or has.
    pub is_handed: bool,
}

pub async fn place_of(tenant: &Tenant, id: DeliveryId) -> Result<Place> {
    let row = sqlx::query!(
        "select d.post_id, d.kind, d.state, d.connection_id, d.handed_at, c.platform, c.handle, c.remote_id
         from deliveries d join connections c on c.company_id = d.company_id and c.id = d.connection_id
         where d.company_id = $1 and d.id = $2",
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?
    .ok_or_else(|| AppError::not_found("delivery"))?;
    Ok(Place {
        post: row.post_id,
        platform: row.platform.parse().map_err(|_| AppError::not_found("platform"))?,
        connection: row.connection_id,
        handle: row.handle,
        account: row.remote_id,
        is_comment: row.kind == "comment",
        state: state_of(&row.state)?,
        is_handed: row.handed_at.is_some(),
    })
}

/// What a person needs to publish it.
pub struct Packed {
    pub post: PostId,
    pub platform: Platform,
    pub handle: String,
    pub profile_url: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
    pub format: Format,
    /// The text that applies there.
    pub text: String,
    pub link: Option<String>,
}

/// The package of a delivery that is a person's to publish, or was; nothing of a post in the bin.
pub async fn packed(tenant: &Tenant, id: DeliveryId) -> Result<Option<Packed>> {
    let row = sqlx::query!(
        r#"select d.post_id, d.due_at, d.format, coalesce(d.text, p.text) as "text!", p.link, c.platform, c.handle, c.profile_url
           from deliveries d
           join posts p on p.company_id = d.company_id and p.id = d.post_id and p.deleted_at is null
           join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.id = $2 and d.handed_at is not null"#,
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(row.and_then(|row| {
        let platform: Platform = row.platform.parse().ok()?;
        let format = Format::parse(&row.format).unwrap_or_default();
        Some(Packed {
            post: row.post_id,
            // As it is called there.
            format: platform.publishing().and_then(|p| p.find(format)).map_or(format, |rules| rules.format),
            platform,
            handle: row.handle,
            profile_url: row.profile_url,
            due_at: row.due_at,
            text: row.text,
            link: row.link,
        })
    }))
}

/// What a person has linked, with the line of history that says what was found.
pub async fn linked_post(tenant: &Tenant, id: DeliveryId) -> Result<Option<LinkedPost>> {
    let row = sqlx::query!(
        r#"select d.post_id, d.remote_url, d.handed_at, c.platform, c.handle,
             (select e.note from delivery_events e where e.company_id = $1 and e.delivery_id = d.id and e.to_state = 'live'
              order by e.at desc, e.id desc limit 1) as note
           from deliveries d join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.id = $2 and d.linked_at is not null and d.state = 'live'"#,
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(row.and_then(|row| {
        Some(LinkedPost {
            post: row.post_id,
            platform: row.platform.parse().ok()?,
            handle: row.handle,
            url: row.remote_url,
            by_hand: row.handed_at.is_some(),
            note: row.note.unwrap_or_default(),
        })
    }))
}

pub async fn lock_of_post(db: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Vec<Locked>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, connection_id, part, state, due_at, armed_at, linked_at, handed_at, removed_at from deliveries where company_id = $1 and post_id = $2
         order by id for update",
        company.0,
        post.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// What waits for this account, while the account can be used.
pub async fn lock_waiting_for(
    db: &mut PgConnection,
    company: CompanyId,
    connection: ConnectionId,
) -> Result<Vec<Locked>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, connection_id, part, state, due_at, armed_at, linked_at, handed_at, removed_at from deliveries
         where company_id = $1 and connection_id = $2 and state = 'needs_reconnect'
           and exists (select from connections c where c.company_id = $1 and c.id = $2 and c.state = 'active')
         order by id for update",
        company.0,
        connection.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// A person's move of a locked row. It also forgets what was sent before, unless the content is the same: then an earlier
/// attempt may still turn up. "It is not there" counts as an absence that was seen; of several one is remembered.
pub async fn move_by_person(
    db: &mut PgConnection,
    company: CompanyId,
    row: &Locked,
    to: DeliveryState,
    change: &ByPerson,
    note: &str,
) -> Result<()> {
    let (set_due, due_at) = change.due_at.parts();
    let link = change.link.as_ref();
    let fault = change.fault.as_ref();
    sqlx::query!(
        "update deliveries set state = $3, fence = nextval('job_fences'), due_at = case when $4 then $5 else due_at end,
           remote_url = case when not $10 then coalesce($6, remote_url) end,
           remote_id = case when not $10 then coalesce($11, remote_id) end,
           live_at = case when not $10 then coalesce($7, live_at) end,
           linked_at = case when not $10 then case when $7::timestamptz is null then linked_at else now() end end,
           handed_at = case when $3 in ('live', 'by_hand') then handed_at end,
           checkpoint = null, fault_kind = $12, fault_message = $13, probes = 0,
           absences = case when $8 then least(absences + $9, 1) else 0 end, updated_at = now(),
           first_armed_at = case when $8 then first_armed_at end
         where company_id = $1 and id = $2",
        company.0,
        row.id.0,
        to.id(),
        set_due,
        due_at.copied(),
        link.and_then(|link| link.url.as_deref()),
        link.map(|link| link.at),
        change.same_content,
        i32::from(row.state == DeliveryState::Unconfirmed),
        change.unlink,
        link.and_then(|link| link.remote.as_deref()),
        fault.map(|(kind, _)| *kind),
        fault.map(|(_, words)| words.as_str())
    )
    .execute(&mut *db)
    .await?;
    record_event(db, company, row.id, (row.state, to), note).await
}

/// The history, oldest first, with the company's clock.
pub async fn history(tenant: &Tenant, id: DeliveryId) -> Result<Vec<DeliveryEvent>> {
    let rows = sqlx::query!(
        "select e.at, e.from_state, e.to_state, e.note, c.zone
         from delivery_events e join companies c on c.id = e.company_id
         where e.company_id = $1 and e.delivery_id = $2 order by e.at, e.id",
        tenant.company.0,
        id.0
    )
    .fetch_all(&tenant.db)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(DeliveryEvent {
                at: When { at: r.at.into(), local: zone::local(zone::of(&r.zone), r.at) },
                from: state_of(&r.from_state)?,
                to: state_of(&r.to_state)?,
                note: r.note,
            })
        })
        .collect()
}

/// The company's time zone.
pub async fn zone_of(tenant: &Tenant) -> Result<Tz> {
    let zone =
        sqlx::query_scalar!("select zone from companies where id = $1", tenant.company.0).fetch_one(&tenant.db).await?;
    Ok(zone::of(&zone))
}

/// Whether the company has this delivery.
pub async fn exists(tenant: &Tenant, id: DeliveryId) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select true as "found!" from deliveries where company_id = $1 and id = $2"#,
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(found.is_some())
}

/// Whether another delivery to this account is already known to be that post.
pub async fn is_anothers(tenant: &Tenant, id: DeliveryId, connection: ConnectionId, remote: &str) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from deliveries
             where company_id = $1 and connection_id = $2 and remote_id = $3 and id <> $4) as "found!""#,
        tenant.company.0,
        connection.0,
        remote,
        id.0
    )
    .fetch_one(&tenant.db)
    .await?;
    Ok(found)
}

/// Deliveries of the company that wait for a person (`DeliveryState::needs_attention`; the index is partial on these).
/// A further part of a post that is held only because of the one before it is not counted beside that one, and nothing of
/// a post in the bin. Up to one past [`COUNTED`].
pub async fn waiting_for_people(tenant: &Tenant) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select from deliveries d where d.company_id = $1 and d.attention and d.listed_at is not null
               and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'
             order by d.connection_id limit $2) waiting"#,
        tenant.company.0,
        COUNTED + 1
    )
    .fetch_one(&tenant.db)
    .await?)
}

/// A delivery that nobody drives although somebody must.
pub struct Stray {
    pub company: CompanyId,
    pub id: DeliveryId,
    pub connection: ConnectionId,
    pub due_at: Option<DateTime<Utc>>,
}

/// Which deliveries to look at for strays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strays {
    /// Those whose job was given up or taken back within the last minutes: cheap.
    Lately,
    /// All there are: reads the whole table.
    All,
}

/// Deliveries of all companies that should be driven and have no unfinished job. For the sweep, which works for the
/// instance and therefore takes the bare pool.
pub async fn strays(db: &PgPool, which: Strays, limit: i64) -> Result<Vec<Stray>> {
    let rows = match which {
        Strays::Lately => {
            // From the jobs, which are few, to their deliveries one by one: the other way all that waits would be looked at.
            sqlx::query_as!(
                Stray,
                r#"select d.company as "company!: CompanyId", d.id as "id!: DeliveryId", d.connection as "connection!: ConnectionId", d.due_at
                   from (select distinct j.company_id,
                           case when j.payload ->> 'delivery' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (j.payload ->> 'delivery')::uuid end as id
                         from jobs j
                         where j.state in ('dead', 'cancelled') and j.finished_at > now() - interval '5 minutes'
                           and j.kind = 'deliver') stopped
                   cross join lateral (
                     select d.company_id as company, d.id, d.connection_id as connection, d.due_at from deliveries d
                     where d.company_id = stopped.company_id and d.id = stopped.id and d.driving limit 1) d
                   where not exists (select from jobs j where j.job_key = 'deliver:' || d.id and j.state in ('ready', 'running'))
                   limit $1"#,
                limit
            )
            .fetch_all(db)
            .await?
        }
        Strays::All => {
            sqlx::query_as!(
                Stray,
                "select d.company_id as company, d.id, d.connection_id as connection, d.due_at from deliveries d
                 where d.driving
                   and not exists (select from jobs j where j.job_key = 'deliver:' || d.id and j.state in ('ready', 'running'))
                 limit $1",
                limit
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(rows)
}
