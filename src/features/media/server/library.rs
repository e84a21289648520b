//! What the library's pages show: a part of the files, and one file with all that is known of it.

use super::service::{self, existing};
use super::{folders, listed, removal, room, stores};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId, FolderId, PostId};
use crate::domain::moment::When;
use crate::domain::page::Part;
use crate::domain::permission::Permission;
use crate::domain::post::title_of;
use crate::features::identity::companies::server::service as companies;
use crate::features::media::library::{AssetDetail, Library, LibraryQuery, MAX_USES, UsedIn};
use crate::features::media::model::AssetCard;
use crate::infra::database::Tenant;
use crate::infra::http::flash;
use crate::infra::session::Granted;
use crate::infra::zone;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::PgConnection;

/// The page that the form for uploads leads back to.
pub const PAGE: &str = "/library";
/// Longest words that are searched for, in characters; more are left out.
const MAX_SEARCH: usize = 100;
/// Uses of a file that are looked at for its page.
const LOOKED_AT: i64 = 500;
/// Copies of a file that its page shows.
const MAX_COPIES: i64 = 50;

/// A part of the files.
pub async fn list(tenant: &Tenant, query: &LibraryQuery) -> Result<Part<AssetCard>> {
    let search: String = query.search.chars().filter(|c| *c != '\0').take(MAX_SEARCH).collect();
    let part = listed::part(tenant, &LibraryQuery { search, ..query.clone() }).await?;
    let mut db = tenant.db.acquire().await?;
    let mut cards = existing(&mut db, tenant.company, &part.items).await?;
    let place = |card: &AssetCard| part.items.iter().position(|id| *id == card.facts.asset);
    cards.sort_by_key(place);
    Ok(Part { items: cards, newer: part.newer, older: part.older, total: part.total, looked_at: part.looked_at })
}

/// The same with what stands around it on the page.
pub async fn page(who: &Granted, query: &LibraryQuery) -> Result<Library> {
    let folders = folders::all(&who.tenant).await?;
    if query.folder.is_some_and(|id| folders.iter().all(|folder| folder.id != id)) {
        return Err(AppError::not_found("folder"));
    }
    let part = list(&who.tenant, query).await?;
    let refused_file = flash::take(&who.app, PAGE).and_then(|name| BASE64_URL_SAFE_NO_PAD.decode(name).ok());
    let refused_file = refused_file.and_then(|name| String::from_utf8(name).ok());
    // Where the store cannot be told, an upload says why.
    let kept = match stores::current(&who.app, who.company).await {
        Ok(place) => room::kept(&who.app, &who.tenant, &place).await?,
        Err(_) => None,
    };
    Ok(Library { part, folders, may_edit: who.role.may(Permission::Publish), refused_file, kept })
}

struct Place {
    folder: Option<FolderId>,
    created_at: DateTime<Utc>,
    by: Option<String>,
    prompt: Option<String>,
    deleted_at: Option<DateTime<Utc>>,
}

/// One file, also one that was deleted (marked so).
pub async fn detail(who: &Granted, id: AssetId) -> Result<AssetDetail> {
    let (tenant, company) = (&who.tenant, who.company);
    let mut db = tenant.db.acquire().await?;
    let place = sqlx::query_as!(
        Place,
        r#"select a.created_at, a.deleted_at, u.name as "by?", a.ai_prompt as prompt,
                  (select f.id from media_folders f where f.company_id = $1 and f.id = a.folder_id and f.deleted_at is null) as "folder?: FolderId"
           from assets a left join users u on u.id = a.created_by
           where a.company_id = $1 and a.id = $2 and a.dropped_at is null"#,
        company.0,
        id.0
    )
    .fetch_optional(&mut *db)
    .await?
    .ok_or_else(|| AppError::not_found("file"))?;
    let card = service::with_deleted(&mut db, company, id).await?.ok_or_else(|| AppError::not_found("file"))?;
    let (posts, more_posts) = used_in(&mut db, company, id).await?;
    let copies = service::copies_of(&mut db, company, id, MAX_COPIES).await?;
    let original = match card.copy_of {
        Some(original) => existing(&mut db, company, &[original]).await?.pop(),
        None => None,
    };
    drop(db);
    let zone = companies::zone(tenant).await?;
    Ok(AssetDetail {
        card,
        folder: place.folder,
        folders: folders::all(tenant).await?,
        added: when(zone, place.created_at),
        by: place.by,
        prompt: place.prompt,
        posts,
        more_posts,
        copies,
        original,
        removed_on: place.deleted_at.map(|at| when(zone, at + removal::KEPT)),
        may_edit: who.role.may(Permission::Publish),
    })
}

fn when(zone: Tz, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: zone::local(zone, at) }
}

/// The posts that show a file or a copy of it, those that are not out first; whether there are more of them.
async fn used_in(db: &mut PgConnection, company: CompanyId, id: AssetId) -> Result<(Vec<UsedIn>, bool)> {
    let rows = sqlx::query!(
        r#"select p.id as "id: PostId", p.text,
                  (exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id)
                   and not exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id and d.state <> 'live'))
                  as "out!"
           from (select distinct m.post_id from (
                   select m.post_id from assets a join post_media m on m.company_id = $1 and m.asset_id = a.id
                   where a.company_id = $1 and (a.id = $2 or a.copy_of = $2)
                   union all
                   select d.post_id from assets a
                   join deliveries d on d.company_id = $1 and d.options ? 'thumbnail' and d.options ->> 'thumbnail' = a.id::text
                   where a.company_id = $1 and (a.id = $2 or a.copy_of = $2)
                   limit $3) m) m
           join posts p on p.company_id = $1 and p.id = m.post_id
           where p.deleted_at is null
           order by 3, p.listed_at desc, p.id limit $4"#,
        company.0,
        id.0,
        LOOKED_AT,
        MAX_USES as i64 + 1
    )
    .fetch_all(db)
    .await?;
    let more = rows.len() > MAX_USES;
    let posts = rows.into_iter().take(MAX_USES);
    Ok((posts.map(|row| UsedIn { post: row.id, title: title_of(&row.text), out: row.out }).collect(), more))
}
