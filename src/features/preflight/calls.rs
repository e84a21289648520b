//! Server functions of the checks before publishing.

use super::model::DeliveryCheck;
use crate::domain::error::AppError;
use crate::domain::ids::PostId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
use leptos::prelude::*;

/// What was found when a post's planned deliveries were last looked at.
#[server]
pub async fn load_checks(post: PostId) -> Result<Vec<DeliveryCheck>, AppError> {
    call::allowed(Permission::View, async |who| super::server::of_post(&who.tenant, post).await).await
}

/// Looks at what is planned of a post now.
#[server]
pub async fn check_now(post: PostId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "checks")?;
        super::server::check_post(&who.app, &who.tenant, post).await?;
        reply::plain_form_to(&format!("/posts/{post}"));
        Ok(())
    })
    .await
}
