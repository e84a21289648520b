//! What home asks of the server: one call, one round trip.

use super::model::HomeData;
use crate::domain::error::AppError;
use leptos::prelude::*;

#[server]
pub async fn home() -> Result<HomeData, AppError> {
    use crate::domain::permission::Permission;
    let who = crate::infra::session::require(Permission::View).await?;
    super::server::overview(&who).await
}
