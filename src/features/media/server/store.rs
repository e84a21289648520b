//! SQL of the media library.

use crate::domain::error::Result;
use crate::domain::ids::{AssetId, CompanyId, PostId, UserId};
use crate::domain::post::{MediaFacts, VideoFacts};
use crate::features::media::model::AssetCard;
use crate::infra::database::Tenant;
use sqlx::PgConnection;

/// An asset as the table has it.
pub struct AssetRow {
    pub id: AssetId,
    pub file_name: String,
    pub mime: String,
    pub bytes: i64,
    pub width: i32,
    pub height: i32,
    /// The name of the store that it lies in.
    pub store: String,
    pub storage_key: String,
    pub public_token: String,
    pub alt: String,
    /// Whether what it said about place and camera was removed.
    pub details_removed: bool,
    /// Whether it may still say something of them: it came in before that was removed, or while the company kept it.
    pub may_have_details: bool,
    /// The picture that it was made of, and how; empty where it is no copy.
    pub copy_of: Option<AssetId>,
    pub copy_recipe: String,
    /// The model that made it.
    pub ai_model: Option<String>,
    /// Of a video.
    pub millis: Option<i64>,
    pub codec: Option<String>,
    pub audio: Option<String>,
    pub frames: Option<i32>,
    pub bit_rate: Option<i64>,
    /// Of a document.
    pub pages: Option<i32>,
    pub has_thumb: bool,
}

impl AssetRow {
    pub fn facts(&self) -> MediaFacts {
        MediaFacts {
            asset: self.id,
            mime: self.mime.clone(),
            bytes: self.bytes.unsigned_abs(),
            width: self.width.unsigned_abs(),
            height: self.height.unsigned_abs(),
            alt: self.alt.clone(),
            video: self.codec.clone().map(|codec| VideoFacts {
                millis: self.millis.unwrap_or_default().unsigned_abs(),
                codec,
                audio: self.audio.clone(),
                frames: self.frames.unwrap_or_default().unsigned_abs(),
                bit_rate: self.bit_rate.unwrap_or_default().unsigned_abs(),
            }),
            pages: self.pages.map(i32::unsigned_abs),
        }
    }

    pub fn card(self) -> AssetCard {
        let url = format!("/media/{}.{}", self.public_token, extension(&self.mime));
        let facts = self.facts();
        AssetCard {
            facts,
            file_name: self.file_name,
            url,
            details_removed: self.details_removed,
            has_thumb: self.has_thumb,
            copy_of: self.copy_of,
            made_by: self.ai_model,
        }
    }
}

/// The ending that platforms expect in an address.
pub fn extension(mime: &str) -> &'static str {
    match mime {
        "image/png" => "png",
        "image/webp" => "webp",
        "image/gif" => "gif",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "video/webm" => "webm",
        "application/pdf" => "pdf",
        _ => "jpg",
    }
}

/// The asset of this company with these bytes.
pub async fn find_same(tenant: &Tenant, sha256: &[u8]) -> Result<Option<AssetRow>> {
    Ok(sqlx::query_as!(
        AssetRow,
        "select id, file_name, mime, bytes, width, height, store, storage_key, public_token, alt, details_removed, may_have_details,
                ai_model, copy_of, copy_recipe, millis, codec, audio, frames, bit_rate, pages, has_thumb
         from assets where company_id = $1 and sha256 = $2 and deleted_at is null",
        tenant.company.0,
        sha256
    )
    .fetch_optional(&tenant.db)
    .await?)
}

/// The copy of this picture that was made in this way.
pub async fn find_copy(tenant: &Tenant, of: AssetId, recipe: &str) -> Result<Option<AssetRow>> {
    Ok(sqlx::query_as!(
        AssetRow,
        "select id, file_name, mime, bytes, width, height, store, storage_key, public_token, alt, details_removed, may_have_details,
                ai_model, copy_of, copy_recipe, millis, codec, audio, frames, bit_rate, pages, has_thumb
         from assets where company_id = $1 and copy_of = $2 and copy_recipe = $3 and deleted_at is null limit 1",
        tenant.company.0,
        of.0,
        recipe
    )
    .fetch_optional(&tenant.db)
    .await?)
}

