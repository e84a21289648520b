//! Server functions of the import pages.

use super::model::{ImportChoices, ImportDetail, ImportList, Then};
use crate::domain::error::AppError;
use crate::domain::ids::ImportId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::features::contacts::server::import::acts;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::infra::session::Granted;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
fn paced(who: &Granted) -> Result<(), AppError> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

/// The imports that there were.
#[server]
pub async fn list_imports() -> Result<ImportList, AppError> {
    call::allowed(Permission::Contacts, async |who| acts::list(&who).await).await
}

/// One import; while it has not begun, with what would happen.
#[server]
pub async fn load_import(id: ImportId) -> Result<ImportDetail, AppError> {
    call::allowed(Permission::Contacts, async |who| {
        throttle::check(&who.app.throttles.look, &who.user.to_string(), "looks at imports")?;
        acts::load(&who, id).await
    })
    .await
}

/// Keeps what the columns are and what to do, and begins if `go` says so.
#[server]
pub async fn choose_import(
    import: ImportId,
    #[server(default)] choices: ImportChoices,
    #[server(default)] go: Then,
) -> Result<(), AppError> {
    call::keeping([
        ("choices[tags]", &choices.tags),
        ("choices[source]", &choices.source),
        ("choices[consent_words]", &choices.consent_words),
    ])
    .allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        acts::choose(&who, import, &choices, go == Then::Begin).await?;
        reply::redirect_to(&format!("/contacts/import/{import}"));
        Ok(())
    })
    .await
}

/// Ends a running import; what was taken in is kept.
#[server]
pub async fn stop_import(import: ImportId) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        acts::stop(&who, import).await?;
        reply::redirect_to(&format!("/contacts/import/{import}"));
        Ok(())
    })
    .await
}

/// Goes on with an import that ended early.
#[server]
pub async fn resume_import(import: ImportId) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        acts::go_on(&who, import).await?;
        reply::redirect_to(&format!("/contacts/import/{import}"));
        Ok(())
    })
    .await
}

/// Takes back what an import did.
#[server]
pub async fn undo_import(import: ImportId) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        acts::undo(&who, import).await?;
        reply::redirect_to(&format!("/contacts/import/{import}"));
        Ok(())
    })
    .await
}

/// Removes a file that was not brought in.
#[server]
pub async fn remove_import(import: ImportId) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        acts::remove(&who, import).await?;
        reply::redirect_to("/contacts/import");
        Ok(())
    })
    .await
}
