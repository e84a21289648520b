//! What came in: kept with what became of it, shown, and sent again once somebody has mended it.

use super::fields;
use super::node::{self, Refusal};
use super::receive::{Key, VIA};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{ContactId, IntakeItemId};
use crate::domain::page::{Cursor, PAGE_SIZE, Part};
use crate::features::contacts::server::fields::fit_all;
use crate::features::contacts::server::put::{Put, put};
use crate::features::identity::companies::server::service as companies;
use crate::features::intake::model::{IntakeQuery, ItemCard, ItemState};
use crate::features::posts::server::cards::when;
use crate::infra::database::Tenant;
use crate::infra::http::idempotency::Given;
use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use http::StatusCode;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

/// Characters of a body that is kept to be mended.
const MAX_KEPT: usize = 16_000;
/// Refused contacts of a company that are kept in an hour.
const MOST_AN_HOUR: i64 = 5_000;

/// Refused bodies of a company that are kept at a time, and their bytes: more than anybody mends by hand.
const MOST_BODIES: i64 = 10_000;
const MOST_BYTES: i64 = 64 << 20;

/// Something that is not taken, with what was sent.
pub struct Refused {
    pub refusal: Refusal,
    pub body: Option<String>,
}

/// A request that goes on: with its key, or without one.
pub struct Begun(Option<IntakeItemId>);

/// A request that is answered as one before it, or that uses another's key.
pub enum Answered {
    Before(Given),
    Refused(Refusal),
}

impl Answered {
    pub fn into_response(self) -> Response {
        match self {
            Self::Before(given) => {
                ([crate::infra::http::idempotency::REPLAYED], (given.status, Json(given.answer))).into_response()
            }
            Self::Refused(refusal) => super::receive::refusal(&refusal),
        }
    }
}

/// Takes the key for this transaction; whoever comes with the same one meanwhile waits for its end.
pub async fn begin(tx: &mut PgConnection, tenant: &Tenant, key: Option<Key>) -> Result<Result<Begun, Answered>> {
    let Some(key) = key else { return Ok(Ok(Begun(None))) };
    let id = IntakeItemId::new();
    let taken = sqlx::query!(
        "insert into intake_items (company_id, id, state, user_name, key, request_sha256) values ($1, $2, 'accepted', '', $3, $4)
         on conflict on constraint intake_items_key do nothing",
        tenant.company.0,
        id.0,
        key.key,
        key.request_sha256
    );
    if taken.execute(&mut *tx).await?.rows_affected() == 1 {
        return Ok(Ok(Begun(Some(id))));
    }
    let row = sqlx::query!(
        "select request_sha256, status, answer from intake_items where company_id = $1 and key = $2",
        tenant.company.0,
        key.key
    );
    let again = || AppError::unavailable("This request could not be told from an earlier one. Send it again.");
    let row = row.fetch_optional(tx).await?.ok_or_else(again)?;
    if row.request_sha256.as_ref() != Some(&key.request_sha256) {
        let message = "This key was used for another request. Use a new key for a new request.";
        return Ok(Err(Answered::Refused(Refusal::of_field("Idempotency-Key", message))));
    }
    let status = row.status.and_then(|status| StatusCode::from_u16(status as u16).ok());
    let (status, answer) = status.zip(row.answer).ok_or_else(again)?;
    Ok(Err(Answered::Before(Given { status, answer })))
}

/// What became of a request that was taken.
pub struct Came<'a> {
    pub number: i32,
    pub created: i32,
    pub changed: bool,
    /// Of a single contact.
    pub contact: Option<ContactId>,
    pub status: StatusCode,
    pub answer: &'a Value,
}

