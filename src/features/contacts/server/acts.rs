//! Acts on one contact or several, each with a way back.

use super::edit::{event, one_tag, tag_them};
use super::profile::gone;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ContactId, SegmentId};
use crate::features::contacts::model::{ContactAct, ContactOutcome};
use crate::features::contacts::segments::server::members;
use crate::infra::http::back;
use crate::infra::session::Granted;
use crate::ui::encode;
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};

/// Days for which a deleted contact can come back.
pub const DAYS: i32 = 30;

/// Does it with all of them that are there; those that are not are left out, and when none is, they are not found. Callers have
/// bounded the list.
pub async fn act(
    who: &Granted,
    act: ContactAct,
    ids: &[ContactId],
    tag: &str,
    list: Option<SegmentId>,
) -> Result<ContactOutcome> {
    if ids.is_empty() {
        return Err(AppError::invalid("ids", "Choose a contact first."));
    }
    let mut tag = match act {
        ContactAct::Tag | ContactAct::Untag => {
            let wrong = || AppError::invalid("tag", "Write a tag of at most 60 characters, without a comma.");
            one_tag(tag).ok_or_else(wrong)?
        }
        _ => String::new(),
    };
    let mut tx = who.tenant.db.begin().await?;
    let done = match act {
        ContactAct::Tag => {
            let done = there(&mut tx, who, ids).await?;
            tag_them(&mut tx, who, &done, std::slice::from_ref(&tag)).await?;
            event(&mut tx, who, &done, "tagged", &tag).await?;
            done
        }
        ContactAct::Untag => {
            let done = there(&mut tx, who, ids).await?;
            let gone = sqlx::query!(
                "delete from contact_tags where company_id = $1 and contact_id = any($2) and tag = $3",
                who.company.0,
                &done as _,
                tag
            );
            gone.execute(&mut *tx).await?;
            event(&mut tx, who, &done, "untagged", &tag).await?;
            done
        }
        ContactAct::Join | ContactAct::Leave => {
            let list = list.ok_or_else(|| AppError::invalid("list", "Choose a list first."))?;
            let there = there(&mut tx, who, ids).await?;
            let (name, done) = members::by_hand(&mut tx, who, list, &there, act == ContactAct::Join).await?;
            if done.is_empty() && !there.is_empty() {
                let so = if act == ContactAct::Join { "in this list already" } else { "not in this list" };
                return Err(AppError::conflict(format!("They are {so}.")));
            }
            tag = name;
            done
        }
        ContactAct::Delete | ContactAct::Restore => {
            let deletes = act == ContactAct::Delete;
            let done = sqlx::query_scalar!(
                "update contacts set deleted_at = case when $3 then now() end
                 where company_id = $1 and id = any($2) and (deleted_at is null) = $3 returning id",
                who.company.0,
                ids as _,
                deletes
            );
            let done: Vec<ContactId> = done.fetch_all(&mut *tx).await?;
            event(&mut tx, who, &done, if deletes { "deleted" } else { "restored" }, "").await?;
            done
        }
    };
    if done.is_empty() {
        return Err(gone());
    }
    members::follow(&mut tx, &who.tenant, &done).await?;
    tx.commit().await?;
    let list = list.filter(|_| matches!(act, ContactAct::Join | ContactAct::Leave));
    Ok(ContactOutcome { act, done, tag, list })
}

/// Those of them that are there, held.
async fn there(tx: &mut PgConnection, who: &Granted, ids: &[ContactId]) -> Result<Vec<ContactId>> {
    let found = sqlx::query_scalar!(
        "select id from contacts where company_id = $1 and id = any($2) and deleted_at is null order by id for update",
        who.company.0,
        ids as _
    );
    Ok(found.fetch_all(tx).await?)
}

/// `back`, if it is a page of contacts, with what was done.
pub fn next_page(outcome: &ContactOutcome, back: &str) -> String {
    let tag = if outcome.tag.is_empty() { String::new() } else { format!("&notice={}", encode(&outcome.tag)) };
    let say = format!("did={}{tag}", outcome.did());
    // The profile of somebody who is deleted is not there any more.
    let profile = back.starts_with("/contacts/") && outcome.act == ContactAct::Delete;
    back::page(if profile { "/contacts" } else { back }, &["contacts"], &say)
        .unwrap_or_else(|| format!("/contacts?{say}"))
}

/// Removes for good what was deleted long ago.
pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from contacts where deleted_at < now() - make_interval(days => $1)", DAYS);
        Ok(done.execute(&db).await?.rows_affected())
    })
}
