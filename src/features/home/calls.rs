//! What home asks of the server: one call, one round trip.

use super::model::HomeData;
use crate::domain::error::AppError;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::features::identity::companies::server::service as companies;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply};
use leptos::prelude::*;

#[server]
pub async fn home() -> Result<HomeData, AppError> {
    call::allowed(Permission::View, async |who| super::server::overview(&who).await).await
}

/// Puts the first steps away, for the caller in this company.
#[server]
pub async fn hide_first_steps() -> Result<(), AppError> {
    call::allowed(Permission::View, async |who| {
        companies::hide_first_steps(&who).await?;
        reply::plain_form_to("/");
        Ok(())
    })
    .await
}
