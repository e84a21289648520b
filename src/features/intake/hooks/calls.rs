//! Server functions of the part about subscriptions, under Settings, Zapier.

#[cfg(feature = "ssr")]
use super::server::subscriptions;
use crate::domain::error::AppError;
use crate::domain::ids::HookId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
use leptos::prelude::*;

/// Sends again to a subscription that is paused, what could not be sent first.
#[server]
pub async fn resume_hook(hook: HookId) -> Result<(), AppError> {
    call::allowed(Permission::Secrets, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        subscriptions::resume(&who.tenant, hook).await?;
        reply::redirect_to("/settings/zapier?done=resumed");
        Ok(())
    })
    .await
}

/// Ends a subscription.
#[server]
pub async fn remove_hook(hook: HookId) -> Result<(), AppError> {
    call::allowed(Permission::Secrets, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        if !subscriptions::remove(&who.tenant, hook).await? {
            return Err(AppError::not_found("subscription"));
        }
        reply::redirect_to("/settings/zapier?done=unsubscribed");
        Ok(())
    })
    .await
}
