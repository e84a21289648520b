//! Server functions of a person's own name and e-mail.

#[cfg(feature = "ssr")]
use super::super::server::profile;
use crate::domain::error::AppError;
use crate::features::identity::accounts::model::Profile;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply};
use leptos::prelude::*;

#[server]
pub async fn own_profile() -> Result<Profile, AppError> {
    call::signed_in(async |who| Ok(Profile { name: who.name, email: who.email })).await
}

#[server]
pub async fn change_name(name: String) -> Result<(), AppError> {
    call::keeping([("name", &name)])
        .signed_in(async |who| {
            profile::change_name(who, &name).await?;
            reply::plain_form_to("/settings/security?done=name");
            Ok(())
        })
        .await
}

/// Needs the password. Sign-ins stay as they are.
#[server]
pub async fn change_email(email: String, password: String) -> Result<(), AppError> {
    call::keeping([("email", &email)])
        .signed_in(async |who| {
            profile::change_email(who, &email, password.into()).await?;
            reply::plain_form_to("/settings/security?done=email");
            Ok(())
        })
        .await
}
