//! Pictures of the library that an option of a platform takes, such as the thumbnail of a video: those to choose from, the one that
//! was chosen, and what is wrong with it. The library finds by an index which posts name a picture so (migration 0179).

use super::service::{as_media, with_deleted};
use super::store;
use crate::connectors::Media;
use crate::domain::error::{Problem, Result};
use crate::domain::ids::{AssetId, CompanyId};
use crate::domain::options::{Field, Input, Options};
use crate::domain::platform::Platform;
use crate::domain::post::{Format, MediaFacts};
use crate::features::media::model::AssetCard;
use crate::infra::database::Tenant;
use crate::infra::state::App;
use sqlx::PgConnection;

/// Of so many pictures, the newest, those that fit are looked for.
const LOOKED_AT: i64 = 300;
/// Most of a list.
const LISTED: i64 = 60;

/// The newest pictures that an option takes, copies among them; in front of them the one that is chosen.
pub async fn choices(tenant: &Tenant, input: Input, chosen: Option<AssetId>) -> Result<Vec<AssetCard>> {
    let Input::Picture { types, max_bytes } = input else { return Ok(vec![]) };
    let types: Vec<String> = types.iter().map(|mime| (*mime).to_owned()).collect();
    let mut db = tenant.db.acquire().await?;
    let ids = sqlx::query_scalar!(
        r#"with newest as (
             select a.id from unnest('{false,true}'::boolean[]) as u (used) cross join lateral (
               select a.id, a.created_at from assets a
               where a.company_id = $1 and a.kind = 'picture' and a.used = u.used and a.deleted_at is null and a.copy_of is null
               order by a.created_at desc, a.id desc limit $4) a
             order by a.created_at desc, a.id desc limit $4
           ), candidates as (
             select id from newest
             union all
             select c.id from newest n join assets c on c.company_id = $1 and c.copy_of = n.id and c.deleted_at is null
           )
           select a.id as "id!: AssetId" from candidates c join assets a on a.company_id = $1 and a.id = c.id
           where a.mime = any($2) and a.bytes <= $3
           order by a.created_at desc, a.id desc limit $5"#,
        tenant.company.0,
        &types,
        max_bytes as i64,
        LOOKED_AT,
        LISTED
    )
    .fetch_all(&mut *db)
    .await?;
    let mut rows = store::among(&mut db, tenant.company, &ids).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    let mut cards: Vec<AssetCard> = rows.into_iter().map(store::AssetRow::card).collect();
    if let Some(id) = chosen.filter(|id| !ids.contains(id)) {
        cards.splice(0..0, with_deleted(&mut db, tenant.company, id).await?);
    }
    Ok(cards)
}

/// What is wrong with the pictures that options name.
pub async fn problems(
    db: &mut PgConnection,
    company: CompanyId,
    (platform, format): (Platform, Format),
    options: &Options,
) -> Result<Vec<Problem>> {
    let Some(schema) = platform.publishing().map(|publishing| publishing.options) else { return Ok(vec![]) };
    let mut found = vec![];
    for (field, id) in schema.pictures(format, options) {
        let card = with_deleted(db, company, id).await?;
        let wrong = match &card {
            Some(card) => against(field, platform, &card.facts),
            None => Some(format!("What was chosen for “{}” no longer exists. Choose something else.", field.label)),
        };
        found.extend(wrong.map(|words| Problem::error(field.problem_field(), words)));
    }
    Ok(found)
}

fn against(field: &Field, platform: Platform, picture: &MediaFacts) -> Option<String> {
    let Input::Picture { types, max_bytes } = field.input else { return None };
    let (label, name) = (field.label, platform.name());
    if !types.contains(&picture.mime.as_str()) {
        return Some(format!("{name} does not take this kind of file for “{label}”. Choose a JPEG or PNG."));
    }
    (picture.bytes > max_bytes).then(|| {
        let most = max_bytes / 1_000_000;
        format!("The picture for “{label}” is too big: {name} takes {most} MB at most. Choose a smaller one.")
    })
}

/// The picture as a connector needs it; `None`: it is gone.
pub async fn load(app: &App, company: CompanyId, id: AssetId) -> Result<Option<Media>> {
    let mut db = app.db.acquire().await?;
    let row = store::find(&mut db, company, id).await?;
    drop(db);
    match row {
        Some(row) => as_media(app, company, row).await.map(Some),
        None => Ok(None),
    }
}