/// Keeps a new asset; `false` when another upload of the same bytes was faster. `prompt`: the words from which a model made it.
pub async fn insert(
    tenant: &Tenant,
    by: Option<UserId>,
    row: &AssetRow,
    sha256: &[u8],
    prompt: Option<&str>,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into assets (company_id, id, file_name, mime, bytes, width, height, sha256, storage_key, public_token,
                             created_by, alt, details_removed, copy_of, copy_recipe, millis, codec, audio, frames,
                             bit_rate, pages, has_thumb, may_have_details, store, ai_model, ai_prompt)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
                 $26)
         on conflict (company_id, sha256) where deleted_at is null do nothing",
        tenant.company.0,
        row.id.0,
        row.file_name,
        row.mime,
        row.bytes,
        row.width,
        row.height,
        sha256,
        row.storage_key,
        row.public_token,
        by.map(|by| by.0),
        row.alt,
        row.details_removed,
        row.copy_of.map(|id| id.0),
        row.copy_recipe,
        row.millis,
        row.codec,
        row.audio,
        row.frames,
        row.bit_rate,
        row.pages,
        row.has_thumb,
        row.may_have_details,
        row.store,
        row.ai_model,
        prompt
    )
    .execute(&tenant.db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A file that was there already turned out to be what a model makes.
pub async fn mark_made(tenant: &Tenant, asset: AssetId, model: &str, prompt: &str) -> Result<()> {
    sqlx::query!(
        "update assets set ai_model = $3, ai_prompt = $4 where company_id = $1 and id = $2 and ai_model is null",
        tenant.company.0,
        asset.0,
        model,
        prompt
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// The file lies elsewhere now. `thumb`: its small picture, if it had one, came with it.
pub async fn moved(tenant: &Tenant, asset: AssetId, store: &str, storage_key: &str, thumb: bool) -> Result<()> {
    sqlx::query!(
        "update assets set store = $3, storage_key = $4, has_thumb = has_thumb and $5, poster_tried = poster_tried and $5, missing_at = null
         where company_id = $1 and id = $2",
        tenant.company.0,
        asset.0,
        store,
        storage_key,
        thumb
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// The file is in its place again, with so many bytes; by their SHA-256 the same file is found again (as in [`set_cleaned`]).
pub async fn put_back(
    tenant: &Tenant,
    asset: AssetId,
    bytes: i64,
    sha256: &[u8],
    may_have_details: bool,
) -> Result<()> {
    sqlx::query!(
        "update assets set bytes = $3, may_have_details = $5, missing_at = null,
           sha256 = case when exists (select from assets o where o.company_id = $1 and o.sha256 = $4 and o.id <> $2 and o.deleted_at is null)
                         then sha256 else $4 end
         where company_id = $1 and id = $2",
        tenant.company.0,
        asset.0,
        bytes,
        sha256,
        may_have_details
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// What it said about place and camera is removed now. `sha256` is of the bytes that are kept, by which the same file is found
/// again (`None`: they are what they were); where another picture has the same bytes already, that one goes on to be found.
pub async fn set_cleaned(tenant: &Tenant, row: &AssetRow, sha256: Option<&[u8]>) -> Result<()> {
    sqlx::query!(
        "update assets set bytes = $3, details_removed = $4, may_have_details = false,
           sha256 = case when $5::bytea is null or exists (select from assets o where o.company_id = $1 and o.sha256 = $5 and o.id <> $2 and o.deleted_at is null)
                         then sha256 else $5 end
         where company_id = $1 and id = $2",
        tenant.company.0,
        row.id.0,
        row.bytes,
        row.details_removed,
        sha256
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// `false` when the company has no such asset.
pub async fn set_alt(tenant: &Tenant, asset: AssetId, alt: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update assets set alt = $3 where company_id = $1 and id = $2 and deleted_at is null",
        tenant.company.0,
        asset.0,
        alt
    )
    .execute(&tenant.db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Part of a caller's transaction.
pub async fn remember_alts(tx: &mut PgConnection, company: CompanyId, alts: &[(AssetId, String)]) -> Result<()> {
    let (ids, alts): (Vec<_>, Vec<_>) = alts.iter().cloned().unzip();
    sqlx::query!(
        "update assets a set alt = said.alt from unnest($2::uuid[], $3::text[]) as said (id, alt)
         where a.company_id = $1 and a.id = said.id and a.alt is distinct from said.alt",
        company.0,
        ids as _,
        &alts
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Those of the ids that the company has, in no particular order. Part of a caller's transaction.
pub async fn among(tx: &mut PgConnection, company: CompanyId, ids: &[AssetId]) -> Result<Vec<AssetRow>> {
    Ok(sqlx::query_as!(
        AssetRow,
        "select id, file_name, mime, bytes, width, height, store, storage_key, public_token, alt, details_removed, may_have_details,
                ai_model, copy_of, copy_recipe, millis, codec, audio, frames, bit_rate, pages, has_thumb
         from assets where company_id = $1 and id = any($2) and deleted_at is null",
        company.0,
        ids as _
    )
    .fetch_all(tx)
    .await?)
}

/// A file, also one that was deleted. Part of a caller's transaction.
pub async fn find(tx: &mut PgConnection, company: CompanyId, id: AssetId) -> Result<Option<AssetRow>> {
    Ok(sqlx::query_as!(
        AssetRow,
        "select id, file_name, mime, bytes, width, height, store, storage_key, public_token, alt, details_removed,
                may_have_details, ai_model, copy_of, copy_recipe, millis, codec, audio, frames, bit_rate, pages, has_thumb
         from assets where company_id = $1 and id = $2 and dropped_at is null",
        company.0,
        id.0
    )
    .fetch_optional(tx)
    .await?)
}

/// The copies of a file, the oldest first. Part of a caller's transaction.
pub async fn copies_of(tx: &mut PgConnection, company: CompanyId, of: AssetId, limit: i64) -> Result<Vec<AssetRow>> {
    Ok(sqlx::query_as!(
        AssetRow,
        "select id, file_name, mime, bytes, width, height, store, storage_key, public_token, alt, details_removed,
                may_have_details, ai_model, copy_of, copy_recipe, millis, codec, audio, frames, bit_rate, pages, has_thumb
         from assets where company_id = $1 and copy_of = $2 and deleted_at is null order by created_at, id limit $3",
        company.0,
        of.0,
        limit
    )
    .fetch_all(tx)
    .await?)
}

/// There is a small picture of it now, or none could be made (`made`).
pub async fn set_poster(tenant: &Tenant, asset: AssetId, made: bool) -> Result<()> {
    sqlx::query!(
        "update assets set has_thumb = has_thumb or $3, poster_tried = true where company_id = $1 and id = $2",
        tenant.company.0,
        asset.0,
        made
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Videos of all companies of which nobody has tried to make a picture.
pub async fn without_poster(db: &sqlx::PgPool, limit: i64) -> Result<Vec<(CompanyId, AssetId)>> {
    let rows = sqlx::query!(
        "select company_id, id from assets
         where kind = 'video' and not has_thumb and not poster_tried and deleted_at is null order by created_at limit $1",
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.company_id, row.id)).collect())
}

/// The pictures of a post in their order. Part of a caller's transaction.
pub async fn of_post(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Vec<AssetRow>> {
    Ok(sqlx::query_as!(
        AssetRow,
        "select a.id, a.file_name, a.mime, a.bytes, a.width, a.height, a.store, a.storage_key, a.public_token, m.alt, a.details_removed,
                a.may_have_details, a.ai_model, a.copy_of, a.copy_recipe, a.millis, a.codec, a.audio, a.frames, a.bit_rate, a.pages, a.has_thumb
         from post_media m join assets a on a.company_id = m.company_id and a.id = m.asset_id
         where m.company_id = $1 and m.post_id = $2 order by m.position",
        company.0,
        post.0
    )
    .fetch_all(tx)
    .await?)
}

/// What a public address leads to.
pub struct Public {
    pub company_id: CompanyId,
    pub store: String,
    pub storage_key: String,
    pub mime: String,
    pub bytes: i64,
    pub has_thumb: bool,
    /// Its own bytes are removed.
    pub dropped: bool,
}

/// Knows no company: the token is the permission. What was deleted is there as long as a post shows it (`removal`); of what was
/// removed then, the small picture.
pub async fn by_token(db: &sqlx::PgPool, token: &str) -> Result<Option<Public>> {
    Ok(sqlx::query_as!(
        Public,
        r#"select company_id, store, storage_key, mime, bytes, has_thumb, dropped_at is not null as "dropped!" from assets a
           where public_token = $1
             and (deleted_at is null
                  or exists (select from post_media m join posts p on p.company_id = m.company_id and p.id = m.post_id
                             where m.company_id = a.company_id and m.asset_id = a.id and p.deleted_at is null))"#,
        token
    )
    .fetch_optional(db)
    .await?)
}
