//! Which posts a list shows, and in which order: nothing but their ids, each read from the end of an index (migrations
//! 0106 and 0107) that holds just this list, so that it costs the same with ten posts and with a million.
//!
//! The whole list and the drafts are indexes of posts; what goes by state or platform is read account by account from an
//! index of deliveries, and put together. A further part of a post counts from the moment on which what it follows is live.

use crate::domain::error::Result;
use crate::domain::ids::{PostId, Uuid};
use crate::domain::page::{COUNTED, Cursor, DAY_COUNTED, PAGE_SIZE, Part};
use crate::domain::platform::Platform;
use crate::features::posts::browse::{ListQuery, PostFilter};
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A search reads the texts of so many posts of its list, the newest ones; where that is not enough, the index of texts.
const WALKED: i64 = 500;
/// At most so many posts that the index of texts finds are put in order.
const FOUND: i64 = 2_000;
/// The index of texts knows what has at least so many characters.
const SHORTEST: usize = 3;
/// At most so many deliveries are looked at for a count: one account with more posts than a count goes to is enough.
const COUNTED_ROWS: i64 = COUNTED + COUNTED / 4;
/// Page numbers in addresses lead so far.
const PAGES: u32 = 40;

struct Place {
    at: DateTime<Utc>,
    id: PostId,
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
    id: Option<PostId>,
}

impl Walked {
    fn place(self) -> Option<Place> {
        Some(Place { at: self.at?, id: self.id? })
    }
}

/// Where a part of a list begins.
#[derive(Clone, Copy)]
enum From {
    Start { skip: i64 },
    Older(Cursor),
    Newer(Cursor),
}

