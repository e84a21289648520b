//! Puts deliveries in the queue and takes them out.

use crate::domain::error::AppError;
use crate::domain::ids::{CompanyId, PostId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub async fn schedule_post(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    due_at: DateTime<Utc>,
) -> Result<(), AppError> {
    sqlx::query!(
        "update deliveries set state = 'queued', due_at = $3 where company_id = $1 and post_id = $2 and state = 'draft'",
        company,
        post,
        due_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn unschedule_post(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<(), AppError> {
    sqlx::query!(
        "update deliveries set state = 'draft', due_at = null where company_id = $1 and post_id = $2 and state = 'queued'",
        company,
        post
    )
    .execute(tx)
    .await?;
    Ok(())
}
