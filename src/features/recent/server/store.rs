//! The SQL of newest posts: the kept lists, and which of their posts are ours.

use crate::domain::error::Result;
use crate::domain::ids::{ConnectionId, PostId};
use crate::domain::platform::Platform;
use crate::domain::recent::RecentPost;
use crate::infra::database::Tenant;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use sqlx::PgPool;
use sqlx::types::Json;
use std::collections::HashMap;

/// An account of the company, and the zone in which times are shown.
pub struct Account {
    pub platform: Platform,
    pub handle: String,
    pub profile_url: Option<String>,
    pub zone: String,
}

/// `None`: the company has none with this id that is in use.
pub async fn account(t: &Tenant, id: ConnectionId) -> Result<Option<Account>> {
    let row = sqlx::query!(
        "select a.platform, a.handle, a.profile_url, c.zone from connections a join companies c on c.id = a.company_id
         where a.company_id = $1 and a.id = $2 and a.state <> 'disconnected'",
        t.company.0,
        id.0
    )
    .fetch_optional(&t.db)
    .await?;
    Ok(row.and_then(|row| {
        let platform = row.platform.parse().ok()?;
        Some(Account { platform, handle: row.handle, profile_url: row.profile_url, zone: row.zone })
    }))
}

/// A part of a list, as the network said it.
pub struct Kept {
    pub posts: Vec<RecentPost>,
    pub older: Option<String>,
    pub read_at: DateTime<Utc>,
    pub age: TimeDelta,
}

pub async fn find(t: &Tenant, id: ConnectionId, place: &str) -> Result<Option<Kept>> {
    let row = sqlx::query!(
        r#"select posts as "posts: Json<Vec<RecentPost>>", older, read_at,
                  extract(epoch from now() - read_at)::bigint as "age!"
           from recent_lists where company_id = $1 and place = $2 and id = $3"#,
        t.company.0,
        place,
        id.0
    )
    .fetch_optional(&t.db)
    .await?;
    Ok(row.map(|row| Kept {
        posts: row.posts.0,
        older: row.older,
        read_at: row.read_at,
        age: TimeDelta::seconds(row.age),
    }))
}

/// Whether a part that was read named this place as where the next one begins.
pub async fn is_named(t: &Tenant, id: ConnectionId, place: &str) -> Result<bool> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from recent_lists where company_id = $1 and id = $2 and older = $3) as "known!""#,
        t.company.0,
        id.0,
        place
    );
    Ok(known.fetch_one(&t.db).await?)
}

/// Keeps a part of a list in place of the one before; when it was read, by the database's clock. `None`: the connection is gone.
pub async fn keep(
    t: &Tenant,
    id: ConnectionId,
    place: &str,
    posts: &[RecentPost],
    older: Option<&str>,
) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!(
        "insert into recent_lists (company_id, place, id, posts, older)
         select $1, $2, id, $4, $5 from connections where company_id = $1 and id = $3
         on conflict (company_id, place, id) do update
           set posts = excluded.posts, older = excluded.older, read_at = excluded.read_at
         returning read_at",
        t.company.0,
        place,
        id.0,
        Json(posts) as _,
        older
    )
    .fetch_optional(&t.db)
    .await?)
}

/// Which of these were published with LUX on this account: the network's id, and the post.
pub async fn ours(t: &Tenant, id: ConnectionId, remote: &[String]) -> Result<HashMap<String, PostId>> {
    let rows = sqlx::query!(
        r#"select d.remote_id as "remote!", d.post_id from deliveries d
           join posts p on p.company_id = d.company_id and p.id = d.post_id and p.deleted_at is null
           where d.company_id = $1 and d.connection_id = $2 and d.remote_id = any($3)"#,
        t.company.0,
        id.0,
        remote
    )
    .fetch_all(&t.db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.remote, row.post_id)).collect())
}

/// The network's address of the picture of a post in a kept list, and the network.
pub async fn picture(t: &Tenant, id: ConnectionId, post: &str) -> Result<Option<(String, String)>> {
    let row = sqlx::query!(
        r#"select a.platform, p.post->>'picture' as "picture!" from recent_lists l
           join connections a on a.company_id = l.company_id and a.id = l.id
           cross join lateral jsonb_array_elements(l.posts) p(post)
           where l.company_id = $1 and l.id = $2 and p.post->>'id' = $3 and p.post->>'picture' is not null limit 1"#,
        t.company.0,
        id.0,
        post
    )
    .fetch_optional(&t.db)
    .await?;
    Ok(row.map(|row| (row.platform, row.picture)))
}

pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done =
            sqlx::query!("delete from recent_lists where read_at < now() - interval '1 day'").execute(&db).await?;
        Ok(done.rows_affected())
    })
}