pub async fn keep(
    tx: &mut PgConnection,
    tenant: &Tenant,
    user_name: &str,
    Begun(begun): Begun,
    came: Came<'_>,
) -> Result<()> {
    let state = if came.changed { ItemState::Accepted } else { ItemState::Repeated };
    let keyed = begun.is_some();
    sqlx::query!(
        "insert into intake_items (company_id, id, state, user_name, number, created, contact_id, status, answer)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (company_id, id) do update set state = excluded.state, user_name = excluded.user_name,
           number = excluded.number, created = excluded.created, contact_id = excluded.contact_id, status = excluded.status,
           answer = excluded.answer",
        tenant.company.0,
        begun.unwrap_or_else(IntakeItemId::new).0,
        state.id(),
        user_name,
        came.number,
        came.created,
        came.contact.map(|id| id.0),
        came.status.as_u16() as i16,
        // Only a key may ask for it again.
        keyed.then(|| came.answer.clone())
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The same for single contacts without a key that came together: one line each.
pub async fn keep_all(tx: &mut PgConnection, tenant: &Tenant, user_names: &[String], puts: &[Put]) -> Result<()> {
    let ids: Vec<_> = puts.iter().map(|_| IntakeItemId::new()).collect();
    let state = |put: &Put| if put.changed { ItemState::Accepted } else { ItemState::Repeated };
    let states: Vec<_> = puts.iter().map(|put| state(put).id().to_owned()).collect();
    let created: Vec<_> = puts.iter().map(|put| i32::from(put.created)).collect();
    let contacts: Vec<_> = puts.iter().map(|put| put.id).collect();
    sqlx::query!(
        "insert into intake_items (company_id, id, state, user_name, number, created, contact_id, status)
         select $1, i.id, i.state, i.user_name, 1, i.created, i.contact_id, 200 + i.created
         from unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::uuid[]) as i (id, state, user_name, created, contact_id)",
        tenant.company.0,
        &ids as _,
        &states,
        user_names,
        &created,
        &contacts as _
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// How many bodies of refused requests may still be kept, and of how many bytes.
struct Room {
    bodies: i64,
    bytes: i64,
}

impl Room {
    async fn left(tenant: &Tenant) -> Result<Self> {
        let kept = sqlx::query!(
            r#"select count(*) as "n!", coalesce(sum(b.body_bytes), 0)::bigint as "bytes!" from (
                 select body_bytes from intake_items where company_id = $1 and body is not null limit $2) b"#,
            tenant.company.0,
            MOST_BODIES
        );
        let kept = kept.fetch_one(&tenant.db).await?;
        Ok(Self { bodies: MOST_BODIES - kept.n, bytes: MOST_BYTES - kept.bytes })
    }

    fn takes(&mut self, body: &str) -> bool {
        let fits = body.chars().count() <= MAX_KEPT && self.bodies > 0 && body.len() as i64 <= self.bytes;
        if fits {
            self.bodies -= 1;
            self.bytes -= body.len() as i64;
        }
        fits
    }
}

/// Whether bodies of what is refused are not kept just now, as there is no room for one of the longest.
pub async fn is_full(tenant: &Tenant) -> Result<bool> {
    let left = Room::left(tenant).await?;
    Ok(left.bodies <= 0 || left.bytes < 4 * MAX_KEPT as i64)
}

/// Keeps what was refused. A body that is too long to be mended by hand is not kept, and none where there is no room for more.
pub async fn keep_refused(tenant: &Tenant, user_name: &str, refused: &[Refused]) -> Result<()> {
    let kept_lately = sqlx::query_scalar!(
        "select count(*) as \"n!\" from (
           select from intake_items where company_id = $1 and state = 'refused' and at > now() - interval '1 hour' limit $2) i",
        tenant.company.0,
        MOST_AN_HOUR
    )
    .fetch_one(&tenant.db)
    .await?;
    // A program that sends nothing but mistakes does not fill the disk with them: their first thousands say what is wrong.
    let room = usize::try_from(MOST_AN_HOUR - kept_lately).unwrap_or(0);
    let refused = &refused[..refused.len().min(room)];
    if refused.is_empty() {
        return Ok(());
    }
    let mut left = Room::left(tenant).await?;
    let ids: Vec<_> = refused.iter().map(|_| IntakeItemId::new()).collect();
    let fields: Vec<_> = refused.iter().map(|one| one.refusal.field.clone()).collect();
    let reasons: Vec<_> = refused.iter().map(|one| one.refusal.message.clone()).collect();
    let status: Vec<_> = refused.iter().map(|one| one.refusal.status.as_u16() as i16).collect();
    let bodies: Vec<Option<String>> =
        refused.iter().map(|one| one.body.clone().filter(|body| left.takes(body))).collect();
    sqlx::query!(
        "insert into intake_items (company_id, id, state, user_name, field, reason, status, body)
         select $1, r.id, 'refused', $2, r.field, r.reason, r.status, r.body
         from unnest($3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::text[]) as r (id, field, reason, status, body)",
        tenant.company.0,
        user_name,
        &ids as _,
        &fields,
        &reasons,
        &status,
        &bodies as _
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

struct Row {
    id: IntakeItemId,
    at: DateTime<Utc>,
    state: String,
    user_name: String,
    number: i32,
    created: i32,
    contact_id: Option<ContactId>,
    email: Option<String>,
    field: Option<String>,
    reason: Option<String>,
    body: Option<String>,
}

macro_rules! rows {
    ($behind:tt, $order:tt, $tenant:expr, $refused:expr, $from:expr) => {
        sqlx::query_as!(
            Row,
            r#"select i.id as "id!: IntakeItemId", i.at as "at!", i.state as "state!", i.user_name as "user_name!",
                      i.number as "number!", i.created as "created!", i.contact_id as "contact_id?: ContactId",
                      (select c.email from contacts c where c.company_id = $1 and c.id = i.contact_id and c.deleted_at is null)
                        as "email?",
                      i.field as "field?", i.reason as "reason?", i.body as "body?"
               from (
                 (select * from intake_items a where a.company_id = $1 and not $2::bool and (a.at, a.id) "#
                + $behind
                + r#" ($3::timestamptz, $4::uuid) order by a.at "#
                + $order
                + ", a.id "
                + $order
                + r#" limit $5)
                 union all
                 (select * from intake_items a where a.company_id = $1 and $2 and a.state = 'refused' and (a.at, a.id) "#
                + $behind
                + r#" ($3, $4) order by a.at "#
                + $order
                + ", a.id "
                + $order
                + " limit $5)) i order by i.at "
                + $order
                + ", i.id "
                + $order,
            $tenant.company.0,
            $refused,
            DateTime::<Utc>::from($from),
            $from.id,
            i64::from(PAGE_SIZE) + 1
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// A part of what came in, the newest first.
pub async fn part(tenant: &Tenant, query: &IntakeQuery) -> Result<Part<ItemCard>> {
    let size = PAGE_SIZE as usize;
    let (mut rows, newer, older) = match (query.older, query.newer) {
        (None, Some(from)) => {
            let mut rows = rows!(">", "asc", tenant, query.refused, from)?;
            let more = rows.len() > size;
            rows.truncate(size);
            rows.reverse();
            (rows, more, true)
        }
        (from, _) => {
            let start = from.unwrap_or(Cursor::LAST);
            let rows = rows!("<", "desc", tenant, query.refused, start)?;
            let more = rows.len() > size;
            (rows, from.is_some(), more)
        }
    };
    rows.truncate(size);
    let cursor = |row: &Row| Cursor { at_us: row.at.timestamp_micros(), id: row.id.0 };
    let (newer, older) = (rows.first().filter(|_| newer).map(cursor), rows.last().filter(|_| older).map(cursor));
    let zone = companies::zone(tenant).await?;
    let items = rows.into_iter().filter_map(|row| {
        Some(ItemCard {
            id: row.id,
            at: when(zone, row.at),
            state: ItemState::parse(&row.state)?,
            user_name: row.user_name,
            number: row.number,
            created: row.created,
            contact: row.email.is_some().then_some(row.contact_id).flatten(),
            email: row.email,
            field: row.field,
            reason: row.reason,
            body: row.body,
        })
    });
    Ok(Part { items: items.collect(), newer, older, total: None, looked_at: None })
}

/// Takes in what was refused, as somebody has mended it. What is refused again says why and stays.
pub async fn send_again(tenant: &Tenant, item: IntakeItemId, body: &str) -> Result<()> {
    let mut tx = tenant.db.begin().await?;
    let state = sqlx::query_scalar!(
        "select state from intake_items where company_id = $1 and id = $2 for update",
        tenant.company.0,
        item.0
    );
    let state = state.fetch_optional(&mut *tx).await?.ok_or_else(|| AppError::not_found("request"))?;
    if state != ItemState::Refused.id() {
        return Err(AppError::conflict("This was taken in already."));
    }
    let wrong = |refusal: Refusal| {
        AppError::problems(vec![Problem::error("body", format!("{}: {}", refusal.field, refusal.message))])
    };
    let node = match body.trim_start().starts_with(['{', '[']) {
        true => node::json(body.as_bytes()),
        false => node::form(body.as_bytes()),
    };
    let mut capture = node.and_then(|node| fields::read(&node)).map_err(wrong)?;
    fit_all(tenant, std::slice::from_mut(&mut capture)).await?;
    let address = capture.email.key.clone();
    let done = put(&mut tx, tenant, vec![capture], VIA).await?;
    let put = done.get(&address).ok_or_else(|| AppError::bug(None))?;
    sqlx::query!(
        "update intake_items set state = 'fixed', contact_id = $3, created = $4, body = null where company_id = $1 and id = $2",
        tenant.company.0,
        item.0,
        put.id.0,
        i32::from(put.created)
    )
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Forgets what is a month old.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from intake_items where at < now() - interval '30 days'").execute(&db).await?;
        Ok(done.rows_affected())
    })
}
