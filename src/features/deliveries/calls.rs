//! What people may do with a delivery, from the browser.

use crate::domain::delivery::DeliveryEvent;
use crate::domain::error::AppError;
use crate::domain::ids::DeliveryId;
use leptos::prelude::*;

/// Sends a stopped delivery now.
#[server]
pub async fn retry_delivery(delivery: DeliveryId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::retry_delivery(&who.tenant, delivery).await.inspect_err(set_status)
}

/// Stops a delivery for good.
#[server]
pub async fn cancel_delivery(delivery: DeliveryId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::cancel_delivery(&who.tenant, delivery).await.inspect_err(set_status)
}

/// "It is live: link it". `url`: where; may be empty.
#[server]
pub async fn confirm_live(delivery: DeliveryId, url: String) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::confirm_live(&who.tenant, delivery, &url).await.inspect_err(set_status)
}

/// "It is not there: send again".
#[server]
pub async fn send_again(delivery: DeliveryId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::send_again(&who.tenant, delivery).await.inspect_err(set_status)
}

/// What happened to a delivery, oldest first.
#[server]
pub async fn delivery_history(delivery: DeliveryId) -> Result<Vec<DeliveryEvent>, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::View).await.inspect_err(set_status)?;
    super::server::service::history(&who.tenant, delivery).await.inspect_err(set_status)
}

/// Sends a stopped part of a thread, or a stopped first comment, now and with another text.
#[server]
pub async fn resend_part(delivery: DeliveryId, text: String) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::parts::resend(&who.tenant, delivery, &text).await.inspect_err(set_status)
}
