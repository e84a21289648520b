//! How many bytes of files a company may keep on this server (`LUX_COMPANY_MEDIA_GB`). What lies in an object store of its own is
//! its own affair.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use crate::features::media::library::Kept;
use crate::features::secrets::server::service as secrets;
use crate::infra::database::Tenant;
use crate::infra::state::App;
use crate::infra::storage::MediaStore;

/// What the company keeps in this store; `None` where nobody counts.
pub async fn kept(app: &App, tenant: &Tenant, place: &MediaStore) -> Result<Option<Kept>> {
    let Some(most) = bound(app, tenant.company).await? else { return Ok(None) };
    let bytes = sqlx::query_scalar!(
        "select bytes from media_bytes where company_id = $1 and store = $2",
        tenant.company.0,
        place.name()
    );
    let bytes = bytes.fetch_optional(&tenant.db).await?.unwrap_or_default().max(0).unsigned_abs();
    Ok(Some(Kept { bytes, most }))
}

async fn bound(app: &App, company: CompanyId) -> Result<Option<u64>> {
    let Some(most) = app.settings.web.company_media_bytes else { return Ok(None) };
    let has_own = secrets::own_keys(app, company, Platform::ObjectStore).await?.is_some();
    Ok(Some(most).filter(|_| !has_own))
}

/// Refuses what does not fit any more. Those that come at the same moment do not see each other: it may become more by a few files.
pub async fn check(app: &App, tenant: &Tenant, place: &MediaStore, more: u64) -> Result<()> {
    match kept(app, tenant, place).await? {
        Some(kept) if kept.bytes.saturating_add(more) > kept.most => Err(AppError::invalid("bytes", full(kept))),
        _ => Ok(()),
    }
}

fn full(kept: Kept) -> String {
    format!(
        "There is no room for this file: {}. Delete files that you do not need under Media (they are gone for good a week later), \
         or ask whoever looks after this server for more (LUX_COMPANY_MEDIA_GB).",
        kept.words()
    )
}
