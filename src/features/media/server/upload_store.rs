//! SQL of uploads in parts.

use crate::domain::error::Result;
use crate::domain::ids::{AssetId, CompanyId, UploadId, UserId};
use crate::infra::database::Tenant;
use sqlx::{PgConnection, PgPool};

/// An upload as the table has it.
pub struct UploadRow {
    pub id: UploadId,
    /// The name of the store that its parts lie in.
    pub store: String,
    pub file_name: String,
    pub bytes: i64,
    pub part_bytes: i32,
    /// The numbers of those that are there, in order.
    pub parts: Vec<i32>,
    /// `receiving`, `checking`, `ready`, `refused`.
    pub state: String,
    pub refused: Option<String>,
    pub asset_id: Option<AssetId>,
    pub created_by: Option<UserId>,
}

/// Uploads of this company that are not through, and their bytes. Until the transaction ends nobody else counts them, so that two
/// that begin at once cannot both be the last one allowed.
pub async fn under_way(db: &mut PgConnection, company: CompanyId) -> Result<(i64, i64)> {
    let lock = format!("uploads:{company}");
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", lock).fetch_one(&mut *db).await?;
    let row = sqlx::query!(
        r#"select count(*) as "n!", coalesce(sum(bytes), 0)::bigint as "bytes!" from media_uploads
           where company_id = $1 and state in ('receiving', 'checking')"#,
        company.0
    )
    .fetch_one(db)
    .await?;
    Ok((row.n, row.bytes))
}

pub async fn insert(db: &mut PgConnection, company: CompanyId, by: UserId, row: &UploadRow) -> Result<()> {
    sqlx::query!(
        "insert into media_uploads (company_id, id, file_name, bytes, part_bytes, created_by, store)
         values ($1, $2, $3, $4, $5, $6, $7)",
        company.0,
        row.id.0,
        row.file_name,
        row.bytes,
        row.part_bytes,
        by.0,
        row.store
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn find(db: &PgPool, company: CompanyId, id: UploadId) -> Result<Option<UploadRow>> {
    Ok(sqlx::query_as!(
        UploadRow,
        r#"select id, store, file_name, bytes, part_bytes, parts, state, refused, asset_id, created_by from media_uploads where company_id = $1 and id = $2"#,
        company.0,
        id.0
    )
    .fetch_optional(db)
    .await?)
}

/// As [`find`], for a change: nobody else changes it before the transaction ends.
pub async fn lock(db: &mut PgConnection, company: CompanyId, id: UploadId) -> Result<Option<UploadRow>> {
    Ok(sqlx::query_as!(
        UploadRow,
        r#"select id, store, file_name, bytes, part_bytes, parts, state, refused, asset_id, created_by from media_uploads where company_id = $1 and id = $2 for update"#,
        company.0,
        id.0
    )
    .fetch_optional(db)
    .await?)
}

/// `false` when the upload takes no parts any more.
pub async fn add_part(tenant: &Tenant, id: UploadId, n: i32) -> Result<bool> {
    let done = sqlx::query!(
        "update media_uploads set touched_at = now(),
           parts = array(select distinct part from unnest(parts || $3::integer) as part order by part)
         where company_id = $1 and id = $2 and state = 'receiving'",
        tenant.company.0,
        id.0,
        n
    )
    .execute(&tenant.db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// All parts are there.
pub async fn begin_checking(db: &mut PgConnection, company: CompanyId, id: UploadId) -> Result<()> {
    sqlx::query!(
        "update media_uploads set state = 'checking', touched_at = now() where company_id = $1 and id = $2",
        company.0,
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// It has become this asset.
pub async fn ready(tenant: &Tenant, id: UploadId, asset: AssetId) -> Result<()> {
    sqlx::query!(
        "update media_uploads set state = 'ready', asset_id = $3, touched_at = now()
         where company_id = $1 and id = $2 and state = 'checking'",
        tenant.company.0,
        id.0,
        asset.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// It cannot be used.
pub async fn refuse(tenant: &Tenant, id: UploadId, why: &str) -> Result<()> {
    sqlx::query!(
        "update media_uploads set state = 'refused', refused = $3, touched_at = now()
         where company_id = $1 and id = $2 and state = 'checking'",
        tenant.company.0,
        id.0,
        why
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// `false` when there is none, or a job is reading it.
pub async fn delete(db: &mut PgConnection, company: CompanyId, id: UploadId) -> Result<bool> {
    let done = sqlx::query!(
        "delete from media_uploads where company_id = $1 and id = $2 and state <> 'checking'",
        company.0,
        id.0
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Uploads of all companies to which nothing has happened for a day, but for those that are being checked; with the stores of their parts.
pub async fn idle(db: &PgPool, limit: i64) -> Result<Vec<(CompanyId, UploadId, String)>> {
    let rows = sqlx::query!(
        r#"select company_id as company, id, store from media_uploads
           where touched_at < now() - interval '1 day' and state <> 'checking' order by touched_at limit $1"#,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.company, row.id, row.store)).collect())
}

/// Part of [`idle`]'s work: takes one out, whatever its state.
pub async fn forget(db: &PgPool, company: CompanyId, id: UploadId) -> Result<()> {
    sqlx::query!("delete from media_uploads where company_id = $1 and id = $2", company.0, id.0).execute(db).await?;
    Ok(())
}
