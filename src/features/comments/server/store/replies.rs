//! Answers that are written here, from the form to the platform. Who may write: a run's move names the state that it saw and
//! carries its claim's fence; the answer to an armed call is bound to that attempt's key instead; a person's move takes a
//! fresh fence, so that a run which is still under way stops.

use crate::connectors::converse::Answered;
use crate::connectors::{Checkpoint, RemotePost, registry};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CommentId, CompanyId, ConnectionId, ReplyId, UserId, Uuid};
use crate::domain::platform::Platform;
use crate::features::comments::model::ReplyState;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// An answer with what it answers.
pub struct Answer {
    pub id: ReplyId,
    pub comment: CommentId,
    pub text: String,
    pub state: ReplyState,
    pub armed_at: Option<DateTime<Utc>>,
    pub first_armed_at: Option<DateTime<Utc>>,
    pub checkpoint: Option<Checkpoint>,
    pub probes: i32,
    pub absences: i32,
    pub platform: Platform,
    pub connection: ConnectionId,
    pub to: Answered,
    /// The comment or its post is not there any more.
    pub gone: bool,
}

pub async fn load(tenant: &Tenant, id: ReplyId) -> Result<Option<Answer>> {
    let row = sqlx::query!(
        r#"select r.comment_id, r.text, r.state, r.armed_at, r.first_armed_at, r.checkpoint, r.probes, r.absences,
                  c.remote_id, c.parent_remote_id, c.connection_id, a.platform, d.remote_id as post, d.remote_url as post_url,
                  (c.removed_at is not null or d.removed_at is not null) as "gone!"
           from comment_replies r
           join comments c on c.company_id = $1 and c.id = r.comment_id
           join deliveries d on d.company_id = $1 and d.id = c.delivery_id
           join connections a on a.company_id = $1 and a.id = c.connection_id
           where r.company_id = $1 and r.id = $2"#,
        tenant.company.0,
        id.0
    )
    .fetch_optional(&tenant.db)
    .await?;
    Ok(row.and_then(|row| {
        Some(Answer {
            id,
            comment: row.comment_id,
            text: row.text,
            state: ReplyState::parse(&row.state)?,
            armed_at: row.armed_at,
            first_armed_at: row.first_armed_at,
            checkpoint: row.checkpoint,
            probes: row.probes,
            absences: row.absences,
            platform: row.platform.parse().ok()?,
            connection: row.connection_id,
            to: Answered {
                comment: row.remote_id,
                parent: row.parent_remote_id,
                post: RemotePost { id: row.post.unwrap_or_default(), url: row.post_url },
            },
            gone: row.gone,
        })
    }))
}

/// What the form of an answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    New(ReplyId),
    /// The same form was sent before.
    Before,
    /// Somebody else has answered meanwhile.
    Taken,
}

/// Keeps an answer at its place among those to the comment; whoever answers has read it.
pub async fn insert(
    db: &mut PgConnection,
    company: CompanyId,
    comment: CommentId,
    place: i32,
    text: &str,
    by: UserId,
) -> Result<Wrote> {
    let id = ReplyId::new();
    // Places are taken in their order.
    let new = sqlx::query_scalar!(
        "insert into comment_replies (company_id, id, comment_id, place, text, written_by)
         select $1, $2, $3, $4, $5, $6
         where $4 = 1 + coalesce((select max(place) from comment_replies where company_id = $1 and comment_id = $3), 0)
         on conflict (company_id, comment_id, place) do nothing returning id",
        company.0,
        id.0,
        comment.0,
        place,
        text,
        by.0
    )
    .fetch_optional(&mut *db)
    .await?;
    if new.is_some() {
        sqlx::query!(
            "update comments set read_at = coalesce(read_at, now()) where company_id = $1 and id = $2",
            company.0,
            comment.0
        )
        .execute(db)
        .await?;
        return Ok(Wrote::New(id));
    }
    let same = sqlx::query_scalar!(
        r#"select text = $4 as "same!" from comment_replies where company_id = $1 and comment_id = $2 and place = $3"#,
        company.0,
        comment.0,
        place,
        text
    )
    .fetch_optional(db)
    .await?;
    Ok(if same == Some(true) { Wrote::Before } else { Wrote::Taken })
}

