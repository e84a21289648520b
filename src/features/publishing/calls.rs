//! What people may do with a delivery, from the browser.

use crate::domain::error::AppError;
use crate::domain::ids::DeliveryId;
use crate::features::publishing::model::DeliveryEvent;
use leptos::prelude::*;

/// Sends a stopped delivery now.
#[server]
pub async fn retry_delivery(delivery: DeliveryId) -> Result<(), AppError> {
    let who = crate::infra::session::require(crate::domain::permission::Permission::Publish).await?;
    super::server::service::retry_delivery(&who.tenant, delivery).await
}

/// Stops a delivery for good.
#[server]
pub async fn cancel_delivery(delivery: DeliveryId) -> Result<(), AppError> {
    let who = crate::infra::session::require(crate::domain::permission::Permission::Publish).await?;
    super::server::service::cancel_delivery(&who.tenant, delivery).await
}

/// "It is live: link it". `url`: where; may be empty.
#[server]
pub async fn confirm_live(delivery: DeliveryId, url: String) -> Result<(), AppError> {
    let who = crate::infra::session::require(crate::domain::permission::Permission::Publish).await?;
    super::server::service::confirm_live(&who.tenant, delivery, &url).await
}

/// "It is not there: send again".
#[server]
pub async fn send_again(delivery: DeliveryId) -> Result<(), AppError> {
    let who = crate::infra::session::require(crate::domain::permission::Permission::Publish).await?;
    super::server::service::send_again(&who.tenant, delivery).await
}

/// What happened to a delivery, oldest first.
#[server]
pub async fn delivery_history(delivery: DeliveryId) -> Result<Vec<DeliveryEvent>, AppError> {
    let who = crate::infra::session::require(crate::domain::permission::Permission::View).await?;
    super::server::service::history(&who.tenant, delivery).await
}
