//! The SQL of conversions of videos.

use crate::domain::error::Result;
use crate::domain::ids::{AssetId, ConversionId, UserId};
use crate::infra::database::Tenant;
use crate::infra::queue::clean_up::PORTION;
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};

/// Keeps a new one, unless this video has one under way or the company has so many; `false` then. Part of a caller's transaction.
pub async fn insert(
    tx: &mut PgConnection,
    tenant: &Tenant,
    by: UserId,
    id: ConversionId,
    asset: AssetId,
    at_once: i64,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into media_conversions (company_id, id, asset_id, asked_by)
         select $1, $2, $3, $4
         where (select count(*) from media_conversions where company_id = $1 and state in ('waiting', 'working')) < $5
         on conflict (company_id, asset_id) where state in ('waiting', 'working') do nothing",
        tenant.company.0,
        id.0,
        asset.0,
        by.0,
        at_once
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One as the table has it.
pub struct Row {
    pub id: ConversionId,
    pub asset_id: AssetId,
    pub state: String,
    pub percent: i16,
    pub why: String,
    pub asked_by: Option<UserId>,
}

pub async fn find(tenant: &Tenant, id: ConversionId) -> Result<Option<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select id, asset_id, state, percent, why, asked_by from media_conversions where company_id = $1 and id = $2",
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?)
}

/// The last one of a video.
pub async fn last(tenant: &Tenant, asset: AssetId) -> Result<Option<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select id, asset_id, state, percent, why, asked_by from media_conversions
         where company_id = $1 and asset_id = $2 order by created_at desc limit 1",
        tenant.company.0,
        asset.0
    )
    .fetch_optional(&tenant.db)
    .await?)
}

/// How far it is; `false`: it is not under way any more.
pub async fn set_percent(tenant: &Tenant, id: ConversionId, percent: u8) -> Result<bool> {
    let done = sqlx::query!(
        "update media_conversions set state = 'working', percent = $3
         where company_id = $1 and id = $2 and state in ('waiting', 'working')",
        tenant.company.0,
        id.0,
        i16::from(percent)
    )
    .execute(&tenant.db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends one that is under way; `false`: it is not.
pub async fn end(tenant: &Tenant, id: ConversionId, state: &str, why: &str) -> Result<bool> {
    let why: String = why.chars().take(500).collect();
    let done = sqlx::query!(
        "update media_conversions set state = $3, why = $4, percent = case when $3 = 'done' then 100 else percent end
         where company_id = $1 and id = $2 and state in ('waiting', 'working')",
        tenant.company.0,
        id.0,
        state,
        why
    )
    .execute(&tenant.db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a video was made of, and how; one that is a copy already stays what it is.
pub async fn set_copy_of(tenant: &Tenant, copy: AssetId, of: AssetId, recipe: &str) -> Result<()> {
    sqlx::query!(
        "update assets c set copy_of = $3, copy_recipe = $4, alt = case when c.alt = '' then o.alt else c.alt end
         from assets o
         where c.company_id = $1 and c.id = $2 and c.copy_of is null and not c.used and o.company_id = $1 and o.id = $3 and o.id <> c.id",
        tenant.company.0,
        copy.0,
        of.0,
        recipe
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// They are forgotten after a month; the copies stay.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!(
            "delete from media_conversions where (company_id, id) in (
               select company_id, id from media_conversions
               where created_at < now() - interval '30 days' and state not in ('waiting', 'working') limit $1)",
            PORTION
        )
        .execute(&db)
        .await?;
        Ok(done.rows_affected())
    })
}
