//! What repairs (`features::diagnostics`) may do about models: ask the second one first, and count a month anew.

use super::store;
use crate::domain::error::Result;
use crate::domain::ids::CompanyId;
use crate::infra::database::Tenant;
use sqlx::PgPool;

/// The model that is asked when the first one fails, where the company chose one.
pub async fn second(tenant: &Tenant) -> Result<Option<String>> {
    let chosen = store::chosen(tenant).await?;
    Ok(Some(chosen.fallback).filter(|model| !model.is_empty() && *model != chosen.model))
}

/// The model that is asked first, where the company chose one.
pub async fn first(tenant: &Tenant) -> Result<Option<String>> {
    Ok(Some(store::chosen(tenant).await?.model).filter(|model| !model.is_empty()))
}

/// The second model is asked first from now on; which that is. `None`: there is none.
pub async fn swap(tenant: &Tenant) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "update model_settings set model = fallback, fallback = model, changed_at = now()
         where company_id = $1 and fallback <> '' and fallback <> model returning model",
        tenant.company.0
    )
    .fetch_optional(&tenant.db)
    .await?)
}

/// Companies whose sum of this month is not that of its calls.
pub async fn miscounted(db: &PgPool) -> Result<Vec<CompanyId>> {
    Ok(sqlx::query_scalar!(
        r#"select m.company_id from model_months m cross join lateral (
             select count(*) as calls, coalesce(sum(c.cost_micros), 0) as cost from model_calls c
             where c.company_id = m.company_id and c.ended_at is not null
               and c.started_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc') real
           where m.month = date_trunc('month', now() at time zone 'utc')::date
             and (real.calls <> m.calls or real.cost <> m.cost_micros)
           limit 100"#
    )
    .fetch_all(db)
    .await?)
}

/// Calls and costs of this month: as they are noted, and as the calls have them.
pub async fn month_twice(tenant: &Tenant) -> Result<((i64, i64), (i64, i64))> {
    let (cost, calls) = store::month(tenant).await?;
    let real = sqlx::query!(
        r#"select count(*) as "calls!", coalesce(sum(cost_micros), 0)::bigint as "cost!" from model_calls
           where company_id = $1 and ended_at is not null
             and started_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'"#,
        tenant.company.0
    )
    .fetch_one(&tenant.db)
    .await?;
    Ok(((i64::from(calls), cost), (real.calls, real.cost)))
}

/// Notes what the calls of this month come to; how many they are.
pub async fn recount(tenant: &Tenant) -> Result<i64> {
    let row = sqlx::query!(
        r#"update model_months m set calls = real.calls, cost_micros = real.cost
           from (select count(*)::integer as calls, coalesce(sum(cost_micros), 0)::bigint as cost from model_calls
                 where company_id = $1 and ended_at is not null
                   and started_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc') real
           where m.company_id = $1 and m.month = date_trunc('month', now() at time zone 'utc')::date
           returning m.calls"#,
        tenant.company.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(row.map_or(0, |row| i64::from(row.calls)))
}
