//! SQL of what happens and of whom it wakes.

use crate::domain::error::Result;
use crate::domain::ids::{AgentRunId, CompanyId, new_id};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

/// An agent for which something has happened.
pub struct Ready {
    pub company_id: CompanyId,
    pub agent: String,
    /// What, how often, and of a milestone what was reached.
    pub kinds: Vec<String>,
    pub counts: Vec<i64>,
    pub keys: Vec<String>,
    /// When the last of it was, and behind what it is.
    pub heard: DateTime<Utc>,
    pub since: DateTime<Utc>,
}

/// Agents that are on, were not woken since `before`, and listen for something that happened since they heard last. `who` and `what`: pairs of an
/// agent and a kind of event. Their settings are held until the transaction ends.
pub async fn ready(
    db: &mut PgConnection,
    (who, what): (&[String], &[String]),
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Ready>> {
    let rows = sqlx::query_as!(
        Ready,
        r#"select s.company_id, s.agent, e.kinds as "kinds!", e.counts as "counts!", e.keys as "keys!", e.heard as "heard!",
                  greatest(s.heard_until, now() - interval '1 day') as "since!"
           from agent_settings s
           cross join lateral (
             select array_agg(k.kind) as kinds, array_agg(k.n) as counts, array_agg(k.key) as keys, max(k.at) as heard
             from (select v.kind, sum(v.n)::bigint as n, coalesce((array_agg(v.key order by v.at desc))[1], '') as key, max(v.at) as at
                   from agent_events v
                   where v.company_id = s.company_id and v.at > s.heard_until and v.at > now() - interval '1 day'
                     and not v.kind = any(s.deaf_to)
                     and v.kind in (select w.kind from unnest($1::text[], $2::text[]) w (agent, kind) where w.agent = s.agent)
                   group by v.kind) k) e
           where s.is_on and s.agent = any($1) and (s.woken_at is null or s.woken_at <= $3) and e.heard is not null
             and not exists (select from agent_stops p where p.company_id = s.company_id)
           order by s.woken_at nulls first, s.company_id, s.agent limit $4 for update of s skip locked"#,
        who,
        what,
        before,
        limit
    );
    Ok(rows.fetch_all(db).await?)
}

/// The agent was woken at `at` by what it heard up to then.
pub async fn woken(db: &mut PgConnection, ready: &Ready, at: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update agent_settings set woken_at = $3, heard_until = $4 where company_id = $1 and agent = $2",
        ready.company_id.0,
        ready.agent,
        at,
        ready.heard
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Why a run began: in words, and which events they are.
pub async fn says_why(db: &mut PgConnection, ready: &Ready, run: AgentRunId, why: &str) -> Result<()> {
    sqlx::query!(
        "update agent_runs set woken_by = $3, heard_kinds = $4, heard_from = $5, heard_to = $6 where company_id = $1 and id = $2",
        ready.company_id.0,
        run.0,
        why,
        &ready.kinds,
        ready.since,
        ready.heard
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many publications and contacts came since milestones were looked for last, of each company with some; they count as looked at.
pub async fn uncounted(db: &mut PgConnection, limit: i64) -> Result<Vec<(CompanyId, String, i64)>> {
    let rows = sqlx::query!(
        r#"with mine as (
             select company_id, id from agent_events where not counted and kind in ('post_live', 'contact_captured')
             order by at limit $1 for update skip locked),
           looked as (
             update agent_events e set counted = true from mine where e.company_id = mine.company_id and e.id = mine.id
             returning e.company_id, e.kind, e.n)
           select company_id as "company_id!: CompanyId", kind as "kind!", sum(n)::bigint as "n!" from looked group by 1, 2"#,
        limit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.company_id, row.kind, row.n)).collect())
}

/// How many publications and contacts a company has; neither is counted past `most`.
pub async fn totals(db: &mut PgConnection, company: CompanyId, most: i64) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (select count(*) from (select from deliveries d where d.company_id = $1 and d.part = 0 and d.live_at is not null
                                         order by d.live_at limit $2) k) as "posts!",
                  (select count(*) from (select from contacts c where c.company_id = $1 and c.deleted_at is null limit $2) k) as "contacts!""#,
        company.0,
        most
    )
    .fetch_one(db)
    .await?;
    Ok((row.posts, row.contacts))
}

/// A milestone, once for ever.
pub async fn milestone(db: &mut PgConnection, company: CompanyId, key: &str) -> Result<()> {
    sqlx::query!(
        "insert into agent_events (company_id, id, kind, key) values ($1, $2, 'milestone', $3) on conflict do nothing",
        company.0,
        new_id(),
        key
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Something that happened, and the agents that it woke.
pub struct EventRow {
    pub kind: String,
    pub n: i32,
    pub key: Option<String>,
    pub at: DateTime<Utc>,
    pub woke: Vec<String>,
}

/// The latest of them.
pub async fn last(tenant: &Tenant, limit: i64) -> Result<Vec<EventRow>> {
    let rows = sqlx::query_as!(
        EventRow,
        r#"select e.kind as "kind!", e.n as "n!", e.key, e.at as "at!",
             array(select distinct r.agent from agent_runs r
                   where r.company_id = $1 and r.heard_to >= e.at and r.heard_from < e.at and e.kind = any(r.heard_kinds)
                   order by 1) as "woke!"
           from (select id, kind, n, key, at from agent_events where company_id = $1 order by at desc, id desc limit $2) e
           order by e.at desc, e.id desc"#,
        tenant.company.0,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// What an agent does not listen for.
pub async fn set_deaf(tenant: &Tenant, agent: &str, deaf_to: &[String]) -> Result<()> {
    sqlx::query!(
        "insert into agent_settings (company_id, id, agent, deaf_to) values ($1, $2, $3, $4)
         on conflict (company_id, agent) do update set deaf_to = $4, changed_at = now()",
        tenant.company.0,
        new_id(),
        agent,
        deaf_to
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Of more than 30 days ago; milestones stay.
pub async fn delete_old(db: &PgPool) -> std::result::Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from agent_events where at < now() - interval '30 days' and kind <> 'milestone'");
    Ok(done.execute(db).await?.rows_affected())
}
