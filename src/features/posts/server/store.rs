//! SQL of single posts: reading one, locking one, writing one. Writes are part of the service's transaction and
//! therefore take its connection and the company; every statement names the company.

use crate::domain::account::AccountFacts;
use crate::domain::connection::{ConnectionState, ConnectionSummary};
use crate::domain::error::Result;
use crate::domain::ids::{AssetId, CampaignId, CompanyId, ConnectionId, PostId, UserId, new_id};
use crate::infra::database::Tenant;
use chrono::{DateTime, NaiveDateTime, Utc};
use sqlx::PgConnection;

/// A post as the table has it.
pub struct PostRow {
    pub text: String,
    pub link: Option<String>,
    /// `draft` or `scheduled`.
    pub state: String,
    /// What the person meant, in the company's zone of that day.
    pub local_time: Option<NaiveDateTime>,
    pub due_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
    /// Who changed it last.
    pub editor: Option<String>,
    pub deleted: bool,
}

impl PostRow {
    pub fn is_scheduled(&self) -> bool {
        self.state == "scheduled"
    }
}

/// The company's zone.
pub async fn zone(tx: &mut PgConnection, company: CompanyId) -> Result<String> {
    Ok(sqlx::query_scalar!("select zone from companies where id = $1", company.0).fetch_one(tx).await?)
}

/// Whether the company has a post.
pub async fn any(tenant: &Tenant) -> Result<bool> {
    // In the order of the lists' index: with `exists` the whole table may be read.
    let first = sqlx::query_scalar!(
        "select id from posts where company_id = $1 and deleted_at is null order by listed_at, id limit 1",
        tenant.company.0
    );
    Ok(first.fetch_optional(&tenant.db).await?.is_some())
}

/// A post of the company, deleted ones included; `None`: there is none.
pub async fn find(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Option<PostRow>> {
    Ok(sqlx::query_as!(
        PostRow,
        r#"select p.text, p.link, p.state, p.local_time, p.due_at, p.version, p.updated_at,
                  u.name as "editor?", p.deleted_at is not null as "deleted!"
           from posts p left join users u on u.id = coalesce(p.updated_by, p.created_by)
           where p.company_id = $1 and p.id = $2"#,
        company.0,
        post.0
    )
    .fetch_optional(tx)
    .await?)
}

/// As [`find`], and nobody else changes it until the transaction ends.
pub async fn lock(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Option<PostRow>> {
    Ok(sqlx::query_as!(
        PostRow,
        r#"select p.text, p.link, p.state, p.local_time, p.due_at, p.version, p.updated_at,
                  u.name as "editor?", p.deleted_at is not null as "deleted!"
           from posts p left join users u on u.id = coalesce(p.updated_by, p.created_by)
           where p.company_id = $1 and p.id = $2 for update of p"#,
        company.0,
        post.0
    )
    .fetch_optional(tx)
    .await?)
}

/// The accounts that can be posted to, and `also` those of these ids that no longer can. Those of a platform that this
/// program does not know are left out.
pub async fn accounts(
    tx: &mut PgConnection,
    company: CompanyId,
    also: &[ConnectionId],
) -> Result<Vec<ConnectionSummary>> {
    let rows = sqlx::query!(
        "select id, platform, handle, display_name, state, state_reason, facts from connections
         where company_id = $1 and (state <> 'disconnected' or id = any($2)) order by platform, handle, id",
        company.0,
        also as _
    )
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(ConnectionSummary {
                id: row.id,
                platform: row.platform.parse().ok()?,
                handle: row.handle,
                display_name: row.display_name,
                state: ConnectionState::parse(&row.state).unwrap_or(ConnectionState::Disconnected),
                reason: row.state_reason,
                facts: AccountFacts::read(&row.facts),
            })
        })
        .collect())
}

