//! Server functions for single posts.

use super::act::{ChosenPosts, Outcome, PostAct};
use super::model::{PageLook, PostDetail, Saved};
#[cfg(feature = "ssr")]
use super::server::{acts, link_cards, service};
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

/// Does something with one post or several. The page at `back` (of posts, or the studio) is shown again, with what came of
/// it; a copy to be edited opens in the studio. With one post its error is the call's; of several, each that was refused is
/// told, and why.
#[server]
pub async fn act_on_posts(
    act: PostAct,
    #[server(default)] ids: ChosenPosts,
    #[server(default)] back: String,
) -> Result<Outcome, AppError> {
    call::allowed(Permission::Publish, async |who| {
        for _ in &ids.0 {
            throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        }
        let outcome = acts::act(&who, act, &ids.0).await?;
        reply::redirect_to(&acts::next_page(&outcome, &back));
        Ok(outcome)
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

/// What the page behind a link says of itself, as networks show it on its card.
#[server]
pub async fn look_at_link(link: String) -> Result<PageLook, AppError> {
    call::allowed(Permission::View, async |who| link_cards::look(&who, &link).await).await
}
