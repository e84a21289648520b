//! What people may do with a delivery, from the browser.

#[cfg(feature = "ssr")]
use super::server::{history, linked, package, parts, removal, service};
use crate::domain::delivery::{HistoryLine, LinkedPost, Package};
use crate::domain::error::AppError;
use crate::domain::ids::DeliveryId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
use leptos::prelude::*;

/// Sends a stopped delivery now.
#[server]
pub async fn retry_delivery(delivery: DeliveryId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| service::retry_delivery(&who.tenant, delivery).await).await
}

/// Stops a delivery for good.
#[server]
pub async fn cancel_delivery(delivery: DeliveryId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| service::cancel_delivery(&who.tenant, delivery).await).await
}

/// "It is live: link it", and "Mark as posted" for what a person publishes themselves. `url`: where; may be empty. The page at `back` (the post's, or what needs somebody) is shown again,
/// with what was found.
#[server]
pub async fn confirm_live(delivery: DeliveryId, url: String, #[server(default)] back: String) -> Result<(), AppError> {
    call::keeping([("delivery", &delivery.to_string()), ("url", &url)])
        .allowed(Permission::Publish, async |who| {
            throttle::check(&who.app.throttles.look, &who.user.to_string(), "looks")?;
            linked::confirm_live(&who, delivery, &url).await?;
            reply::redirect_to(&linked::next_page(&who, delivery, &back, true).await?);
            Ok(())
        })
        .await
}

/// Takes "It is live: link it", or "Mark as posted", back.
#[server]
pub async fn unlink_post(delivery: DeliveryId, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        linked::unlink(&who.tenant, delivery).await?;
        reply::redirect_to(&linked::next_page(&who, delivery, &back, false).await?);
        Ok(())
    })
    .await
}

/// What was found when somebody linked a post; `None`: nobody did, or it was taken back.
#[server]
pub async fn view_linked_post(delivery: DeliveryId) -> Result<Option<LinkedPost>, AppError> {
    call::allowed(Permission::View, async |who| linked::linked_post(&who.tenant, delivery).await).await
}

/// What a person needs to publish a post themselves.
#[server]
pub async fn view_package(delivery: DeliveryId) -> Result<Package, AppError> {
    call::allowed(Permission::View, async |who| package::view(&who, delivery).await).await
}

/// "It is not there: send again".
#[server]
pub async fn send_again(delivery: DeliveryId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| service::send_again(&who.tenant, delivery).await).await
}

/// What happened to a delivery, oldest first, each thing once.
#[server]
pub async fn delivery_history(delivery: DeliveryId) -> Result<Vec<HistoryLine>, AppError> {
    call::allowed(Permission::View, async |who| Ok(history::lines(service::history(&who.tenant, delivery).await?)))
        .await
}

/// Sends a stopped part of a thread, or a stopped first comment, now and with another text.
#[server]
pub async fn resend_part(delivery: DeliveryId, text: String) -> Result<(), AppError> {
    call::keeping([("delivery", &delivery.to_string()), ("text", &text)])
        .allowed(Permission::Publish, async |who| parts::resend(&who.tenant, delivery, &text).await)
        .await
}

/// Deletes at the platform what is published there.
#[server]
pub async fn delete_there(delivery: DeliveryId) -> Result<(), AppError> {
    call::keeping([("delivery", &delivery.to_string())])
        .allowed(Permission::Publish, async |who| {
            throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
            removal::remove(who, delivery).await
        })
        .await
}
