//! Who spent what on which kind of work this month.

use super::prices;
use crate::domain::error::Result;
use crate::features::models::model::SumRow;
use crate::infra::database::Tenant;

/// Calls that are added up, the newest of the month.
const READ: i64 = 5_000;
/// Lines, the dearest first.
const MOST: i64 = 12;

/// One line for each person and kind of work.
pub async fn of_this_month(tenant: &Tenant, words: impl Fn(&str) -> String) -> Result<Vec<SumRow>> {
    let rows = sqlx::query!(
        r#"select u.name as "by?", c.feature, count(*) as "calls!", sum(c.cost_micros)::bigint as "cost!"
           from (select user_id, feature, cost_micros from model_calls
                 where company_id = $1 and started_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'
                 order by started_at desc, id desc limit $2) c
           left join users u on u.id = c.user_id
           group by c.user_id, u.name, c.feature
           order by 4 desc, 3 desc, c.feature limit $3"#,
        tenant.company.0,
        READ,
        MOST
    )
    .fetch_all(&tenant.db)
    .await?;
    let line = |by, feature: &str, calls, cost: i64| SumRow {
        by,
        feature: words(feature),
        calls,
        cost: prices::words(cost.unsigned_abs()),
    };
    Ok(rows.into_iter().map(|row| line(row.by, &row.feature, row.calls, row.cost)).collect())
}
