//! What is planned, one line per account that a post goes to, and taking it back.

use crate::domain::delivery::DeliveryState;
use crate::domain::delivery::DeliveryState::*;
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::ids::{AssetId, CompanyId, ConnectionId, DeliveryId, PostId, Uuid};
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::features::deliveries::server::service as publishing;
use crate::features::deliveries::server::targets;
use crate::features::posts::server::service;
use crate::infra::session::{Granted, Who};
use axum::Json;
use axum::extract::{Path, Query};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;

const LIMIT: u32 = 25;
const MAX_LIMIT: u32 = 100;

/// A post on one account.
#[derive(Serialize)]
pub struct Line {
    /// The delivery's: `DELETE` with it takes only this account back.
    id: DeliveryId,
    post: PostId,
    account: ConnectionId,
    platform: String,
    handle: String,
    /// `post`, `reply` (a further post of a thread) or `comment`.
    kind: String,
    state: DeliveryState,
    text: String,
    link: Option<String>,
    media: Vec<AssetId>,
    due_at: Option<DateTime<Utc>>,
    published_at: Option<DateTime<Utc>>,
    /// Where it can be seen.
    url: Option<String>,
    /// What is wrong, for a person.
    problem: Option<String>,
}

#[derive(Serialize)]
pub struct Lines {
    items: Vec<Line>,
    /// All that match.
    total: i64,
    limit: u32,
    offset: u32,
}

/// What a list is asked for.
#[derive(Debug, PartialEq)]
struct Asked {
    states: Vec<DeliveryState>,
    platform: Option<Platform>,
    limit: u32,
    offset: u32,
}

