//! Files that their store has no more, or not whole. Whoever asks for one and does not get it notes that; a file that was taken from an
//! address is fetched from there again, and takes its place only if it is the same one.

use super::from_link;
use super::service;
use super::store::{self, AssetRow};
use super::stores;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId};
use crate::domain::post::MediaKind;
use crate::infra::database::Tenant;
use crate::infra::state::App;
use crate::infra::storage::MediaStore;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use std::time::Duration;
use url::Url;

/// How long a store may take to say whether it has a file.
const ASKING: Duration = Duration::from_secs(10);
/// Pictures that are read to see whether they are whole; of others only the length is compared.
const READ_WHOLE: u64 = 32 << 20;

/// One that somebody did not get.
pub struct Missed {
    pub company: CompanyId,
    pub asset: AssetId,
    pub name: String,
}

/// How a file is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Whole,
    /// Deleted from the library, or removed for good.
    Deleted,
    Gone,
    Damaged,
    /// Its store has no keys any more; in words.
    Locked(String),
}

/// Those that were noted, some of them.
pub async fn missed(db: &PgPool, limit: i64) -> Result<Vec<Missed>> {
    Ok(sqlx::query_as!(
        Missed,
        r#"select company_id as company, id as asset, file_name as name from assets
           where missing_at is not null and dropped_at is null order by missing_at limit $1"#,
        limit
    )
    .fetch_all(db)
    .await?)
}

/// Notes that a file was not there, for the repair to look at.
pub(super) async fn note(tenant: &Tenant, asset: AssetId) -> Result<()> {
    sqlx::query!(
        "update assets set missing_at = now() where company_id = $1 and id = $2 and missing_at is null",
        tenant.company.0,
        asset.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// The same for who knows its public address only.
pub(super) async fn note_by_token(db: &PgPool, token: &str) -> Result<()> {
    sqlx::query!(
        "update assets set missing_at = now() where public_token = $1 and missing_at is null and dropped_at is null",
        token
    )
    .execute(db)
    .await?;
    Ok(())
}

/// It is there after all.
pub async fn forget(tenant: &Tenant, asset: AssetId) -> Result<()> {
    sqlx::query!("update assets set missing_at = null where company_id = $1 and id = $2", tenant.company.0, asset.0)
        .execute(&tenant.db)
        .await?;
    Ok(())
}

/// Whether a store has as many bytes of a file as it should. A store that does not answer is no reason to take it for lost.
pub(super) async fn is_there(place: &MediaStore, row: &AssetRow) -> bool {
    match tokio::time::timeout(ASKING, place.length(&row.storage_key)).await {
        Ok(Ok(length)) => length == Some(row.bytes.unsigned_abs()),
        _ => true,
    }
}

/// Looks at the file itself.
pub async fn look(app: &App, company: CompanyId, asset: AssetId) -> Result<Condition> {
    let Some(row) = row(app, company, asset).await? else { return Ok(Condition::Deleted) };
    let Some(place) = stores::find(app, company, &row.store).await? else {
        return Ok(Condition::Locked(stores::lost(&row.store)));
    };
    let slow = || AppError::unavailable("The file store does not answer right now.");
    let asked = tokio::time::timeout(ASKING, place.length(&row.storage_key)).await.map_err(|_| slow())?;
    match asked.map_err(|_| slow())? {
        None => return Ok(Condition::Gone),
        Some(length) if length != row.bytes.unsigned_abs() => return Ok(Condition::Damaged),
        Some(length) if length > READ_WHOLE || MediaKind::of(&row.mime) != MediaKind::Picture => {
            return Ok(Condition::Whole);
        }
        Some(_) => {}
    }
    let bytes = tokio::time::timeout(ASKING, place.get(&row.storage_key)).await.map_err(|_| slow())?;
    let bytes = bytes.map_err(|_| slow())?;
    let whole =
        is_known(app, company, asset, &Sha256::digest(&bytes)).await? || service::is_picture(company, bytes).await?;
    Ok(if whole { Condition::Whole } else { Condition::Damaged })
}

async fn row(app: &App, company: CompanyId, asset: AssetId) -> Result<Option<AssetRow>> {
    let mut db = app.db.acquire().await?;
    store::find(&mut db, company, asset).await
}

/// Whether these are the bytes by which the file is known.
async fn is_known(app: &App, company: CompanyId, asset: AssetId, sha256: &[u8]) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from assets where company_id = $1 and id = $2 and sha256 = $3) as "is!""#,
        company.0,
        asset.0,
        sha256
    )
    .fetch_one(&app.db)
    .await?)
}

struct Source {
    url: String,
    sha256: Vec<u8>,
}

async fn source(app: &App, company: CompanyId, asset: AssetId) -> Result<Option<Source>> {
    Ok(sqlx::query_as!(
        Source,
        r#"select source_url as "url!", source_sha256 as "sha256!" from assets
           where company_id = $1 and id = $2 and source_url is not null and dropped_at is null"#,
        company.0,
        asset.0
    )
    .fetch_optional(&app.db)
    .await?)
}

/// The host that a file came from; `None`: it came from somebody's machine, or its address was not kept yet.
pub async fn came_from(app: &App, company: CompanyId, asset: AssetId) -> Result<Option<String>> {
    let source = source(app, company, asset).await?;
    Ok(source.and_then(|source| Url::parse(&source.url).ok()?.host_str().map(str::to_owned)))
}

/// Remembers where a file came from, and what it was there. What is known of it already stays.
pub(super) async fn keep_source(tenant: &Tenant, asset: AssetId, url: &str, sha256: &[u8]) -> Result<()> {
    sqlx::query!(
        "update assets set source_url = $3, source_sha256 = $4 where company_id = $1 and id = $2 and source_url is null",
        tenant.company.0,
        asset.0,
        url,
        sha256
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Fetches it from where it came from, as a stranger's link is fetched, and puts it back. Another file that is there now is left.
pub async fn fetch_again(app: &App, company: CompanyId, asset: AssetId) -> Result<()> {
    let row = row(app, company, asset).await?.ok_or_else(|| AppError::not_found("file"))?;
    let source = source(app, company, asset).await?;
    let source =
        source.ok_or_else(|| AppError::conflict("It was not added from a link, so there is nowhere to fetch it."))?;
    let bytes = from_link::fetch(app, &source.url).await?.body;
    if Sha256::digest(&bytes).as_slice() != source.sha256 {
        return Err(AppError::conflict("Another file is at its address now, so nothing was put in its place."));
    }
    service::put_back(app, &app.tenant(company), row, bytes).await
}
