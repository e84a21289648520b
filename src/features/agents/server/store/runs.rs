//! SQL of runs and their steps.

use crate::domain::error::Result;
use crate::domain::ids::{AgentRunId, CompanyId, UserId, new_id};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

/// A new run; `None` when this tick has one.
pub async fn begin(
    db: &mut PgConnection,
    company: CompanyId,
    (agent, job): (&str, &str),
    at: DateTime<Utc>,
    by: Option<UserId>,
) -> Result<Option<AgentRunId>> {
    let id = sqlx::query_scalar!(
        "insert into agent_runs (company_id, id, agent, job, scheduled_for, started_by) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing returning id",
        company.0,
        AgentRunId::new().0,
        agent,
        job,
        at,
        by as _
    );
    Ok(id.fetch_optional(db).await?)
}

pub struct RunRow {
    pub id: AgentRunId,
    pub agent: String,
    pub job: String,
    pub state: String,
    pub started_by: Option<UserId>,
    pub by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub headline: String,
    pub error: String,
    pub cost_micros: i64,
    pub woken_by: String,
}

pub async fn find(tenant: &Tenant, id: AgentRunId) -> Result<Option<RunRow>> {
    let row = sqlx::query_as!(
        RunRow,
        "select id, agent, job, state, started_by, (select u.name from users u where u.id = r.started_by) as by, created_at, started_at,
                ended_at, headline, error, cost_micros, woken_by
         from agent_runs r where company_id = $1 and id = $2",
        tenant.company.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

/// The latest of an agent.
pub async fn of_agent(tenant: &Tenant, agent: &str, limit: i64) -> Result<Vec<RunRow>> {
    let rows = sqlx::query_as!(
        RunRow,
        "select id, agent, job, state, started_by, (select u.name from users u where u.id = r.started_by) as by, created_at, started_at,
                ended_at, headline, error, cost_micros, woken_by
         from agent_runs r where company_id = $1 and agent = $2 order by created_at desc, id desc limit $3",
        tenant.company.0,
        agent,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// The last run of each of these agents.
pub async fn last(tenant: &Tenant, agents: &[String]) -> Result<Vec<RunRow>> {
    let rows = sqlx::query_as!(
        RunRow,
        r#"select r.id as "id: AgentRunId", r.agent, r.job, r.state, r.started_by as "started_by: UserId", null::text as by, r.created_at,
                  r.started_at, r.ended_at, r.headline, r.error, r.cost_micros, r.woken_by
           from unnest($2::text[]) a (agent)
           cross join lateral (select * from agent_runs k where k.company_id = $1 and k.agent = a.agent
                               order by k.created_at desc, k.id desc limit 1) r"#,
        tenant.company.0,
        agents
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Whether the agent has a run under way.
pub async fn is_open(db: &mut PgConnection, company: CompanyId, agent: &str, job: &str) -> Result<bool> {
    let open = sqlx::query_scalar!(
        r#"select exists (select from (select state, job from agent_runs where company_id = $1 and agent = $2
                                       order by created_at desc, id desc limit 50) r
                          where r.job = $3 and r.state in ('queued', 'running')) as "open!""#,
        company.0,
        agent,
        job
    );
    Ok(open.fetch_one(db).await?)
}

/// A run that is open begins, or goes on. False: it is over.
pub async fn start(tenant: &Tenant, id: AgentRunId) -> Result<bool> {
    let done = sqlx::query!(
        "update agent_runs set state = 'running', started_at = coalesce(started_at, now())
         where company_id = $1 and id = $2 and state in ('queued', 'running')",
        tenant.company.0,
        id.0
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// Ends a run that is open. Tasks that it took up and did not come to wait again.
pub async fn end(tenant: &Tenant, id: AgentRunId, state: &str, headline: &str, error: &str) -> Result<()> {
    sqlx::query!(
        "with ended as (
           update agent_runs set state = $3, headline = $4, error = $5, ended_at = now()
           where company_id = $1 and id = $2 and state in ('queued', 'running') returning company_id, id)
         update agent_tasks t set state = 'waiting', run_id = null, changed_at = now() from ended e
         where t.company_id = e.company_id and t.run_id = e.id and t.state = 'taken'",
        tenant.company.0,
        id.0,
        state,
        headline,
        error.chars().take(500).collect::<String>()
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Somebody takes an open run back; false when it is over.
pub async fn cancel(tenant: &Tenant, id: AgentRunId) -> Result<bool> {
    let cancelled = sqlx::query_scalar!(
        r#"with ended as (
             update agent_runs set state = 'cancelled', ended_at = now(), error = 'Cancelled.'
             where company_id = $1 and id = $2 and state in ('queued', 'running') returning company_id, id),
           given_back as (
             update agent_tasks t set state = 'waiting', run_id = null, changed_at = now() from ended e
             where t.company_id = e.company_id and t.run_id = e.id and t.state = 'taken')
           select exists (select from ended) as "cancelled!""#,
        tenant.company.0,
        id.0
    );
    Ok(cancelled.fetch_one(&tenant.db).await?)
}

/// Adds what the agent's questions cost since the run began.
pub async fn add_cost(tenant: &Tenant, id: AgentRunId, ledger: &str) -> Result<()> {
    sqlx::query!(
        "update agent_runs r set cost_micros = (
           select coalesce(sum(m.cost_micros), 0)::bigint from model_calls m
           where m.company_id = $1 and m.feature = $3 and m.started_at >= r.started_at)
         where r.company_id = $1 and r.id = $2",
        tenant.company.0,
        id.0,
        ledger
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// What the agent spent on models since then.
pub async fn spent(tenant: &Tenant, ledger: &str, since: DateTime<Utc>) -> Result<i64> {
    let sum = sqlx::query_scalar!(
        r#"select coalesce(sum(cost_micros), 0)::bigint as "sum!" from model_calls
           where company_id = $1 and feature = $2 and started_at >= $3"#,
        tenant.company.0,
        ledger,
        since
    );
    Ok(sum.fetch_one(&tenant.db).await?)
}

pub struct StepRow {
    pub run_id: AgentRunId,
    pub name: String,
    pub note: String,
    pub data: Value,
}

/// The steps of these runs, in their order.
pub async fn steps(tenant: &Tenant, runs: &[AgentRunId]) -> Result<Vec<StepRow>> {
    let rows = sqlx::query_as!(
        StepRow,
        "select run_id, name, note, data from agent_run_steps where company_id = $1 and run_id = any($2) order by run_id, at, id",
        tenant.company.0,
        runs as _
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Keeps a step; the first one of its name stays.
pub async fn keep_step(tenant: &Tenant, run: AgentRunId, name: &str, note: &str, data: &Value) -> Result<()> {
    sqlx::query!(
        "insert into agent_run_steps (company_id, id, run_id, name, note, data) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        tenant.company.0,
        new_id(),
        run.0,
        name,
        note,
        data
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Runs of more than half a year ago that proposed nothing.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!(
            "delete from agent_runs r where r.created_at < now() - interval '180 days'
               and not exists (select from agent_proposals p where p.company_id = r.company_id and p.run_id = r.id)"
        );
        Ok(done.execute(&db).await?.rows_affected())
    })
}
