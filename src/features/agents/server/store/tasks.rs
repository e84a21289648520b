//! SQL of tasks: what agents hand to each other.

use crate::domain::error::Result;
use crate::domain::ids::{AgentRunId, DocumentId, TaskId, UserId};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

pub struct TaskRow {
    pub id: TaskId,
    pub from_agent: String,
    pub by: Option<String>,
    pub to_agent: String,
    pub what: String,
    pub reference: String,
    pub state: String,
    pub result: String,
    pub document_id: Option<DocumentId>,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

/// A new task.
pub struct NewTask<'a> {
    pub kind: &'a str,
    pub from_agent: &'a str,
    pub by_user: Option<UserId>,
    pub to: (&'a str, &'a str),
    pub what: &'a str,
    pub reference: &'a str,
    pub subject: &'a str,
    /// A finding is handed on once.
    pub key: Option<&'a str>,
    pub found_by: Option<AgentRunId>,
}

/// Adds one, unless it is there already or more than `most` are open; true: it was added.
pub async fn add(tenant: &Tenant, new: &NewTask<'_>, most: i64) -> Result<bool> {
    let done = sqlx::query!(
        "insert into agent_tasks (company_id, id, kind, from_agent, by_user, to_agent, to_job, what, reference, subject, key, found_by)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
         where (select count(*) from (select from agent_tasks where company_id = $1 and state in ('waiting', 'taken') limit $13) k) < $13
         on conflict do nothing",
        tenant.company.0,
        TaskId::new().0,
        new.kind,
        new.from_agent,
        new.by_user as _,
        new.to.0,
        new.to.1,
        new.what,
        new.reference,
        new.subject,
        new.key,
        new.found_by as _,
        most
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// Those that are open, the oldest first, and then what came of others, the latest first; of all agents or to and from one.
pub async fn list(tenant: &Tenant, agent: Option<&str>, open: i64, over: i64) -> Result<Vec<TaskRow>> {
    let rows = sqlx::query_as!(
        TaskRow,
        r#"select t.id as "id!: TaskId", t.from_agent as "from_agent!",
             (select u.name from users u where u.id = t.by_user) as by, t.to_agent as "to_agent!",
             t.what as "what!", t.reference as "reference!", t.state as "state!", t.result as "result!",
             t.document_id as "document_id: DocumentId", t.created_at as "created_at!", t.changed_at as "changed_at!"
           from (
             (select *, 0 as rank from agent_tasks k where k.company_id = $1 and k.state in ('waiting', 'taken')
                and ($2::text is null or k.to_agent = $2 or k.from_agent = $2) order by k.created_at, k.id limit $3)
             union all
             (select *, 1 as rank from agent_tasks k where k.company_id = $1 and k.state in ('done', 'dropped')
                and ($2::text is null or k.to_agent = $2 or k.from_agent = $2) order by k.changed_at desc, k.id desc limit $4)) t
           order by t.rank, case when t.rank = 0 then t.created_at end, t.changed_at desc, t.id"#,
        tenant.company.0,
        agent,
        open,
        over
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// A task as a run gets it.
pub struct TakenRow {
    pub id: TaskId,
    pub kind: String,
    pub from_agent: String,
    pub by: Option<String>,
    pub what: String,
    pub subject: String,
}

/// Gives a run what waits for its job; the same again when the run goes on after a crash.
pub async fn take(tenant: &Tenant, run: AgentRunId, to: (&str, &str), most: i64) -> Result<Vec<TakenRow>> {
    let rows = sqlx::query_as!(
        TakenRow,
        r#"with mine as (
             select id from agent_tasks where company_id = $1 and to_agent = $3 and to_job = $4
               and (state = 'waiting' or (state = 'taken' and run_id = $2))
             order by created_at, id limit $5 for update)
           update agent_tasks t set state = 'taken', run_id = $2, changed_at = now() from mine
           where t.company_id = $1 and t.id = mine.id
           returning t.id, t.kind, t.from_agent, (select u.name from users u where u.id = t.by_user) as by, t.what, t.subject"#,
        tenant.company.0,
        run.0,
        to.0,
        to.1,
        most
    );
    let mut rows = rows.fetch_all(&tenant.db).await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

/// What came of a task that this run took up.
pub async fn finish(tenant: &Tenant, run: AgentRunId, id: TaskId, result: &str, document: DocumentId) -> Result<()> {
    sqlx::query!(
        "update agent_tasks set state = 'done', result = $4, document_id = $5, changed_at = now()
         where company_id = $1 and id = $2 and state = 'taken' and run_id = $3",
        tenant.company.0,
        id.0,
        run.0,
        result.chars().take(500).collect::<String>(),
        document.0
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Somebody drops a task that waits, or takes that back; `None`: there is no such task, else where it was and whether it was turned.
pub async fn turn(tenant: &Tenant, id: TaskId, (from, to): (&str, &str)) -> Result<Option<(String, bool)>> {
    let row = sqlx::query!(
        r#"with old as (select state from agent_tasks where company_id = $1 and id = $2 for update),
             turned as (update agent_tasks set state = $4, changed_at = now()
                        where company_id = $1 and id = $2 and state = $3 returning id)
           select old.state, exists (select from turned) as "turned!" from old"#,
        tenant.company.0,
        id.0,
        from,
        to
    );
    Ok(row.fetch_optional(&tenant.db).await?.map(|row| (row.state, row.turned)))
}

/// Of more than half a year ago, when they are over.
pub async fn delete_old(db: &PgPool) -> std::result::Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "delete from agent_tasks where state in ('done', 'dropped') and changed_at < now() - interval '180 days'"
    );
    Ok(done.execute(db).await?.rows_affected())
}
