//! What was taken back at the platform.

use super::state_of;
use crate::domain::delivery::DeliveryState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ConnectionId, DeliveryId, UserId, new_id};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;

/// What may be taken back.
pub struct Removable {
    pub platform: Platform,
    pub connection: ConnectionId,
    /// `post`, `reply`, `comment`.
    pub kind: String,
    pub state: DeliveryState,
    pub remote_id: Option<String>,
    pub remote_url: Option<String>,
    pub is_removed: bool,
}

pub async fn removable(tenant: &Tenant, id: DeliveryId) -> Result<Removable> {
    let row = sqlx::query!(
        r#"select d.connection_id, d.kind, d.state, d.remote_id, d.remote_url, d.removed_at is not null as "removed!", c.platform
           from deliveries d join connections c on c.company_id = d.company_id and c.id = d.connection_id
           where d.company_id = $1 and d.id = $2"#,
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?
    .ok_or_else(|| AppError::not_found("delivery"))?;
    Ok(Removable {
        platform: row.platform.parse().map_err(|_| AppError::not_found("platform"))?,
        connection: row.connection_id,
        kind: row.kind,
        state: state_of(&row.state)?,
        remote_id: row.remote_id,
        remote_url: row.remote_url,
        is_removed: row.removed,
    })
}

/// Notes that it is gone there, once, with its line of history.
pub async fn set_removed(tenant: &Tenant, id: DeliveryId, by: UserId, note: &str) -> Result<()> {
    sqlx::query!(
        "with gone as (
           update deliveries set removed_at = now(), removed_by = $3
           where company_id = $1 and id = $2 and state = 'live' and removed_at is null returning id
         )
         insert into delivery_events (company_id, id, delivery_id, from_state, to_state, note)
         select $1, $4, id, 'live', 'live', $5 from gone",
        tenant.company.0,
        id.0,
        by.0,
        new_id(),
        note
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}
