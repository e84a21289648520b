//! Which contacts a list shows, each list read from one end of an index (migration 0140), so that it costs the same with ten
//! contacts and with a million; and what there is to filter by. By name: `named`.

use crate::domain::error::Result;
use crate::domain::ids::ContactId;
use crate::domain::page::{COUNTED, Cursor, PAGE_SIZE, Part};
use crate::domain::permission::Permission;
use crate::features::contacts::model::{
    Column, Consent, ContactCard, ContactList, ContactQuery, MAX_SEARCH, SINCE, Sort,
};
use crate::features::contacts::server::{fields, named, segments, typos};
use crate::features::identity::companies::server::service as companies;
use crate::features::posts::server::cards::when;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use chrono::{DateTime, TimeDelta, Utc};

/// So many of a list are looked at for a search or a second filter.
pub const WALKED: i64 = 1_000;
/// At most so many that the index of words finds are put in order.
const FOUND: i64 = 2_000;
/// The index of words knows what has at least so many characters.
const SHORTEST: usize = 3;

pub struct Place {
    at: DateTime<Utc>,
    pub id: ContactId,
}

impl Place {
    fn cursor(&self) -> Cursor {
        Cursor { at_us: self.at.timestamp_micros(), id: self.id.0 }
    }
}

/// How many places were looked at, and one of those that match.
struct Walked {
    walked: i64,
    at: Option<DateTime<Utc>>,
    id: Option<ContactId>,
}

/// Which way the index is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToOlder,
    ToNewer,
}