/// The first places of a list behind a place: `walked` of them at most are looked at for the search, `limit` returned.
/// `$behind` and `$order` say in which direction. A macro, because `query_as!` reads its SQL from literals.
macro_rules! places {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr, $walked:expr, $limit:expr, $skip:expr) => {
        sqlx::query_as!(
            Walked,
            r#"with places as (
                 (select p.listed_at, p.id as post_id from posts p
                  where p.company_id = $1 and p.deleted_at is null and $2 = 'all' and $3::text is null
                    and (p.listed_at, p.id) "# + $behind + r#" ($4::timestamptz, $5::uuid)
                  order by p.listed_at "# + $order + ", p.id " + $order + r#" limit $6)
                 union
                 (select p.listed_at, p.id from posts p
                  where p.company_id = $1 and p.deleted_at is null and p.state = 'draft' and $2 = 'draft' and $3::text is null
                    and (p.listed_at, p.id) "# + $behind + r#" ($4, $5)
                  order by p.listed_at "# + $order + ", p.id " + $order + r#" limit $6)
                 union
                 select d.listed_at, d.post_id from connections c cross join lateral (
                   select d.listed_at, d.post_id from deliveries d
                   where d.company_id = $1 and d.connection_id = c.id and d.part = 0 and d.listed_at is not null
                     and (d.listed_at, d.post_id) "# + $behind + r#" ($4, $5)
                   order by d.listed_at "# + $order + ", d.post_id " + $order + r#" limit $6) d
                 where c.company_id = $1 and c.platform = $3 and $2 = 'all'
                 union
                 select d.listed_at, d.post_id from connections c cross join lateral (
                   select d.listed_at, d.post_id from deliveries d
                   where d.company_id = $1 and d.connection_id = c.id and d.idle and d.part = 0 and d.listed_at is not null
                     and (select p.state from posts p where p.company_id = $1 and p.id = d.post_id) = 'draft'
                     and (d.listed_at, d.post_id) "# + $behind + r#" ($4, $5)
                   order by d.listed_at "# + $order + ", d.post_id " + $order + r#" limit $6) d
                 where c.company_id = $1 and c.platform = $3 and $2 = 'draft'
                 union
                 select d.listed_at, d.post_id from connections c cross join lateral (
                   select distinct d.listed_at, d.post_id from deliveries d
                   where d.company_id = $1 and d.connection_id = c.id and d.driving and d.listed_at is not null
                     and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'
                     and (d.listed_at, d.post_id) "# + $behind + r#" ($4, $5)
                   order by d.listed_at "# + $order + ", d.post_id " + $order + r#" limit $6) d
                 where c.company_id = $1 and ($3::text is null or c.platform = $3) and $2 = 'scheduled'
                 union
                 select d.listed_at, d.post_id from connections c cross join lateral (
                   select d.listed_at, d.post_id from deliveries d
                   where d.company_id = $1 and d.connection_id = c.id and d.published and d.part = 0 and d.listed_at is not null
                     and (d.listed_at, d.post_id) "# + $behind + r#" ($4, $5)
                   order by d.listed_at "# + $order + ", d.post_id " + $order + r#" limit $6) d
                 where c.company_id = $1 and ($3::text is null or c.platform = $3) and $2 = 'published'
                 union
                 select d.listed_at, d.post_id from connections c cross join lateral (
                   select distinct d.listed_at, d.post_id from deliveries d
                   where d.company_id = $1 and d.connection_id = c.id and d.attention and d.listed_at is not null
                     and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'
                     and (d.listed_at, d.post_id) "# + $behind + r#" ($4, $5)
                   order by d.listed_at "# + $order + ", d.post_id " + $order + r#" limit $6) d
                 where c.company_id = $1 and ($3::text is null or c.platform = $3) and $2 = 'attention'
               ), walked as (
                 select listed_at, post_id from places order by listed_at "# + $order + ", post_id " + $order + r#" limit $6
               )
               select all_walked.n as "walked!", found.listed_at as "at?", found.post_id as "id?: PostId"
               from (select count(*) as n from walked) all_walked
               left join lateral (
                 select w.listed_at, w.post_id from walked w
                 where $7 = ''
                  or (select position(lower($7) in lower(p.text)) > 0 from posts p where p.company_id = $1 and p.id = w.post_id)
                  or exists (select from delivery_texts t where t.company_id = $1 and t.post_id = w.post_id
                             and position(lower($7) in lower(t.text)) > 0)
                 order by w.listed_at "# + $order + ", w.post_id " + $order + r#" limit $8 offset $9) found on true
               order by found.listed_at "# + $order + ", found.post_id " + $order,
            $tenant.company.0,
            $query.filter.id(),
            $query.platform.map(Platform::id),
            DateTime::<Utc>::from($from),
            $from.id,
            $walked,
            $query.search.trim(),
            $limit,
            $skip
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// The same from the index of texts.
macro_rules! found {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr, $limit:expr, $skip:expr) => {
        sqlx::query_as!(
            Place,
            r#"with found as materialized (
                 (select p.id from posts p
                  where p.company_id = $1 and p.deleted_at is null and search_keys(p.company_id, p.text) @> search_keys($1, $6)
                    and position(lower($6) in lower(p.text)) > 0
                  limit $7)
                 union
                 (select t.post_id from delivery_texts t
                  where t.company_id = $1 and search_keys(t.company_id, t.text) @> search_keys($1, $6)
                    and position(lower($6) in lower(t.text)) > 0
                  limit $7)
               )
               select p.listed_at as "at!", p.id from found f join posts p on p.company_id = $1 and p.id = f.id
               where p.deleted_at is null and (p.listed_at, p.id) "# + $behind + r#" ($4::timestamptz, $5::uuid)
                 and ($2 in ('all', 'draft') and $3::text is null
                   or exists (select from deliveries d
                     join connections c on c.company_id = $1 and c.id = d.connection_id
                     where d.company_id = $1 and d.post_id = p.id and ($3::text is null or c.platform = $3)
                       and case $2
                         when 'scheduled' then d.driving
                         when 'published' then d.published and d.part = 0
                         when 'attention' then d.attention
                         else true end
                       and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'))
                 and ($2 <> 'draft' or p.state = 'draft')
               order by p.listed_at "# + $order + ", p.id " + $order + " limit $8 offset $9",
            $tenant.company.0,
            $query.filter.id(),
            $query.platform.map(Platform::id),
            DateTime::<Utc>::from($from),
            $from.id,
            $query.search.trim(),
            FOUND,
            $limit,
            $skip
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// One part of a list, those that come last first. A place beyond the list, and a page number beyond its bound, lead to its
/// beginning.
pub async fn part(tenant: &Tenant, query: &ListQuery) -> Result<Part<PostId>> {
    let from = match (query.older, query.newer) {
        (Some(at), _) => From::Older(at),
        (None, Some(at)) => From::Newer(at),
        (None, None) => From::Start { skip: i64::from((query.page.clamp(1, PAGES) - 1) * PAGE_SIZE) },
    };
    let size = PAGE_SIZE as usize;
    let mut places = read(tenant, query, from).await?;
    let mut from = from;
    let short_of_newer = matches!(from, From::Newer(_)) && places.len() <= size;
    if short_of_newer || (places.is_empty() && !matches!(from, From::Start { skip: 0 })) {
        from = From::Start { skip: 0 };
        places = read(tenant, query, from).await?;
    }
    let more = places.len() > size;
    places.truncate(size);
    let (newer, older) = match from {
        From::Start { skip } => (skip > 0, more),
        From::Older(_) => (true, more),
        From::Newer(_) => {
            places.reverse();
            (more, true)
        }
    };
    let searches = !query.search.trim().is_empty();
    let all = matches!(from, From::Start { skip: 0 }) && !more;
    let total = match (all, searches) {
        (true, _) => Some(places.len() as i64),
        (false, true) => None,
        (false, false) => Some(count(tenant, query.filter, query.platform).await?),
    };
    let is_short = searches && query.search.trim().chars().count() < SHORTEST;
    let looked_at = is_short && count(tenant, query.filter, query.platform).await? >= WALKED;
    Ok(Part {
        newer: places.first().filter(|_| newer).map(Place::cursor),
        older: places.last().filter(|_| older).map(Place::cursor),
        items: places.into_iter().map(|place| place.id).collect(),
        total,
        looked_at: looked_at.then_some(WALKED as u32),
    })
}

/// One more than a page of places, nearest first.
async fn read(tenant: &Tenant, query: &ListQuery, from: From) -> Result<Vec<Place>> {
    let skip = if let From::Start { skip } = from { skip } else { 0 };
    let limit = i64::from(PAGE_SIZE) + 1;
    let searched = query.search.trim().chars().count();
    let walked = if searched == 0 { skip + limit } else { WALKED };
    let rows = match from {
        From::Start { .. } => places!("<", "desc", tenant, query, Cursor::LAST, walked, limit, skip)?,
        From::Older(at) => places!("<", "desc", tenant, query, at, walked, limit, skip)?,
        From::Newer(at) => places!(">", "asc", tenant, query, at, walked, limit, skip)?,
    };
    let is_all = rows.first().is_none_or(|row| row.walked < walked);
    let mut places: Vec<_> = rows.into_iter().filter_map(Walked::place).collect();
    if searched < SHORTEST || is_all || places.len() as i64 == limit {
        return Ok(places);
    }
    places.extend(match from {
        From::Start { .. } => found!("<", "desc", tenant, query, Cursor::LAST, limit, skip)?,
        From::Older(at) => found!("<", "desc", tenant, query, at, limit, skip)?,
        From::Newer(at) => found!(">", "asc", tenant, query, at, limit, skip)?,
    });
    places.sort_by_key(|place| (place.at, place.id));
    places.dedup_by_key(|place| place.id);
    if !matches!(from, From::Newer(_)) {
        places.reverse();
    }
    places.truncate(limit as usize);
    Ok(places)
}

/// How many posts a list has, as [`crate::domain::page::counted`].
pub async fn count(tenant: &Tenant, filter: PostFilter, platform: Option<Platform>) -> Result<i64> {
    if platform.is_some() || !matches!(filter, PostFilter::All | PostFilter::Draft) {
        let (rows, posts) = count_by_account(tenant, filter, platform).await?;
        if rows < COUNTED_ROWS || posts > COUNTED {
            return Ok(posts.min(COUNTED + 1));
        }
        // Many accounts have the same posts, and none has that many.
    }
    let query = &ListQuery { filter, platform, ..Default::default() };
    let rows = places!("<", "desc", tenant, query, Cursor::LAST, COUNTED + 1, 0i64, 0i64)?;
    Ok(rows.first().map_or(0, |row| row.walked))
}

/// How many deliveries were looked at, account by account and nothing put in order, and how many posts they are of. `$which` says
/// which deliveries: a statement for each list, as one for all of them would take longer to plan than to run.
macro_rules! counted {
    ($which:tt, $tenant:expr, $platform:expr) => {{
        let counted = sqlx::query!(
            r#"select count(*) as "rows!", count(distinct r.post_id) as "posts!" from (
                 select d.post_id from connections c cross join lateral (
                   select d.post_id from deliveries d
                   where d.company_id = $1 and d.connection_id = c.id and d.listed_at is not null and "#
                + $which
                + r#" order by d.listed_at desc, d.post_id desc limit $3) d
                 where c.company_id = $1 and ($2::text is null or c.platform = $2)
                 limit $3) r"#,
            $tenant.company.0,
            $platform.map(Platform::id),
            COUNTED_ROWS
        );
        let counted = counted.fetch_one(&$tenant.db).await?;
        (counted.rows, counted.posts)
    }};
}

async fn count_by_account(tenant: &Tenant, filter: PostFilter, platform: Option<Platform>) -> Result<(i64, i64)> {
    Ok(match filter {
        PostFilter::All => counted!("d.part = 0", tenant, platform),
        PostFilter::Draft => counted!(
            "d.idle and d.part = 0
             and (select p.state from posts p where p.company_id = $1 and p.id = d.post_id) = 'draft'",
            tenant,
            platform
        ),
        PostFilter::Scheduled => counted!(
            "d.driving
             and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'",
            tenant,
            platform
        ),
        PostFilter::Published => counted!("d.published and d.part = 0", tenant, platform),
        PostFilter::Attention => counted!(
            "d.attention
             and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'",
            tenant,
            platform
        ),
    })
}

/// The newest posts of a list.
pub async fn newest(tenant: &Tenant, filter: PostFilter, limit: i64) -> Result<Vec<PostId>> {
    let query = &ListQuery { filter, ..Default::default() };
    let rows = places!("<", "desc", tenant, query, Cursor::LAST, limit, limit, 0i64)?;
    Ok(rows.into_iter().filter_map(|row| row.id).collect())
}

/// Which posts of a day are meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnDays {
    pub platform: Option<Platform>,
    /// Only those with a delivery that a person must look at.
    pub attention: bool,
    /// Only what comes behind this place.
    pub after: Option<Cursor>,
}

/// A stretch of time: `from <= time < to`.
pub type Stretch = (DateTime<Utc>, DateTime<Utc>);

impl OnDays {
    /// Where each stretch begins and ends, and the id behind which it begins. Only one lower bound: of two, Postgres may
    /// begin to read the index at the lower one.
    fn bounds(self, days: &[Stretch]) -> (Vec<DateTime<Utc>>, Vec<DateTime<Utc>>, Vec<Uuid>) {
        let after = self.after.map(|place| (DateTime::<Utc>::from(place), place.id));
        let begin = |from| after.map_or((from, Uuid::nil()), |after| after.max((from, Uuid::nil())));
        let (from, behind) = days.iter().map(|(from, _)| begin(*from)).unzip();
        (from, days.iter().map(|(_, to)| *to).collect(), behind)
    }
}

/// The first posts that are meant for each stretch of time, earliest first: `limit` of each at most.
pub async fn of_days(
    tenant: &Tenant,
    days: &[Stretch],
    which: OnDays,
    limit: i64,
) -> Result<Vec<Vec<(PostId, Cursor)>>> {
    let (from, to, behind) = which.bounds(days);
    let rows = sqlx::query!(
        r#"select t.n as "n!", k.at as "at!", k.id as "id!: PostId"
           from unnest($2::timestamptz[], $3::timestamptz[], $6::uuid[]) with ordinality as t (lo, hi, behind, n)
           cross join lateral (
             (select p.due_at as at, p.id from posts p
              where p.company_id = $1 and p.deleted_at is null and p.due_at < t.hi
                and (p.due_at, p.id) > (t.lo, t.behind) and $4::text is null and not $5::bool
              order by p.due_at, p.id limit $7)
             union
             select d.listed_at, d.post_id from connections c cross join lateral (
               select d.listed_at, d.post_id from deliveries d
               where d.company_id = $1 and d.connection_id = c.id and d.part = 0 and d.listed_at is not null
                 and d.listed_at < t.hi and (d.listed_at, d.post_id) > (t.lo, t.behind)
                 and (select p.due_at from posts p where p.company_id = $1 and p.id = d.post_id) is not null
               order by d.listed_at, d.post_id limit $7) d
             where c.company_id = $1 and c.platform = $4 and not $5
             union
             select d.listed_at, d.post_id from connections c cross join lateral (
               select distinct d.listed_at, d.post_id from deliveries d
               where d.company_id = $1 and d.connection_id = c.id and d.attention and d.listed_at is not null
                 and d.listed_at < t.hi and (d.listed_at, d.post_id) > (t.lo, t.behind)
                 and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'
               order by d.listed_at, d.post_id limit $7) d
             where c.company_id = $1 and ($4::text is null or c.platform = $4) and $5
             order by 1, 2 limit $7) k
           order by t.n, k.at, k.id"#,
        tenant.company.0,
        &from,
        &to,
        which.platform.map(Platform::id),
        which.attention,
        &behind,
        limit
    )
    .fetch_all(&tenant.db)
    .await?;
    let mut found: Vec<Vec<(PostId, Cursor)>> = days.iter().map(|_| vec![]).collect();
    for row in rows {
        if let Some(day) = found.get_mut((row.n - 1) as usize) {
            day.push((row.id, Place { at: row.at, id: row.id }.cursor()));
        }
    }
    Ok(found)
}

/// How many posts are meant for each stretch of time, up to one past [`DAY_COUNTED`].
pub async fn count_days(tenant: &Tenant, days: &[Stretch], which: OnDays) -> Result<Vec<i64>> {
    let (from, to, behind) = which.bounds(days);
    let counts = sqlx::query!(
        r#"select t.n as "n!",
             (select count(*) from (
                select from posts p
                where p.company_id = $1 and p.deleted_at is null and p.due_at >= t.lo and p.due_at < t.hi
                  and (t.whole or (p.due_at, p.id) > (t.lo, t.behind)) and $4::text is null and not $5::bool
                order by p.due_at limit $7) k)
           + (select count(distinct d.post_id) from connections c cross join lateral (
                select d.post_id from deliveries d
                where d.company_id = $1 and d.connection_id = c.id and d.part = 0 and d.listed_at is not null
                  and d.listed_at >= t.lo and d.listed_at < t.hi and (t.whole or (d.listed_at, d.post_id) > (t.lo, t.behind))
                order by d.listed_at limit $7) d
              where c.company_id = $1 and c.platform = $4 and not $5)
           + (select count(distinct d.post_id) from connections c cross join lateral (
                select d.post_id from deliveries d
                where d.company_id = $1 and d.connection_id = c.id and d.attention and d.listed_at is not null
                  and d.listed_at >= t.lo and d.listed_at < t.hi and (t.whole or (d.listed_at, d.post_id) > (t.lo, t.behind))
                  and coalesce((select a.state from deliveries a where a.company_id = $1 and a.id = d.after_id), 'live') = 'live'
                order by d.listed_at limit $7) d
              where c.company_id = $1 and ($4::text is null or c.platform = $4) and $5) as "count!"
           from (select *, t.behind = '00000000-0000-0000-0000-000000000000' as whole
                 from unnest($2::timestamptz[], $3::timestamptz[], $6::uuid[]) with ordinality as t (lo, hi, behind, n)) t"#,
        tenant.company.0,
        &from,
        &to,
        which.platform.map(Platform::id),
        which.attention,
        &behind,
        DAY_COUNTED + 1
    )
    .fetch_all(&tenant.db)
    .await?;
    let by_day: HashMap<i64, i64> = counts.into_iter().map(|row| (row.n, row.count.min(DAY_COUNTED + 1))).collect();
    Ok((1..=days.len() as i64).map(|n| by_day.get(&n).copied().unwrap_or_default()).collect())
}
