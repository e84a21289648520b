//! The SQL of receipts (`repairs`): what was done about errors, and how often lately.

use crate::domain::error::Result;
use crate::domain::ids::{ErrorId, RepairId, UserId};
use crate::features::diagnostics::server::store::{Row, Scope};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;

/// How often something was done in the last day about faults like this one, resolved meanwhile or not, and when last.
pub struct Tries {
    pub today: i64,
    pub last: Option<DateTime<Utc>>,
}

pub async fn tries(db: &PgPool, row: &Row) -> Result<Tries> {
    Ok(sqlx::query_as!(
        Tries,
        r#"select count(*) as "today!", max(r.at) as last from error_log e join repairs r on r.error_id = e.id
           where e.company_id is not distinct from $1 and e.fingerprint = $2 and r.at > now() - interval '1 day'"#,
        row.company_id.map(|id| id.0),
        row.fingerprint
    )
    .fetch_one(db)
    .await?)
}

/// Takes the turn to do something about an error, unless somebody took it a moment ago.
pub async fn take_turn(db: &PgPool, id: ErrorId) -> Result<bool> {
    let taken = sqlx::query!(
        "update error_log set acted_at = now()
         where id = $1 and not is_resolved and (acted_at is null or acted_at < now() - interval '5 seconds')",
        id.0
    );
    Ok(taken.execute(db).await?.rows_affected() == 1)
}

/// The turn is over: another may come at once.
pub async fn end_turn(db: &PgPool, id: ErrorId) -> Result<()> {
    sqlx::query!("update error_log set acted_at = now() - interval '1 hour' where id = $1", id.0).execute(db).await?;
    Ok(())
}

pub struct New<'a> {
    pub error: ErrorId,
    pub playbook: &'a str,
    pub by: Option<UserId>,
    pub before: &'a str,
    pub done: &'a str,
    pub after: &'a str,
    pub mended: bool,
    pub undo: Option<&'a Value>,
}

pub async fn keep(db: &PgPool, new: New<'_>) -> Result<()> {
    sqlx::query!(
        "insert into repairs (id, error_id, playbook, by_user, before, done, after, mended, undo)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        RepairId::new().0,
        new.error.0,
        new.playbook,
        new.by.map(|by| by.0),
        new.before,
        new.done,
        new.after,
        new.mended,
        new.undo
    )
    .execute(db)
    .await?;
    Ok(())
}

pub struct Kept {
    pub id: RepairId,
    pub at: DateTime<Utc>,
    pub by: Option<String>,
    pub before: String,
    pub done: String,
    pub after: String,
    pub mended: bool,
    pub can_undo: bool,
    pub undone_at: Option<DateTime<Utc>>,
    pub undone_by: Option<String>,
}

/// Of an error that whoever asks may see; the latest first.
pub async fn of(db: &PgPool, error: ErrorId) -> Result<Vec<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        r#"select r.id, r.at, (select u.name from users u where u.id = r.by_user) as by, r.before, r.done, r.after, r.mended,
                  (r.undo is not null and r.undone_at is null) as "can_undo!", r.undone_at,
                  (select u.name from users u where u.id = r.undone_by) as undone_by
           from repairs r where r.error_id = $1 order by r.at desc, r.id desc limit 20"#,
        error.0
    )
    .fetch_all(db)
    .await?)
}

/// What an undo needs to know.
pub struct Undo {
    pub error: ErrorId,
    pub undo: Option<Value>,
    pub is_undone: bool,
}

pub async fn find(scope: &Scope<'_>, id: RepairId) -> Result<Option<Undo>> {
    Ok(sqlx::query_as!(
        Undo,
        r#"select r.error_id as error, r.undo, (r.undone_at is not null) as "is_undone!" from repairs r
           join error_log e on e.id = r.error_id
           where (e.company_id = $1 or (e.company_id is null and $2)) and r.id = $3"#,
        scope.tenant.company.0,
        scope.server,
        id.0
    )
    .fetch_optional(&scope.tenant.db)
    .await?)
}

/// `false`: somebody else did so meanwhile.
pub async fn undone(db: &PgPool, id: RepairId, by: UserId) -> Result<bool> {
    let done = sqlx::query!(
        "update repairs set undone_at = now(), undone_by = $2 where id = $1 and undone_at is null",
        id.0,
        by.0
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