/// The campaign that a post was made by, while it is there.
pub async fn campaign(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Option<(CampaignId, String)>> {
    let row = sqlx::query!(
        "select c.id, c.name from campaign_posts k join campaigns c on c.company_id = k.company_id and c.id = k.campaign_id
         where k.company_id = $1 and k.post_id = $2 and c.deleted_at is null limit 1",
        company.0,
        post.0
    );
    Ok(row.fetch_optional(tx).await?.map(|row| (row.id, row.name)))
}

/// Begins a post; `false` when this id is taken in this company.
pub async fn insert(tx: &mut PgConnection, company: CompanyId, post: PostId, by: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "insert into posts (company_id, id, created_by, updated_by, version) values ($1, $2, $3, $3, 0)
         on conflict (company_id, id) do nothing",
        company.0,
        post.0,
        by.0
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes the content and counts the version up; returns the new version.
pub async fn write(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    by: UserId,
    text: &str,
    link: Option<&str>,
) -> Result<i32> {
    Ok(sqlx::query_scalar!(
        "update posts set text = $4, link = $5, state = 'draft', version = version + 1, updated_at = now(),
                          updated_by = $3
         where company_id = $1 and id = $2 returning version",
        company.0,
        post.0,
        by.0,
        text,
        link
    )
    .fetch_one(tx)
    .await?)
}

/// Notes who touched a post and counts the version up.
pub async fn touch(tx: &mut PgConnection, company: CompanyId, post: PostId, by: UserId) -> Result<i32> {
    Ok(sqlx::query_scalar!(
        "update posts set version = version + 1, updated_at = now(), updated_by = $3
         where company_id = $1 and id = $2 returning version",
        company.0,
        post.0,
        by.0
    )
    .fetch_one(tx)
    .await?)
}

/// `draft` or `scheduled`.
pub async fn set_state(tx: &mut PgConnection, company: CompanyId, post: PostId, state: &str) -> Result<()> {
    sqlx::query!("update posts set state = $3 where company_id = $1 and id = $2", company.0, post.0, state)
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps the time that was meant and the instant that it stands for.
pub async fn set_time(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    local: NaiveDateTime,
    zone: &str,
    due_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update posts set local_time = $3, zone = $4, due_at = $5 where company_id = $1 and id = $2",
        company.0,
        post.0,
        local,
        zone,
        due_at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts a post into the bin, or takes it out.
pub async fn set_deleted(tx: &mut PgConnection, company: CompanyId, post: PostId, deleted: bool) -> Result<()> {
    sqlx::query!(
        "update posts set deleted_at = case when $3 then now() end where company_id = $1 and id = $2",
        company.0,
        post.0,
        deleted
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A picture of a post with its description there.
pub type Described = (AssetId, String);

/// Replaces the pictures of a post, in this order. All files that come or go are locked in one order first: the trigger
/// `follow_asset_use` locks them one by one, and two posts with the same pictures would wait for each other.
pub async fn set_media(tx: &mut PgConnection, company: CompanyId, post: PostId, media: &[Described]) -> Result<()> {
    let coming: Vec<_> = media.iter().map(|(id, _)| *id).collect();
    sqlx::query!(
        "select from assets where company_id = $1
           and (id = any($3) or id in (select m.asset_id from post_media m where m.company_id = $1 and m.post_id = $2))
         order by id for no key update",
        company.0,
        post.0,
        coming as _
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from post_media where company_id = $1 and post_id = $2", company.0, post.0)
        .execute(&mut *tx)
        .await?;
    let (media, alts): (Vec<_>, Vec<_>) = media.iter().cloned().unzip();
    let ids: Vec<_> = media.iter().map(|_| new_id()).collect();
    sqlx::query!(
        "insert into post_media (company_id, id, post_id, asset_id, alt, position)
         select $1, m.id, $2, m.asset, m.alt, m.position::int
         from unnest($3::uuid[], $4::uuid[], $5::text[]) with ordinality as m (id, asset, alt, position)",
        company.0,
        post.0,
        &ids,
        media as _,
        &alts
    )
    .execute(tx)
    .await?;
    Ok(())
}
