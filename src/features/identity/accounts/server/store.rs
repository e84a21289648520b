//! SQL of people and sessions. These belong to the instance, so the functions take the pool.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::UserId;
use crate::infra::database::OnConstraint;
use sqlx::{PgConnection, PgPool};

pub mod events;
pub mod resets;

/// Any number, as long as it is ours alone: who holds it decides whether the instance has an owner yet.
const FIRST_USER_LOCK: i64 = 0x4c55_5801;

/// A person as it is first kept.
pub struct NewUser<'a> {
    pub id: UserId,
    pub email: &'a str,
    pub name: &'a str,
    pub password_hash: &'a str,
}

/// Adds a person; the first one of an empty instance becomes its owner. Two at once take turns until the end of the
/// transaction, so only one of them is the first.
pub async fn add_user(db: &mut PgConnection, user: NewUser<'_>) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", FIRST_USER_LOCK).fetch_one(&mut *db).await?;
    sqlx::query!(
        "insert into users (id, email, name, password_hash, is_instance_owner)
         values ($1, $2, $3, $4, not exists (select 1 from users))",
        user.id.0,
        user.email,
        user.name,
        user.password_hash
    )
    .execute(db)
    .await
    .on_constraint("users_email_key", email_refused)?;
    Ok(())
}

/// What somebody reads who signs up with an address that has an account with another password. It names no account, but
/// as long as there is no mail, not being let in says enough (docs/DECISIONS.md).
pub fn email_refused() -> AppError {
    AppError::invalid(
        "email",
        "No account was made with this e-mail address. If you have one already, sign in; otherwise use another address.",
    )
}

/// Whether the instance has people yet.
pub async fn anybody(db: &PgPool) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from users) as "there!""#).fetch_one(db).await?)
}

/// Marks a person whose password everybody knows.
pub async fn mark_as_demo(db: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("update users set is_demo = true where id = $1", user.0).execute(db).await?;
    Ok(())
}

/// What somebody reads who asks for an address that somebody else has: as at the sign-up, no account is named.
fn email_taken() -> AppError {
    AppError::invalid("email", "This e-mail address cannot be used here. Enter another one.")
}

/// Who it is and the hash of the password.
pub async fn password_of_email(db: &PgPool, email: &str) -> Result<Option<(UserId, String)>> {
    let row = sqlx::query!("select id, password_hash from users where email = $1", email).fetch_optional(db).await?;
    Ok(row.map(|r| (r.id, r.password_hash)))
}

pub async fn password_of(db: &PgPool, user: UserId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("select password_hash from users where id = $1", user.0).fetch_optional(db).await?)
}

pub async fn set_password(db: &mut PgConnection, user: UserId, hash: &str) -> Result<()> {
    sqlx::query!("update users set password_hash = $2 where id = $1", user.0, hash).execute(db).await?;
    Ok(())
}

pub async fn set_name(db: &PgPool, user: UserId, name: &str) -> Result<()> {
    sqlx::query!("update users set name = $2 where id = $1", user.0, name).execute(db).await?;
    Ok(())
}

pub async fn set_email(db: &mut PgConnection, user: UserId, email: &str) -> Result<()> {
    sqlx::query!("update users set email = $2 where id = $1", user.0, email)
        .execute(db)
        .await
        .on_constraint("users_email_key", email_taken)?;
    Ok(())
}
