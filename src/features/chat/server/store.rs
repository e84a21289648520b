//! SQL of conversations. Whose they are is part of every query: the company and the person.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ConversationId, MessageId, UserId};
use crate::domain::page::Cursor;
use crate::features::chat::model::{MOST_CONVERSATIONS, MOST_MESSAGES};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::PgPool;

pub fn gone() -> AppError {
    AppError::not_found("conversation")
}

pub struct ConversationRow {
    pub id: ConversationId,
    pub title: String,
    pub changed_at: DateTime<Utc>,
}

impl ConversationRow {
    pub fn cursor(&self) -> Cursor {
        Cursor { at_us: self.changed_at.timestamp_micros(), id: self.id.0 }
    }
}

/// Those of a person behind a place, the latest first; with `search` those in which it was said.
pub async fn list(
    tenant: &Tenant,
    user: UserId,
    search: &str,
    behind: Cursor,
    limit: i64,
) -> Result<Vec<ConversationRow>> {
    let rows = sqlx::query_as!(
        ConversationRow,
        "select c.id, c.title, c.changed_at from chat_conversations c
         where c.company_id = $1 and c.user_id = $2 and c.deleted_at is null and (c.changed_at, c.id) < ($4::timestamptz, $5::uuid)
           and ($3 = '' or position(lower($3) in lower(c.title)) > 0 or exists (
             select from chat_messages m where m.company_id = $1 and m.conversation_id = c.id and position(lower($3) in lower(m.text)) > 0))
         order by c.changed_at desc, c.id desc limit $6",
        tenant.company.0,
        user.0,
        search,
        DateTime::<Utc>::from(behind),
        behind.id,
        limit
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

pub async fn find(tenant: &Tenant, user: UserId, id: ConversationId) -> Result<Option<ConversationRow>> {
    let row = sqlx::query_as!(
        ConversationRow,
        "select id, title, changed_at from chat_conversations
         where company_id = $1 and user_id = $2 and id = $3 and deleted_at is null",
        tenant.company.0,
        user.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

/// Deletes it, or takes it back; false: there is none of this person.
pub async fn delete(tenant: &Tenant, user: UserId, id: ConversationId, gone: bool) -> Result<bool> {
    let done = sqlx::query!(
        "update chat_conversations set deleted_at = case when $4 then coalesce(deleted_at, now()) end
         where company_id = $1 and user_id = $2 and id = $3",
        tenant.company.0,
        user.0,
        id.0,
        gone
    );
    Ok(done.execute(&tenant.db).await?.rows_affected() == 1)
}

pub fn remove_deleted(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!("delete from chat_conversations where deleted_at < now() - interval '30 days'");
        Ok(done.execute(&db).await?.rows_affected())
    })
}

pub struct MessageRow {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub of_person: bool,
    pub text: String,
    pub state: String,
    pub problem: String,
    pub page: String,
    pub acts: Value,
    pub sources: Value,
    pub model: String,
    pub created_at: DateTime<Utc>,
}

/// The messages of a conversation in their order.
pub async fn messages(tenant: &Tenant, user: UserId, of: ConversationId) -> Result<Vec<MessageRow>> {
    let rows = sqlx::query_as!(
        MessageRow,
        "select id, conversation_id, of_person, text, state, problem, page, acts, sources, model, created_at from chat_messages
         where company_id = $1 and user_id = $2 and conversation_id = $3 order by place limit $4",
        tenant.company.0,
        user.0,
        of.0,
        MOST_MESSAGES
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// One answer.
pub async fn message(tenant: &Tenant, user: UserId, id: MessageId) -> Result<Option<MessageRow>> {
    let row = sqlx::query_as!(
        MessageRow,
        "select id, conversation_id, of_person, text, state, problem, page, acts, sources, model, created_at from chat_messages
         where company_id = $1 and user_id = $2 and id = $3",
        tenant.company.0,
        user.0,
        id.0
    );
    Ok(row.fetch_optional(&tenant.db).await?)
}

/// The key of a request that may be repeated, and what it asks for.
pub struct RequestKey<'a> {
    pub key: &'a str,
    pub sha256: &'a [u8],
}

/// The answer that a request with this key began, and what that request asked for.
pub async fn asked_before(tenant: &Tenant, user: UserId, key: &str) -> Result<Option<(MessageId, Vec<u8>)>> {
    let row = sqlx::query!(
        r#"select a.id, q.request_sha256 as "sha256!" from chat_messages q
           join chat_messages a on a.company_id = q.company_id and a.conversation_id = q.conversation_id and a.place = q.place + 1
           where q.company_id = $1 and q.user_id = $2 and q.request_key = $3"#,
        tenant.company.0,
        user.0,
        key
    );
    Ok(row.fetch_optional(&tenant.db).await?.map(|row| (row.id, row.sha256)))
}

/// A question to keep.
pub struct Question<'a> {
    pub of: Option<ConversationId>,
    pub title: &'a str,
    pub text: &'a str,
    pub page: &'a str,
    pub key: Option<RequestKey<'a>>,
}

/// Keeps a question and the place of its answer, in a new conversation where it names none. `None`: another request with its key was
/// quicker.
pub async fn ask(tenant: &Tenant, user: UserId, new: &Question<'_>) -> Result<Option<(ConversationId, MessageId)>> {
    let company = tenant.company.0;
    let mut tx = tenant.db.begin().await?;
    let conversation = match new.of {
        Some(id) => {
            let there = sqlx::query_scalar!(
                "select id from chat_conversations where company_id = $1 and user_id = $2 and id = $3 and deleted_at is null for update",
                company,
                user.0,
                id.0
            );
            there.fetch_optional(&mut *tx).await?.ok_or_else(gone)?
        }
        None => {
            let id = ConversationId::new();
            let done = sqlx::query!(
                "insert into chat_conversations (company_id, id, user_id, title)
                 select $1, $2, $3, $4
                 where (select count(*) from chat_conversations where company_id = $1 and user_id = $3 and deleted_at is null) < $5",
                company,
                id.0,
                user.0,
                new.title,
                MOST_CONVERSATIONS
            );
            if done.execute(&mut *tx).await?.rows_affected() == 0 {
                return Err(AppError::conflict(format!(
                    "You have {MOST_CONVERSATIONS} conversations. Delete some that you do not need, or go on in one of them."
                )));
            }
            id
        }
    };
    let last = sqlx::query_scalar!(
        r#"select coalesce(max(place), 0) as "last!" from chat_messages where company_id = $1 and conversation_id = $2"#,
        company,
        conversation.0
    );
    let last = last.fetch_one(&mut *tx).await?;
    if i64::from(last) + 2 > MOST_MESSAGES {
        return Err(AppError::conflict("This conversation is full. Begin a new one; this one stays in the list."));
    }
    let asked = sqlx::query!(
        "insert into chat_messages (company_id, id, conversation_id, user_id, place, of_person, text, page, request_key, request_sha256, ended_at)
         values ($1, $2, $3, $4, $5, true, $6, $7, $8, $9, now())
         on conflict on constraint chat_messages_request do nothing",
        company,
        MessageId::new().0,
        conversation.0,
        user.0,
        last + 1,
        new.text,
        new.page,
        new.key.as_ref().map(|key| key.key),
        new.key.as_ref().map(|key| key.sha256)
    );
    if asked.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let answer = MessageId::new();
    sqlx::query!(
        "insert into chat_messages (company_id, id, conversation_id, user_id, place, of_person, text, state)
         values ($1, $2, $3, $4, $5, false, '', 'writing')",
        company,
        answer.0,
        conversation.0,
        user.0,
        last + 2
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update chat_conversations set changed_at = now() where company_id = $1 and user_id = $2 and id = $3",
        company,
        user.0,
        conversation.0
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Some((conversation, answer)))
}

/// What came of a question.
pub struct Ended<'a> {
    pub text: &'a str,
    pub state: &'a str,
    pub problem: &'a str,
    pub sources: &'a Value,
    pub model: &'a str,
}

/// Keeps the words of an answer; one that is kept stays as it is.
pub async fn end(tenant: &Tenant, user: UserId, id: MessageId, ended: &Ended<'_>) -> Result<()> {
    sqlx::query!(
        "update chat_messages set text = $4, state = $5, problem = $6, sources = $7, model = $8, ended_at = now()
         where company_id = $1 and user_id = $2 and id = $3 and not of_person and ended_at is null",
        tenant.company.0,
        user.0,
        id.0,
        ended.text,
        ended.state,
        ended.problem,
        ended.sources,
        ended.model
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// Adds what an answer did: it stands in the conversation also when the answer breaks off behind it.
pub async fn add_acts(tenant: &Tenant, user: UserId, id: MessageId, acts: &Value) -> Result<()> {
    sqlx::query!(
        "update chat_messages set acts = acts || $4 where company_id = $1 and user_id = $2 and id = $3 and not of_person",
        tenant.company.0,
        user.0,
        id.0,
        acts
    )
    .execute(&tenant.db)
    .await?;
    Ok(())
}

/// How many answers a person had from a model in 24 hours, counted up to `most`.
pub async fn answers_of_models(tenant: &Tenant, user: UserId, most: i64) -> Result<i64> {
    let n = sqlx::query_scalar!(
        r#"select count(*) as "n!" from (
             select from chat_messages where company_id = $1 and user_id = $2 and model <> '' and created_at > now() - interval '1 day'
             order by created_at desc limit $3) m"#,
        tenant.company.0,
        user.0,
        most
    );
    Ok(n.fetch_one(&tenant.db).await?)
}

/// Names of people who may repair what the company's errors are about.
pub async fn admins(tenant: &Tenant) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select u.name from members m join users u on u.id = m.id
         where m.company_id = $1 and m.role in ('owner', 'admin') order by m.joined_at limit 3",
        tenant.company.0
    )
    .fetch_all(&tenant.db)
    .await?)
}

/// Name and zone of the company.
pub async fn company(tenant: &Tenant) -> Result<(String, String)> {
    let row =
        sqlx::query!("select name, zone from companies where id = $1", tenant.company.0).fetch_one(&tenant.db).await?;
    Ok((row.name, row.zone))
}
