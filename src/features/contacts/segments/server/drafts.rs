//! A rule while somebody builds it, kept from one press to the next. Each is its maker's alone.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{DraftId, SegmentId};
use crate::features::contacts::segments::form::{Draft, Row};
use crate::infra::session::Granted;
use futures::future::BoxFuture;
use serde_json::json;
use sqlx::PgPool;

/// Drafts of one person; the oldest give way.
const MOST: i64 = 20;
const DAYS: i32 = 7;

/// What was kept.
pub struct Kept {
    pub segment: Option<SegmentId>,
    pub name: String,
    pub rows: Vec<Row>,
}

/// Keeps it; its id.
pub async fn keep(who: &Granted, draft: &Draft) -> Result<DraftId> {
    let name: String = draft.name.chars().filter(|c| !c.is_control()).take(200).collect();
    let rows = json!(draft.rows);
    if let Some(id) = draft.id {
        let known = sqlx::query!(
            "update segment_drafts set name = $4, rows = $5, at = now() where company_id = $1 and id = $2 and by_user = $3",
            who.company.0,
            id.0,
            who.user.0,
            name,
            rows
        );
        if known.execute(&who.tenant.db).await?.rows_affected() > 0 {
            return Ok(id);
        }
    }
    let id = DraftId::new();
    let mut tx = who.tenant.db.begin().await?;
    sqlx::query!(
        "insert into segment_drafts (company_id, id, by_user, segment_id, name, rows) values ($1, $2, $3, $4, $5, $6)",
        who.company.0,
        id.0,
        who.user.0,
        draft.segment.map(|id| id.0),
        name,
        rows
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "delete from segment_drafts where company_id = $1 and id in (
           select d.id from segment_drafts d where d.company_id = $1 and d.by_user = $2 order by d.at desc, d.id desc offset $3)",
        who.company.0,
        who.user.0,
        MOST
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

pub async fn load(who: &Granted, id: DraftId) -> Result<Kept> {
    let row = sqlx::query!(
        "select segment_id, name, rows from segment_drafts where company_id = $1 and id = $2 and by_user = $3",
        who.company.0,
        id.0,
        who.user.0
    );
    let row = row.fetch_optional(&who.tenant.db).await?.ok_or_else(|| AppError::not_found("draft"))?;
    let rows = serde_json::from_value(row.rows).map_err(|_| AppError::not_found("draft"))?;
    Ok(Kept { segment: row.segment_id, name: row.name, rows })
}

/// What this person kept last for the segment, or for a new one.
pub async fn latest(who: &Granted, segment: Option<SegmentId>) -> Result<Option<DraftId>> {
    let found = sqlx::query_scalar!(
        "select id from segment_drafts where company_id = $1 and by_user = $2 and segment_id is not distinct from $3
           and at > now() - interval '1 hour' order by at desc, id desc limit 1",
        who.company.0,
        who.user.0,
        segment.map(|id| id.0)
    );
    Ok(found.fetch_optional(&who.tenant.db).await?)
}

pub async fn drop(who: &Granted, id: DraftId) -> Result<()> {
    sqlx::query!(
        "delete from segment_drafts where company_id = $1 and id = $2 and by_user = $3",
        who.company.0,
        id.0,
        who.user.0
    )
    .execute(&who.tenant.db)
    .await?;
    Ok(())
}

/// Removes those that nobody went on with.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from segment_drafts where at < now() - make_interval(days => $1)", DAYS);
        Ok(done.execute(&db).await?.rows_affected())
    })
}
