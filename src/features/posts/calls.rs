//! Server functions for single posts.

use super::model::{PostDetail, Saved};
#[cfg(feature = "ssr")]
use super::server::service;
use crate::domain::error::AppError;
use crate::domain::ids::PostId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
use crate::domain::post::{SavePost, TargetProblem, TimeCheck};
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Keeps a post and does what its plan says. `key`: the id that a new post is to get, so that sending it twice (a lost
/// answer, a double click) makes one post.
#[server(name = SavePostCall, input = Json)]
pub async fn save_post(post: SavePost, #[server(default)] key: Option<PostId>) -> Result<Saved, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "saves")?;
        service::save_as(&who, post, key).await
    })
    .await
}

/// One post, also one in the bin (marked so).
#[server]
pub async fn get_post(id: PostId) -> Result<PostDetail, AppError> {
    call::allowed(Permission::View, async |who| service::detail(&who, id).await).await
}

/// Moves a post to another wall-clock time of the company's zone. A draft stays a draft with a new plan.
#[server]
pub async fn move_post(id: PostId, local: String, #[server(default)] second: bool) -> Result<Saved, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "moves")?;
        let local = local.parse::<crate::domain::moment::LocalTime>();
        let local =
            local.map_err(|()| AppError::invalid("time", "This is not a time. Write it as 2026-11-20T16:45."))?;
        service::reschedule(&who, id, local, second).await
    })
    .await
}

/// Takes a scheduled post back to draft; its time stays as a plan.
#[server]
pub async fn unschedule_post(id: PostId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| service::unschedule(&who, id).await).await
}

/// Puts a post in the bin; nothing that is scheduled for it goes out.
#[server]
pub async fn delete_post(id: PostId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| service::delete(&who, id).await).await
}

/// Takes a post out of the bin, as a draft.
#[server]
pub async fn restore_post(id: PostId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| service::restore(&who, id).await).await
}

/// A new draft with the same content; opens it in the studio. `rest`: only for the accounts where the post is not out.
#[server]
pub async fn duplicate_post(id: PostId, #[server(default)] rest: bool) -> Result<PostId, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "copies")?;
        let copy = service::duplicate(&who, id, rest).await?;
        reply::redirect_to(&format!("/studio?post={copy}&notice=copy"));
        Ok(copy)
    })
    .await
}

/// What this wall-clock time means in the company's zone.
#[server]
pub async fn check_time(local: String) -> Result<TimeCheck, AppError> {
    call::allowed(Permission::View, async |who| service::check_time(&who, local.parse().ok()).await).await
}

/// What to know before a post is planned like this: repeats, quotas, clashes. Nothing is kept, and nothing of it blocks.
#[server(input = Json)]
pub async fn guard_post(post: SavePost) -> Result<Vec<TargetProblem>, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.look, &who.user.to_string(), "looks")?;
        service::guard(&who, post).await
    })
    .await
}