pub fn search(query: &ContactQuery) -> String {
    query.search.trim().chars().take(MAX_SEARCH).collect()
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn since(query: &ContactQuery) -> Option<DateTime<Utc>> {
    let days = query.days.filter(|days| SINCE.contains(days))?;
    Some(Utc::now() - TimeDelta::days(days.into()))
}

/// The first places behind a place. The index that says most about the list is walked, `$walked` places of it at most; what it
/// does not say is looked up at each. A macro, because `query_as!` reads its SQL from literals.
macro_rules! places {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr, $walked:expr, $limit:expr) => {
        sqlx::query_as!(
            Walked,
            r#"with places as (
                 (select m.listed_at as at, m.contact_id as id from segment_members m
                  where m.company_id = $1 and m.segment_id = $2 and (m.listed_at, m.contact_id) "# + $behind + r#" ($6::timestamptz, $7::uuid)
                    and ($8::timestamptz is null or m.listed_at >= $8)
                  order by m.listed_at "# + $order + ", m.contact_id " + $order + r#" limit $9)
                 union all
                 (select t.listed_at, t.contact_id from contact_tags t
                  where t.company_id = $1 and $2::uuid is null and t.tag = $3 and (t.listed_at, t.contact_id) "# + $behind + r#" ($6, $7)
                    and ($8 is null or t.listed_at >= $8)
                  order by t.listed_at "# + $order + ", t.contact_id " + $order + r#" limit $9)
                 union all
                 (select c.created_at, c.id from contacts c
                  where c.company_id = $1 and $2 is null and $3::text is null and c.source = $4 and c.deleted_at is null
                    and (c.created_at, c.id) "# + $behind + r#" ($6, $7) and ($8 is null or c.created_at >= $8)
                  order by c.created_at "# + $order + ", c.id " + $order + r#" limit $9)
                 union all
                 (select c.created_at, c.id from contacts c
                  where c.company_id = $1 and $2 is null and $3 is null and $4::text is null and c.consent = $5
                    and c.deleted_at is null and (c.created_at, c.id) "# + $behind + r#" ($6, $7) and ($8 is null or c.created_at >= $8)
                  order by c.created_at "# + $order + ", c.id " + $order + r#" limit $9)
                 union all
                 (select c.created_at, c.id from contacts c
                  where c.company_id = $1 and $2 is null and $3 is null and $4 is null and $5::text is null
                    and c.deleted_at is null and (c.created_at, c.id) "# + $behind + r#" ($6, $7) and ($8 is null or c.created_at >= $8)
                  order by c.created_at "# + $order + ", c.id " + $order + r#" limit $9)
               ), walked as (
                 select at, id from places order by at "# + $order + ", id " + $order + r#" limit $9
               )
               select all_walked.n as "walked!", found.at as "at?", found.id as "id?: ContactId"
               from (select count(*) as n from walked) all_walked
               left join lateral (
                 select w.at, w.id from walked w
                 -- `offset 0`: each is looked up by its key, however many the planner expects.
                 cross join lateral (
                   select x.deleted_at, x.source, x.consent, x.full_name, x.email, x.phone, x.phone_e164, x.company_name
                   from contacts x where x.company_id = $1 and x.id = w.id offset 0) c
                 where c.deleted_at is null
                   and ($3 is null or (select true from contact_tags t where t.company_id = $1 and t.contact_id = w.id and t.tag = $3))
                   and ($4 is null or c.source = $4) and ($5 is null or c.consent = $5)
                   and ($10 = '' or position(lower($10) in lower(contact_words(c.full_name, c.email, c.phone, c.phone_e164, c.company_name))) > 0)
                 order by w.at "# + $order + ", w.id " + $order + r#" limit $11) found on true
               order by found.at "# + $order + ", found.id " + $order,
            $tenant.company.0,
            $query.segment.map(|id| id.0),
            some(&$query.tag),
            some(&$query.source),
            $query.consent.map(Consent::id),
            DateTime::<Utc>::from($from),
            $from.id,
            since($query),
            $walked,
            search($query),
            $limit
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// The same from the index of words.
macro_rules! found {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr, $limit:expr) => {
        sqlx::query_as!(
            Place,
            r#"with found as materialized (
                 select c.id from contacts c
                 where c.company_id = $1 and c.deleted_at is null
                   and c.search @> contact_keys($1, $9)
                   and position(lower($9) in lower(contact_words(c.full_name, c.email, c.phone, c.phone_e164, c.company_name))) > 0
                 limit $10
               )
               select c.created_at as "at!", c.id from found f
               cross join lateral (
                 select x.id, x.created_at, x.source, x.consent from contacts x where x.company_id = $1 and x.id = f.id offset 0) c
               where (c.created_at, c.id) "# + $behind + r#" ($6::timestamptz, $7::uuid)
                 and ($8::timestamptz is null or c.created_at >= $8)
                 and ($2::uuid is null
                   or (select true from segment_members m where m.company_id = $1 and m.segment_id = $2 and m.contact_id = c.id))
                 and ($3::text is null or (select true from contact_tags t where t.company_id = $1 and t.contact_id = c.id and t.tag = $3))
                 and ($4::text is null or c.source = $4) and ($5::text is null or c.consent = $5)
               order by c.created_at "# + $order + ", c.id " + $order + " limit $11",
            $tenant.company.0,
            $query.segment.map(|id| id.0),
            some(&$query.tag),
            some(&$query.source),
            $query.consent.map(Consent::id),
            DateTime::<Utc>::from($from),
            $from.id,
            since($query),
            search($query),
            FOUND,
            $limit
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// What a read brought, and whether all of the list was looked at for it.
pub struct Read {
    pub places: Vec<Place>,
    pub is_all: bool,
}

pub async fn read(tenant: &Tenant, query: &ContactQuery, way: Way, from: Cursor, limit: i64) -> Result<Read> {
    let searched = search(query).chars().count();
    let plain = searched == 0 && query.filters() < 2;
    let walked = if plain { limit } else { WALKED };
    let rows = match way {
        Way::ToOlder => places!("<", "desc", tenant, query, from, walked, limit)?,
        Way::ToNewer => places!(">", "asc", tenant, query, from, walked, limit)?,
    };
    let is_all = rows.first().is_none_or(|row| row.walked < walked);
    let place = |row: Walked| Some(Place { at: row.at?, id: row.id? });
    let mut places: Vec<_> = rows.into_iter().filter_map(place).collect();
    if searched < SHORTEST || is_all || places.len() as i64 == limit {
        return Ok(Read { places, is_all: is_all || plain });
    }
    places.extend(match way {
        Way::ToOlder => found!("<", "desc", tenant, query, from, limit)?,
        Way::ToNewer => found!(">", "asc", tenant, query, from, limit)?,
    });
    places.sort_by_key(|place| (place.at, place.id));
    places.dedup_by_key(|place| place.id);
    if way == Way::ToOlder {
        places.reverse();
    }
    places.truncate(limit as usize);
    Ok(Read { places, is_all: true })
}

/// One part of a list. A place beyond the list leads to its beginning.
pub async fn part(tenant: &Tenant, query: &ContactQuery) -> Result<Part<ContactId>> {
    if query.sort == Sort::Name {
        return named::part(tenant, query).await;
    }
    let size = PAGE_SIZE as usize;
    let limit = i64::from(PAGE_SIZE) + 1;
    let is_oldest = query.sort == Sort::Oldest;
    let start = if is_oldest { (Way::ToNewer, Cursor::FIRST) } else { (Way::ToOlder, Cursor::LAST) };
    let ((mut way, from), mut inside) = match (query.older, query.newer) {
        (Some(at), _) => ((Way::ToOlder, at), true),
        (None, Some(at)) => ((Way::ToNewer, at), true),
        (None, None) => (start, false),
    };
    let mut found = read(tenant, query, way, from, limit).await?;
    let backwards = way != start.0;
    if inside && (found.places.is_empty() || (backwards && found.places.len() <= size)) {
        (way, inside) = (start.0, false);
        found = read(tenant, query, way, start.1, limit).await?;
    }
    let Read { mut places, is_all } = found;
    let more = places.len() > size;
    places.truncate(size);
    if way != start.0 {
        places.reverse();
    }
    let (has_newer, has_older) = match way {
        Way::ToOlder => (inside, more),
        Way::ToNewer => (more, inside),
    };
    let (newest, oldest) = if is_oldest { (places.last(), places.first()) } else { (places.first(), places.last()) };
    let (newer, older) =
        (newest.filter(|_| has_newer).map(Place::cursor), oldest.filter(|_| has_older).map(Place::cursor));
    let total = match (!inside && !more && is_all, search(query).is_empty() && query.filters() < 2) {
        (true, _) => Some(places.len() as i64),
        (false, true) => Some(count(tenant, query).await?),
        (false, false) => None,
    };
    Ok(Part {
        items: places.into_iter().map(|place| place.id).collect(),
        newer,
        older,
        total,
        looked_at: (!is_all).then_some(WALKED as u32),
    })
}

/// How many a list has, as `domain::page::counted`.
pub async fn count(tenant: &Tenant, query: &ContactQuery) -> Result<i64> {
    let query = query.start();
    Ok(read(tenant, &query, Way::ToOlder, Cursor::LAST, COUNTED + 1).await?.places.len() as i64)
}

/// A part of the list, for this person.
pub async fn list(who: &Granted, query: &ContactQuery) -> Result<ContactList> {
    let tenant = &who.tenant;
    if let Some(segment) = query.segment {
        segments::must_exist(tenant, segment).await?;
    }
    let mut part = part(tenant, query).await?;
    // Nobody is called that: perhaps somebody is called nearly so.
    let alike = if part.items.is_empty() { typos::people(tenant, query).await? } else { vec![] };
    let is_alike = !alike.is_empty();
    if is_alike {
        part = Part { items: alike, newer: None, older: None, total: None, looked_at: None };
    }
    let mut items = cards(tenant, &part.items).await?;
    let fields = fields::all(tenant).await?;
    let shown: Vec<_> = fields.iter().filter(|field| query.columns.contains(&Column::Field(field.id))).collect();
    let mut own = fields::values(tenant, &part.items, &shown).await?;
    items.iter_mut().for_each(|card| card.own = own.remove(&card.id).unwrap_or_default());
    Ok(ContactList {
        is_alike,
        part: Part { items, newer: part.newer, older: part.older, total: part.total, looked_at: part.looked_at },
        tags: tags(tenant).await?,
        sources: sources(tenant).await?,
        segments: segments::list(tenant).await?,
        fields,
        zone: companies::zone(tenant).await?.name().to_owned(),
        may_export: who.role.may(Permission::ExportContacts),
    })
}

/// These contacts, in their order.
pub async fn cards(tenant: &Tenant, ids: &[ContactId]) -> Result<Vec<ContactCard>> {
    let rows = sqlx::query!(
        r#"select c.id, c.full_name, c.email, c.phone, c.company_name, c.source, c.consent, c.created_at,
                  array(select t.tag from contact_tags t where t.company_id = $1 and t.contact_id = c.id
                        order by t.tag limit 20) as "tags!"
           from unnest($2::uuid[]) with ordinality as wanted (id, n)
           join contacts c on c.company_id = $1 and c.id = wanted.id
           order by wanted.n"#,
        tenant.company.0,
        ids as _
    )
    .fetch_all(&tenant.db)
    .await?;
    let zone = companies::zone(tenant).await?;
    let cards = rows.into_iter().map(|row| ContactCard {
        id: row.id,
        name: row.full_name,
        email: row.email,
        phone: row.phone,
        company_name: row.company_name,
        source: row.source,
        consent: Consent::parse(&row.consent).unwrap_or_default(),
        tags: row.tags,
        created: when(zone, row.created_at),
        own: vec![],
    });
    Ok(cards.collect())
}

/// The tags that there are: one step of the index for each.
pub async fn tags(tenant: &Tenant) -> Result<Vec<String>> {
    let rows = sqlx::query_scalar!(
        r#"with recursive seen (word, n) as (
             (select t.tag, 1 from contact_tags t where t.company_id = $1 order by t.tag limit 1)
             union all
             select (select t.tag from contact_tags t where t.company_id = $1 and t.tag > s.word order by t.tag limit 1), s.n + 1
             from seen s where s.word is not null and s.n < 100
           ) select word as "word!" from seen where word is not null"#,
        tenant.company.0
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}

/// The sources that there are.
pub async fn sources(tenant: &Tenant) -> Result<Vec<String>> {
    let rows = sqlx::query_scalar!(
        r#"with recursive seen (word, n) as (
             (select c.source, 1 from contacts c where c.company_id = $1 and c.deleted_at is null order by c.source limit 1)
             union all
             select (select c.source from contacts c where c.company_id = $1 and c.deleted_at is null and c.source > s.word
                     order by c.source limit 1), s.n + 1
             from seen s where s.word is not null and s.n < 100
           ) select word as "word!" from seen where word <> ''"#,
        tenant.company.0
    );
    Ok(rows.fetch_all(&tenant.db).await?)
}
