//! Acts on one file of the library or several (`media::act`): each file by itself, in its own transaction, so that one that is
//! refused keeps back no other.

use super::folders;
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{AssetId, FolderId, PostId};
use crate::domain::post::title_of;
use crate::features::media::act::{AssetAct, AssetOutcome, WhyNot, none_chosen};
use crate::infra::http::back;
use crate::infra::session::Granted;
use std::collections::HashSet;

/// Does it with each file; `folder` is where they are moved. Callers have bounded the list. With one file its error is the
/// call's; of several, each that was refused is told, and why.
pub async fn act(who: &Granted, act: AssetAct, ids: &[AssetId], folder: Option<FolderId>) -> Result<AssetOutcome> {
    let mut seen = HashSet::new();
    let ids: Vec<_> = ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    if act == AssetAct::Added {
        return Err(AppError::invalid("act", "Choose what to do."));
    }
    match ids.as_slice() {
        [] => return Err(none_chosen()),
        [id] => {
            one(who, act, *id, folder).await?;
            return Ok(AssetOutcome { act, done: ids, not: vec![] });
        }
        _ => {}
    }
    // A folder that is gone is one error, and not one for each file.
    if let Some(folder) = folder.filter(|_| act == AssetAct::Move) {
        let mut db = who.tenant.db.acquire().await?;
        folders::must_exist(&mut db, who.company, folder).await?;
    }
    let mut outcome = AssetOutcome { act, done: vec![], not: vec![] };
    for id in ids {
        match one(who, act, id, folder).await {
            Ok(()) => outcome.done.push(id),
            Err(error) if error.of("folder").is_some() => return Err(error),
            Err(error) => outcome.not.push((id, why_not(act, &error, id))),
        }
    }
    Ok(outcome)
}

async fn one(who: &Granted, act: AssetAct, id: AssetId, folder: Option<FolderId>) -> Result<()> {
    match act {
        AssetAct::Use => is_there(who, id).await,
        AssetAct::Move => move_to(who, id, folder).await,
        AssetAct::MoveBack => move_back(who, id).await,
        AssetAct::Delete => delete(who, id).await,
        AssetAct::Restore => restore(who, id).await,
        AssetAct::Added => Ok(()),
    }
}

fn why_not(act: AssetAct, error: &AppError, id: AssetId) -> WhyNot {
    match error.kind {
        ErrorKind::NotFound => WhyNot::Gone,
        ErrorKind::Conflict if act == AssetAct::Restore => WhyNot::Again,
        ErrorKind::Conflict => WhyNot::Used,
        kind => {
            tracing::warn!(%id, ?kind, reference = ?error.reference, "an act on several files failed for this one");
            WhyNot::Trouble
        }
    }
}

fn gone() -> AppError {
    AppError::not_found("file")
}

async fn is_there(who: &Granted, id: AssetId) -> Result<()> {
    let found = sqlx::query_scalar!(
        "select id from assets where company_id = $1 and id = $2 and deleted_at is null",
        who.company.0,
        id.0
    );
    found.fetch_optional(&who.tenant.db).await?.map(drop).ok_or_else(gone)
}

/// Where it was before is remembered for the way back; nothing where it is there already.
async fn move_to(who: &Granted, id: AssetId, folder: Option<FolderId>) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    if let Some(folder) = folder {
        folders::must_exist(&mut tx, who.company, folder).await?;
    }
    let done = sqlx::query!(
        "update assets set folder_before = case when folder_id is distinct from $3 then folder_id else folder_before end, folder_id = $3
         where company_id = $1 and id = $2 and deleted_at is null",
        who.company.0,
        id.0,
        folder.map(|id| id.0)
    );
    if done.execute(&mut *tx).await?.rows_affected() == 0 {
        return Err(gone());
    }
    Ok(tx.commit().await?)
}

/// A folder that is gone meanwhile is none.
async fn move_back(who: &Granted, id: AssetId) -> Result<()> {
    let done = sqlx::query!(
        "update assets a set folder_before = a.folder_id,
           folder_id = (select f.id from media_folders f where f.company_id = $1 and f.id = a.folder_before)
         where a.company_id = $1 and a.id = $2 and a.deleted_at is null",
        who.company.0,
        id.0
    );
    if done.execute(&who.tenant.db).await?.rows_affected() == 1 { Ok(()) } else { Err(gone()) }
}

