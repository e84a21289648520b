//! SQL of the journal of an account: what happened to the ways in which a person signs in.

use crate::domain::error::Result;
use crate::domain::ids::{UserId, new_id};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};

/// Lines that the security page shows.
const SHOWN: i64 = 10;

/// What can happen. The names are those of the table's check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Somebody made a link for a new password.
    ResetLink,
    /// A password was set with such a link.
    PasswordReset,
    PasswordChanged,
    EmailChanged,
}

impl Happened {
    pub const ALL: [Self; 4] = [Self::ResetLink, Self::PasswordReset, Self::PasswordChanged, Self::EmailChanged];

    pub fn id(self) -> &'static str {
        match self {
            Self::ResetLink => "reset_link",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
        }
    }
}

/// Who did it, and where from.
pub struct By<'a> {
    /// `None`: the server's owner, on the command line.
    pub user: Option<UserId>,
    pub name: &'a str,
    pub ip: &'a str,
}

/// Writes a line, in the transaction of what it is about.
pub async fn add(db: &mut PgConnection, user: UserId, what: Happened, by: By<'_>) -> Result<()> {
    sqlx::query!(
        "insert into account_events (id, user_id, kind, by_user, by_name, ip) values ($1, $2, $3, $4, $5, $6)",
        new_id(),
        user.0,
        what.id(),
        by.user as _,
        by.name,
        by.ip
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A line of the journal.
pub struct Event {
    pub at: DateTime<Utc>,
    pub kind: String,
    pub by_user: Option<UserId>,
    pub by_name: String,
    pub ip: String,
}

/// The last ones, the latest first.
pub async fn latest(db: &PgPool, user: UserId) -> Result<Vec<Event>> {
    Ok(sqlx::query_as!(
        Event,
        "select at, kind, by_user, by_name, ip from account_events where user_id = $1 order by at desc, id desc limit $2",
        user.0,
        SHOWN
    )
    .fetch_all(db)
    .await?)
}

/// Deletes lines that are a year old.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done =
            sqlx::query!("delete from account_events where at < now() - interval '365 days'").execute(&db).await?;
        Ok(done.rows_affected())
    })
}
