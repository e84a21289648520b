//! What people write as an answer, and what they say of one that is not out. `send` is the job that brings it to the platform.

use super::send::{Payload, SendReply};
use super::store::{self, replies};
use super::there;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CommentId, ConnectionId, ReplyId};
use crate::features::comments::model::{ReplyAct, ReplyState};
use crate::features::snippets::placeholders;
use crate::infra::database::Tenant;
use crate::infra::queue::{self, JobOptions};
use crate::infra::session::Granted;
use sqlx::PgConnection;

/// Keeps an answer, and a job that sends it. The same form sent twice answers once; where somebody else has answered meanwhile,
/// nothing is kept.
pub async fn write(who: &Granted, comment: CommentId, place: i32, text: &str) -> Result<()> {
    let tenant = &who.tenant;
    let to = store::place(tenant, comment).await?;
    let name = to.platform.name();
    let Some(converse) = there::converse(to.platform) else {
        return Err(AppError::conflict(format!("Comments on {name} can only be answered there.")));
    };
    if to.ours {
        return Err(AppError::conflict("This is a reply of your own account."));
    }
    if to.is_gone() {
        return Err(AppError::conflict("This comment is not there any more, so it cannot be answered."));
    }
    let text = text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    if text.is_empty() {
        return Err(AppError::invalid("text", "Write a reply first."));
    }
    if let Some(name) = placeholders::names(&text).first() {
        let words = format!("{{{{{name}}}}} is still in your reply. Write there what it stands for.");
        return Err(AppError::invalid("text", words));
    }
    let (length, longest) = (text.encode_utf16().count(), converse.longest());
    if length > longest {
        let words = format!("A reply on {name} has at most {longest} characters; this is {length}.");
        return Err(AppError::invalid("text", words));
    }
    let mut tx = tenant.db.begin().await?;
    let wrote = replies::insert(&mut tx, tenant.company, comment, place, &text, who.user).await?;
    match wrote {
        replies::Wrote::New(id) => drive(&mut tx, tenant, id, to.connection).await?,
        replies::Wrote::Before => {}
        replies::Wrote::Taken => {
            return Err(AppError::conflict(
                "Somebody has answered this meanwhile. Look at the reply, then write yours.",
            ));
        }
    }
    Ok(tx.commit().await?)
}

/// Sends it again, takes a person's word that it is there, or forgets it.
pub async fn decide(who: &Granted, id: ReplyId, act: ReplyAct) -> Result<()> {
    let tenant = &who.tenant;
    let mut tx = tenant.db.begin().await?;
    let (connection, state) = replies::lock(&mut tx, tenant.company, id).await?;
    use ReplyState::{Dropped, Failed, Queued, Sent, Unconfirmed};
    let to = match (act, state) {
        (ReplyAct::Send, Failed | Unconfirmed) => Queued,
        (ReplyAct::IsThere, Unconfirmed) => Sent,
        (ReplyAct::Drop, Failed | Unconfirmed) => Dropped,
        _ => return Err(AppError::conflict("Something has changed about this reply. Look at it again.")),
    };
    replies::move_by_person(&mut tx, tenant.company, id, to).await?;
    if to == Queued {
        drive(&mut tx, tenant, id, connection).await?;
    }
    Ok(tx.commit().await?)
}

/// Makes sure that a job sends it. One account is served one thing at a time, posts among them.
async fn drive(db: &mut PgConnection, tenant: &Tenant, id: ReplyId, connection: ConnectionId) -> Result<()> {
    let now = sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(&mut *db).await?;
    let options = JobOptions {
        company: Some(tenant.company),
        job_key: Some(format!("answer:{id}")),
        queue_key: Some(format!("connection:{connection}")),
        ..JobOptions::at(now)
    };
    queue::enqueue::<SendReply>(db, &Payload { reply: id }, options).await?;
    Ok(())
}
