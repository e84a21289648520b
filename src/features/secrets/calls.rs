//! Server functions of the integrations page. All of them need the right to keep keys, even for looking.

use super::model::{Integrations, ServiceCard};
use crate::domain::error::AppError;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Every service with the state of its keys; never a value.
#[server]
pub async fn load_integrations() -> Result<Integrations, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::Secrets).await.inspect_err(reply::set_status)?;
    super::server::service::integrations(&who.app, &who.tenant).await.inspect_err(reply::set_status)
}

/// Keeps the fields that were filled in; an empty one keeps what is there. Answers the service as it is now, as do the others.
#[server]
pub async fn save_keys(
    platform: String,
    #[server(default)] values: BTreeMap<String, String>,
) -> Result<ServiceCard, AppError> {
    use super::server::service;
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::Secrets).await.inspect_err(reply::set_status)?;
    let saved = async {
        let platform = service::platform(&platform)?;
        service::check_pace(&who)?;
        service::save(&who.app, &who.tenant, Some(who.user), platform, values).await?;
        service::card(&who.app, &who.tenant, platform).await
    };
    let card = saved.await.inspect_err(reply::set_status)?;
    reply::redirect_to(&format!("/settings/integrations?saved={id}#{id}", id = card.platform));
    Ok(card)
}

/// Forgets one field; an instance default shines through again.
#[server]
pub async fn remove_key(platform: String, field: String) -> Result<ServiceCard, AppError> {
    use super::server::service;
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::Secrets).await.inspect_err(reply::set_status)?;
    let removed = async {
        let platform = service::platform(&platform)?;
        service::check_pace(&who)?;
        service::remove(&who.tenant, platform, &field).await?;
        service::card(&who.app, &who.tenant, platform).await
    };
    let card = removed.await.inspect_err(reply::set_status)?;
    reply::redirect_to(&format!("/settings/integrations?removed={id}#{id}", id = card.platform));
    Ok(card)
}

/// Asks the provider whether it takes the keys; the answer is kept and shown on the page.
#[server]
pub async fn test_keys(platform: String) -> Result<ServiceCard, AppError> {
    use super::server::service;
    use crate::domain::permission::Permission;
    use crate::infra::{http::reply, session};
    let who = session::require(Permission::Secrets).await.inspect_err(reply::set_status)?;
    let tested = async {
        let platform = service::platform(&platform)?;
        service::check_pace(&who)?;
        service::test(&who.app, &who.tenant, who.user, platform).await?;
        service::card(&who.app, &who.tenant, platform).await
    };
    let card = tested.await.inspect_err(reply::set_status)?;
    reply::redirect_to(&format!("/settings/integrations?tested={id}#{id}", id = card.platform));
    Ok(card)
}
