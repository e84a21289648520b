//! Server functions of the comments page. Everybody reads; who may publish may answer, hide and mark.

use super::model::{CommentList, CommentQuery, ReplyAct};
#[cfg(feature = "ssr")]
use super::server::{answers, inbox, there};
use crate::domain::error::AppError;
use crate::domain::ids::{CommentId, ConnectionId, PostId, ReplyId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{back, call, reply, throttle};
use leptos::prelude::*;

/// Back to the page on which the form stood, with something to say.
#[cfg(feature = "ssr")]
fn again(page: &str, say: &str) {
    if let Some(page) = back::page(page, &["comments"], say) {
        reply::redirect_to(&page);
    }
}

/// A part of the inbox.
#[server]
pub async fn list_comments(query: CommentQuery) -> Result<CommentList, AppError> {
    call::allowed(Permission::View, async |who| inbox::list(&who, &query).await).await
}

/// Answers a comment, as the `place`-th answer to it: the same form sent twice answers once.
#[server]
pub async fn answer_comment(
    comment: CommentId,
    place: i32,
    text: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::keeping([("comment", &comment.to_string()), ("text", &text)])
        .allowed(Permission::Publish, async |who| {
            throttle::check(&who.app.throttles.write, &who.user.to_string(), "replies")?;
            answers::write(&who, comment, place, &text).await?;
            again(&back, "did=reply");
            Ok(())
        })
        .await
}

/// What a person says of an answer that is not out.
#[server]
pub async fn decide_answer(reply: ReplyId, act: ReplyAct) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| answers::decide(&who, reply, act).await).await
}

/// Hides a comment at the platform, or shows it again.
#[server]
pub async fn hide_comment(comment: CommentId, hidden: bool, #[server(default)] back: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        there::hide(who, comment, hidden).await?;
        again(&back, &if hidden { format!("did=hide.{comment}") } else { String::new() });
        Ok(())
    })
    .await
}

/// Takes an answer of the company back at the platform.
#[server]
pub async fn remove_answer(comment: CommentId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        there::remove(who, comment).await
    })
    .await
}

/// Marks a comment as read, or as unread again.
#[server]
pub async fn mark_comment(comment: CommentId, read: bool) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| inbox::mark(&who.tenant, comment, read).await).await
}

/// Marks as read what is not newer than this comment, of the account and the post that are shown.
#[server]
pub async fn mark_all_read(
    until: CommentId,
    #[server(default)] account: Option<ConnectionId>,
    #[server(default)] post: Option<PostId>,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| inbox::mark_all(&who.tenant, until, account, post).await).await
}

/// Reads the comments of all accounts now instead of at the next turn.
#[server]
pub async fn collect_now() -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.look, &who.user.to_string(), "looks")?;
        inbox::collect_now(&who.tenant).await
    })
    .await
}
