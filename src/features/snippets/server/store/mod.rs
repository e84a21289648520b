//! SQL of snippets. Lists are read by key from the end of an index (migration 0134); what is searched is found by its own (0152).

pub mod acts;

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{PostId, SnippetId, UserId};
use crate::domain::page::{Cursor, PAGE_SIZE};
use crate::features::snippets::model::{FOLDERS, MOST, SnippetKind, SnippetQuery};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// The index of words knows what has at least so many characters.
const SHORTEST: usize = 3;

pub struct Row {
    pub id: SnippetId,
    pub version: i32,
    pub kind: String,
    pub name: String,
    pub folder: String,
    pub tags: String,
    pub text: String,
    pub changed_at: DateTime<Utc>,
    pub by: Option<String>,
}

impl Row {
    pub fn cursor(&self) -> Cursor {
        Cursor { at_us: self.changed_at.timestamp_micros(), id: self.id.0 }
    }
}

/// What is written.
pub struct New<'a> {
    pub kind: SnippetKind,
    pub name: &'a str,
    pub folder: &'a str,
    pub tags: &'a str,
    pub text: &'a str,
}

/// Where a part begins.
#[derive(Clone, Copy)]
pub enum From {
    Start,
    Older(Cursor),
    Newer(Cursor),
}

/// One more than a part behind a place, the nearest first. `$behind` and `$order` say in which direction; a macro, because
/// `query_as!` reads its SQL from literals.
macro_rules! rows {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr) => {
        sqlx::query_as!(
            Row,
            r#"select s.id, s.version, s.kind, s.name, s.folder, s.tags, s.text, s.changed_at,
                      (select u.name from users u where u.id = s.changed_by) as by
               from snippets s
               where s.company_id = $1 and s.deleted_at is null and (s.changed_at, s.id) "#
                + $behind
                + r#" ($2::timestamptz, $3::uuid)
                 and ($4::text is null or s.kind = $4) and ($5::text is null or s.folder = $5)
                 and ($6 = '' or position(lower($6) in lower(s.words)) > 0)
                 and ($8::text is null or lower($8) = any(string_to_array(lower(s.tags), ', ')))
               order by s.changed_at "#
                + $order
                + ", s.id "
                + $order
                + " limit $7",
            $tenant.company.0,
            DateTime::<Utc>::from($from),
            $from.id,
            $query.kind.map(SnippetKind::id),
            $query.folder,
            $query.search.trim(),
            LIMIT,
            $query.tag
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// The same of those that have all words that were typed, in any order and form, or the typed text as it is.
macro_rules! found {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr) => {
        sqlx::query_as!(
            Row,
            r#"with found as materialized (
                 select s.id from snippets s
                 where s.company_id = $1 and s.deleted_at is null
                   and (s.found_by @@ word_query($1, $6)
                        or (search_keys(s.company_id, s.words) @> search_keys($1, $6) and position(lower($6) in lower(s.words)) > 0))
                 limit $8
               )
               select s.id, s.version, s.kind, s.name, s.folder, s.tags, s.text, s.changed_at,
                      (select u.name from users u where u.id = s.changed_by) as by
               from found f join snippets s on s.company_id = $1 and s.id = f.id
               where (s.changed_at, s.id) "# + $behind + r#" ($2::timestamptz, $3::uuid)
                 and ($4::text is null or s.kind = $4) and ($5::text is null or s.folder = $5)
                 and ($9::text is null or lower($9) = any(string_to_array(lower(s.tags), ', ')))
               order by s.changed_at "# + $order + ", s.id " + $order + " limit $7",
            $tenant.company.0,
            DateTime::<Utc>::from($from),
            $from.id,
            $query.kind.map(SnippetKind::id),
            $query.folder,
            $query.search.trim(),
            LIMIT,
            MOST,
            $query.tag
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

const LIMIT: i64 = PAGE_SIZE as i64 + 1;

/// One more than a part, the nearest to the place first.
pub async fn rows(tenant: &Tenant, query: &SnippetQuery, from: From) -> Result<Vec<Row>> {
    let by_index = query.search.trim().chars().count() >= SHORTEST;
    Ok(match (from, by_index) {
        (From::Start, false) => rows!("<", "desc", tenant, query, Cursor::LAST)?,
        (From::Older(at), false) => rows!("<", "desc", tenant, query, at)?,
        (From::Newer(at), false) => rows!(">", "asc", tenant, query, at)?,
        (From::Start, true) => found!("<", "desc", tenant, query, Cursor::LAST)?,
        (From::Older(at), true) => found!("<", "desc", tenant, query, at)?,
        (From::Newer(at), true) => found!(">", "asc", tenant, query, at)?,
    })
}

pub async fn one(tenant: &Tenant, id: SnippetId) -> Result<Row> {
    let row = sqlx::query_as!(
        Row,
        "select s.id, s.version, s.kind, s.name, s.folder, s.tags, s.text, s.changed_at,
                (select u.name from users u where u.id = s.changed_by) as by
         from snippets s where s.company_id = $1 and s.id = $2 and s.deleted_at is null",
        tenant.company.0,
        id.0
    );
    row.fetch_optional(&tenant.db).await?.ok_or_else(gone)
}

/// Names of folders that something is in, from one end of an index to the next name.
pub async fn folders(tenant: &Tenant) -> Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        r#"with recursive names (name) as (
             (select min(folder) from snippets where company_id = $1 and deleted_at is null and folder <> '')
             union all
             select (select min(s.folder) from snippets s
                     where s.company_id = $1 and s.deleted_at is null and s.folder <> '' and s.folder > n.name)
             from names n where n.name is not null
           )
           select name as "name!" from names where name is not null limit $2"#,
        tenant.company.0,
        FOLDERS
    );
    Ok(names.fetch_all(&tenant.db).await?)
}

