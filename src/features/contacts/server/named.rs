//! The list by name: from one end of the index of names (migration 0156). With a filter or a search the newest thousand that fit are
//! put in order. Where a part begins is told by a contact: the list goes on behind the name that it has by then.

use super::listed::{self, Read, WALKED, Way, search};
use crate::domain::error::Result;
use crate::domain::ids::ContactId;
use crate::domain::page::{Cursor, PAGE_SIZE, Part};
use crate::features::contacts::model::ContactQuery;
use crate::infra::database::Tenant;

/// A place in the list.
struct Place {
    name: String,
    id: ContactId,
}

/// One part of the list; of its cursors only the contact counts. A place that is none leads to the beginning.
pub async fn part(tenant: &Tenant, query: &ContactQuery) -> Result<Part<ContactId>> {
    let is_all = query.filters() == 0 && query.days.is_none() && search(query).is_empty();
    if is_all { everybody(tenant, query).await } else { some(tenant, query).await }
}

fn cursor(id: ContactId) -> Cursor {
    Cursor { at_us: 0, id: id.0 }
}

async fn everybody(tenant: &Tenant, query: &ContactQuery) -> Result<Part<ContactId>> {
    let size = PAGE_SIZE as usize;
    let (from, mut backwards) = match (query.older, query.newer) {
        (Some(at), _) => (place(tenant, at).await?, false),
        (None, Some(at)) => (place(tenant, at).await?, true),
        (None, None) => (None, false),
    };
    let mut inside = from.is_some();
    let mut rows = match (&from, backwards) {
        (Some(from), true) => before(tenant, from).await?,
        (Some(from), false) => behind(tenant, Some(from)).await?,
        (None, _) => behind(tenant, None).await?,
    };
    if inside && (rows.is_empty() || (backwards && rows.len() <= size)) {
        (inside, backwards) = (false, false);
        rows = behind(tenant, None).await?;
    }
    let more = rows.len() > size;
    rows.truncate(size);
    let (has_before, has_behind) = if backwards && inside { (more, true) } else { (inside, more) };
    if backwards && inside {
        rows.reverse();
    }
    let total = if inside || more { listed::count(tenant, query).await? } else { rows.len() as i64 };
    Ok(Part {
        newer: rows.first().filter(|_| has_before).map(|place| cursor(place.id)),
        older: rows.last().filter(|_| has_behind).map(|place| cursor(place.id)),
        items: rows.into_iter().map(|place| place.id).collect(),
        total: Some(total),
        looked_at: None,
    })
}

/// Where a contact stands now, also one that was deleted.
async fn place(tenant: &Tenant, at: Cursor) -> Result<Option<Place>> {
    let found = sqlx::query_as!(
        Place,
        r#"select contact_sort_name(c.full_name, c.email) as "name!", c.id from contacts c where c.company_id = $1 and c.id = $2"#,
        tenant.company.0,
        at.id
    );
    Ok(found.fetch_optional(&tenant.db).await?)
}

async fn behind(tenant: &Tenant, from: Option<&Place>) -> Result<Vec<Place>> {
    let found = sqlx::query_as!(
        Place,
        r#"select contact_sort_name(c.full_name, c.email) as "name!", c.id from contacts c
           where c.company_id = $1 and c.deleted_at is null and (contact_sort_name(c.full_name, c.email), c.id) > ($2, $3)
           order by contact_sort_name(c.full_name, c.email), c.id limit $4"#,
        tenant.company.0,
        from.map_or("", |from| from.name.as_str()),
        from.map_or(crate::domain::ids::Uuid::nil(), |from| from.id.0),
        i64::from(PAGE_SIZE) + 1
    );
    Ok(found.fetch_all(&tenant.db).await?)
}

async fn before(tenant: &Tenant, from: &Place) -> Result<Vec<Place>> {
    let found = sqlx::query_as!(
        Place,
        r#"select contact_sort_name(c.full_name, c.email) as "name!", c.id from contacts c
           where c.company_id = $1 and c.deleted_at is null and (contact_sort_name(c.full_name, c.email), c.id) < ($2, $3)
           order by contact_sort_name(c.full_name, c.email) desc, c.id desc limit $4"#,
        tenant.company.0,
        from.name,
        from.id.0,
        i64::from(PAGE_SIZE) + 1
    );
    Ok(found.fetch_all(&tenant.db).await?)
}

/// Those who fit, the newest thousand of them.
async fn some(tenant: &Tenant, query: &ContactQuery) -> Result<Part<ContactId>> {
    let Read { places, is_all } = listed::read(tenant, &query.start(), Way::ToOlder, Cursor::LAST, WALKED).await?;
    let is_all = is_all && (places.len() as i64) < WALKED;
    let ids: Vec<_> = places.into_iter().map(|place| place.id).collect();
    let sorted = sqlx::query_scalar!(
        "select c.id from unnest($2::uuid[]) as wanted (id)
         -- `offset 0`: each is looked up by its key, however few the planner expects.
         cross join lateral (
           select x.id, contact_sort_name(x.full_name, x.email) as name from contacts x
           where x.company_id = $1 and x.id = wanted.id offset 0) c
         order by c.name, c.id",
        tenant.company.0,
        &ids as _
    );
    let sorted: Vec<ContactId> = sorted.fetch_all(&tenant.db).await?;
    let size = PAGE_SIZE as usize;
    let at = |at: Cursor| sorted.iter().position(|id| id.0 == at.id);
    let begin = match (query.older.and_then(at), query.newer.and_then(at)) {
        (Some(at), _) if at + 1 < sorted.len() => at + 1,
        (None, Some(at)) => at.saturating_sub(size),
        _ => 0,
    };
    let shown = &sorted[begin..sorted.len().min(begin + size)];
    Ok(Part {
        newer: shown.first().filter(|_| begin > 0).map(|id| cursor(*id)),
        older: shown.last().filter(|_| begin + size < sorted.len()).map(|id| cursor(*id)),
        items: shown.to_vec(),
        total: is_all.then_some(sorted.len() as i64),
        looked_at: (!is_all).then_some(WALKED as u32),
    })
}
