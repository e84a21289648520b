//! The SQL of captions.

use crate::domain::error::Result;
use crate::domain::ids::{ConnectionId, PostId, UserId, VersionId};
use crate::infra::database::Tenant;
use crate::infra::queue::clean_up::PORTION;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::PgPool;

/// A text to keep.
pub struct NewVersion<'a> {
    pub connection: Option<ConnectionId>,
    pub text: &'a str,
    pub origin: &'a str,
    pub model: &'a str,
}

/// Most versions that a post keeps; older ones make room.
const MOST: i64 = 100;

/// Keeps a text, unless the last one of its account is the same.
pub async fn keep(tenant: &Tenant, post: PostId, by: UserId, new: &NewVersion<'_>) -> Result<()> {
    let mut tx = tenant.db.begin().await?;
    sqlx::query!(
        "insert into caption_versions (company_id, id, post_id, connection_id, text, origin, model, created_by)
         select $1, $2, $3, $4, $5, $6, $7, $8
         where $5 is distinct from (
           select text from caption_versions
           where company_id = $1 and post_id = $3 and connection_id is not distinct from $4 order by id desc limit 1)",
        tenant.company.0,
        VersionId::new().0,
        post.0,
        new.connection.map(|id| id.0),
        new.text,
        new.origin,
        new.model,
        by.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "delete from caption_versions where company_id = $1 and post_id = $2 and id in (
           select id from caption_versions where company_id = $1 and post_id = $2 order by id desc offset $3)",
        tenant.company.0,
        post.0,
        MOST
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// A text that was kept.
pub struct Row {
    pub id: VersionId,
    pub connection_id: Option<ConnectionId>,
    pub text: String,
    pub origin: String,
    pub model: String,
    pub created_at: DateTime<Utc>,
}

/// The texts of a post, newest first.
pub async fn of_post(tenant: &Tenant, post: PostId) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select id, connection_id, text, origin, model, created_at from caption_versions
         where company_id = $1 and post_id = $2 order by id desc limit $3",
        tenant.company.0,
        post.0,
        MOST
    )
    .fetch_all(&tenant.db)
    .await?)
}

/// Removes texts of posts that were not saved within a week.
pub fn delete_unsaved(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!(
            "delete from caption_versions where (company_id, id) in (
               select v.company_id, v.id from caption_versions v
               where v.created_at < now() - interval '7 days'
                 and not exists (select from posts p where p.company_id = v.company_id and p.id = v.post_id)
               limit $1)",
            PORTION
        )
        .execute(&db)
        .await?;
        Ok(done.rows_affected())
    })
}