/// Tags of all texts, each as it is written first.
pub async fn tags(tenant: &Tenant) -> Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        r#"select min(tag) as "tag!"
           from (select tags from snippets where company_id = $1 and deleted_at is null and tags <> '' limit $3) s
           cross join lateral unnest(string_to_array(s.tags, ', ')) tag
           group by lower(tag) order by lower(tag) limit $2"#,
        tenant.company.0,
        FOLDERS,
        MOST
    );
    Ok(names.fetch_all(&tenant.db).await?)
}

/// What a search may mean.
pub struct Around {
    pub id: SnippetId,
    pub words: String,
}

/// Texts that have both parts of one of the pairs, a few for each pair, the last changed first.
pub async fn around(
    tenant: &Tenant,
    query: &SnippetQuery,
    before: &[String],
    behind: &[String],
) -> Result<Vec<Around>> {
    let rows = sqlx::query_as!(
        Around,
        r#"with tries as materialized (
             select search_keys($1, t.before) || search_keys($1, t.behind) as keys from unnest($2::text[], $3::text[]) as t (before, behind)
           )
           select distinct on (f.changed_at, f.id) f.id as "id!: SnippetId", f.words as "words!"
           from tries t cross join lateral (
             select s.id, s.changed_at, s.words from snippets s
             where s.company_id = $1 and s.deleted_at is null and search_keys(s.company_id, s.words) @> t.keys
               and ($4::text is null or s.kind = $4) and ($5::text is null or s.folder = $5)
               and ($6::text is null or lower($6) = any(string_to_array(lower(s.tags), ', ')))
             limit 50) f
           order by f.changed_at desc, f.id desc limit 200"#,
        tenant.company.0,
        before,
        behind,
        query.kind.map(SnippetKind::id),
        query.folder,
        query.tag
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// These, the last changed first.
pub async fn these(tenant: &Tenant, ids: &[SnippetId]) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        "select s.id, s.version, s.kind, s.name, s.folder, s.tags, s.text, s.changed_at,
                (select u.name from users u where u.id = s.changed_by) as by
         from snippets s where s.company_id = $1 and s.id = any($2) and s.deleted_at is null
         order by s.changed_at desc, s.id desc",
        tenant.company.0,
        ids as _
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// The text of a post that is there.
pub async fn post_text(tenant: &Tenant, post: PostId) -> Result<Option<String>> {
    let text = sqlx::query_scalar!(
        "select text from posts where company_id = $1 and id = $2 and deleted_at is null",
        tenant.company.0,
        post.0
    );
    Ok(text.fetch_optional(&tenant.db).await?)
}

/// Saved replies by name: id and name.
pub async fn replies(tenant: &Tenant, limit: i64) -> Result<Vec<(SnippetId, String)>> {
    let rows = sqlx::query!(
        "select id, name from snippets where company_id = $1 and kind = 'reply' and deleted_at is null order by lower(name), id limit $2",
        tenant.company.0,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// `None`: the company has too many.
pub async fn insert(tenant: &Tenant, new: &New<'_>, by: UserId) -> Result<Option<SnippetId>> {
    let id = SnippetId::new();
    let done = sqlx::query!(
        "insert into snippets (company_id, id, kind, name, folder, tags, text, changed_by)
         select $1, $2, $3, $4, $5, $6, $7, $8
         where (select count(*) from snippets where company_id = $1 and deleted_at is null) < $9",
        tenant.company.0,
        id.0,
        new.kind.id(),
        new.name,
        new.folder,
        new.tags,
        new.text,
        by.0,
        MOST
    );
    Ok((done.execute(&tenant.db).await?.rows_affected() == 1).then_some(id))
}

/// False: it is another version by now, or gone.
pub async fn update(tenant: &Tenant, id: SnippetId, version: i32, new: &New<'_>, by: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "update snippets set kind = $4, name = $5, folder = $6, tags = $7, text = $8, changed_by = $9, changed_at = now(),
                             version = version + 1
         where company_id = $1 and id = $2 and version = $3 and deleted_at is null",
        tenant.company.0,
        id.0,
        version,
        new.kind.id(),
        new.name,
        new.folder,
        new.tags,
        new.text,
        by.0
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

pub fn gone() -> AppError {
    AppError::not_found("snippet")
}

/// Those that were deleted a month ago; how many.
pub async fn remove_deleted(db: PgPool) -> std::result::Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from snippets where deleted_at < now() - interval '30 days'");
    Ok(done.execute(&db).await?.rows_affected())
}