/// Puts a file and its copies away, unless a post that is not out yet shows one of them. Whoever saves such a post at the same
/// moment comes before or behind the lock; what comes behind it keeps the file (`removal`).
async fn delete(who: &Granted, id: AssetId) -> Result<()> {
    let company = who.company;
    let mut tx = who.tenant.db.begin().await?;
    let files = sqlx::query!(
        "select id, file_name from assets where company_id = $1 and (id = $2 or copy_of = $2) and deleted_at is null
         order by id for update",
        company.0,
        id.0
    );
    let files = files.fetch_all(&mut *tx).await?;
    let name = files.iter().find(|file| file.id == id).map(|file| file.file_name.clone()).ok_or_else(gone)?;
    let ids: Vec<_> = files.iter().map(|file| file.id).collect();
    let waiting = sqlx::query!(
        r#"select p.id as "id: PostId", p.text from posts p
           where p.company_id = $1 and p.deleted_at is null
             and p.id in (select m.post_id from post_media m where m.company_id = $1 and m.asset_id = any($2))
             and (not exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id)
                  or exists (select from deliveries d where d.company_id = $1 and d.post_id = p.id and d.state <> 'live'))
           order by p.listed_at, p.id limit 3"#,
        company.0,
        &ids as _
    );
    let waiting = waiting.fetch_all(&mut *tx).await?;
    if !waiting.is_empty() {
        let titles: Vec<_> = waiting.iter().map(|post| format!("“{}”", title_of(&post.text))).collect();
        return Err(AppError::conflict(format!(
            "“{name}” was not deleted: a post that is not published yet uses it ({}). Take it out there first.",
            titles.join(", ")
        )));
    }
    sqlx::query!("update assets set deleted_at = now() where company_id = $1 and id = any($2)", company.0, &ids as _)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Takes a file back, with the copies that went with it.
async fn restore(who: &Granted, id: AssetId) -> Result<()> {
    let done = sqlx::query!(
        "update assets a set deleted_at = null
         from (select deleted_at from assets where company_id = $1 and id = $2 and deleted_at is not null and dropped_at is null) it
         where a.company_id = $1 and (a.id = $2 or a.copy_of = $2) and a.deleted_at = it.deleted_at and a.dropped_at is null",
        who.company.0,
        id.0
    );
    let done = done.execute(&who.tenant.db).await.map_err(|error| {
        let again = error.as_database_error().is_some_and(|e| e.is_unique_violation());
        if again {
            AppError::conflict("The same file was added again meanwhile, and is in the library.")
        } else {
            error.into()
        }
    })?;
    if done.rows_affected() > 0 { Ok(()) } else { Err(gone()) }
}

/// Where the browser goes: to the studio with the files, or to `back` with what came of it. A `back` that names a post is
/// where files are chosen for that one.
pub fn next_page(outcome: &AssetOutcome, back: &str) -> String {
    if outcome.act == AssetAct::Use && !outcome.done.is_empty() {
        let ids: Vec<_> = outcome.done.iter().map(ToString::to_string).collect();
        let post = back.split(['?', '&']).find_map(|pair| pair.strip_prefix("post=")?.parse::<PostId>().ok());
        let post = post.map(|post| format!("post={post}&")).unwrap_or_default();
        return format!("/studio?{post}add={}", ids.join("."));
    }
    page_with(back, &outcome.parameters())
}

/// `back`, if it is a page of the library, with something to say.
pub fn page_with(back: &str, say: &str) -> String {
    back::page(back, &["library"], say).unwrap_or_else(|| format!("/library?{say}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_the_same_part_of_the_library_or_to_the_studio() {
        let (id, post) = (AssetId::nil(), PostId::from_u128(7));
        let of = |act| AssetOutcome { act, done: vec![id], not: vec![] };
        let back = "/library?kind=video&q=a%20b";
        assert_eq!(next_page(&of(AssetAct::Delete), back), format!("{back}&did=delete.{id}"));
        assert_eq!(next_page(&of(AssetAct::Delete), "https://evil.example/"), format!("/library?did=delete.{id}"));
        assert_eq!(next_page(&of(AssetAct::Use), back), format!("/studio?add={id}"));
        let for_a_post = format!("/library?post={post}&kind=video");
        assert_eq!(next_page(&of(AssetAct::Use), &for_a_post), format!("/studio?post={post}&add={id}"));
        assert_eq!(next_page(&of(AssetAct::Use), "/library?post=//evil"), format!("/studio?add={id}"));
    }
}
