//! Which files a part of the library shows, and in which order: nothing but their ids, each read from the end of an index
//! (migration 0126) that holds just these, so that it costs the same with ten files and with a hundred thousand.

use crate::domain::error::Result;
use crate::domain::ids::AssetId;
use crate::domain::page::{COUNTED, Cursor, Part};
use crate::domain::post::MediaKind;
use crate::features::media::library::{LibraryQuery, PAGE_FILES};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};

/// A search reads the names of so many files of its list, the newest ones; where that is not enough, the index of names.
const WALKED: i64 = 500;
/// At most so many files that the index of names finds are put in order.
const FOUND: i64 = 2_000;
/// The index of names knows what has at least so many characters.
const SHORTEST: usize = 3;

struct Place {
    at: DateTime<Utc>,
    id: AssetId,
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
    id: Option<AssetId>,
}

/// Where a part begins.
#[derive(Clone, Copy)]
enum From {
    Start,
    Older(Cursor),
    Newer(Cursor),
}

fn kinds(query: &LibraryQuery) -> Vec<String> {
    let all = MediaKind::ALL.into_iter().filter(|kind| query.kind.is_none_or(|only| only == *kind));
    all.map(|kind| kind.name().to_owned()).collect()
}

fn used(query: &LibraryQuery) -> Vec<bool> {
    if query.unused { vec![false] } else { vec![false, true] }
}

