//! SQL of documents and of what agents know.

use crate::domain::error::Result;
use crate::domain::ids::{AgentRunId, DocumentId, MemoryId, UserId, new_id};
use crate::features::agents::model::MAX_VERSIONS;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub struct DocumentRow {
    pub id: DocumentId,
    pub agent: String,
    pub title: String,
    pub versions: i32,
    pub changed_at: DateTime<Utc>,
}

/// Keeps what a run wrote as the next version of its document, unless this run has written already or nothing is different from what a run wrote
/// last: a version by a person stays beside it and is never written over.
pub async fn keep(
    tenant: &Tenant,
    run: AgentRunId,
    (agent, job, period): (&str, &str, &str),
    (title, markdown): (&str, &str),
) -> Result<DocumentId> {
    let mut tx = tenant.db.begin().await?;
    let id = sqlx::query_scalar!(
        "insert into agent_documents (company_id, id, agent, job, period, title) values ($1, $2, $3, $4, $5, $6)
         on conflict (company_id, agent, job, period) do update set title = $6, deleted_at = null returning id",
        tenant.company.0,
        DocumentId::new().0,
        agent,
        job,
        period,
        title
    )
    .fetch_one(&mut *tx)
    .await?;
    let written = sqlx::query!(
        "insert into agent_document_versions (company_id, id, document_id, version, run_id, markdown)
         select $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5 from agent_document_versions where company_id = $1 and document_id = $3
         having not exists (
           select from agent_document_versions v where v.company_id = $1 and v.document_id = $3
             and (v.run_id = $4 or (v.markdown = $5 and v.version = (
               select max(version) from agent_document_versions where company_id = $1 and document_id = $3 and not by_person))))
         on conflict do nothing",
        tenant.company.0,
        new_id(),
        id.0,
        run.0,
        markdown
    )
    .execute(&mut *tx)
    .await?;
    if written.rows_affected() == 1 {
        changed(&mut tx, tenant, id).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// A version was written: the oldest beyond so many give way.
async fn changed(tx: &mut PgConnection, tenant: &Tenant, id: DocumentId) -> Result<()> {
    sqlx::query!(
        "update agent_documents set changed_at = now() where company_id = $1 and id = $2",
        tenant.company.0,
        id.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "delete from agent_document_versions where company_id = $1 and document_id = $2
           and version <= (select max(version) from agent_document_versions where company_id = $1 and document_id = $2) - $3",
        tenant.company.0,
        id.0,
        MAX_VERSIONS
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Those of an agent, the latest first.
pub async fn of_agent(tenant: &Tenant, agent: &str, limit: i64) -> Result<Vec<DocumentRow>> {
    let rows = sqlx::query_as!(
        DocumentRow,
        r#"select d.id, d.agent, d.title, d.changed_at,
             (select count(*) from agent_document_versions v where v.company_id = d.company_id and v.document_id = d.id)::int as "versions!"
           from agent_documents d where d.company_id = $1 and d.agent = $2 and d.deleted_at is null
           order by d.changed_at desc, d.id desc limit $3"#,
        tenant.company.0,
        agent,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// The latest of these agents together.
pub async fn recent(tenant: &Tenant, agents: &[String], limit: i64) -> Result<Vec<DocumentRow>> {
    let rows = sqlx::query_as!(
        DocumentRow,
        r#"select d.id as "id: DocumentId", d.agent, d.title, d.changed_at,
             (select count(*) from agent_document_versions v where v.company_id = $1 and v.document_id = d.id)::int as "versions!"
           from unnest($2::text[]) a (agent)
           cross join lateral (select * from agent_documents k where k.company_id = $1 and k.agent = a.agent and k.deleted_at is null
                               order by k.changed_at desc, k.id desc limit $3) d
           order by d.changed_at desc, d.id desc limit $3"#,
        tenant.company.0,
        agents,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// The last document of each of these agents.
pub async fn last(tenant: &Tenant, agents: &[String]) -> Result<Vec<(String, DocumentId)>> {
    let rows = sqlx::query!(
        r#"select d.agent, d.id as "id: DocumentId" from unnest($2::text[]) a (agent)
           cross join lateral (select k.agent, k.id from agent_documents k where k.company_id = $1 and k.agent = a.agent and k.deleted_at is null
                               order by k.changed_at desc, k.id desc limit 1) d"#,
        tenant.company.0,
        agents
    );
    Ok(rows.fetch_all(&tenant.db).await?.into_iter().map(|row| (row.agent, row.id)).collect())
}

pub async fn find(tenant: &Tenant, id: DocumentId) -> Result<Option<DocumentRow>> {
    let row = sqlx::query_as!(
        DocumentRow,
        r#"select d.id, d.agent, d.title, d.changed_at,
             (select count(*) from agent_document_versions v where v.company_id = d.company_id and v.document_id = d.id)::int as "versions!"
           from agent_documents d where d.company_id = $1 and d.id = $2 and d.deleted_at is null"#,
        tenant.company.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

pub struct VersionRow {
    pub version: i32,
    pub at: DateTime<Utc>,
    pub by_person: bool,
    pub by: Option<String>,
}

/// The latest versions.
pub async fn versions(tenant: &Tenant, id: DocumentId) -> Result<Vec<VersionRow>> {
    let rows = sqlx::query_as!(
        VersionRow,
        "select v.version, v.at, v.by_person, (select u.name from users u where u.id = v.by_user) as by
         from agent_document_versions v where v.company_id = $1 and v.document_id = $2 order by v.version desc limit 200",
        tenant.company.0,
        id.0
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Keeps a person's version behind `after`, the latest that they saw; false when there is another one by now.
pub async fn edit(tenant: &Tenant, id: DocumentId, after: i32, markdown: &str, by: UserId) -> Result<bool> {
    let mut tx = tenant.db.begin().await?;
    let latest = sqlx::query_scalar!(
        r#"select (select max(v.version) from agent_document_versions v where v.company_id = d.company_id and v.document_id = d.id) as "latest!"
           from agent_documents d where d.company_id = $1 and d.id = $2 and d.deleted_at is null for update of d"#,
        tenant.company.0,
        id.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    if latest != Some(after) {
        return Ok(false);
    }
    let written = sqlx::query!(
        "insert into agent_document_versions (company_id, id, document_id, version, by_person, by_user, markdown)
         values ($1, $2, $3, $4, true, $5, $6) on conflict do nothing",
        tenant.company.0,
        new_id(),
        id.0,
        after + 1,
        by.0,
        markdown
    )
    .execute(&mut *tx)
    .await?;
    changed(&mut tx, tenant, id).await?;
    tx.commit().await?;
    Ok(written.rows_affected() == 1)
}

/// The text of a version; `None`: of the latest.
pub async fn markdown(tenant: &Tenant, id: DocumentId, version: Option<i32>) -> Result<Option<(i32, String)>> {
    let row = sqlx::query!(
        "select version, markdown from agent_document_versions where company_id = $1 and document_id = $2
           and ($3::int is null or version = $3) order by version desc limit 1",
        tenant.company.0,
        id.0,
        version
    );
    Ok(row.fetch_optional(&tenant.db).await?.map(|row| (row.version, row.markdown)))
}

pub struct MemoryRow {
    pub id: MemoryId,
    pub agent: Option<String>,
    pub words: String,
    pub source: String,
    pub at: DateTime<Utc>,
}

/// What is known for everybody and for `agent` (`None`: for all of them), the latest first.
pub async fn memory(tenant: &Tenant, agent: Option<&str>, limit: i64) -> Result<Vec<MemoryRow>> {
    let rows = sqlx::query_as!(
        MemoryRow,
        "select id, agent, words, source, at from agent_memory
         where company_id = $1 and ($2::text is null or agent is null or agent = $2) order by at desc, id desc limit $3",
        tenant.company.0,
        agent,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Keeps a fact that an agent found, in the place of the one that it found before.
pub async fn remember(tenant: &Tenant, agent: &str, key: &str, words: &str, source: &str) -> Result<()> {
    sqlx::query!(
        "insert into agent_memory (company_id, id, agent, key, words, source) values ($1, $2, $3, $4, $5, $6)
         on conflict (company_id, agent, key) do update set words = $5, source = $6, at = now()",
        tenant.company.0,
        MemoryId::new().0,
        agent,
        key,
        words.chars().take(500).collect::<String>(),
        source.chars().take(200).collect::<String>()
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Keeps what somebody wrote; false when there is too much already.
pub async fn add_memory(tenant: &Tenant, words: &str, source: &str, by: UserId, most: i64) -> Result<bool> {
    let done = sqlx::query!(
        "insert into agent_memory (company_id, id, words, source, by_user) select $1, $2, $3, $4, $5
         where (select count(*) from agent_memory where company_id = $1) < $6",
        tenant.company.0,
        MemoryId::new().0,
        words,
        source,
        by.0,
        most
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

pub async fn change_memory(tenant: &Tenant, id: MemoryId, words: &str, source: &str, by: UserId) -> Result<bool> {
    // What a person changed is no longer found again by the agent.
    let done = sqlx::query!(
        "update agent_memory set words = $3, source = $4, by_user = $5, key = null, at = now() where company_id = $1 and id = $2",
        tenant.company.0,
        id.0,
        words,
        source,
        by.0
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

pub async fn erase_memory(tenant: &Tenant, id: MemoryId) -> Result<bool> {
    let done = sqlx::query!("delete from agent_memory where company_id = $1 and id = $2", tenant.company.0, id.0);
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}
