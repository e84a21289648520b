//! What was read at the platforms.

use crate::connectors::converse::RemoteComment;
use crate::domain::error::Result;
use crate::domain::ids::{CommentId, ConnectionId, DeliveryId, PostId};
use crate::infra::database::Tenant;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashSet;

/// Under which post of which account.
#[derive(Clone, Copy)]
pub struct Under {
    pub delivery: DeliveryId,
    pub post: PostId,
    pub connection: ConnectionId,
}

/// Whatever is younger may not be in the platform's list yet: that it is missing there says nothing.
const YOUNG: TimeDelta = TimeDelta::minutes(10);

/// The ids that are known under this post and can be seen there, as far as they were last read.
pub async fn known(tenant: &Tenant, delivery: DeliveryId) -> Result<HashSet<String>> {
    let ids = sqlx::query_scalar!(
        "select remote_id from comments where company_id = $1 and delivery_id = $2 and removed_at is null limit 20000",
        tenant.company.0,
        delivery.0
    )
    .fetch_all(&tenant.db)
    .await?;
    Ok(ids.into_iter().collect())
}

/// Keeps what was found. `complete`: these are all that there are, so that what is not among them is not there any more.
/// `lists_hidden`: hidden ones and the answers to them would be among them as well.
pub async fn keep(
    tenant: &Tenant,
    under: Under,
    comments: &[RemoteComment],
    complete: bool,
    lists_hidden: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut tx = tenant.db.begin().await?;
    let column = |of: fn(&RemoteComment) -> String| comments.iter().map(of).collect::<Vec<String>>();
    let ids = column(|c| c.id.clone());
    let parents: Vec<Option<String>> = comments.iter().map(|c| c.parent.clone()).collect();
    let urls: Vec<Option<String>> = comments.iter().map(|c| c.url.clone()).collect();
    sqlx::query!(
        "insert into comments (company_id, id, delivery_id, post_id, connection_id, remote_id, parent_remote_id, author, text, at, url,
                               ours, hidden)
         select $1, new.id, $2, $3, $4, new.remote_id, new.parent, new.author, new.text, new.at, new.url, new.ours, new.hidden
         from unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::text[], $12::boolean[],
                     $13::boolean[]) as new (id, remote_id, parent, author, text, at, url, ours, hidden)
         on conflict (company_id, connection_id, remote_id) do update set
           author = excluded.author, text = excluded.text, url = coalesce(excluded.url, comments.url), hidden = excluded.hidden,
           removed_at = null
         where comments.delivery_id = excluded.delivery_id
           and (comments.author, comments.text, comments.hidden, comments.removed_at is null)
             is distinct from (excluded.author, excluded.text, excluded.hidden, true)",
        tenant.company.0,
        under.delivery.0,
        under.post.0,
        under.connection.0,
        &comments.iter().map(|_| CommentId::new().0).collect::<Vec<_>>(),
        &ids,
        &parents as &[Option<String>],
        &column(|c| c.author.clone()),
        &column(|c| c.text.clone()),
        &comments.iter().map(|c| c.at).collect::<Vec<_>>(),
        &urls as &[Option<String>],
        &comments.iter().map(|c| c.ours).collect::<Vec<_>>(),
        &comments.iter().map(|c| c.hidden).collect::<Vec<_>>()
    )
    .execute(&mut *tx)
    .await?;
    if complete {
        sqlx::query!(
            "update comments set removed_at = now()
             where company_id = $1 and delivery_id = $2 and removed_at is null and remote_id <> all($3) and at < $4
               and ($5 or not hidden and not exists (
                 select from comments p where p.company_id = $1 and p.connection_id = comments.connection_id
                   and p.remote_id = comments.parent_remote_id and p.hidden))",
            tenant.company.0,
            under.delivery.0,
            &ids,
            now - YOUNG,
            lists_hidden
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx.commit().await?)
}
