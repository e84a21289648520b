//! SQL of the search in documents.

use crate::domain::error::Result;
use crate::domain::ids::DocumentId;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};

/// Documents that a search looks at, the last changed ones.
const SEARCHED: i64 = 500;

pub struct FoundRow {
    pub id: DocumentId,
    pub agent: String,
    pub title: String,
    pub changed_at: DateTime<Utc>,
}

/// Those of these agents that have all of these words (in lower case), the last changed first.
pub async fn documents(tenant: &Tenant, agents: &[String], words: &[String]) -> Result<Vec<FoundRow>> {
    let rows = sqlx::query_as!(
        FoundRow,
        r#"with latest as materialized (
             select d.id, d.agent, d.title, d.changed_at from unnest($2::text[]) a (agent)
             cross join lateral (select k.id, k.agent, k.title, k.changed_at from agent_documents k
                                 where k.company_id = $1 and k.agent = a.agent and k.deleted_at is null
                                 order by k.changed_at desc, k.id desc limit $4) d
             order by d.changed_at desc, d.id desc limit $4)
           select l.id as "id!: DocumentId", l.agent as "agent!", l.title as "title!", l.changed_at as "changed_at!" from latest l
           where cardinality($3::text[]) = 0 or (
             select bool_and(position(w.word in v.words) > 0) from unnest($3) w (word)
             cross join (select lower(l.title || ' ' || coalesce((
               select t.markdown from agent_document_versions t where t.company_id = $1 and t.document_id = l.id
               order by t.version desc limit 1), '')) as words) v)
           order by l.changed_at desc, l.id desc"#,
        tenant.company.0,
        agents,
        words,
        SEARCHED
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}
