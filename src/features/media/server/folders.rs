//! Folders of the library: a name, one level. A deleted one keeps its files, which then are in none.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, FolderId};
use crate::features::media::library::{FolderCard, MAX_FOLDER_NAME, MAX_FOLDERS};
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};

/// All of the company, by name.
pub async fn all(tenant: &Tenant) -> Result<Vec<FolderCard>> {
    Ok(sqlx::query_as!(
        FolderCard,
        "select id, name from media_folders where company_id = $1 and deleted_at is null order by lower(name), id limit $2",
        tenant.company.0,
        MAX_FOLDERS as i64
    )
    .fetch_all(&tenant.db)
    .await?)
}

/// Makes a folder, or gives one (`folder`) another name; its id.
pub async fn name(who: &Granted, folder: Option<FolderId>, typed: &str) -> Result<FolderId> {
    let name = clean(typed)?;
    let tenant = &who.tenant;
    let Some(id) = folder else { return make(tenant, &name).await };
    let done = sqlx::query!(
        "update media_folders set name = $3 where company_id = $1 and id = $2 and deleted_at is null",
        tenant.company.0,
        id.0,
        name
    )
    .execute(&tenant.db)
    .await
    .map_err(|error| taken(error, &name))?;
    if done.rows_affected() == 1 { Ok(id) } else { Err(gone()) }
}

async fn make(tenant: &Tenant, name: &str) -> Result<FolderId> {
    must_have_room(tenant).await?;
    let id = FolderId::new();
    sqlx::query!("insert into media_folders (company_id, id, name) values ($1, $2, $3)", tenant.company.0, id.0, name)
        .execute(&tenant.db)
        .await
        .map_err(|error| taken(error, name))?;
    Ok(id)
}

async fn must_have_room(tenant: &Tenant) -> Result<()> {
    if all(tenant).await?.len() < MAX_FOLDERS {
        return Ok(());
    }
    let message = format!("There are {MAX_FOLDERS} folders already. Delete one that you do not need.");
    Err(AppError::invalid("name", message))
}

fn clean(typed: &str) -> Result<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    if name.is_empty() {
        return Err(AppError::invalid("name", "Give the folder a name."));
    }
    if name.chars().count() > MAX_FOLDER_NAME {
        let message = format!("The name is too long: at most {MAX_FOLDER_NAME} characters.");
        return Err(AppError::invalid("name", message));
    }
    Ok(name)
}

/// A folder of that name is there already; any other error is ours.
fn taken(error: sqlx::Error, name: &str) -> AppError {
    let is_taken = error.as_database_error().is_some_and(|e| e.is_unique_violation());
    if is_taken {
        return AppError::invalid("name", format!("There is a folder “{name}” already. Choose another name."));
    }
    error.into()
}

/// Deletes it; its files stay.
pub async fn delete(who: &Granted, id: FolderId) -> Result<()> {
    let done = sqlx::query!(
        "update media_folders set deleted_at = now() where company_id = $1 and id = $2 and deleted_at is null",
        who.company.0,
        id.0
    );
    if done.execute(&who.tenant.db).await?.rows_affected() == 1 { Ok(()) } else { Err(gone()) }
}

/// Takes it back, with the files that were in it and were not moved since.
pub async fn restore(who: &Granted, id: FolderId) -> Result<()> {
    must_have_room(&who.tenant).await?;
    let done = sqlx::query!(
        "update media_folders set deleted_at = null where company_id = $1 and id = $2 and deleted_at is not null",
        who.company.0,
        id.0
    );
    let done = done.execute(&who.tenant.db).await.map_err(|error| taken(error, "of this name"))?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(gone()) }
}

/// Part of a caller's transaction: an error, where the company has no such folder.
pub async fn must_exist(tx: &mut PgConnection, company: CompanyId, id: FolderId) -> Result<()> {
    let found = sqlx::query_scalar!(
        "select id from media_folders where company_id = $1 and id = $2 and deleted_at is null for key share",
        company.0,
        id.0
    );
    found.fetch_optional(tx).await?.map(drop).ok_or_else(gone)
}

fn gone() -> AppError {
    AppError::not_found("folder")
}

/// For the weekly clean-up: folders that were deleted a month ago.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from media_folders where deleted_at < now() - interval '30 days'");
        Ok(done.execute(&db).await?.rows_affected())
    })
}
