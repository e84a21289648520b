//! Server functions of links for a new password.

#[cfg(feature = "ssr")]
use super::super::server::reset;
use crate::domain::error::AppError;
use crate::domain::ids::UserId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
use crate::features::identity::accounts::model::{ResetLink, ResetView};
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply};
use leptos::prelude::*;

/// Makes a link for a member of the company; the one before ends. It is shown this once: only its fingerprint is kept.
#[server]
pub async fn make_reset_link(member: UserId) -> Result<ResetLink, AppError> {
    call::allowed(Permission::Members, async |who| {
        let made = reset::make(who, member).await?;
        reply::plain_form_to("/settings/members?done=reset");
        Ok(made)
    })
    .await
}

/// Whose password a link sets. For everybody who holds it; used, expired and replaced ones are not found, and the message
/// says which.
#[server]
pub async fn view_reset(token: String) -> Result<ResetView, AppError> {
    call::open(async || reset::view(&token).await).await
}

/// Sets the password, once. Ends every session of the person and begins one in this browser.
#[server]
pub async fn use_reset(token: String, new_password: String) -> Result<(), AppError> {
    call::open(async || {
        reset::use_link(&token, new_password.into()).await?;
        reply::redirect_to("/");
        Ok(())
    })
    .await
}
