//! SQL of secrets and their tests. Values arrive sealed and leave sealed.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, SecretId, UserId, new_id};
use crate::domain::platform::Platform;
use crate::infra::crypto::Sealed;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// What the page may know of a secret.
pub struct Fact {
    pub platform: String,
    pub field: String,
    pub kid: String,
    pub last_four: String,
    pub changed_by: Option<String>,
    pub changed_at: DateTime<Utc>,
}

pub async fn facts(t: &Tenant) -> Result<Vec<Fact>> {
    Ok(sqlx::query_as!(
        Fact,
        r#"select s.platform, s.field, s.kid, s.last_four, u.name as "changed_by?", s.changed_at
           from secrets s left join users u on u.id = s.changed_by
           where s.company_id = $1"#,
        t.company.0
    )
    .fetch_all(&t.db)
    .await?)
}

/// The last test of each platform.
pub struct Test {
    pub platform: String,
    pub passed: bool,
    pub detail: String,
    pub by: Option<String>,
    pub at: DateTime<Utc>,
}

pub async fn tests(t: &Tenant) -> Result<Vec<Test>> {
    Ok(sqlx::query_as!(
        Test,
        r#"select s.platform, s.passed, s.detail, u.name as "by?", s.tested_at as at
           from secret_tests s left join users u on u.id = s.tested_by
           where s.company_id = $1"#,
        t.company.0
    )
    .fetch_all(&t.db)
    .await?)
}

/// The sealed values of one platform: (field, value).
pub async fn sealed(t: &Tenant, platform: Platform) -> Result<Vec<(String, Sealed)>> {
    let rows = sqlx::query!(
        "select field, kid, sealed from secrets where company_id = $1 and platform = $2",
        t.company.0,
        platform.id()
    )
    .fetch_all(&t.db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.field, Sealed { kid: r.kid, bytes: r.sealed })).collect())
}

/// The same for many companies at once; for the worker, which serves all of them.
pub async fn sealed_many<'a>(
    db: &sqlx::PgPool,
    wanted: impl Iterator<Item = &'a (CompanyId, Platform)>,
) -> Result<Vec<((CompanyId, Platform), String, Sealed)>, sqlx::Error> {
    let (companies, platforms): (Vec<_>, Vec<_>) = wanted.map(|(c, p)| (*c, p.id().to_owned())).unzip();
    let rows = sqlx::query!(
        "select s.company_id, s.platform, s.field, s.kid, s.sealed
         from unnest($1::uuid[], $2::text[]) as w (company_id, platform)
         join secrets s on s.company_id = w.company_id and s.platform = w.platform",
        &companies as _,
        &platforms
    )
    .fetch_all(db)
    .await?;
    let read = rows.into_iter().filter_map(|r| {
        let platform = r.platform.parse().ok()?;
        Some(((r.company_id, platform), r.field, Sealed { kid: r.kid, bytes: r.sealed }))
    });
    Ok(read.collect())
}

/// A value that an older encryption key sealed.
pub struct Older {
    pub company: CompanyId,
    pub id: SecretId,
    pub platform: String,
    pub field: String,
    pub sealed: Sealed,
}

/// Across all companies, for the job that seals them anew: the next ones behind `after` that another key than `kid` sealed.
pub async fn under_older_keys(
    db: &PgPool,
    kid: &str,
    after: Option<(CompanyId, SecretId)>,
    limit: i64,
) -> Result<Vec<Older>> {
    let (company, id) = after.unwrap_or((CompanyId::nil(), SecretId::nil()));
    let rows = sqlx::query!(
        "select company_id, id, platform, field, kid, sealed from secrets
         where kid <> $1 and (company_id, id) > ($2, $3) order by company_id, id limit $4",
        kid,
        company.0,
        id.0,
        limit
    )
    .fetch_all(db)
    .await?;
    let older = rows.into_iter().map(|r| Older {
        company: r.company_id,
        id: r.id,
        platform: r.platform,
        field: r.field,
        sealed: Sealed { kid: r.kid, bytes: r.sealed },
    });
    Ok(older.collect())
}

/// Puts the same value in its new seal, unless somebody has changed the row meanwhile. True when it was done.
pub async fn swap_seal(db: &PgPool, old: &Older, fresh: &Sealed) -> Result<bool> {
    let done = sqlx::query!(
        "update secrets set kid = $5, sealed = $6 where company_id = $1 and id = $2 and kid = $3 and sealed = $4",
        old.company.0,
        old.id.0,
        old.sealed.kid,
        old.sealed.bytes,
        fresh.kid,
        fresh.bytes
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How many values each encryption key has sealed; of one company or of all.
pub async fn key_ids(db: &PgPool, company: Option<CompanyId>) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select kid, count(*) as "n!" from secrets where company_id = $1 or $1::uuid is null group by kid"#,
        company as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.kid, r.n)).collect())
}

/// A value to be kept.
pub struct NewSecret {
    pub field: &'static str,
    pub sealed: Sealed,
    pub last_four: String,
}

