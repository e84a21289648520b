//! What people may do with a delivery, from the browser.

use crate::domain::error::AppError;
use crate::domain::ids::{DeliveryId, PostId};
use crate::features::posts::model::{SavePost, TargetProblem};
use crate::features::publishing::checks::model::DeliveryCheck;
use crate::features::publishing::model::DeliveryEvent;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

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

/// What was found when a post's planned deliveries were last looked at.
#[server]
pub async fn load_checks(post: PostId) -> Result<Vec<DeliveryCheck>, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::View).await.inspect_err(set_status)?;
    super::server::checks::of_post(&who.tenant, post).await.inspect_err(set_status)
}

/// Looks at what is planned of a post now.
#[server]
pub async fn check_now(post: PostId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::{plain_form_to, set_status};
    use crate::infra::http::throttle;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "checks").inspect_err(set_status)?;
    super::server::checks::check_post(&who.app, &who.tenant, post).await.inspect_err(set_status)?;
    plain_form_to(&format!("/posts/{post}"));
    Ok(())
}

/// What to know before a post is planned like this: repeats, quotas, clashes. Nothing is kept, and nothing of it blocks.
#[server(input = Json)]
pub async fn guard_post(post: SavePost) -> Result<Vec<TargetProblem>, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::checks::guard_draft(&who, &post).await.inspect_err(set_status)
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
