//! Acts on one post or several (`posts::act`): each post by itself, in its own transaction, so that one that is refused keeps
//! back no other.

use super::service;
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::PostId;
use crate::features::posts::act::{Outcome, PostAct, WhyNot, none_chosen};
use crate::infra::http::back;
use crate::infra::session::Granted;
use std::collections::HashSet;

/// Does it with each post. Callers have bounded the list.
pub async fn act(who: &Granted, act: PostAct, ids: &[PostId]) -> Result<Outcome> {
    let mut seen = HashSet::new();
    let ids: Vec<_> = ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    let opens = matches!(act, PostAct::Edit | PostAct::Repost | PostAct::RepostRest);
    match ids.as_slice() {
        [] => return Err(none_chosen()),
        [id] => return Ok(Outcome { act, done: vec![one(who, act, *id).await?], not: vec![] }),
        _ if opens => return Err(AppError::invalid("ids", "Choose one post: only one opens in the Studio.")),
        _ => {}
    }
    let mut outcome = Outcome { act, done: vec![], not: vec![] };
    for id in ids {
        match one(who, act, id).await {
            Ok(done) => outcome.done.push(done),
            Err(error) => outcome.not.push((id, why_not(&error, id))),
        }
    }
    Ok(outcome)
}

/// The post with which it was done, or the copy.
async fn one(who: &Granted, act: PostAct, id: PostId) -> Result<PostId> {
    match act {
        PostAct::Edit => {
            service::detail(who, id).await?;
        }
        PostAct::Duplicate | PostAct::Repost => return service::duplicate(who, id, false).await,
        PostAct::RepostRest => return service::duplicate(who, id, true).await,
        PostAct::ToDrafts => service::unschedule(who, id).await?,
        PostAct::Delete => service::delete(who, id).await?,
        PostAct::Restore => service::restore(who, id).await?,
    }
    Ok(id)
}

fn why_not(error: &AppError, id: PostId) -> WhyNot {
    match error.kind {
        ErrorKind::NotFound => WhyNot::Gone,
        ErrorKind::Conflict => WhyNot::TooLate,
        kind => {
            tracing::warn!(%id, ?kind, reference = ?error.reference, "an act on several posts failed for this one");
            WhyNot::Trouble
        }
    }
}

/// Where the browser goes: to the studio with a copy, or to `back` with what came of it.
pub fn next_page(outcome: &Outcome, back: &str) -> String {
    match (outcome.act, outcome.done.as_slice()) {
        (PostAct::Edit, [id]) => return format!("/studio?post={id}"),
        (PostAct::Repost | PostAct::RepostRest, [copy]) => return format!("/studio?post={copy}&notice=copy"),
        _ => {}
    }
    let said = outcome.parameters();
    back::page(back, &["posts"], &said).unwrap_or_else(|| format!("/posts?{said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_the_same_part_of_the_list() {
        let id = PostId::nil();
        let of = |act| Outcome { act, done: vec![id], not: vec![] };
        let deleted = |back: &str| next_page(&of(PostAct::Delete), back);
        assert_eq!(deleted("/posts?filter=draft&q=a%20b"), format!("/posts?filter=draft&q=a%20b&did=delete.{id}"));
        assert_eq!(deleted(&format!("/posts/{id}")), format!("/posts/{id}?did=delete.{id}"));
        assert_eq!(deleted("https://evil.example/posts"), format!("/posts?did=delete.{id}"));
        assert_eq!(next_page(&of(PostAct::Repost), "/posts"), format!("/studio?post={id}&notice=copy"));
    }
}
