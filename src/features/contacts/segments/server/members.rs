//! Who is in the segments that have a rule: followed in the transaction that changes a contact, for that contact only. And the
//! lists that people fill by hand.
//!
//! Whoever follows holds the rules (`for share`) until the end of its transaction, and a rule is changed under the opposite lock:
//! so nobody writes what an older rule says behind the back of the job that works out the new one (`refresh`).

use super::condition::{self, Ground};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ContactId, SegmentId};
use crate::features::contacts::segments::rule::Group;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono::Utc;
use serde_json::Value;
use sqlx::{PgConnection, QueryBuilder};

/// What stands beside the members of a rule; the conditions that hold are worked out when somebody asks.
const WHY: &str = "Fits the rule";

/// A segment with a rule.
#[derive(Clone, Debug)]
pub struct Ruled {
    pub id: SegmentId,
    pub rule: Group,
}

/// A rule as the table has it. What cannot be read holds for nobody, and is said in the log.
pub fn read(segment: SegmentId, rule: Option<Value>) -> Option<Group> {
    let read = serde_json::from_value(rule?);
    read.inspect_err(|error| tracing::error!(%error, %segment, "the rule of a segment cannot be read")).ok()
}

/// Puts these contacts into the segments whose rules they fit now, and takes them out of the others. Their rows are held by the
/// caller, who has just changed something of theirs.
pub async fn follow(tx: &mut PgConnection, tenant: &Tenant, ids: &[ContactId]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!(
        "select id, rule from segments where company_id = $1 and kind = 'rule' and deleted_at is null for share",
        tenant.company.0
    );
    let rows = rows.fetch_all(&mut *tx).await?;
    let rules = rows.into_iter().filter_map(|row| Some(Ruled { id: row.id, rule: read(row.id, row.rule)? }));
    apply(tx, tenant, &rules.collect::<Vec<_>>(), ids).await
}

/// The same for rules that the caller holds.
pub async fn apply(tx: &mut PgConnection, tenant: &Tenant, rules: &[Ruled], ids: &[ContactId]) -> Result<()> {
    if rules.is_empty() || ids.is_empty() {
        return Ok(());
    }
    // On this connection: whoever holds one and waits for another can wait for ever.
    let zone =
        sqlx::query_scalar!("select zone from companies where id = $1", tenant.company.0).fetch_one(&mut *tx).await?;
    let ground = Ground::new(Utc::now(), zone::of(&zone));
    let (company, ids) = (tenant.company.0, ids.iter().map(|id| id.0).collect::<Vec<_>>());
    let segments: Vec<_> = rules.iter().map(|ruled| ruled.id.0).collect();
    let mut sql = QueryBuilder::new("with fits as materialized (");
    for (n, ruled) in rules.iter().enumerate() {
        sql.push(if n == 0 { "select " } else { " union all select " }).push_bind(ruled.id.0);
        sql.push("::uuid as segment_id, c.id as contact_id, c.created_at from contacts c where c.company_id = ");
        sql.push_bind(company).push(" and c.id = any(").push_bind(ids.clone()).push(") and ");
        condition::push(&mut sql, &ruled.rule, &ground);
    }
    sql.push("), gone as (delete from segment_members m where m.company_id = ").push_bind(company);
    sql.push(" and m.contact_id = any(").push_bind(ids).push(") and m.segment_id = any(").push_bind(segments);
    sql.push(
        ") and not exists (select from fits f where f.segment_id = m.segment_id and f.contact_id = m.contact_id)
           returning m.segment_id, m.contact_id
         ), come as (
           insert into segment_members (company_id, id, segment_id, contact_id, why, listed_at)
           select ",
    );
    sql.push_bind(company).push(", gen_random_uuid(), f.segment_id, f.contact_id, ").push_bind(WHY);
    sql.push(
        ", f.created_at from fits f
           on conflict on constraint segment_members_once do nothing returning segment_id, contact_id
         ), moved as (
           select 'joined' as kind, segment_id, contact_id from come union all select 'left', segment_id, contact_id from gone
         )
         insert into contact_events (company_id, id, contact_id, kind, words, segment_id)
         select s.company_id, gen_random_uuid(), v.contact_id, v.kind, s.name, s.id
         from moved v join segments s on s.id = v.segment_id and s.company_id = ",
    );
    sql.push_bind(company);
    // Each rule makes another statement: none is worth keeping.
    sql.build().persistent(false).execute(tx).await?;
    Ok(())
}

/// Puts contacts into a list, or takes them out; those for whom it changed something. The caller holds the contacts.
pub async fn by_hand(
    tx: &mut PgConnection,
    who: &Granted,
    list: SegmentId,
    ids: &[ContactId],
    into: bool,
) -> Result<(String, Vec<ContactId>)> {
    let name = sqlx::query_scalar!(
        "select name from segments where company_id = $1 and id = $2 and kind = 'list' and deleted_at is null",
        who.company.0,
        list.0
    );
    let name = name.fetch_optional(&mut *tx).await?.ok_or_else(|| AppError::not_found("list"))?;
    let changed: Vec<ContactId> = if into {
        let why = format!("Put in by {}", who.name);
        let came = sqlx::query_scalar!(
            "insert into segment_members (company_id, id, segment_id, contact_id, why, listed_at)
             select $1, gen_random_uuid(), $2, c.id, $4, c.created_at from contacts c where c.company_id = $1 and c.id = any($3)
             on conflict on constraint segment_members_once do nothing returning contact_id",
            who.company.0,
            list.0,
            ids as _,
            why
        );
        came.fetch_all(&mut *tx).await?
    } else {
        let gone = sqlx::query_scalar!(
            "delete from segment_members where company_id = $1 and segment_id = $2 and contact_id = any($3) returning contact_id",
            who.company.0,
            list.0,
            ids as _
        );
        gone.fetch_all(&mut *tx).await?
    };
    sqlx::query!(
        "insert into contact_events (company_id, id, contact_id, kind, words, by_user, segment_id)
         select $1, gen_random_uuid(), c.id, $3, $4, $5, $6 from unnest($2::uuid[]) as c (id)",
        who.company.0,
        &changed as _,
        if into { "joined" } else { "left" },
        name,
        who.user.0,
        list.0
    )
    .execute(tx)
    .await?;
    Ok((name, changed))
}