/// The first places behind a place: `walked` of them at most are looked at for the search, `limit` returned. `$behind` and
/// `$order` say in which direction. A macro, because `query_as!` reads its SQL from literals.
macro_rules! places {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr, $walked:expr, $limit:expr) => {
        sqlx::query_as!(
            Walked,
            r#"with places as (
                 (select a.created_at, a.id
                  from unnest($2::text[]) as k (kind) cross join unnest($3::boolean[]) as u (used) cross join lateral (
                    select a.created_at, a.id from assets a
                    where a.company_id = $1 and a.kind = k.kind and a.used = u.used and a.deleted_at is null and a.copy_of is null
                      and (a.created_at, a.id) "# + $behind + r#" ($5::timestamptz, $6::uuid)
                    order by a.created_at "# + $order + ", a.id " + $order + r#" limit $7) a
                  where $4::uuid is null)
                 union all
                 (select a.created_at, a.id
                  from unnest($2::text[]) as k (kind) cross join unnest($3::boolean[]) as u (used) cross join lateral (
                    select a.created_at, a.id from assets a
                    where a.company_id = $1 and a.folder_id = $4 and a.kind = k.kind and a.used = u.used and a.deleted_at is null
                      and a.copy_of is null and (a.created_at, a.id) "# + $behind + r#" ($5, $6)
                    order by a.created_at "# + $order + ", a.id " + $order + r#" limit $7) a
                  where $4::uuid is not null)
               ), walked as (
                 select created_at, id from places order by created_at "# + $order + ", id " + $order + r#" limit $7
               )
               select all_walked.n as "walked!", found.created_at as "at?", found.id as "id?: AssetId"
               from (select count(*) as n from walked) all_walked
               left join lateral (
                 select w.created_at, w.id from walked w
                 where $8 = ''
                  or (select position(lower($8) in lower(a.file_name || ' ' || a.alt)) > 0 from assets a
                      where a.company_id = $1 and a.id = w.id)
                 order by w.created_at "# + $order + ", w.id " + $order + r#" limit $9) found on true
               order by found.created_at "# + $order + ", found.id " + $order,
            $tenant.company.0,
            &kinds($query),
            &used($query),
            $query.folder.map(|id| id.0),
            DateTime::<Utc>::from($from),
            $from.id,
            $walked,
            $query.search.trim(),
            $limit
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// The same from the index of names.
macro_rules! found {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr, $limit:expr) => {
        sqlx::query_as!(
            Place,
            r#"with found as materialized (
                 select a.id from assets a
                 where a.company_id = $1 and a.deleted_at is null and a.copy_of is null
                   and search_keys(a.company_id, a.file_name || ' ' || a.alt) @> search_keys($1, $7)
                   and position(lower($7) in lower(a.file_name || ' ' || a.alt)) > 0
                 limit $8
               )
               select a.created_at as "at!", a.id from found f join assets a on a.company_id = $1 and a.id = f.id
               where (a.created_at, a.id) "#
                + $behind
                + r#" ($5::timestamptz, $6::uuid) and a.kind = any($2) and a.used = any($3)
                 and ($4::uuid is null or a.folder_id = $4)
               order by a.created_at "#
                + $order
                + ", a.id "
                + $order
                + " limit $9",
            $tenant.company.0,
            &kinds($query),
            &used($query),
            $query.folder.map(|id| id.0),
            DateTime::<Utc>::from($from),
            $from.id,
            $query.search.trim(),
            FOUND,
            $limit
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// One part, the newest first. A place beyond the list leads to its beginning.
pub async fn part(tenant: &Tenant, query: &LibraryQuery) -> Result<Part<AssetId>> {
    let mut from = match (query.older, query.newer) {
        (Some(at), _) => From::Older(at),
        (None, Some(at)) => From::Newer(at),
        (None, None) => From::Start,
    };
    let size = PAGE_FILES as usize;
    let mut places = read(tenant, query, from).await?;
    let short_of_newer = matches!(from, From::Newer(_)) && places.len() <= size;
    if short_of_newer || (places.is_empty() && matches!(from, From::Older(_))) {
        from = From::Start;
        places = read(tenant, query, from).await?;
    }
    let more = places.len() > size;
    places.truncate(size);
    let (newer, older) = match from {
        From::Start => (false, more),
        From::Older(_) => (true, more),
        From::Newer(_) => {
            places.reverse();
            (more, true)
        }
    };
    let searches = !query.search.trim().is_empty();
    let total = match (matches!(from, From::Start) && !more, searches) {
        (true, _) => Some(places.len() as i64),
        (false, true) => None,
        (false, false) => Some(count(tenant, query).await?),
    };
    let is_short = searches && query.search.trim().chars().count() < SHORTEST;
    let looked_at = is_short && count(tenant, query).await? >= WALKED;
    Ok(Part {
        newer: places.first().filter(|_| newer).map(Place::cursor),
        older: places.last().filter(|_| older).map(Place::cursor),
        items: places.into_iter().map(|place| place.id).collect(),
        total,
        looked_at: looked_at.then_some(WALKED as u32),
    })
}

/// One more than a part of places, nearest first.
async fn read(tenant: &Tenant, query: &LibraryQuery, from: From) -> Result<Vec<Place>> {
    let limit = i64::from(PAGE_FILES) + 1;
    let searched = query.search.trim().chars().count();
    let walked = if searched == 0 { limit } else { WALKED };
    let rows = match from {
        From::Start => places!("<", "desc", tenant, query, Cursor::LAST, walked, limit)?,
        From::Older(at) => places!("<", "desc", tenant, query, at, walked, limit)?,
        From::Newer(at) => places!(">", "asc", tenant, query, at, walked, limit)?,
    };
    let is_all = rows.first().is_none_or(|row| row.walked < walked);
    let place = |row: Walked| Some(Place { at: row.at?, id: row.id? });
    let mut places: Vec<_> = rows.into_iter().filter_map(place).collect();
    if searched < SHORTEST || is_all || places.len() as i64 == limit {
        return Ok(places);
    }
    places.extend(match from {
        From::Start => found!("<", "desc", tenant, query, Cursor::LAST, limit)?,
        From::Older(at) => found!("<", "desc", tenant, query, at, limit)?,
        From::Newer(at) => found!(">", "asc", tenant, query, at, limit)?,
    });
    places.sort_by_key(|place| (place.at, place.id));
    places.dedup_by_key(|place| place.id);
    if !matches!(from, From::Newer(_)) {
        places.reverse();
    }
    places.truncate(limit as usize);
    Ok(places)
}

/// How many files there are without the search, as [`crate::domain::page::counted`].
async fn count(tenant: &Tenant, query: &LibraryQuery) -> Result<i64> {
    let query = &LibraryQuery { search: String::new(), ..query.start() };
    let rows = places!("<", "desc", tenant, query, Cursor::LAST, COUNTED + 1, 0i64)?;
    Ok(rows.first().map_or(0, |row| row.walked))
}
