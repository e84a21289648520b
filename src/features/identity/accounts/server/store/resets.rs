//! SQL of the links with which a person sets a new password. They belong to the instance, as people do.

use crate::domain::error::Result;
use crate::domain::ids::{UserId, Uuid, new_id};
use crate::domain::permission::Role;
use crate::features::identity::accounts::model::RESET_HOURS;
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;

/// What decides whether somebody may set another person's password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Who makes the link looks after the server.
    pub maker_owns_server: bool,
    /// So does the person whom it is for.
    pub owns_server: bool,
    /// For each company of the person: their role there, and the maker's, if they belong to it.
    pub companies: Vec<(Role, Option<Role>)>,
}

/// How `maker` stands towards each of these people; nobody is left out who exists.
pub async fn standings(db: &mut PgConnection, maker: UserId, people: &[UserId]) -> Result<BTreeMap<UserId, Standing>> {
    let rows = sqlx::query!(
        r#"select u.id, u.is_instance_owner, me.is_instance_owner as maker_owns,
                  theirs.role as "their_role?", mine.role as "my_role?"
           from users u
           join users me on me.id = $1
           left join members theirs on theirs.id = u.id
           left join members mine on mine.company_id = theirs.company_id and mine.id = me.id
           where u.id = any($2)"#,
        maker.0,
        people as _
    )
    .fetch_all(db)
    .await?;
    let mut found = BTreeMap::<UserId, Standing>::new();
    for row in rows {
        let standing = found.entry(row.id).or_default();
        (standing.maker_owns_server, standing.owns_server) = (row.maker_owns, row.is_instance_owner);
        // A role that this program does not know counts as the highest for the person and as none for the maker.
        if let Some(theirs) = row.their_role {
            let theirs = Role::parse(&theirs).unwrap_or(Role::Owner);
            standing.companies.push((theirs, row.my_role.as_deref().and_then(Role::parse)));
        }
    }
    Ok(found)
}

/// Holds a person until the end of the transaction: links are made and used one at a time, and nobody joins a company
/// meanwhile (a new member row waits for the row of its person). Their name; `None`: nobody.
pub async fn hold_person(db: &mut PgConnection, user: UserId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("select name from users where id = $1 for update", user.0).fetch_optional(db).await?)
}

/// Withdraws the links of a person that still work.
pub async fn revoke_open(db: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!(
        "update password_resets set revoked_at = now() where user_id = $1 and used_at is null and revoked_at is null",
        user.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// `maker`: `None` for the command line.
pub async fn add(db: &mut PgConnection, user: UserId, maker: Option<UserId>, token_sha256: &[u8]) -> Result<()> {
    sqlx::query!(
        "insert into password_resets (id, user_id, token_sha256, made_by, expires_at)
         values ($1, $2, $3, $4, now() + make_interval(hours => $5))",
        new_id(),
        user.0,
        token_sha256,
        maker as _,
        RESET_HOURS
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a link leads to, in whatever state.
pub struct Reset {
    pub id: Uuid,
    pub user: UserId,
    pub email: String,
    pub made_by: Option<UserId>,
    pub used: bool,
    pub revoked: bool,
    pub expired: bool,
}

pub async fn by_token(db: &mut PgConnection, token_sha256: &[u8]) -> Result<Option<Reset>> {
    Ok(sqlx::query_as!(
        Reset,
        r#"select r.id, r.user_id as user, u.email, r.made_by, r.used_at is not null as "used!",
                  r.revoked_at is not null as "revoked!", r.expires_at <= now() as "expired!"
           from password_resets r join users u on u.id = r.user_id
           where r.token_sha256 = $1"#,
        token_sha256
    )
    .fetch_optional(db)
    .await?)
}

pub async fn mark_used(db: &mut PgConnection, id: Uuid) -> Result<()> {
    sqlx::query!("update password_resets set used_at = now() where id = $1", id).execute(db).await?;
    Ok(())
}

/// Deletes links that ended a month ago.
pub fn delete_ended(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!(
            "delete from password_resets where least(used_at, revoked_at, expires_at) < now() - interval '30 days'"
        )
        .execute(&db)
        .await?;
        Ok(done.rows_affected())
    })
}
