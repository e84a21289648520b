//! The SQL of comments: `list` (what the inbox shows), `found` (what was read at the platforms), `replies` (what is answered),
//! `watches` (when which post is read); here what people mark.

pub mod found;
pub mod list;
pub mod replies;
pub mod watches;

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CommentId, ConnectionId, PostId};
use crate::domain::platform::Platform;
use crate::features::comments::model::CommentAccount;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};

/// So many comments are marked by one statement.
const MARKED: i64 = 5_000;

/// Where a comment is.
pub struct Place {
    pub connection: ConnectionId,
    pub platform: Platform,
    pub remote_id: String,
    pub at: DateTime<Utc>,
    pub ours: bool,
    removed: bool,
    post_removed: bool,
}

impl Place {
    /// It, or the post above it, was deleted.
    pub fn is_gone(&self) -> bool {
        self.removed || self.post_removed
    }
}

pub async fn place(tenant: &Tenant, id: CommentId) -> Result<Place> {
    let row = sqlx::query!(
        r#"select c.connection_id, a.platform, c.remote_id, c.at, c.ours, c.removed_at is not null as "removed!",
                  d.removed_at is not null as "post_removed!"
           from comments c
           join connections a on a.company_id = c.company_id and a.id = c.connection_id
           join deliveries d on d.company_id = c.company_id and d.id = c.delivery_id
           where c.company_id = $1 and c.id = $2"#,
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?
    .ok_or_else(not_found)?;
    Ok(Place {
        connection: row.connection_id,
        platform: row.platform.parse().map_err(|_| AppError::not_found("platform"))?,
        remote_id: row.remote_id,
        at: row.at,
        ours: row.ours,
        removed: row.removed,
        post_removed: row.post_removed,
    })
}

fn not_found() -> AppError {
    AppError::not_found("comment")
}

/// The comment is hidden there, or can be seen again; either way somebody has read it.
pub async fn set_hidden(tenant: &Tenant, id: CommentId, hidden: bool) -> Result<()> {
    sqlx::query!(
        "update comments set hidden = $3, read_at = coalesce(read_at, now()) where company_id = $1 and id = $2",
        tenant.company.0,
        id.0,
        hidden
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

pub async fn set_removed(tenant: &Tenant, id: CommentId) -> Result<()> {
    sqlx::query!(
        "update comments set removed_at = coalesce(removed_at, now()) where company_id = $1 and id = $2",
        tenant.company.0,
        id.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

pub async fn mark(tenant: &Tenant, id: CommentId, read: bool) -> Result<()> {
    let done = sqlx::query!(
        "update comments set read_at = case when $3 then coalesce(read_at, now()) end where company_id = $1 and id = $2",
        tenant.company.0,
        id.0,
        read
    )
    .execute(&tenant.db)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(not_found()) }
}

/// Marks as read what stands where `until` stands or behind it. `true`: there may be more.
pub async fn mark_all(
    tenant: &Tenant,
    place: &Place,
    until: CommentId,
    account: Option<ConnectionId>,
    post: Option<PostId>,
) -> Result<bool> {
    let marked = sqlx::query!(
        "update comments set read_at = now() where company_id = $1 and id in (
           select c.id from comments c
           where c.company_id = $1 and c.unread and (c.at, c.id) <= ($2, $3)
             and ($4::uuid is null or c.connection_id = $4) and ($5::uuid is null or c.post_id = $5)
           limit $6)",
        tenant.company.0,
        place.at,
        until.0,
        account.map(|a| a.0),
        post.map(|p| p.0),
        MARKED
    )
    .execute(&tenant.db)
    .await?
    .rows_affected();
    Ok(i64::try_from(marked).is_ok_and(|marked| marked == MARKED))
}

/// What a post says; `None`: there is no such post.
pub async fn post_text(tenant: &Tenant, post: PostId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("select text from posts where company_id = $1 and id = $2", tenant.company.0, post.0)
        .fetch_optional(&tenant.db)
        .await?)
}

/// The accounts whose comments are collected, or were.
pub async fn accounts(tenant: &Tenant) -> Result<Vec<CommentAccount>> {
    let rows = sqlx::query!(
        "select id, platform, handle from connections a
         where company_id = $1 and exists (select from comments c where c.company_id = $1 and c.connection_id = a.id and not c.ours)
         order by platform, handle, id limit 200",
        tenant.company.0
    )
    .fetch_all(&tenant.db)
    .await?;
    let account = |row: (ConnectionId, String, String)| {
        Some(CommentAccount { id: row.0, platform: row.1.parse().ok()?, handle: row.2 })
    };
    Ok(rows.into_iter().filter_map(|r| account((r.id, r.platform, r.handle))).collect())
}
