//! SQL of proposals.

use crate::domain::error::Result;
use crate::domain::ids::{AgentRunId, AssetId, CompanyId, ConnectionId, ContactId, PostId, ProposalId, UserId};
use crate::domain::page::COUNTED;
use crate::infra::database::Tenant;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;

pub struct ProposalRow {
    pub id: ProposalId,
    pub agent: String,
    pub action: Value,
    pub why: String,
    pub edited: bool,
    pub by_itself: bool,
    pub state: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub decider: Option<String>,
    pub reason: String,
    pub post_id: Option<PostId>,
}

/// Keeps a proposal of a run; one with the same key is there already when the run goes on after a crash.
pub async fn keep(tenant: &Tenant, run: AgentRunId, agent: &str, key: &str, action: &Value, why: &str) -> Result<()> {
    sqlx::query!(
        "insert into agent_proposals (company_id, id, agent, run_id, key, action, why) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
        tenant.company.0,
        ProposalId::new().0,
        agent,
        run.0,
        key,
        action,
        why
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Those that wait, the oldest first; with `decided` those that were decided, the latest first.
pub async fn list(tenant: &Tenant, decided: bool, agent: Option<&str>, limit: i64) -> Result<Vec<ProposalRow>> {
    if decided {
        let rows = sqlx::query_as!(
            ProposalRow,
            "select p.id, p.agent, p.action, p.why, p.edited, p.by_itself, p.state, p.version, p.created_at,
                    (select u.name from users u where u.id = p.decided_by) as decider, p.reason, p.post_id
             from agent_proposals p
             where p.company_id = $1 and p.state <> 'proposed' and ($2::text is null or p.agent = $2)
             order by p.created_at desc, p.id desc limit $3",
            tenant.company.0,
            agent,
            limit
        );
        return Ok(rows.fetch_all(&tenant.db).await?);
    }
    let rows = sqlx::query_as!(
        ProposalRow,
        "select p.id, p.agent, p.action, p.why, p.edited, p.by_itself, p.state, p.version, p.created_at,
                (select u.name from users u where u.id = p.decided_by) as decider, p.reason, p.post_id
         from agent_proposals p
         where p.company_id = $1 and p.state = 'proposed' and ($2::text is null or p.agent = $2)
         order by p.created_at, p.id limit $3",
        tenant.company.0,
        agent,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

pub async fn find(tenant: &Tenant, id: ProposalId) -> Result<Option<ProposalRow>> {
    let row = sqlx::query_as!(
        ProposalRow,
        "select p.id, p.agent, p.action, p.why, p.edited, p.by_itself, p.state, p.version, p.created_at,
                (select u.name from users u where u.id = p.decided_by) as decider, p.reason, p.post_id
         from agent_proposals p where p.company_id = $1 and p.id = $2",
        tenant.company.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

/// The one proposal of a run that made one.
pub async fn of_run(tenant: &Tenant, run: AgentRunId) -> Result<ProposalId> {
    let id = sqlx::query_scalar!(
        "select id from agent_proposals where company_id = $1 and run_id = $2 limit 1",
        tenant.company.0,
        run.0
    );
    Ok(id.fetch_one(&tenant.db).await?)
}

/// These proposals.
pub async fn these(tenant: &Tenant, ids: &[ProposalId]) -> Result<Vec<ProposalRow>> {
    let rows = sqlx::query_as!(
        ProposalRow,
        "select p.id, p.agent, p.action, p.why, p.edited, p.by_itself, p.state, p.version, p.created_at,
                (select u.name from users u where u.id = p.decided_by) as decider, p.reason, p.post_id
         from agent_proposals p where p.company_id = $1 and p.id = any($2)",
        tenant.company.0,
        ids as _
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// How many wait, of each agent that has some; bounded.
pub async fn waiting(tenant: &Tenant) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select agent, count(*) as "n!" from (
             select agent from agent_proposals where company_id = $1 and state = 'proposed' order by created_at limit $2) p group by agent"#,
        tenant.company.0,
        COUNTED + 1
    );
    Ok(rows.fetch_all(&tenant.db).await?.into_iter().map(|row| (row.agent, row.n)).collect())
}

/// Changes one that waits and is still in the version that somebody saw.
pub async fn edit(tenant: &Tenant, id: ProposalId, version: i32, action: &Value) -> Result<bool> {
    let done = sqlx::query!(
        "update agent_proposals set action = $4, edited = true, version = version + 1, reason = ''
         where company_id = $1 and id = $2 and version = $3 and state = 'proposed'",
        tenant.company.0,
        id.0,
        version,
        action
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// Takes a proposal from one state into the next for one person; false when somebody was quicker. With `action`: what is done, of the
/// version that was looked at. `by_itself`: the agent does it with that person's rights, without asking.
pub async fn turn(
    tenant: &Tenant,
    id: ProposalId,
    (from, to): (&str, &str),
    by: UserId,
    action: Option<(&Value, i32)>,
    by_itself: bool,
) -> Result<bool> {
    let (action, version) = action.unzip();
    let done = sqlx::query!(
        "update agent_proposals set state = $4, decided_by = $5, decided_at = now(), reason = '', action = coalesce($6, action), by_itself = by_itself or $8
         where company_id = $1 and id = $2 and state = $3 and ($7::int is null or version = $7)",
        tenant.company.0,
        id.0,
        from,
        to,
        by.0,
        action,
        version,
        by_itself
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

/// What came of one that was approved.
pub async fn settle(tenant: &Tenant, id: ProposalId, state: &str, reason: &str, post: Option<PostId>) -> Result<()> {
    sqlx::query!(
        "update agent_proposals set state = $3, reason = $4, post_id = $5 where company_id = $1 and id = $2 and state = 'approved'",
        tenant.company.0,
        id.0,
        state,
        reason.chars().take(500).collect::<String>(),
        post as _
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Why one that waits cannot be done as it is.
pub async fn note(tenant: &Tenant, id: ProposalId, reason: &str) -> Result<()> {
    sqlx::query!(
        "update agent_proposals set reason = $3 where company_id = $1 and id = $2 and state = 'proposed'",
        tenant.company.0,
        id.0,
        reason.chars().take(500).collect::<String>()
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Approved a minute ago or longer and not done: whoever did it was cut off.
pub async fn cut_off(db: &PgPool) -> Result<Vec<(CompanyId, ProposalId, UserId)>> {
    let rows = sqlx::query!(
        r#"select company_id, id, decided_by as "decided_by!" from agent_proposals
           where state = 'approved' and decided_at < now() - interval '1 minute' and decided_by is not null
           order by decided_at limit 50"#
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.company_id, row.id, row.decided_by)).collect())
}

pub struct RateRow {
    pub accepted: i64,
    pub edited: i64,
    pub refused: i64,
    pub undone: i64,
    pub by_itself: i64,
}

/// What became of an agent's latest proposals.
pub async fn rates(tenant: &Tenant, agent: &str) -> Result<RateRow> {
    let row = sqlx::query_as!(
        RateRow,
        r#"select count(*) filter (where state in ('approved', 'done', 'undone') and not by_itself) as "accepted!",
             count(*) filter (where state in ('approved', 'done', 'undone') and edited and not by_itself) as "edited!",
             count(*) filter (where state = 'refused') as "refused!", count(*) filter (where state = 'undone') as "undone!",
             count(*) filter (where state in ('approved', 'done', 'undone') and by_itself) as "by_itself!"
           from (select state, edited, by_itself from agent_proposals where company_id = $1 and agent = $2
                 order by created_at desc, id desc limit 1000) p"#,
        tenant.company.0,
        agent
    );
    Ok(row.fetch_one(&tenant.db).await?)
}

/// Times of proposed posts that wait, as the company's clock shows them.
pub async fn proposed_times(tenant: &Tenant) -> Result<Vec<Value>> {
    let rows = sqlx::query_scalar!(
        r#"select action -> 'at' as "at!" from agent_proposals where company_id = $1 and state = 'proposed' and action ->> 'kind' = 'post'
           order by created_at limit 200"#,
        tenant.company.0
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Texts of posts whose time is still to come.
pub async fn planned_texts(tenant: &Tenant, now: DateTime<Utc>) -> Result<Vec<String>> {
    let rows = sqlx::query_scalar!(
        "select text from posts where company_id = $1 and deleted_at is null and due_at >= $2 order by due_at limit 500",
        tenant.company.0,
        now
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Wall-clock times for which posts are planned in this stretch, drafts among them.
pub async fn scheduled_times(tenant: &Tenant, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<NaiveDateTime>> {
    let rows = sqlx::query_scalar!(
        r#"select local_time as "at!" from posts where company_id = $1 and deleted_at is null
             and due_at >= $2 and due_at < $3 and local_time is not null order by due_at limit 500"#,
        tenant.company.0,
        from,
        to
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Names of the accounts of these ids: id, platform, handle, state.
pub async fn accounts(tenant: &Tenant, ids: &[ConnectionId]) -> Result<Vec<(ConnectionId, String, String, String)>> {
    let rows = sqlx::query!(
        "select id, platform, handle, state from connections where company_id = $1 and id = any($2)",
        tenant.company.0,
        ids as _
    );
    Ok(rows.fetch_all(&tenant.db).await?.into_iter().map(|r| (r.id, r.platform, r.handle, r.state)).collect())
}

/// Names of these contacts.
pub async fn contacts(tenant: &Tenant, ids: &[ContactId]) -> Result<Vec<(ContactId, String)>> {
    let rows = sqlx::query!(
        "select id, full_name, email from contacts where company_id = $1 and id = any($2) and deleted_at is null order by full_name, id",
        tenant.company.0,
        ids as _
    );
    let named = |name: String, email: String| if name.is_empty() { email } else { name };
    Ok(rows.fetch_all(&tenant.db).await?.into_iter().map(|r| (r.id, named(r.full_name, r.email))).collect())
}

/// What an agent did without asking and can be taken back, the latest first.
pub async fn by_itself(tenant: &Tenant, agent: &str, limit: i64) -> Result<Vec<ProposalRow>> {
    let rows = sqlx::query_as!(
        ProposalRow,
        "select p.id, p.agent, p.action, p.why, p.edited, p.by_itself, p.state, p.version, p.created_at,
                (select u.name from users u where u.id = p.decided_by) as decider, p.reason, p.post_id
         from agent_proposals p
         where p.company_id = $1 and p.agent = $2 and p.by_itself and p.state = 'done'
         order by p.created_at desc, p.id desc limit $3",
        tenant.company.0,
        agent,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Those of a run that wait.
pub async fn waiting_of(tenant: &Tenant, run: AgentRunId) -> Result<Vec<ProposalId>> {
    let ids = sqlx::query_scalar!(
        "select id from agent_proposals where company_id = $1 and run_id = $2 and state = 'proposed' order by key, id",
        tenant.company.0,
        run.0
    );
    Ok(ids.fetch_all(&tenant.db).await?)
}

/// How many of a run were done without asking.
pub async fn done_by_itself(tenant: &Tenant, run: AgentRunId) -> Result<i64> {
    let n = sqlx::query_scalar!(
        r#"select count(*) as "n!" from agent_proposals where company_id = $1 and run_id = $2 and by_itself and state in ('approved', 'done', 'undone')"#,
        tenant.company.0,
        run.0
    );
    Ok(n.fetch_one(&tenant.db).await?)
}

/// People for whom this tag was proposed and is not given: it waits, or was refused within 30 days.
pub async fn proposed_for_tag(tenant: &Tenant, tag: &str) -> Result<Vec<ContactId>> {
    let rows = sqlx::query_scalar!(
        r#"select distinct (c.id)::uuid as "id!: ContactId"
           from (select action from agent_proposals
                 where company_id = $1 and agent = 'sales' and action ->> 'kind' = 'tag' and action ->> 'tag' = $2
                   and (state = 'proposed' or (state = 'refused' and decided_at > now() - interval '30 days'))
                 order by created_at desc limit 50) p
           cross join lateral jsonb_array_elements_text(p.action -> 'contacts') c (id)"#,
        tenant.company.0,
        tag
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Those of these contacts who do not have the tag.
pub async fn without_tag(tenant: &Tenant, ids: &[ContactId], tag: &str) -> Result<Vec<ContactId>> {
    let rows = sqlx::query_scalar!(
        "select c.id from contacts c where c.company_id = $1 and c.id = any($2) and c.deleted_at is null
           and not exists (select from contact_tags t where t.company_id = $1 and t.contact_id = c.id and t.tag = $3)
         order by c.id",
        tenant.company.0,
        ids as _,
        tag
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Those of these files that the company has.
pub async fn assets(tenant: &Tenant, ids: &[AssetId]) -> Result<Vec<AssetId>> {
    let rows = sqlx::query_scalar!(
        "select id from assets where company_id = $1 and id = any($2) and deleted_at is null",
        tenant.company.0,
        ids as _
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Those of these files that are pictures of the library.
pub async fn pictures(tenant: &Tenant, ids: &[AssetId]) -> Result<Vec<AssetId>> {
    let rows = sqlx::query_scalar!(
        "select id from assets where company_id = $1 and id = any($2) and deleted_at is null and copy_of is null and kind <> 'video'",
        tenant.company.0,
        ids as _
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// Whether the agent has proposed this of late: one that waits, or was decided within 90 days. `field`: the part of the action that names it.
pub async fn proposed_lately(tenant: &Tenant, agent: &str, kind: &str, (field, name): (&str, &str)) -> Result<bool> {
    let there = sqlx::query_scalar!(
        r#"select exists (
             select from (select action, state, decided_at from agent_proposals where company_id = $1 and agent = $2
                          order by created_at desc, id desc limit 1000) p
             where p.action ->> 'kind' = $3 and p.action ->> $4::text = $5
               and (p.state = 'proposed' or p.decided_at > now() - interval '90 days')) as "there!""#,
        tenant.company.0,
        agent,
        kind,
        field,
        name
    );
    Ok(there.fetch_one(&tenant.db).await?)
}

/// The name of a segment that is there, in whatever case.
pub async fn has_segment(tenant: &Tenant, name: &str) -> Result<bool> {
    let there = sqlx::query_scalar!(
        r#"select exists (select from segments where company_id = $1 and lower(name) = lower($2) and deleted_at is null) as "there!""#,
        tenant.company.0,
        name
    );
    Ok(there.fetch_one(&tenant.db).await?)
}

/// The segment that an approval made: whether its rule or name was changed since, and whether it is deleted.
pub async fn segment(tenant: &Tenant, id: ProposalId) -> Result<Option<(bool, bool)>> {
    let row = sqlx::query!(
        r#"select version > 1 as "changed!", deleted_at is not null as "deleted!" from segments
           where company_id = $1 and id = $2 and kind = 'rule'"#,
        tenant.company.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?.map(|row| (row.changed, row.deleted)))
}
