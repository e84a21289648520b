//! Planning a post: its deliveries together with the checks that look at them before the time comes.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, PostId};
use crate::features::deliveries::server::service as deliveries;
use crate::features::preflight::server as preflight;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Plans every delivery of the post that may still be planned for this instant, and its checks.
pub async fn plan(tx: &mut PgConnection, company: CompanyId, post: PostId, at: DateTime<Utc>) -> Result<()> {
    deliveries::schedule_post(tx, company, post, at).await?;
    preflight::plan(tx, company, post).await
}

/// Makes drafts of the deliveries that have not begun, and forgets their checks.
pub async fn unplan(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<()> {
    deliveries::unschedule_post(tx, company, post).await?;
    preflight::forget(tx, company, post).await
}
