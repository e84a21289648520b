//! User names and passwords of other programs. A password is 256 random bits, so its SHA-256 is enough to keep: nobody can try
//! them all, and looking it up costs next to nothing. It is found by that, and not compared letter by letter.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, IntakeKeyId};
use crate::features::identity::companies::server::service as companies;
use crate::features::intake::model::{KeyCard, NewKey};
use crate::features::posts::server::cards::when;
use crate::infra::database::Tenant;
use crate::infra::session::{Granted, random_token, sha256};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::Utc;
use http::{HeaderMap, header};
use sqlx::PgPool;
use std::collections::HashSet;

/// Hours for which a replaced password still works.
pub const OVERLAP_HOURS: i32 = 24;
/// Credentials that work, of one company.
const MOST: i64 = 20;

/// Who sends.
#[derive(Clone, Debug)]
pub struct Sender {
    pub company: CompanyId,
    pub company_name: String,
    pub user_name: String,
}

/// What a request says of its sender.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    pub user_name: String,
    pub password: String,
}

/// HTTP Basic, or the password alone as `X-API-Key`.
pub fn claimed(headers: &HeaderMap) -> Option<Claimed> {
    if let Some(value) = headers.get("x-api-key") {
        return Some(Claimed { user_name: String::new(), password: value.to_str().ok()?.trim().to_owned() });
    }
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (user_name, password) = pair.split_once(':')?;
    Some(Claimed { user_name: user_name.to_owned(), password: password.to_owned() })
}

/// Who it is.
pub async fn sender(db: &PgPool, claimed: Claimed) -> Result<Option<Sender>> {
    Ok(senders(db, &[claimed]).await?.pop().flatten())
}

/// Who they are, in their order; `None`: nobody has this user name with this password now. One look at the table whatever is wrong, so
/// that an answer takes as long for the one as for the other.
pub async fn senders(db: &PgPool, claimed: &[Claimed]) -> Result<Vec<Option<Sender>>> {
    let hashes: Vec<Vec<u8>> = claimed.iter().map(|claimed| sha256(&claimed.password)).collect();
    let rows = sqlx::query!(
        r#"select k.company_id as "company_id: CompanyId", k.id as "id: IntakeKeyId", k.user_name, k.password_sha256, c.name,
                  (k.used_at is null or k.used_at < now() - interval '1 minute') as "stale!"
           from intake_keys k join companies c on c.id = k.company_id
           where k.password_sha256 = any($1) and k.revoked_at is null and (k.ends_at is null or k.ends_at > now())"#,
        &hashes
    );
    let rows = rows.fetch_all(db).await?;
    let mut found = vec![];
    let mut used = HashSet::new();
    for (claimed, hash) in claimed.iter().zip(&hashes) {
        let row = rows.iter().find(|row| row.password_sha256 == *hash);
        // Compared by their hashes, which takes the same time wherever they differ.
        let row = row.filter(|row| {
            claimed.user_name.is_empty()
                || sha256(&row.user_name.to_lowercase()) == sha256(&claimed.user_name.to_lowercase())
        });
        used.extend(row.filter(|row| row.stale).map(|row| (row.company_id.0, row.id.0)));
        found.push(row.map(|row| Sender {
            company: row.company_id,
            company_name: row.name.clone(),
            user_name: row.user_name.clone(),
        }));
    }
    for (company, key) in used {
        sqlx::query!("update intake_keys set used_at = now() where company_id = $1 and id = $2", company, key)
            .execute(db)
            .await?;
    }
    Ok(found)
}

fn user_name(typed: &str) -> Result<String> {
    let name = typed.trim();
    let fits = (3..=60).contains(&name.chars().count())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c));
    if fits {
        return Ok(name.to_owned());
    }
    Err(AppError::invalid("user_name", "Choose a user name of 3 to 60 letters, digits, dots and dashes."))
}

