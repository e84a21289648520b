//! Accounts for which posts fail again and again, and what waits while one is paused.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId};
use sqlx::{PgConnection, PgPool};

/// A job that has failed so often fails again and again.
const OFTEN: i32 = 3;

/// An account for which several posts fail.
pub struct Failing {
    pub company: CompanyId,
    pub connection: ConnectionId,
    pub platform: String,
    pub handle: String,
    pub posts: i64,
}

pub async fn failing(db: &PgPool) -> Result<Vec<Failing>> {
    Ok(sqlx::query_as!(
        Failing,
        r#"select c.company_id as company, c.id as connection, c.platform, c.handle, f.posts as "posts!"
           from (select d.company_id, d.connection_id, count(*) as posts
                 from (select company_id, connection_id, id from deliveries
                       where driving and fault_kind in ('transient', 'unknown_outcome') limit 10000) d
                 join jobs j on j.job_key = 'deliver:' || d.id and j.state in ('ready', 'running') and j.attempts >= $1
                 group by d.company_id, d.connection_id having count(*) >= 2) f
           join connections c on c.company_id = f.company_id and c.id = f.connection_id
           where c.state = 'active' and c.paused_at is null
           limit 200"#,
        OFTEN
    )
    .fetch_all(db)
    .await?)
}

pub async fn faults_of(db: &PgPool, company: CompanyId, connection: ConnectionId) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) as "all!", count(*) filter (where d.fault_kind <> 'paused' and j.attempts >= $3) as "often!"
           from (select id, fault_kind from deliveries
                 where company_id = $1 and connection_id = $2 and driving and fault_kind in ('transient', 'unknown_outcome', 'paused')
                 limit 10000) d
           left join jobs j on j.job_key = 'deliver:' || d.id and j.state in ('ready', 'running')"#,
        company.0,
        connection.0,
        OFTEN
    )
    .fetch_one(db)
    .await?;
    Ok((row.often, row.all))
}

/// What waits for the end of a pause. Nothing while the account is paused, or cannot be used.
pub async fn waiting_for_pause(
    db: &mut PgConnection,
    company: CompanyId,
    connection: ConnectionId,
) -> Result<Vec<DeliveryId>> {
    Ok(sqlx::query_scalar!(
        "select d.id from deliveries d
         where d.company_id = $1 and d.connection_id = $2 and d.driving and d.fault_kind = 'paused' and d.state in ('preparing', 'waiting', 'ready')
           and exists (select from connections c where c.company_id = d.company_id and c.id = d.connection_id
                         and c.state = 'active' and c.paused_at is null)
         order by d.due_at limit 5000",
        company.0,
        connection.0
    )
    .fetch_all(db)
    .await?)
}
