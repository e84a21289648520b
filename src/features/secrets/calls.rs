//! Server functions of the integrations page. All of them need the right to keep keys, even for looking.

use super::model::{Integrations, ServiceCard};
#[cfg(feature = "ssr")]
use super::server::{service, stand_ins};
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

/// Fills in the keys of every stand-in of the sandbox that has none. What somebody entered stays as it is.
#[server]
pub async fn fill_sandbox_keys() -> Result<(), AppError> {
    call::allowed(Permission::Secrets, async |who| {
        service::check_pace(&who)?;
        let filled = stand_ins::fill(&who).await?;
        reply::redirect_to(&format!("/settings/integrations?filled={filled}"));
        Ok(())
    })
    .await
}

/// Keeps the fields that were filled in; an empty one keeps what is there. Answers the service as it is now, as do the
/// others. With `then` = "connect" they are tested too, and when all is well the browser goes on to sign in at the platform.
#[server]
pub async fn save_keys(
    platform: String,
    #[server(default)] values: BTreeMap<String, String>,
    #[server(default)] then: String,
) -> Result<ServiceCard, AppError> {
    call::allowed(Permission::Secrets, async |who| {
        let platform = service::platform(&platform)?;
        service::check_pace(&who)?;
        if then == "connect" {
            let go_on = service::save_and_test(&who, platform, values).await?;
            let card = ServiceCard { go_on, ..service::card(&who.app, &who.tenant, platform).await? };
            if go_on {
                // The platform is another site, and a form's answer may not lead to one (`form-action` of the content policy): the
                // page's program loads the address, and without JavaScript the page has a link to it.
                reply::plain_form_to(&format!("/settings/integrations?continue={platform}#{platform}"));
            } else {
                reply::redirect_to(&format!("/settings/integrations?tested={platform}#{platform}"));
            }
            return Ok(card);
        }
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
