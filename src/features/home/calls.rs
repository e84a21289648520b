//! What home asks of the server: one call, one round trip.

use super::model::HomeData;
use crate::domain::error::AppError;
use leptos::prelude::*;

#[server]
pub async fn home() -> Result<HomeData, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::View).await.inspect_err(set_status)?;
    super::server::overview(&who).await.inspect_err(set_status)
}