/// `GET /api/v1/social/scheduled/{org}?status&platform&limit&offset`: earliest first. `status` is `upcoming` (what is
/// scheduled or being published; the default), `scheduled`, `publishing`, `published`, `attention`, `draft`, `cancelled`,
/// `all`, or the name of one state. `limit` 1 to 100 (25). 404: no company of the caller's.
pub async fn list(
    who: Who,
    Path(org): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Lines>> {
    let who = who.in_company(Some(&org)).await?.require(Permission::View)?;
    let asked = read(&query)?;
    let (items, total) = lines(&who, &asked).await?;
    Ok(Json(Lines { items, total, limit: asked.limit, offset: asked.offset }))
}

fn read(query: &HashMap<String, String>) -> Result<Asked> {
    let given = |name: &str| query.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let mut problems = vec![];
    let status = given("status").unwrap_or("upcoming");
    let states = states(status).unwrap_or_else(|| {
        problems.push(Problem::error(
            "status",
            "Choose upcoming, scheduled, publishing, published, attention, draft, cancelled or all.",
        ));
        vec![]
    });
    let platform = given("platform").and_then(|name| {
        let platform = name.to_ascii_lowercase().parse().ok();
        if platform.is_none() {
            problems.push(Problem::error("platform", "There is no such platform. Use a name such as x or linkedin."));
        }
        platform
    });
    let mut number = |name: &str, usual: u32, least: u32, most: u32| {
        let Some(text) = given(name) else { return usual };
        match text.parse() {
            Ok(n) if (least..=most).contains(&n) => n,
            _ => {
                problems.push(Problem::error(name, format!("`{name}` is a number from {least} to {most}.")));
                usual
            }
        }
    };
    let limit = number("limit", LIMIT, 1, MAX_LIMIT);
    let offset = number("offset", 0, 0, 10_000_000);
    if problems.is_empty() { Ok(Asked { states, platform, limit, offset }) } else { Err(AppError::problems(problems)) }
}

/// The states behind a status; `None`: there is no such status.
fn states(status: &str) -> Option<Vec<DeliveryState>> {
    Some(match status {
        "upcoming" => vec![Queued, Preparing, Waiting, Ready, Armed, Processing],
        "scheduled" => vec![Queued],
        "publishing" => vec![Preparing, Waiting, Ready, Armed, Processing],
        "published" => vec![Live],
        "attention" => DeliveryState::ALL.into_iter().filter(|state| state.needs_attention()).collect(),
        "all" => DeliveryState::ALL.to_vec(),
        one => vec![DeliveryState::parse(one)?],
    })
}

async fn lines(who: &Granted, asked: &Asked) -> Result<(Vec<Line>, i64)> {
    let states: Vec<String> = asked.states.iter().map(|state| state.id().to_owned()).collect();
    let platform = asked.platform.map(Platform::id);
    let total = sqlx::query_scalar!(
        r#"select count(*) as "n!" from deliveries d
           join posts p on p.company_id = d.company_id and p.id = d.post_id and p.deleted_at is null
           join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.state = any($2) and ($3::text is null or c.platform = $3)"#,
        who.company.0,
        &states,
        platform
    )
    .fetch_one(&who.tenant.db)
    .await?;
    let rows = sqlx::query!(
        r#"select d.id, d.post_id, d.connection_id, c.platform, c.handle, d.state, coalesce(d.text, p.text) as "text!",
                  d.kind, case when d.part = 0 then p.link end as link, coalesce(d.due_at, p.due_at) as due_at, d.live_at, d.remote_url, d.fault_message,
                  array(select m.asset_id from post_media m where m.company_id = $1 and m.post_id = p.id and d.part = 0
                        order by m.position) as "media!: Vec<AssetId>"
           from deliveries d
           join posts p on p.company_id = d.company_id and p.id = d.post_id and p.deleted_at is null
           join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.state = any($2) and ($3::text is null or c.platform = $3)
           order by coalesce(d.due_at, p.due_at) nulls last, d.id
           limit $4 offset $5"#,
        who.company.0,
        &states,
        platform,
        i64::from(asked.limit),
        i64::from(asked.offset)
    )
    .fetch_all(&who.tenant.db)
    .await?;
    let items = rows
        .into_iter()
        .filter_map(|row| {
            Some(Line {
                id: row.id,
                post: row.post_id,
                account: row.connection_id,
                platform: row.platform,
                handle: row.handle,
                kind: row.kind,
                // A state that this program does not know (a newer one wrote it) was not asked for.
                state: DeliveryState::parse(&row.state)?,
                text: row.text,
                link: row.link,
                media: row.media,
                due_at: row.due_at,
                published_at: row.live_at,
                url: row.remote_url,
                problem: row.fault_message.filter(|message| !message.is_empty()),
            })
        })
        .collect();
    Ok((items, total))
}

/// What was taken back.
#[derive(Serialize)]
pub struct TakenBack {
    cancelled: Uuid,
    /// `delivery`: one account of a post; `post`: the whole of it, now in the bin.
    kind: &'static str,
}

/// `DELETE /api/v1/social/scheduled/{id}`: with a delivery's id this account only, with a post's id all of it (it goes to
/// the bin). A delivery that was cancelled before is answered in the same way. 409: it is being published, or it is out. 404: the company has no such id.
pub async fn cancel(who: Who, Path(id): Path<String>) -> Result<Json<TakenBack>> {
    let who = who.require(Permission::Publish)?;
    let id: Uuid = id.parse().map_err(|_| AppError::not_found("post"))?;
    if let Some(state) = delivery(&who, who.company, DeliveryId(id)).await? {
        if state != Cancelled.id() {
            publishing::cancel_delivery(&who.tenant, DeliveryId(id)).await?;
        }
        return Ok(Json(TakenBack { cancelled: id, kind: "delivery" }));
    }
    let mut db = who.tenant.db.acquire().await?;
    let deliveries = targets::of_post(&mut db, who.company, PostId(id)).await?;
    drop(db);
    let over = deliveries.iter().all(|d| matches!(d.state(), Live | Cancelled));
    if over && deliveries.iter().any(|d| d.state() == Live) {
        return Err(AppError::conflict("This post is already published, so nothing of it can be taken back here."));
    }
    service::delete(&who, PostId(id)).await?;
    Ok(Json(TakenBack { cancelled: id, kind: "post" }))
}

/// The state of a delivery whose post is not in the bin.
async fn delivery(who: &Granted, company: CompanyId, id: DeliveryId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "select d.state from deliveries d join posts p on p.company_id = d.company_id and p.id = d.post_id
         where d.company_id = $1 and d.id = $2 and p.deleted_at is null",
        company.0,
        id.0
    )
    .fetch_optional(&who.tenant.db)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Result<Asked> {
        read(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn queries_are_read_with_all_their_problems() {
        let plain = asked(&[]).unwrap();
        assert_eq!((plain.states.len(), plain.limit, plain.offset, plain.platform), (6, 25, 0, None));
        let full = asked(&[("status", "published"), ("platform", "X"), ("limit", "100"), ("offset", "50")]).unwrap();
        assert_eq!(full, Asked { states: vec![Live], platform: Some(Platform::X), limit: 100, offset: 50 });
        assert_eq!(asked(&[("status", "held")]).unwrap().states, [Held]);
        let wrong =
            asked(&[("status", "soon"), ("platform", "myspace"), ("limit", "0"), ("offset", "-1")]).unwrap_err();
        let fields: Vec<_> = wrong.problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["status", "platform", "limit", "offset"]);
    }
}
