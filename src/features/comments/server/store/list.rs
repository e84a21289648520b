//! Which comments the inbox shows, each list read account by account from one end of an index (migration 0125), so that it
//! costs the same with ten comments and with a million; and what is shown of them.

use crate::domain::error::Result;
use crate::domain::ids::{CommentId, PostId, ReplyId};
use crate::domain::page::{Cursor, PAGE_SIZE, Part};
use crate::features::comments::model::CommentQuery;
use crate::infra::database::Tenant;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

struct Place {
    at: DateTime<Utc>,
    id: CommentId,
}

impl Place {
    fn cursor(&self) -> Cursor {
        Cursor { at_us: self.at.timestamp_micros(), id: self.id.0 }
    }
}

/// The first places of a list behind a place. `$behind` and `$order` say in which direction. A macro, because `query_as!`
/// reads its SQL from literals. The comments of one post are few enough to be looked through.
macro_rules! places {
    ($behind:tt, $order:tt, $tenant:expr, $query:expr, $from:expr, $limit:expr) => {
        sqlx::query_as!(
            Place,
            r#"select found.at as "at!", found.id as "id!: CommentId" from (
                 select c.at, c.id from connections a cross join lateral (
                   select c.at, c.id from comments c
                   where c.company_id = $1 and c.connection_id = a.id and c.unread and (c.at, c.id) "# + $behind + r#" ($5::timestamptz, $6::uuid)
                   order by c.at "# + $order + ", c.id " + $order + r#" limit $7) c
                 where a.company_id = $1 and $2 = 'unread' and $4::uuid is null and ($3::uuid is null or a.id = $3)
                 union all
                 select c.at, c.id from connections a cross join lateral (
                   select c.at, c.id from comments c
                   where c.company_id = $1 and c.connection_id = a.id and not c.ours and (c.at, c.id) "# + $behind + r#" ($5, $6)
                   order by c.at "# + $order + ", c.id " + $order + r#" limit $7) c
                 where a.company_id = $1 and $2 = 'all' and $4::uuid is null and ($3::uuid is null or a.id = $3)
                 union all
                 select c.at, c.id from connections a cross join lateral (
                   select c.at, c.id from comments c
                   where c.company_id = $1 and c.connection_id = a.id and c.hidden and not c.ours and (c.at, c.id) "# + $behind + r#" ($5, $6)
                   order by c.at "# + $order + ", c.id " + $order + r#" limit $7) c
                 where a.company_id = $1 and $2 = 'hidden' and $4::uuid is null and ($3::uuid is null or a.id = $3)
                 union all
                 (select c.at, c.id from comments c
                  where c.company_id = $1 and c.post_id = $4 and not c.ours and (c.at, c.id) "# + $behind + r#" ($5, $6)
                    and case $2 when 'unread' then c.unread when 'hidden' then c.hidden else true end
                    and ($3::uuid is null or c.connection_id = $3)
                  order by c.at "# + $order + ", c.id " + $order + r#" limit $7)) found
               order by found.at "# + $order + ", found.id " + $order + " limit $7",
            $tenant.company.0,
            $query.filter.id(),
            $query.account.map(|a| a.0),
            $query.post.map(|p| p.0),
            DateTime::<Utc>::from($from),
            $from.id,
            $limit
        )
        .fetch_all(&$tenant.db)
        .await
    };
}

/// The comments of a part of a list, newest first, and where its neighbours begin.
pub async fn part(tenant: &Tenant, query: &CommentQuery) -> Result<Part<CommentId>> {
    let size = PAGE_SIZE as usize;
    let limit = i64::from(PAGE_SIZE) + 1;
    let (mut places, newer, older) = match (query.older, query.newer) {
        (None, Some(from)) => {
            let mut places = places!(">", "asc", tenant, query, from, limit)?;
            let more = places.len() > size;
            places.truncate(size);
            places.reverse();
            (places, more, true)
        }
        (from, _) => {
            let start = from.unwrap_or(Cursor::LAST);
            let places = places!("<", "desc", tenant, query, start, limit)?;
            let more = places.len() > size;
            (places, from.is_some(), more)
        }
    };
    places.truncate(size);
    let newer = places.first().filter(|_| newer).map(Place::cursor);
    let older = places.last().filter(|_| older).map(Place::cursor);
    let items = places.into_iter().map(|place| place.id).collect();
    Ok(Part { items, newer, older, total: None, looked_at: None })
}

