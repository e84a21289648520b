//! Segments as lists of contacts filter by them, and the newsletter, whose rule is applied as contacts come in (`put`); here it
//! is read and changed. Segments with rules of their own, and lists that people fill, are in `contacts::segments`.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::SegmentId;
use crate::domain::page::COUNTED;
use crate::features::contacts::model::SegmentCard;
use crate::infra::database::Tenant;

/// Sources or tags of the rule.
const MOST: usize = 100;
const LONGEST: usize = 100;

/// All of them, with their sizes.
pub async fn list(tenant: &Tenant) -> Result<Vec<SegmentCard>> {
    let rows = sqlx::query!(
        r#"select s.id, s.name, s.kind = 'list' as "by_hand!",
                  (select count(*) from (
                     select from (select m.contact_id from segment_members m where m.company_id = $1 and m.segment_id = s.id
                                  order by m.listed_at desc, m.contact_id desc limit 2 * $2::bigint) m
                     where (select true from contacts c
                            where c.company_id = $1 and c.id = m.contact_id and c.deleted_at is null) limit $2) k) as "members!"
           from segments s where s.company_id = $1 and s.deleted_at is null
           order by s.kind <> 'newsletter', lower(s.name), s.id limit 200"#,
        tenant.company.0,
        COUNTED + 1
    )
    .fetch_all(&tenant.db)
    .await?;
    let cards = rows.into_iter().map(|row| SegmentCard {
        id: row.id,
        name: row.name,
        members: row.members,
        by_hand: row.by_hand,
    });
    Ok(cards.collect())
}

pub async fn must_exist(tenant: &Tenant, segment: SegmentId) -> Result<()> {
    let found = sqlx::query_scalar!(
        "select id from segments where company_id = $1 and id = $2 and deleted_at is null",
        tenant.company.0,
        segment.0
    );
    found.fetch_optional(&tenant.db).await?.map(drop).ok_or_else(|| AppError::not_found("segment"))
}

/// Which sources and tags put somebody into the newsletter, and how many are in it.
pub struct Newsletter {
    pub sources: Vec<String>,
    pub tags: Vec<String>,
    pub members: i64,
}

pub async fn newsletter(tenant: &Tenant) -> Result<Newsletter> {
    let row = sqlx::query!(
        r#"select s.sources, s.tags,
                  (select count(*) from (
                     select from (select m.contact_id from segment_members m where m.company_id = $1 and m.segment_id = s.id
                                  order by m.listed_at desc, m.contact_id desc limit 2 * $2::bigint) m
                     where (select true from contacts c
                            where c.company_id = $1 and c.id = m.contact_id and c.deleted_at is null) limit $2) k) as "members!"
           from segments s where s.company_id = $1 and s.kind = 'newsletter'"#,
        tenant.company.0,
        COUNTED + 1
    )
    .fetch_optional(&tenant.db)
    .await?
    .ok_or_else(|| AppError::not_found("newsletter"))?;
    Ok(Newsletter { sources: row.sources, tags: row.tags, members: row.members })
}

/// A word a line, as they are compared.
fn words(field: &str, typed: &str) -> Result<Vec<String>> {
    let mut words: Vec<String> = vec![];
    for word in typed.lines().map(|line| line.trim().to_lowercase()).filter(|line| !line.is_empty()) {
        if word.chars().count() > LONGEST || word.chars().any(char::is_control) {
            return Err(AppError::invalid(field, format!("A line here has at most {LONGEST} characters.")));
        }
        if !words.contains(&word) {
            words.push(word);
        }
        if words.len() > MOST {
            return Err(AppError::invalid(field, format!("There are at most {MOST} lines here.")));
        }
    }
    Ok(words)
}

/// Changes the rule. Whoever has one of its sources or tags is put in now, unless that person said no; nobody is taken out, as
/// they may have been put in by hand.
pub async fn save_rule(tenant: &Tenant, sources: &str, tags: &str) -> Result<()> {
    let (sources, tags) = (words("sources", sources)?, words("tags", tags)?);
    let mut tx = tenant.db.begin().await?;
    let newsletter = sqlx::query_scalar!(
        "update segments set sources = $2, tags = $3 where company_id = $1 and kind = 'newsletter' returning id",
        tenant.company.0,
        &sources,
        &tags
    );
    let newsletter = newsletter.fetch_optional(&mut *tx).await?.ok_or_else(|| AppError::not_found("newsletter"))?;
    sqlx::query!(
        "insert into segment_members (company_id, id, segment_id, contact_id, why, listed_at)
         select $1, gen_random_uuid(), $2, c.id,
                case when lower(c.source) = any($3) then 'Came from ' || c.source else 'Tagged ' || t.tag end, c.created_at
         from contacts c
         left join lateral (select t.tag from contact_tags t where t.company_id = $1 and t.contact_id = c.id
                              and lower(t.tag) = any($4) order by t.tag limit 1) t on true
         where c.company_id = $1 and c.deleted_at is null and c.consent <> 'withdrawn'
           and (lower(c.source) = any($3) or t.tag is not null)
         on conflict on constraint segment_members_once do nothing",
        tenant.company.0,
        newsletter.0,
        &sources,
        &tags
    )
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}
