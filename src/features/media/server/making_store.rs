//! The SQL of requests for pictures.

use crate::domain::error::Result;
use crate::domain::ids::{AssetId, MakingId, UserId};
use crate::infra::database::Tenant;
use crate::infra::queue::clean_up::PORTION;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// A request to keep.
pub struct NewMaking<'a> {
    pub id: MakingId,
    pub prompt: &'a str,
    pub shape: &'static str,
    pub wanted: u32,
}

/// Keeps it, unless so many are under way already. Part of a caller's transaction.
pub async fn insert(
    tx: &mut PgConnection,
    tenant: &Tenant,
    by: UserId,
    new: &NewMaking<'_>,
    at_once: i64,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into media_makings (company_id, id, prompt, shape, wanted, asked_by)
         select $1, $2, $3, $4, $5, $6
         where (select count(*) from media_makings where company_id = $1 and state = 'making') < $7",
        tenant.company.0,
        new.id.0,
        new.prompt,
        new.shape,
        new.wanted as i32,
        by.0,
        at_once
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A request that is under way.
pub struct Making {
    pub prompt: String,
    pub shape: String,
    pub wanted: i32,
    pub asked: i32,
    pub made: Vec<Uuid>,
    pub asked_by: Option<UserId>,
}

/// One that is under way.
pub async fn find(tenant: &Tenant, id: MakingId) -> Result<Option<Making>> {
    Ok(sqlx::query_as!(
        Making,
        "select prompt, shape, wanted, asked, made, asked_by from media_makings
         where company_id = $1 and id = $2 and state = 'making'",
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?)
}

/// Counts the next question before it is asked; `false`: somebody cancelled it, or another run counted it.
pub async fn ask_next(tenant: &Tenant, id: MakingId, asked: i32) -> Result<bool> {
    let done = sqlx::query!(
        "update media_makings set asked = asked + 1
         where company_id = $1 and id = $2 and state = 'making' and asked = $3 and asked < wanted",
        tenant.company.0,
        id.0,
        asked
    )
    .execute(&tenant.db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes a picture that came of it, also when it was cancelled meanwhile.
pub async fn add_made(tenant: &Tenant, id: MakingId, asset: AssetId) -> Result<()> {
    sqlx::query!(
        "update media_makings set made = made || $3::uuid where company_id = $1 and id = $2",
        tenant.company.0,
        id.0,
        asset.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Ends one that is under way; `false`: it is not.
pub async fn end(tenant: &Tenant, id: MakingId, state: &str, why: &str) -> Result<bool> {
    let why: String = why.chars().take(500).collect();
    let done = sqlx::query!(
        "update media_makings set state = $3, why = $4 where company_id = $1 and id = $2 and state = 'making'",
        tenant.company.0,
        id.0,
        state,
        why
    )
    .execute(&tenant.db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn is_making(tenant: &Tenant, id: MakingId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from media_makings where company_id = $1 and id = $2 and state = 'making') as "is!""#,
        tenant.company.0,
        id.0
    )
    .fetch_one(&tenant.db)
    .await?)
}

/// Forgets one that is not under way; `false`: there is none.
pub async fn put_away(tenant: &Tenant, id: MakingId) -> Result<bool> {
    let done = sqlx::query!(
        "delete from media_makings where company_id = $1 and id = $2 and state <> 'making'",
        tenant.company.0,
        id.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A request as the page shows it.
pub struct Row {
    pub id: MakingId,
    pub prompt: String,
    pub shape: String,
    pub wanted: i32,
    pub made: Vec<Uuid>,
    pub state: String,
    pub why: String,
    pub by: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// Those of the last day, the newest first.
pub async fn recent(tenant: &Tenant, limit: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        r#"select m.id, m.prompt, m.shape, m.wanted, m.made, m.state, m.why, u.name as "by?", m.created_at
           from media_makings m left join users u on u.id = m.asked_by
           where m.company_id = $1 and m.created_at > now() - interval '1 day'
           order by m.created_at desc, m.id desc limit $2"#,
        tenant.company.0,
        limit
    )
    .fetch_all(&tenant.db)
    .await?)
}

/// Name and role of a member, as they are now.
pub async fn member(tenant: &Tenant, user: UserId) -> Result<Option<(String, String)>> {
    let row = sqlx::query!(
        "select u.name, m.role from members m join users u on u.id = m.id where m.company_id = $1 and m.id = $2",
        tenant.company.0,
        user.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(row.map(|row| (row.name, row.role)))
}

/// Requests are forgotten after a month; their pictures stay.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!(
            "delete from media_makings where (company_id, id) in (
               select company_id, id from media_makings where created_at < now() - interval '30 days' limit $1)",
            PORTION
        )
        .execute(&db)
        .await?;
        Ok(done.rows_affected())
    })
}
