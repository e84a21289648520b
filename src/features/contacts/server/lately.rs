//! Who came in lately, for Home: the newest of a week, up to a bound, and where from.

use crate::domain::error::Result;
use crate::infra::database::Tenant;
use chrono::{DateTime, TimeDelta, Utc};

/// So many of them are counted.
pub const COUNTED: i64 = 2_000;
const DAYS: i64 = 7;
/// Sources that are named.
const SOURCES: i64 = 4;

/// How many contacts are new, up to [`COUNTED`], and how many came from where, most first.
pub struct Lately {
    pub total: i64,
    pub sources: Vec<(String, i64)>,
}

pub async fn lately(tenant: &Tenant, now: DateTime<Utc>) -> Result<Lately> {
    let rows = sqlx::query!(
        r#"with newest as materialized (
             select c.source from contacts c where c.company_id = $1 and c.deleted_at is null and c.created_at >= $2
             order by c.created_at desc, c.id desc limit $3)
           select source as "source!", count(*) as "number!", (select count(*) from newest) as "total!"
           from newest group by source order by 2 desc, 1 limit $4"#,
        tenant.company.0,
        now - TimeDelta::days(DAYS),
        COUNTED,
        SOURCES
    );
    let rows = rows.fetch_all(&tenant.db).await?;
    Ok(Lately {
        total: rows.first().map_or(0, |row| row.total),
        sources: rows.into_iter().map(|row| (row.source, row.number)).collect(),
    })
}
