//! What the inbox shows, and what people mark in it.

use super::collect::{Collect, Payload};
use super::store::{self, list};
use super::there;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CommentId, ConnectionId, PostId};
use crate::domain::page::Part;
use crate::domain::permission::{Permission, Role};
use crate::domain::post::title_of;
use crate::features::comments::model::{AnswerCard, CommentCard, CommentList, CommentQuery, ReplyState, Replying};
use crate::features::comments::saved::About;
use crate::features::identity::companies::server::service as companies;
use crate::features::posts::server::cards::when;
use crate::features::snippets::placeholders::{fill, names};
use crate::features::snippets::server::service as snippets;
use crate::infra::database::Tenant;
use crate::infra::queue::{self, JobOptions};
use crate::infra::session::Granted;
use chrono_tz::Tz;
use std::collections::HashMap;

/// A part of the inbox, for this person.
pub async fn list(who: &Granted, query: &CommentQuery) -> Result<CommentList> {
    let tenant = &who.tenant;
    let about = match query.post {
        Some(post) => Some(store::post_text(tenant, post).await?.ok_or_else(|| AppError::not_found("post"))?),
        None => None,
    };
    let part = list::part(tenant, query).await?;
    let zone = companies::zone(tenant).await?;
    let rows = list::rows(tenant, &part.items).await?;
    let mut answers = list::answers(tenant, &part.items).await?;
    let mut written = list::written(tenant, &part.items).await?;
    let items = rows.into_iter().filter_map(|row| {
        let platform = row.platform.parse().ok()?;
        let converse = there::converse(platform);
        let places = written.get(&row.id).map_or(0, |all| all.iter().map(|w| w.place).max().unwrap_or(0));
        let gone = row.removed || row.post_removed;
        Some(CommentCard {
            id: row.id,
            post: row.post_id,
            title: title_of(&row.post_text),
            platform,
            handle: row.handle,
            author: row.author,
            text: row.text,
            at: when(zone, row.at),
            url: row.url.or(row.post_url).filter(|url| url.starts_with("http")),
            unread: row.unread,
            hidden: row.hidden,
            removed: gone,
            answers: merged(zone, answers.remove(&row.id), written.remove(&row.id)),
            place: places + 1,
            longest: converse.map_or(0, |c| u32::try_from(c.longest()).unwrap_or(u32::MAX)),
            can_answer: converse.is_some() && !gone,
            can_hide: converse.is_some_and(|c| c.hides()) && !gone,
            can_remove: converse.is_some_and(|c| c.removes()),
        })
    });
    let items = for_role(items.collect(), who.role);
    let replying = replying(tenant, query, &items).await?;
    let troubles = store::watches::troubles(tenant).await?;
    let troubles = troubles.into_iter().map(|(handle, fault)| format!("{handle}: {fault}")).collect();
    Ok(CommentList {
        part: Part { items, newer: part.newer, older: part.older, total: None, looked_at: None },
        accounts: store::accounts(tenant).await?,
        troubles,
        about: about.map(|text| title_of(&text)),
        replying,
        zone: zone.name().to_owned(),
        role: who.role,
    })
}

/// What an answer begins with, where somebody has chosen a saved reply without the program in the browser.
async fn replying(tenant: &Tenant, query: &CommentQuery, items: &[CommentCard]) -> Result<Option<Replying>> {
    let Some(comment) = items.iter().find(|comment| Some(comment.id) == query.reply && comment.can_answer) else {
        return Ok(None);
    };
    let text = match query.saved {
        Some(saved) => filled(&About::of(comment), &snippets::text(tenant, saved).await?),
        None => String::new(),
    };
    Ok(Some(Replying { comment: comment.id, saved: snippets::replies(tenant).await?, text }))
}

/// A saved reply with what the comment tells; the rest stays in braces.
fn filled(about: &About, text: &str) -> String {
    let values = names(text).into_iter().map(|name| (about.known(&name), name));
    let known: Vec<_> = values.filter(|(value, _)| !value.is_empty()).map(|(value, name)| (name, value)).collect();
    fill(text, &known)
}

/// What is written here and what is found there, oldest first: what was sent from here is shown once.
fn merged(zone: Tz, found: Option<Vec<list::Found>>, written: Option<Vec<list::Written>>) -> Vec<AnswerCard> {
    let (found, written) = (found.unwrap_or_default(), written.unwrap_or_default());
    let by_remote: HashMap<&str, &list::Found> = found.iter().map(|f| (f.remote_id.as_str(), f)).collect();
    let known = |f: &&list::Found| written.iter().any(|w| w.remote_id.as_deref() == Some(f.remote_id.as_str()));
    let mut all: Vec<(i64, AnswerCard)> = vec![];
    for one in &written {
        let Some(state) = ReplyState::parse(&one.state).filter(|state| *state != ReplyState::Dropped) else { continue };
        let there = one.remote_id.as_deref().and_then(|id| by_remote.get(id));
        let card = AnswerCard {
            comment: one.comment.or(there.map(|f| f.id)),
            reply: Some(one.id),
            text: one.text.clone(),
            at: when(zone, one.written_at),
            state,
            fault: one.fault.clone(),
            by: one.by.clone(),
            removed: one.removed,
        };
        all.push((one.written_at.timestamp_micros(), card));
    }
    for one in found.iter().filter(|f| !known(f)) {
        let card = AnswerCard {
            comment: Some(one.id),
            reply: None,
            text: one.text.clone(),
            at: when(zone, one.at),
            state: ReplyState::Sent,
            fault: None,
            by: None,
            removed: one.removed,
        };
        all.push((one.at.timestamp_micros(), card));
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, card)| card).collect()
}

/// Nobody is offered what they may not do.
fn for_role(mut items: Vec<CommentCard>, role: Role) -> Vec<CommentCard> {
    if !role.may(Permission::Publish) {
        for comment in &mut items {
            (comment.can_answer, comment.can_hide, comment.can_remove) = (false, false, false);
        }
    }
    items
}

/// Marks a comment as read, or as unread again.
pub async fn mark(tenant: &Tenant, id: CommentId, read: bool) -> Result<()> {
    store::mark(tenant, id, read).await
}

/// Marks as read what is not newer than `until`.
pub async fn mark_all(
    tenant: &Tenant,
    until: CommentId,
    account: Option<ConnectionId>,
    post: Option<PostId>,
) -> Result<()> {
    let place = store::place(tenant, until).await?;
    // A million at most.
    for _ in 0..200 {
        if !store::mark_all(tenant, &place, until, account, post).await? {
            break;
        }
    }
    Ok(())
}

/// All comments of the company are read by a job that begins now.
pub async fn collect_now(tenant: &Tenant) -> Result<()> {
    store::watches::again(tenant, None).await?;
    let mut tx = tenant.db.begin().await?;
    let now = sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(&mut *tx).await?;
    let options = JobOptions {
        company: Some(tenant.company),
        job_key: Some(format!("collect_comments:{}", tenant.company)),
        ..JobOptions::at(now)
    };
    queue::enqueue::<Collect>(&mut tx, &Payload::default(), options).await?;
    Ok(tx.commit().await?)
}