/// Makes credentials. Those with the same user name still work for a day, so that nothing is lost while the new password is
/// entered everywhere.
pub async fn make(who: &Granted, typed: &str) -> Result<NewKey> {
    let user_name = user_name(typed)?;
    let password = random_token();
    let last_four = &password[password.len() - 4..];
    let mut tx = who.tenant.db.begin().await?;
    let working = sqlx::query_scalar!(
        r#"select count(*) as "n!" from intake_keys
           where company_id = $1 and revoked_at is null and (ends_at is null or ends_at > now())"#,
        who.company.0
    );
    if working.fetch_one(&mut *tx).await? >= MOST {
        let message = format!("There are {MOST} passwords already. Revoke one that is not needed any more.");
        return Err(AppError::invalid("user_name", message));
    }
    sqlx::query!(
        "update intake_keys set ends_at = now() + make_interval(hours => $3)
         where company_id = $1 and lower(user_name) = lower($2) and revoked_at is null and ends_at is null",
        who.company.0,
        user_name,
        OVERLAP_HOURS
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into intake_keys (company_id, id, user_name, password_sha256, last_four, made_by)
         values ($1, $2, $3, $4, $5, $6)",
        who.company.0,
        IntakeKeyId::new().0,
        user_name,
        sha256(&password),
        last_four,
        who.user.0
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    tracing::info!(maker = %who.user, "credentials for sending contacts were made");
    Ok(NewKey { user_name, password })
}

/// Ends credentials at once.
pub async fn revoke(tenant: &Tenant, key: IntakeKeyId) -> Result<()> {
    let done = sqlx::query!(
        "update intake_keys set revoked_at = coalesce(revoked_at, now()) where company_id = $1 and id = $2",
        tenant.company.0,
        key.0
    );
    match done.execute(&tenant.db).await?.rows_affected() {
        0 => Err(AppError::not_found("password")),
        _ => Ok(()),
    }
}

/// The newest first; what is long over is left out.
pub async fn list(tenant: &Tenant) -> Result<Vec<KeyCard>> {
    let rows = sqlx::query!(
        r#"select k.id, k.user_name, k.last_four, k.made_at, k.ends_at, k.revoked_at, k.used_at, u.name as "made_by?"
           from intake_keys k left join users u on u.id = k.made_by
           where k.company_id = $1
             and coalesce(least(k.revoked_at, k.ends_at), now()) > now() - interval '7 days'
           order by k.made_at desc, k.id desc limit 50"#,
        tenant.company.0
    )
    .fetch_all(&tenant.db)
    .await?;
    let (zone, now) = (companies::zone(tenant).await?, Utc::now());
    let card = rows.into_iter().map(|row| KeyCard {
        id: row.id,
        user_name: row.user_name,
        last_four: row.last_four,
        made: when(zone, row.made_at),
        made_by: row.made_by,
        ends: row.ends_at.map(|at| when(zone, at)),
        over: row.revoked_at.is_some() || row.ends_at.is_some_and(|at| at <= now),
        used: row.used_at.map(|at| when(zone, at)),
    });
    Ok(card.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn credentials_come_in_two_ways() {
        let of = |name: &'static str, value: &str| {
            claimed(&HeaderMap::from_iter([(
                http::HeaderName::from_static(name),
                HeaderValue::from_str(value).expect("a header"),
            )]))
        };
        let pair = |user: &str, password: &str| Some(Claimed { user_name: user.into(), password: password.into() });
        let basic = |pair: &str| format!("Basic {}", BASE64_STANDARD.encode(pair));
        assert_eq!(of("authorization", &basic("zapier:a:b")), pair("zapier", "a:b"));
        assert_eq!(of("authorization", &basic("zapier:x").replace("Basic", "bAsIc ")), pair("zapier", "x"));
        assert_eq!(of("x-api-key", " secret "), pair("", "secret"));
        for wrong in ["Basic", "Basic !!!", "Bearer x", &basic("no colon"), "Basic gICA"] {
            assert_eq!(of("authorization", wrong), None, "{wrong}");
        }
        assert_eq!(claimed(&HeaderMap::new()), None);
        assert!(user_name("zapier").is_ok() && user_name("za:pier").is_err() && user_name("z").is_err());
    }
}
