//! Accounts that are paused, and let go on.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::features::connections::server::pause::{Pausable, PausedAccount};
use sqlx::{PgConnection, PgPool};

pub async fn pause(db: &PgPool, company: CompanyId, id: ConnectionId, why: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update connections set paused_at = now(), pause_note = $3
         where company_id = $1 and id = $2 and paused_at is null and state = 'active'",
        company.0,
        id.0,
        why
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn resume(db: &mut PgConnection, company: CompanyId, id: ConnectionId, by_person: bool) -> Result<bool> {
    let done = sqlx::query!(
        "update connections set paused_at = null, pause_note = '', resumed_at = case when $3 then now() else resumed_at end
         where company_id = $1 and id = $2 and paused_at is not null",
        company.0,
        id.0,
        by_person
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

pub async fn pausable(db: &PgPool, company: CompanyId, id: ConnectionId) -> Result<Option<Pausable>> {
    Ok(sqlx::query_as!(
        Pausable,
        r#"select platform, handle, state, paused_at is not null as "paused!",
                  coalesce(resumed_at > now() - interval '1 day', false) as "was_resumed!"
           from connections where company_id = $1 and id = $2"#,
        company.0,
        id.0
    )
    .fetch_optional(db)
    .await?)
}

/// All that are paused, of all companies; bounded.
pub async fn paused(db: &PgPool) -> Result<Vec<PausedAccount>> {
    Ok(sqlx::query_as!(
        PausedAccount,
        "select company_id as company, id, platform, handle from connections
         where paused_at is not null and state = 'active' order by company_id, id limit 500"
    )
    .fetch_all(db)
    .await?)
}
