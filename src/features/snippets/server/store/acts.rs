//! SQL of acts on several snippets: what they were before, and the way back to it.

use crate::domain::error::Result;
use crate::domain::ids::{SnippetActId, SnippetId, new_id};
use crate::features::snippets::model::SnippetAct;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};

pub struct Before {
    pub id: SnippetId,
    pub folder: String,
    pub tags: String,
    pub version: i32,
}

pub struct Change {
    pub folder: String,
    pub tags: String,
    pub before: Before,
}

/// Those of them that are there, held.
pub async fn hold(db: &mut PgConnection, tenant: &Tenant, ids: &[SnippetId]) -> Result<Vec<Before>> {
    let rows = sqlx::query_as!(
        Before,
        "select id, folder, tags, version from snippets
         where company_id = $1 and id = any($2) and deleted_at is null order by id for update",
        tenant.company.0,
        ids as _
    );
    Ok(rows.fetch_all(db).await?)
}

/// Writes changes of snippets that are held, and what they were before. Their place in the list stays: the text is the same.
pub async fn write(db: &mut PgConnection, who: &Granted, act: SnippetAct, changes: &[Change]) -> Result<SnippetActId> {
    let id = SnippetActId::new();
    sqlx::query!(
        "insert into snippet_acts (company_id, id, act, by_user) values ($1, $2, $3, $4)",
        who.company.0,
        id.0,
        act.id(),
        who.user.0
    )
    .execute(&mut *db)
    .await?;
    let ids: Vec<SnippetId> = changes.iter().map(|change| change.before.id).collect();
    let folders: Vec<String> = changes.iter().map(|change| change.folder.clone()).collect();
    let tags: Vec<String> = changes.iter().map(|change| change.tags.clone()).collect();
    sqlx::query!(
        "update snippets s set folder = c.folder, tags = c.tags, deleted_at = case when $5 then now() end, version = s.version + 1
         from unnest($2::uuid[], $3::text[], $4::text[]) c (id, folder, tags) where s.company_id = $1 and s.id = c.id",
        who.company.0,
        &ids as _,
        &folders,
        &tags,
        act == SnippetAct::Delete
    )
    .execute(&mut *db)
    .await?;
    let keys: Vec<_> = changes.iter().map(|_| new_id()).collect();
    let folders: Vec<String> = changes.iter().map(|change| change.before.folder.clone()).collect();
    let tags: Vec<String> = changes.iter().map(|change| change.before.tags.clone()).collect();
    let versions: Vec<i32> = changes.iter().map(|change| change.before.version + 1).collect();
    sqlx::query!(
        "insert into snippet_act_items (company_id, id, act_id, snippet_id, folder, tags, version)
         select $1, i.id, $2, i.snippet_id, i.folder, i.tags, i.version
         from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[]) i (id, snippet_id, folder, tags, version)",
        who.company.0,
        id.0,
        &keys,
        &ids as _,
        &folders,
        &tags,
        &versions
    )
    .execute(db)
    .await?;
    Ok(id)
}

/// From now on it is taken back; of how many snippets it was. `None`: there is no such act, or it was taken back already.
pub async fn end(db: &mut PgConnection, tenant: &Tenant, id: SnippetActId) -> Result<Option<i64>> {
    let ended = sqlx::query!(
        "update snippet_acts set undone_at = now() where company_id = $1 and id = $2 and undone_at is null",
        tenant.company.0,
        id.0
    );
    if ended.execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let all = sqlx::query_scalar!(
        r#"select count(*) as "n!" from snippet_act_items where company_id = $1 and act_id = $2"#,
        tenant.company.0,
        id.0
    );
    Ok(Some(all.fetch_one(db).await?))
}

/// Those that still are as the act left them become what they were; how many.
pub async fn put_back(db: &mut PgConnection, tenant: &Tenant, id: SnippetActId) -> Result<i64> {
    let done = sqlx::query!(
        "update snippets s set folder = i.folder, tags = i.tags, deleted_at = null, version = s.version + 1
         from snippet_act_items i
         where i.company_id = $1 and i.act_id = $2 and s.company_id = $1 and s.id = i.snippet_id and s.version = i.version",
        tenant.company.0,
        id.0
    );
    Ok(done.execute(db).await?.rows_affected() as i64)
}

/// For the weekly clean-up: acts of a month ago are not taken back any more.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from snippet_acts where at < now() - interval '30 days'");
        Ok(done.execute(&db).await?.rows_affected())
    })
}
