//! In which store a company's files lie. New ones go where its keys lead: to the company's own object store, else to that of the
//! server's settings, else into the server's folder. A file remembers the name of its store, so that it is found after the keys
//! have changed. Keys are read each time and nothing is kept: what is saved counts at once, on every node. (To open a store costs
//! no call; its connections are kept by the HTTP client.)

use crate::connectors::object_store::{Place, Tries, refusal};
use crate::connectors::{AppKeys, Fault};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use crate::features::secrets::server::service as secrets;
use crate::infra::http::outbound::Outbound;
use crate::infra::settings::Settings;
use crate::infra::state::App;
use crate::infra::storage::{FOLDER, MediaStore};
use crate::infra::telemetry;

/// Where new files of this company go. Keys that are not complete are said to whoever uploads: nothing goes elsewhere instead.
pub async fn current(app: &App, company: CompanyId) -> Result<MediaStore> {
    let own = secrets::own_keys(app, company, Platform::ObjectStore).await?;
    match own.or_else(|| secrets::instance_keys(&app.settings, Platform::ObjectStore)) {
        Some(keys) => opened(&app.outbound, &keys).map_err(|fault| unusable(&fault)),
        None => Ok(app.folder.clone()),
    }
}

/// The store of this name; `None`: there are no keys of it any more.
pub async fn find(app: &App, company: CompanyId, name: &str) -> Result<Option<MediaStore>> {
    if name == FOLDER {
        return Ok(Some(app.folder.clone()));
    }
    // Only keys of the place itself open it; what else is there, however incomplete, is not about this file.
    let leads_there = |keys: &AppKeys| Place::read(keys).is_ok_and(|place| place.name() == name);
    let own = secrets::own_keys(app, company, Platform::ObjectStore).await?.filter(leads_there);
    let keys = own.or_else(|| secrets::instance_keys(&app.settings, Platform::ObjectStore).filter(leads_there));
    keys.map(|keys| opened(&app.outbound, &keys).map_err(|fault| unusable(&fault))).transpose()
}

/// As [`find`], where nothing can be done without it.
pub async fn named(app: &App, company: CompanyId, name: &str) -> Result<MediaStore> {
    find(app, company, name).await?.ok_or_else(|| AppError::conflict(lost(name)))
}

/// All stores that this company's files may lie in, for taking them out.
pub async fn all(app: &App, company: CompanyId) -> Vec<MediaStore> {
    let own = secrets::own_keys(app, company, Platform::ObjectStore).await.ok().flatten();
    let keys = own.into_iter().chain(secrets::instance_keys(&app.settings, Platform::ObjectStore));
    let stores = keys.filter_map(|keys| opened(&app.outbound, &keys).ok());
    std::iter::once(app.folder.clone()).chain(stores).collect()
}

/// Whether the store of the server's settings works: its answer to a test. `None`: they name none.
pub async fn instance(settings: &Settings, outbound: &Outbound) -> Option<std::result::Result<String, String>> {
    let keys = secrets::instance_keys(settings, Platform::ObjectStore)?;
    Some(secrets::try_keys(outbound, Platform::ObjectStore, &keys).await)
}

/// What is said of files in a store without keys.
pub fn lost(name: &str) -> String {
    format!(
        "The keys of the object store {name} are gone, and the file lies there. An admin can enter them again under Settings \
         → Integrations; or add the file again."
    )
}

fn opened(outbound: &Outbound, keys: &AppKeys) -> std::result::Result<MediaStore, Fault> {
    let place = Place::read(keys)?;
    Ok(MediaStore::new(&place.name(), place.open(outbound, Tries::Three)?))
}

fn unusable(fault: &Fault) -> AppError {
    AppError::conflict(format!(
        "The object store is not set up completely. {fault} An admin finds it under Settings → Integrations."
    ))
}

/// The store's fault, not the caller's: logged here, once.
pub fn storage_error(error: &object_store::Error) -> AppError {
    let reference = telemetry::request_id();
    // Stores answer with pages of what they saw.
    let said: String = error.to_string().chars().take(500).collect();
    tracing::error!(error = said, reference, "the media store failed");
    let words = refusal(error).unwrap_or("The file store does not answer right now. Please try again.");
    AppError { reference, ..AppError::unavailable(words) }
}
