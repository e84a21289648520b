//! SQL of what a company has set: which agents are on, when their jobs are due, whether all are stopped.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, UserId, new_id};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

pub struct Setting {
    pub agent: String,
    pub is_on: bool,
    pub owner_id: Option<UserId>,
    pub owner: Option<String>,
    pub cap_micros: Option<i64>,
    pub autonomy: String,
    pub deaf_to: Vec<String>,
}

pub async fn all(tenant: &Tenant) -> Result<Vec<Setting>> {
    let rows = sqlx::query_as!(
        Setting,
        "select agent, is_on, owner_id, (select u.name from users u where u.id = s.owner_id) as owner, cap_micros, autonomy, deaf_to
         from agent_settings s where company_id = $1",
        tenant.company.0
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Switches an agent on or off.
pub async fn switch(db: &mut PgConnection, company: CompanyId, agent: &str, on: bool, by: UserId) -> Result<()> {
    sqlx::query!(
        "insert into agent_settings (company_id, id, agent, is_on, owner_id) values ($1, $2, $3, $4, $5)
         on conflict (company_id, agent) do update set is_on = $4, owner_id = $5, changed_at = now(),
           heard_until = case when agent_settings.is_on then agent_settings.heard_until else now() end",
        company.0,
        new_id(),
        agent,
        on,
        by.0
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn cap(tenant: &Tenant, agent: &str, cap_micros: Option<i64>) -> Result<()> {
    sqlx::query!(
        "insert into agent_settings (company_id, id, agent, cap_micros) values ($1, $2, $3, $4)
         on conflict (company_id, agent) do update set cap_micros = $4, changed_at = now()",
        tenant.company.0,
        new_id(),
        agent,
        cap_micros
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// What an agent may do without asking.
pub async fn autonomy(tenant: &Tenant, agent: &str, autonomy: &str) -> Result<()> {
    sqlx::query!(
        "insert into agent_settings (company_id, id, agent, autonomy) values ($1, $2, $3, $4)
         on conflict (company_id, agent) do update set autonomy = $4, changed_at = now()",
        tenant.company.0,
        new_id(),
        agent,
        autonomy
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// When a job of an agent is due.
pub struct JobRow {
    pub agent: String,
    pub job: String,
    pub timing: String,
    pub is_on: bool,
    pub next_at: Option<DateTime<Utc>>,
}

pub async fn jobs(tenant: &Tenant) -> Result<Vec<JobRow>> {
    let rows = sqlx::query_as!(
        JobRow,
        "select agent, job, timing, is_on, next_at from agent_jobs where company_id = $1",
        tenant.company.0
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Keeps when a job is due.
pub async fn keep_job(db: &mut PgConnection, company: CompanyId, row: &JobRow, zone: &str) -> Result<()> {
    sqlx::query!(
        "insert into agent_jobs (company_id, id, agent, job, timing, is_on, zone, next_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (company_id, agent, job) do update set timing = $5, is_on = $6, zone = $7, next_at = $8",
        company.0,
        new_id(),
        row.agent,
        row.job,
        row.timing,
        row.is_on,
        zone,
        row.next_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A job that is due, or whose company has another zone by now.
pub struct Due {
    pub company_id: CompanyId,
    pub agent: String,
    pub job: String,
    pub timing: String,
    pub zone: String,
    pub moved: bool,
    pub next_at: DateTime<Utc>,
}

/// Some of them, held until the transaction ends; others leave them alone.
pub async fn due(db: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<Due>> {
    let rows = sqlx::query_as!(
        Due,
        r#"select j.company_id, j.agent, j.job, j.timing, c.zone, c.zone <> j.zone as "moved!", j.next_at as "next_at!"
           from agent_jobs j join companies c on c.id = j.company_id
           where j.next_at is not null and (j.next_at <= $1 or c.zone <> j.zone)
           order by j.next_at limit $2 for update of j skip locked"#,
        now,
        limit
    );
    Ok(rows.fetch_all(db).await?)
}

pub async fn set_next(db: &mut PgConnection, due: &Due, next: Option<DateTime<Utc>>) -> Result<()> {
    sqlx::query!(
        "update agent_jobs set next_at = $4, zone = $5 where company_id = $1 and agent = $2 and job = $3",
        due.company_id.0,
        due.agent,
        due.job,
        next,
        due.zone
    )
    .execute(db)
    .await?;
    Ok(())
}

pub struct StopRow {
    pub by: Option<String>,
    pub at: DateTime<Utc>,
}

pub async fn stopped(tenant: &Tenant) -> Result<Option<StopRow>> {
    let row = sqlx::query_as!(
        StopRow,
        "select (select u.name from users u where u.id = s.by_user) as by, at from agent_stops s where company_id = $1",
        tenant.company.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

pub async fn stop(tenant: &Tenant, by: UserId) -> Result<()> {
    sqlx::query!(
        "insert into agent_stops (company_id, id, by_user) values ($1, $1, $2) on conflict do nothing",
        tenant.company.0,
        by.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

pub async fn start(tenant: &Tenant) -> Result<()> {
    sqlx::query!("delete from agent_stops where company_id = $1", tenant.company.0).execute(&tenant.db).await?;
    Ok(())
}

/// Name and role of a person in a company.
pub async fn member(db: &PgPool, company: CompanyId, user: UserId) -> Result<Option<(String, String)>> {
    let row = sqlx::query!(
        "select u.name, m.role from members m join users u on u.id = m.id where m.company_id = $1 and m.id = $2",
        company.0,
        user.0
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.name, row.role)))
}
