//! The SQL of models.

use crate::domain::error::Result;
use crate::domain::ids::{ModelCallId, UserId, new_id};
use crate::domain::platform::Platform;
use crate::infra::database::Tenant;
use crate::infra::queue::clean_up::PORTION;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// What a company chose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chosen {
    pub service: Option<Platform>,
    /// Empty: the usual one.
    pub model: String,
    pub fallback: String,
    /// Which model makes pictures; empty: the usual one.
    pub picture_model: String,
    pub cap_micros: Option<i64>,
}

pub async fn chosen(tenant: &Tenant) -> Result<Chosen> {
    let row = sqlx::query!(
        "select service, model, fallback, picture_model, cap_micros from model_settings where company_id = $1",
        tenant.company.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(row.map_or_else(Chosen::default, |row| Chosen {
        service: row.service.and_then(|id| id.parse().ok()),
        model: row.model,
        fallback: row.fallback,
        picture_model: row.picture_model,
        cap_micros: row.cap_micros,
    }))
}

pub async fn choose(tenant: &Tenant, by: UserId, chosen: &Chosen) -> Result<()> {
    sqlx::query!(
        "insert into model_settings (company_id, id, service, model, fallback, cap_micros, changed_by, picture_model)
         values ($1, $1, $2, $3, $4, $5, $6, $7)
         on conflict (company_id, id) do update
         set service = excluded.service, model = excluded.model, fallback = excluded.fallback,
             picture_model = excluded.picture_model, cap_micros = excluded.cap_micros, changed_by = excluded.changed_by, changed_at = now()",
        tenant.company.0,
        chosen.service.map(Platform::id),
        chosen.model,
        chosen.fallback,
        chosen.cap_micros,
        by.0,
        chosen.picture_model
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Millionths of a dollar and calls of this month.
pub async fn month(tenant: &Tenant) -> Result<(i64, i32)> {
    let row = sqlx::query!(
        "select cost_micros, calls from model_months
         where company_id = $1 and month = date_trunc('month', now() at time zone 'utc')::date",
        tenant.company.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(row.map_or((0, 0), |row| (row.cost_micros, row.calls)))
}

/// A call that is about to be made.
pub struct Begun<'a> {
    pub id: ModelCallId,
    pub by: UserId,
    pub feature: &'a str,
    pub service: Platform,
    pub model: &'a str,
    /// What it costs at most, in millionths of a dollar.
    pub reserved: i64,
}

/// Writes the call down, unless this month's costs and what is under way have reached `cap`; `false`: they have. One at a time for a
/// company, so that a hundred at once do not all find money left. A call whose process ended is counted with what was reserved.
pub async fn begin(tenant: &Tenant, call: &Begun<'_>, cap: Option<i64>) -> Result<bool> {
    let company = tenant.company.0;
    let mut tx = tenant.db.begin().await?;
    sqlx::query!(
        "insert into model_months (company_id, id, month, calls, cost_micros)
         values ($1, $2, date_trunc('month', now() at time zone 'utc')::date, 0, 0)
         on conflict on constraint model_months_once do update set calls = model_months.calls",
        company,
        new_id()
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "with lost as (
           update model_calls set ended_at = now(), outcome = 'stopped', estimated = true
           where company_id = $1 and ended_at is null and started_at < now() - interval '15 minutes'
           returning cost_micros, date_trunc('month', started_at at time zone 'utc')::date as month)
         update model_months m set calls = m.calls + l.calls, cost_micros = m.cost_micros + l.cost
         from (select month, count(*)::integer as calls, sum(cost_micros)::bigint as cost from lost group by month) l
         where m.company_id = $1 and m.month = l.month",
        company
    )
    .execute(&mut *tx)
    .await?;
    let spent = sqlx::query_scalar!(
        r#"select (m.cost_micros + (select coalesce(sum(c.cost_micros), 0) from model_calls c
             where c.company_id = $1 and c.ended_at is null))::bigint as "spent!"
           from model_months m where m.company_id = $1 and m.month = date_trunc('month', now() at time zone 'utc')::date"#,
        company
    )
    .fetch_one(&mut *tx)
    .await?;
    let goes = cap.is_none_or(|cap| spent < cap);
    if goes {
        sqlx::query!(
            "insert into model_calls (company_id, id, user_id, feature, service, model, cost_micros)
             values ($1, $2, $3, $4, $5, $6, $7)",
            company,
            call.id.0,
            call.by.0,
            call.feature,
            call.service.id(),
            call.model,
            call.reserved
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(goes)
}

/// How a call ended.
pub struct Settled {
    pub outcome: &'static str,
    pub detail: String,
    pub input: i32,
    pub output: i32,
    pub estimated: bool,
    pub cost: i64,
}

/// Once: a call that is settled stays as it is, and counts once.
pub async fn settle(tenant: &Tenant, id: ModelCallId, sum: &Settled) -> Result<()> {
    sqlx::query!(
        "with settled as (
           update model_calls set ended_at = now(), outcome = $3, detail = $4, input_tokens = $5, output_tokens = $6,
                                  estimated = $7, cost_micros = $8
           where company_id = $1 and id = $2 and ended_at is null
           returning started_at)
         insert into model_months (company_id, id, month, calls, cost_micros)
         select $1, $9, date_trunc('month', started_at at time zone 'utc')::date, 1, $8 from settled
         on conflict on constraint model_months_once do update
         set calls = model_months.calls + 1, cost_micros = model_months.cost_micros + excluded.cost_micros",
        tenant.company.0,
        id.0,
        sum.outcome,
        sum.detail,
        sum.input,
        sum.output,
        sum.estimated,
        sum.cost,
        new_id()
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// A call as the page shows it.
pub struct Row {
    pub id: ModelCallId,
    pub at: DateTime<Utc>,
    pub by: Option<String>,
    pub feature: String,
    pub model: String,
    pub input: i32,
    pub output: i32,
    pub estimated: bool,
    pub cost: i64,
    pub outcome: String,
}

/// The last ones, newest first.
pub async fn recent(tenant: &Tenant, limit: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        r#"select c.id, c.started_at as at, u.name as "by?", c.feature, c.model, c.input_tokens as input, c.output_tokens as output,
                  c.estimated, c.cost_micros as cost, c.outcome
           from model_calls c left join users u on u.id = c.user_id
           where c.company_id = $1 order by c.started_at desc, c.id desc limit $2"#,
        tenant.company.0,
        limit
    )
    .fetch_all(&tenant.db)
    .await?)
}

pub async fn delete_old(db: PgPool) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "delete from model_calls where (company_id, id) in (
           select company_id, id from model_calls where started_at < now() - interval '1 year' limit $1)",
        PORTION
    )
    .execute(&db)
    .await?;
    Ok(done.rows_affected())
}

/// Name of the company's zone.
pub async fn zone(tenant: &Tenant) -> Result<String> {
    Ok(sqlx::query_scalar!("select zone from companies where id = $1", tenant.company.0).fetch_one(&tenant.db).await?)
}
