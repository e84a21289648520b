//! The pairs that wait for a decision, and what was merged lately.

use super::find::{self, FindDuplicates, FindPayload};
use super::merge::DAYS;
use crate::domain::error::Result;
use crate::domain::ids::ContactId;
use crate::features::contacts::duplicates::model::{Compared, DuplicateList, MergeCard, PairCard, SHOWN, TwinCard};
use crate::features::contacts::server::listed;
use crate::features::identity::companies::server::service as companies;
use crate::features::posts::server::cards::when;
use crate::infra::queue;
use crate::infra::session::Granted;
use std::collections::HashMap;

/// Merges that are shown with a way back.
const MERGES: i64 = 10;

pub async fn list(who: &Granted) -> Result<DuplicateList> {
    let tenant = &who.tenant;
    let zone = companies::zone(tenant).await?;
    let rows = sqlx::query!(
        r#"select p.id, p.one_id, p.other_id, p.why, o.created_at > t.created_at as "turned!"
           from (select * from contact_pairs where company_id = $1 and dismissed_at is null order by found_at, id limit 500) p
           join contacts o on o.company_id = $1 and o.id = p.one_id and o.deleted_at is null
           join contacts t on t.company_id = $1 and t.id = p.other_id and t.deleted_at is null
           order by p.found_at, p.id limit $2"#,
        tenant.company.0,
        SHOWN as i64 + 1
    );
    let mut rows = rows.fetch_all(&tenant.db).await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let ids: Vec<ContactId> = rows.iter().flat_map(|row| [row.one_id, row.other_id]).collect();
    let names = sqlx::query!(
        "select id, first_name, last_name from contacts where company_id = $1 and id = any($2)",
        tenant.company.0,
        &ids as _
    );
    let names = names.fetch_all(&tenant.db).await?;
    let names: HashMap<_, _> = names.into_iter().map(|row| (row.id, (row.first_name, row.last_name))).collect();
    let cards = listed::cards(tenant, &ids).await?;
    let twins: HashMap<ContactId, TwinCard> = cards
        .into_iter()
        .map(|card| {
            let (first, last) = names.get(&card.id).cloned().unwrap_or_default();
            let title = card.title().to_owned();
            // In the order of `MergeField::ALL`.
            let values = vec![card.name, first, last, card.email, card.phone, card.company_name, card.source];
            (card.id, TwinCard { contact: card.id, title, values, tags: card.tags, created: card.created })
        })
        .collect();
    let pairs = rows.into_iter().filter_map(|row| {
        let (left, right) = if row.turned { (row.other_id, row.one_id) } else { (row.one_id, row.other_id) };
        let why = match row.why.as_str() {
            "phone" => "Same phone number",
            "email" => "Same mailbox",
            _ => "Similar names at one company",
        };
        Some(PairCard {
            id: row.id,
            why: why.to_owned(),
            left: twins.get(&left).cloned()?,
            right: twins.get(&right).cloned()?,
        })
    });
    let pairs = pairs.collect();
    let merges = sqlx::query!(
        r#"select m.id, m.kept_id, c.full_name, c.email, m.gone_before->>'email' as "gone!", m.at, u.name as "by?"
           from contact_merges m
           join contacts c on c.company_id = $1 and c.id = m.kept_id and c.deleted_at is null
           left join users u on u.id = m.by_user
           where m.company_id = $1 and m.undone_at is null and m.at > now() - make_interval(days => $2)
           order by m.at desc, m.id limit $3"#,
        tenant.company.0,
        DAYS,
        MERGES
    );
    let merges = merges.fetch_all(&tenant.db).await?.into_iter().map(|row| MergeCard {
        id: row.id,
        contact: row.kept_id,
        title: if row.full_name.is_empty() { row.email } else { row.full_name },
        gone: row.gone,
        at: when(zone, row.at),
        by: row.by,
    });
    let looking = sqlx::query_scalar!(
        r#"select exists (select from jobs where job_key = $1 and state in ('ready', 'running')) as "is!""#,
        format!("find_duplicates:{}", tenant.company)
    );
    let compared = sqlx::query!(
        "select ended_at, compared, found from contact_comparisons where company_id = $1",
        tenant.company.0
    );
    let compared = compared.fetch_optional(&tenant.db).await?;
    Ok(DuplicateList {
        pairs,
        more,
        merges: merges.collect(),
        looking: looking.fetch_one(&tenant.db).await?,
        compared: compared.map(|row| Compared {
            at: when(zone, row.ended_at),
            contacts: row.compared,
            found: row.found,
        }),
        zone: zone.name().to_owned(),
    })
}

pub async fn look_now(who: &Granted) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    queue::enqueue::<FindDuplicates>(&mut tx, &FindPayload::default(), find::options(who.company)).await?;
    Ok(tx.commit().await?)
}
