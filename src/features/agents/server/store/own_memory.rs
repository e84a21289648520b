//! SQL of what people want the program to know of themselves. The company and the person are part of every query.

use crate::domain::error::Result;
use crate::domain::ids::{MemoryId, UserId};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};

pub struct OwnRow {
    pub id: MemoryId,
    pub words: String,
    pub source: String,
    pub at: DateTime<Utc>,
}

/// Those of a person, the latest first.
pub async fn list(tenant: &Tenant, user: UserId, limit: i64) -> Result<Vec<OwnRow>> {
    let rows = sqlx::query_as!(
        OwnRow,
        "select id, words, source, at from own_memory where company_id = $1 and user_id = $2 order by at desc, id desc limit $3",
        tenant.company.0,
        user.0,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Keeps one, unless the person has it already; false when there is too much.
pub async fn add(tenant: &Tenant, user: UserId, words: &str, source: &str, most: i64) -> Result<bool> {
    let done = sqlx::query!(
        "insert into own_memory (company_id, id, user_id, words, source) select $1, $2, $3, $4, $5
         where (select count(*) from own_memory where company_id = $1 and user_id = $3) < $6
           and not exists (select from own_memory where company_id = $1 and user_id = $3 and words = $4)",
        tenant.company.0,
        MemoryId::new().0,
        user.0,
        words,
        source,
        most
    );
    if done.execute(&tenant.db).await?.rows_affected() == 1 {
        return Ok(true);
    }
    let has = sqlx::query_scalar!(
        r#"select exists (select from own_memory where company_id = $1 and user_id = $2 and words = $3) as "has!""#,
        tenant.company.0,
        user.0,
        words
    );
    Ok(has.fetch_one(&tenant.db).await?)
}

pub async fn change(tenant: &Tenant, user: UserId, id: MemoryId, words: &str, source: &str) -> Result<bool> {
    let done = sqlx::query!(
        "update own_memory set words = $4, source = $5, at = now() where company_id = $1 and user_id = $2 and id = $3",
        tenant.company.0,
        user.0,
        id.0,
        words,
        source
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

pub async fn erase(tenant: &Tenant, user: UserId, id: MemoryId) -> Result<bool> {
    let done = sqlx::query!(
        "delete from own_memory where company_id = $1 and user_id = $2 and id = $3",
        tenant.company.0,
        user.0,
        id.0
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}
