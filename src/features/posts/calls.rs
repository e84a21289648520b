//! Server functions for single posts: authorise, call the service, return.

use super::model::{PostDetail, Saved};
use crate::domain::error::AppError;
use crate::domain::ids::PostId;
use crate::domain::post::{SavePost, TargetProblem, TimeCheck};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Keeps a post and does what its plan says. `key`: the id that a new post is to get, so that sending it twice (a lost
/// answer, a double click) makes one post.
#[server(name = SavePostCall, input = Json)]
pub async fn save_post(post: SavePost, #[server(default)] key: Option<PostId>) -> Result<Saved, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::http::throttle;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "saves").inspect_err(set_status)?;
    super::server::service::save_as(&who, post, key).await.inspect_err(set_status)
}

/// One post, also one in the bin (marked so).
#[server]
pub async fn get_post(id: PostId) -> Result<PostDetail, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::View).await.inspect_err(set_status)?;
    super::server::service::detail(&who, id).await.inspect_err(set_status)
}

/// Moves a post to another wall-clock time of the company's zone. A draft stays a draft with a new plan.
#[server]
pub async fn move_post(id: PostId, local: String, #[server(default)] second: bool) -> Result<Saved, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    let local = local
        .parse::<crate::domain::moment::LocalTime>()
        .map_err(|()| AppError::invalid("time", "This is not a time. Write it as 2026-11-20T16:45."))
        .inspect_err(set_status)?;
    super::server::service::reschedule(&who, id, local, second).await.inspect_err(set_status)
}

/// Takes a scheduled post back to draft; its time stays as a plan.
#[server]
pub async fn unschedule_post(id: PostId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::unschedule(&who, id).await.inspect_err(set_status)
}

/// Puts a post in the bin; nothing that is scheduled for it goes out.
#[server]
pub async fn delete_post(id: PostId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::delete(&who, id).await.inspect_err(set_status)
}

/// Takes a post out of the bin, as a draft.
#[server]
pub async fn restore_post(id: PostId) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::restore(&who, id).await.inspect_err(set_status)
}

/// A new draft with the same content; opens it in the studio. `rest`: only for the accounts where the post is not out.
#[server]
pub async fn duplicate_post(id: PostId, #[server(default)] rest: bool) -> Result<PostId, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::{redirect_to, set_status};
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    let copy = super::server::service::duplicate(&who, id, rest).await.inspect_err(set_status)?;
    redirect_to(&format!("/studio?post={copy}&notice=copy"));
    Ok(copy)
}

/// What this wall-clock time means in the company's zone.
#[server]
pub async fn check_time(local: String) -> Result<TimeCheck, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::View).await.inspect_err(set_status)?;
    super::server::service::check_time(&who, local.parse().ok()).await.inspect_err(set_status)
}

/// What to know before a post is planned like this: repeats, quotas, clashes. Nothing is kept, and nothing of it blocks.
#[server(input = Json)]
pub async fn guard_post(post: SavePost) -> Result<Vec<TargetProblem>, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::guard(&who, &post).await.inspect_err(set_status)
}
