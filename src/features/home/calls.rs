//! What home asks of the server: one call, one round trip.

use super::model::HomeData;
use crate::domain::error::AppError;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;

#[server]
pub async fn home() -> Result<HomeData, AppError> {
    call::allowed(Permission::View, async |who| super::server::overview(&who).await).await
}