/// The account that an answer goes to, and where the answer stands; locked.
pub async fn lock(db: &mut PgConnection, company: CompanyId, id: ReplyId) -> Result<(ConnectionId, ReplyState)> {
    let row = sqlx::query!(
        "select r.state, c.connection_id from comment_replies r
         join comments c on c.company_id = $1 and c.id = r.comment_id
         where r.company_id = $1 and r.id = $2 for update of r",
        company.0,
        id.0
    )
    .fetch_optional(db)
    .await?
    .ok_or_else(|| AppError::not_found("answer"))?;
    Ok((row.connection_id, ReplyState::parse(&row.state).ok_or_else(|| AppError::not_found("answer"))?))
}

/// A person's move of a locked answer. An earlier call of it may still turn up, so what is known of that stays.
pub async fn move_by_person(db: &mut PgConnection, company: CompanyId, id: ReplyId, to: ReplyState) -> Result<()> {
    sqlx::query!(
        "update comment_replies set state = $3, fence = nextval('job_fences'), fault = null, probes = 0,
           absences = least(absences, 1)
         where company_id = $1 and id = $2",
        company.0,
        id.0,
        to.id()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// About to call: committed before a byte is sent. The attempt's key; `None`: somebody else has changed it.
pub async fn arm(
    tenant: &Tenant,
    id: ReplyId,
    fence: i64,
    checkpoint: &Checkpoint,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>> {
    let key = Uuid::now_v7();
    let armed = sqlx::query!(
        "update comment_replies set state = 'armed', fence = $3, attempt_key = $4, armed_at = $5,
           first_armed_at = coalesce(first_armed_at, $5), checkpoint = $6, fault = null
         where company_id = $1 and id = $2 and state = 'queued' and fence <= $3",
        tenant.company.0,
        id.0,
        fence,
        key,
        now,
        checkpoint
    )
    .execute(&tenant.db)
    .await?;
    Ok((armed.rows_affected() == 1).then_some(key))
}

/// What a run, or the answer to a call, makes of an answer.
#[derive(Clone, Debug)]
pub struct Move {
    pub to: ReplyState,
    pub fault: Option<String>,
    /// The answer's id at the platform.
    pub remote: Option<String>,
    pub probes: i32,
    pub absences: i32,
}

impl Move {
    pub fn to(to: ReplyState) -> Self {
        Self { to, fault: None, remote: None, probes: 0, absences: 0 }
    }
}

/// By what a writer is allowed to write.
#[derive(Clone, Copy, Debug)]
pub enum Right {
    /// It holds the job.
    Fence(i64),
    /// It made this attempt's call.
    Attempt(Uuid),
}

/// Moves an answer that is in this state; what has gone out becomes a comment of the account. `false`: somebody else has
/// changed it.
pub async fn advance(
    tenant: &Tenant,
    answer: &Answer,
    from: ReplyState,
    right: Right,
    change: &Move,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (fence, key) = match right {
        Right::Fence(fence) => (Some(fence), None),
        Right::Attempt(key) => (None, Some(key)),
    };
    let mut tx = tenant.db.begin().await?;
    let moved = sqlx::query!(
        "update comment_replies set state = $4, fault = $5, remote_id = coalesce($6, remote_id), probes = $7, absences = $8,
           fence = coalesce($9, fence)
         where company_id = $1 and id = $2 and state = $3
           and ($9::bigint is null or fence <= $9) and ($10::uuid is null or attempt_key = $10)",
        tenant.company.0,
        answer.id.0,
        from.id(),
        change.to.id(),
        change.fault,
        change.remote,
        change.probes,
        change.absences,
        fence,
        key
    )
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    if let Some(remote) = &change.remote {
        let converse = registry::find(answer.platform).and_then(|connector| connector.converse);
        let below = converse.map_or(answer.to.top(), |converse| converse.below(&answer.to));
        sqlx::query!(
            "insert into comments (company_id, id, delivery_id, post_id, connection_id, remote_id, parent_remote_id, author, text, at, ours)
             select $1, $3, c.delivery_id, c.post_id, c.connection_id, $4, $5, a.handle, $6, $7, true
             from comments c join connections a on a.company_id = $1 and a.id = c.connection_id
             where c.company_id = $1 and c.id = $2
             on conflict (company_id, connection_id, remote_id) do nothing",
            tenant.company.0,
            answer.comment.0,
            CommentId::new().0,
            remote,
            below,
            answer.text,
            now
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Whether another answer is already known to be that comment.
pub async fn is_anothers(tenant: &Tenant, answer: &Answer, remote: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from comment_replies r where r.company_id = $1 and r.comment_id = $2 and r.remote_id = $3 and r.id <> $4)
           as "found!""#,
        tenant.company.0,
        answer.comment.0,
        remote,
        answer.id.0
    )
    .fetch_one(&tenant.db)
    .await?)
}
