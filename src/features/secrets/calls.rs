//! Server functions of the integrations page. All of them need the right to keep keys, even for looking.

use super::model::{Integrations, ServiceCard};
#[cfg(feature = "ssr")]
use super::server::service;
use crate::domain::error::AppError;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Every service with the state of its keys; never a value.
#[server]
pub async fn load_integrations() -> Result<Integrations, AppError> {
    call::allowed(Permission::Secrets, async |who| service::integrations(&who.app, &who.tenant).await).await
}

/// Keeps the fields that were filled in; an empty one keeps what is there. Answers the service as it is now, as do the others.
#[server]
pub async fn save_keys(
    platform: String,
    #[server(default)] values: BTreeMap<String, String>,
) -> Result<ServiceCard, AppError> {
    call::allowed(Permission::Secrets, async |who| {
        let platform = service::platform(&platform)?;
        service::check_pace(&who)?;
        service::save(&who.app, &who.tenant, Some(who.user), platform, values).await?;
        let card = service::card(&who.app, &who.tenant, platform).await?;
        reply::redirect_to(&format!("/settings/integrations?saved={id}#{id}", id = card.platform));
        Ok(card)
    })
    .await
}

/// Forgets one field; an instance default shines through again.
#[server]
pub async fn remove_key(platform: String, field: String) -> Result<ServiceCard, AppError> {
    call::allowed(Permission::Secrets, async |who| {
        let platform = service::platform(&platform)?;
        service::check_pace(&who)?;
        service::remove(&who.tenant, platform, &field).await?;
        let card = service::card(&who.app, &who.tenant, platform).await?;
        reply::redirect_to(&format!("/settings/integrations?removed={id}#{id}", id = card.platform));
        Ok(card)
    })
    .await
}

/// Asks the provider whether it takes the keys; the answer is kept and shown on the page.
#[server]
pub async fn test_keys(platform: String) -> Result<ServiceCard, AppError> {
    call::allowed(Permission::Secrets, async |who| {
        let platform = service::platform(&platform)?;
        service::check_pace(&who)?;
        service::test(&who.app, &who.tenant, who.user, platform).await?;
        let card = service::card(&who.app, &who.tenant, platform).await?;
        reply::redirect_to(&format!("/settings/integrations?tested={id}#{id}", id = card.platform));
        Ok(card)
    })
    .await
}
