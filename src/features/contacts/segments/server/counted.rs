//! How many fit a rule while somebody builds it, and the first of them. Bounded in contacts and in time: beyond that it says so.

use super::condition::{self, Ground};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ContactId;
use crate::features::contacts::segments::model::{Counted, Sample};
use crate::features::contacts::segments::rule::Group;
use crate::features::identity::companies::server::service as companies;
use crate::infra::database::Tenant;
use chrono::Utc;
use sqlx::{QueryBuilder, Row};

/// So many of the newest contacts are looked at.
pub const LOOKED_AT: i64 = 20_000;
/// People of the sample.
const SAMPLE: i64 = 5;

/// Counts those who fit.
pub async fn count(tenant: &Tenant, rule: &Group) -> Result<Counted> {
    let ground = Ground::new(Utc::now(), companies::zone(tenant).await?);
    let mut tx = tenant.db.begin().await?;
    sqlx::query!("set local statement_timeout = '1500ms'").execute(&mut *tx).await?;
    let mut sql = QueryBuilder::new(
        "with looked as materialized (select id, created_at from contacts where deleted_at is null and company_id = ",
    );
    sql.push_bind(tenant.company.0).push(" order by created_at desc, id desc limit ").push_bind(LOOKED_AT);
    sql.push(
        "), fits as materialized (
           select c.id, c.created_at from looked l
           join contacts c on c.id = l.id and c.company_id = ",
    );
    sql.push_bind(tenant.company.0).push(" where ");
    condition::push(&mut sql, rule, &ground);
    sql.push(
        ") select (select count(*) from looked) as looked_at, (select count(*) from fits) as number,
             array(select f.id from fits f order by f.created_at desc, f.id desc limit ",
    );
    sql.push_bind(SAMPLE).push(") as ids");
    let row = match sql.build().persistent(false).fetch_one(&mut *tx).await {
        Ok(row) => row,
        // 57014: the time was over.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("57014") => {
            return Ok(Counted { number: None, of_newest: None, sample: vec![] });
        }
        Err(error) => return Err(error.into()),
    };
    let (looked_at, number): (i64, i64) = (row.try_get("looked_at")?, row.try_get("number")?);
    let ids: Vec<ContactId> = row.try_get("ids")?;
    tx.commit().await?;
    let people = sqlx::query!(
        r#"select c.id, coalesce(nullif(c.full_name, ''), c.email) as "name!", c.email
           from unnest($2::uuid[]) with ordinality as wanted (id, n)
           join contacts c on c.company_id = $1 and c.id = wanted.id order by wanted.n"#,
        tenant.company.0,
        &ids as _
    );
    let people = people.fetch_all(&tenant.db).await?;
    Ok(Counted {
        number: Some(number),
        of_newest: (looked_at == LOOKED_AT).then_some(looked_at),
        sample: people.into_iter().map(|row| Sample { id: row.id, name: row.name, email: row.email }).collect(),
    })
}

/// For a rule in which nothing is ready yet.
pub fn nothing() -> Counted {
    Counted { number: None, of_newest: None, sample: vec![] }
}

/// What a draft comes to; one that cannot be counted yet says nothing.
pub async fn of_draft(tenant: &Tenant, rule: Result<Group, AppError>) -> Result<Counted> {
    match rule {
        Ok(rule) if !rule.parts.is_empty() => count(tenant, &rule).await,
        _ => Ok(nothing()),
    }
}
