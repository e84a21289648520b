//! Server functions of the checks before publishing.

use super::model::DeliveryCheck;
use crate::domain::error::AppError;
use crate::domain::ids::PostId;
use leptos::prelude::*;

/// What was found when a post's planned deliveries were last looked at.
#[server]
pub async fn load_checks(post: PostId) -> Result<Vec<DeliveryCheck>, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::View).await.inspect_err(set_status)?;
    super::server::of_post(&who.tenant, post).await.inspect_err(set_status)
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
    super::server::check_post(&who.app, &who.tenant, post).await.inspect_err(set_status)?;
    plain_form_to(&format!("/posts/{post}"));
    Ok(())
}