pub struct Row {
    pub id: CommentId,
    pub post_id: PostId,
    pub post_text: String,
    pub post_url: Option<String>,
    pub post_removed: bool,
    pub platform: String,
    pub handle: String,
    pub author: String,
    pub text: String,
    pub at: DateTime<Utc>,
    pub url: Option<String>,
    pub unread: bool,
    pub hidden: bool,
    pub removed: bool,
}

/// These comments, in their order.
pub async fn rows(tenant: &Tenant, ids: &[CommentId]) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        r#"select c.id, c.post_id, p.text as post_text, d.remote_url as post_url, d.removed_at is not null as "post_removed!",
                  a.platform, a.handle, c.author, c.text, c.at, c.url, c.unread, c.hidden, c.removed_at is not null as "removed!"
           from unnest($2::uuid[]) with ordinality as wanted (id, n)
           join comments c on c.company_id = $1 and c.id = wanted.id
           join posts p on p.company_id = $1 and p.id = c.post_id
           join deliveries d on d.company_id = $1 and d.id = c.delivery_id
           join connections a on a.company_id = $1 and a.id = c.connection_id
           order by wanted.n"#,
        tenant.company.0,
        ids as _
    )
    .fetch_all(&tenant.db)
    .await?)
}

/// An answer of the account itself as it stands at the platform.
pub struct Found {
    pub to: CommentId,
    pub id: CommentId,
    pub remote_id: String,
    pub text: String,
    pub at: DateTime<Utc>,
    pub removed: bool,
}

/// What was answered to these comments, as the platforms show it; at most the first 20 of each.
pub async fn answers(tenant: &Tenant, ids: &[CommentId]) -> Result<HashMap<CommentId, Vec<Found>>> {
    let rows = sqlx::query_as!(
        Found,
        r#"select c.id as "to!: CommentId", o.id as "id!: CommentId", o.remote_id as "remote_id!", o.text as "text!", o.at as "at!",
                  o.removed_at is not null as "removed!"
           from unnest($2::uuid[]) wanted (id)
           join comments c on c.company_id = $1 and c.id = wanted.id
           cross join lateral (
             select o.id, o.remote_id, o.text, o.at, o.removed_at from comments o
             where o.company_id = $1 and o.connection_id = c.connection_id and o.parent_remote_id = c.remote_id and o.ours
             order by o.at limit 20) o"#,
        tenant.company.0,
        ids as _
    )
    .fetch_all(&tenant.db)
    .await?;
    let mut all: HashMap<CommentId, Vec<Found>> = HashMap::new();
    for row in rows {
        all.entry(row.to).or_default().push(row);
    }
    Ok(all)
}

/// An answer that was written here.
pub struct Written {
    pub to: CommentId,
    pub id: ReplyId,
    pub place: i32,
    pub text: String,
    pub state: String,
    pub fault: Option<String>,
    pub written_at: DateTime<Utc>,
    pub by: Option<String>,
    pub remote_id: Option<String>,
    /// The comment that it has become.
    pub comment: Option<CommentId>,
    pub removed: bool,
}

/// What was written here to these comments.
pub async fn written(tenant: &Tenant, ids: &[CommentId]) -> Result<HashMap<CommentId, Vec<Written>>> {
    let rows = sqlx::query_as!(
        Written,
        r#"select r.comment_id as "to: CommentId", r.id, r.place, r.text, r.state, r.fault, r.written_at, u.name as "by?", r.remote_id,
                  o.id as "comment?: CommentId", o.removed_at is not null as "removed!"
           from unnest($2::uuid[]) wanted (id)
           join comment_replies r on r.company_id = $1 and r.comment_id = wanted.id
           join comments c on c.company_id = $1 and c.id = r.comment_id
           left join users u on u.id = r.written_by
           left join comments o on o.company_id = $1 and o.connection_id = c.connection_id and o.remote_id = r.remote_id"#,
        tenant.company.0,
        ids as _
    )
    .fetch_all(&tenant.db)
    .await?;
    let mut all: HashMap<CommentId, Vec<Written>> = HashMap::new();
    for row in rows {
        all.entry(row.to).or_default().push(row);
    }
    Ok(all)
}