/// Keeps all of them or none. The last test was about other keys, so it is forgotten.
pub async fn save(t: &Tenant, platform: Platform, by: Option<UserId>, values: &[NewSecret]) -> Result<()> {
    let mut tx = t.db.begin().await?;
    for value in values {
        sqlx::query!(
            "insert into secrets (company_id, id, platform, field, kid, sealed, last_four, changed_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict on constraint secrets_one_per_field do update
             set kid = excluded.kid, sealed = excluded.sealed, last_four = excluded.last_four,
                 changed_by = excluded.changed_by, changed_at = now()",
            t.company.0,
            SecretId::new().0,
            platform.id(),
            value.field,
            value.sealed.kid,
            value.sealed.bytes,
            value.last_four,
            by as _
        )
        .execute(&mut *tx)
        .await?;
    }
    forget_test(&mut tx, t, platform).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps these values if the platform has none at all, in one statement: what somebody enters at the same moment wins.
/// Whether it was so.
pub async fn save_first(t: &Tenant, platform: Platform, by: UserId, values: &[NewSecret]) -> Result<bool> {
    let ids: Vec<_> = values.iter().map(|_| SecretId::new()).collect();
    let fields: Vec<_> = values.iter().map(|v| v.field.to_owned()).collect();
    let kids: Vec<_> = values.iter().map(|v| v.sealed.kid.clone()).collect();
    let sealed: Vec<_> = values.iter().map(|v| v.sealed.bytes.clone()).collect();
    let ends: Vec<_> = values.iter().map(|v| v.last_four.clone()).collect();
    let kept = sqlx::query!(
        "insert into secrets (company_id, id, platform, field, kid, sealed, last_four, changed_by)
         select $1, v.id, $2, v.field, v.kid, v.sealed, v.last_four, $3
         from unnest($4::uuid[], $5::text[], $6::text[], $7::bytea[], $8::text[]) as v (id, field, kid, sealed, last_four)
         where not exists (select from secrets s where s.company_id = $1 and s.platform = $2)
         on conflict on constraint secrets_one_per_field do nothing",
        t.company.0,
        platform.id(),
        by.0,
        &ids as _,
        &fields,
        &kids,
        &sealed,
        &ends
    )
    .execute(&t.db)
    .await?;
    Ok(kept.rows_affected() > 0)
}

/// Across all companies: those that have keys of their own for a platform, by name.
pub async fn companies_with(db: &PgPool, platform: Platform) -> Result<Vec<(CompanyId, String)>> {
    let rows = sqlx::query!(
        "select id, name from companies c
         where exists (select from secrets s where s.company_id = c.id and s.platform = $1) order by name limit 100",
        platform.id()
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// Whether the company has any key of its own.
pub async fn any(t: &Tenant) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from secrets where company_id = $1) as "any!""#, t.company.0)
        .fetch_one(&t.db)
        .await?)
}

/// Whether there was something to delete.
pub async fn delete(t: &Tenant, platform: Platform, field: &str) -> Result<bool> {
    let mut tx = t.db.begin().await?;
    let gone = sqlx::query!(
        "delete from secrets where company_id = $1 and platform = $2 and field = $3",
        t.company.0,
        platform.id(),
        field
    )
    .execute(&mut *tx)
    .await?;
    forget_test(&mut tx, t, platform).await?;
    tx.commit().await?;
    Ok(gone.rows_affected() > 0)
}

async fn forget_test(db: &mut sqlx::PgConnection, t: &Tenant, platform: Platform) -> Result<()> {
    sqlx::query!("delete from secret_tests where company_id = $1 and platform = $2", t.company.0, platform.id())
        .execute(db)
        .await?;
    Ok(())
}

pub async fn save_test(t: &Tenant, platform: Platform, by: Option<UserId>, passed: bool, detail: &str) -> Result<()> {
    sqlx::query!(
        "insert into secret_tests (company_id, id, platform, passed, detail, tested_by)
         values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint secret_tests_one_per_platform do update
         set passed = excluded.passed, detail = excluded.detail, tested_by = coalesce(excluded.tested_by, secret_tests.tested_by),
             tested_at = now()",
        t.company.0,
        new_id(),
        platform.id(),
        passed,
        detail,
        by.map(|by| by.0)
    )
    .execute(&t.db)
    .await?;
    Ok(())
}

/// The company's name and time zone, for the page's head and its times.
pub async fn company(t: &Tenant) -> Result<(String, String)> {
    let row = sqlx::query!("select name, zone from companies where id = $1", t.company.0).fetch_one(&t.db).await?;
    Ok((row.name, row.zone))
}

/// How many sign-ins of connections each encryption key has sealed; of one company or of all.
pub async fn key_ids_of_connections(db: &PgPool, company: Option<CompanyId>) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select kid, count(*) as "n!" from connections
           where state <> 'disconnected' and (company_id = $1 or $1::uuid is null) group by kid"#,
        company as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.kid, r.n)).collect())
}

/// How many accounts of each platform are in use.
pub async fn accounts(t: &Tenant) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select platform, count(*) as "n!" from connections
           where company_id = $1 and state <> 'disconnected' group by platform"#,
        t.company.0
    )
    .fetch_all(&t.db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.platform, r.n)).collect())
}
