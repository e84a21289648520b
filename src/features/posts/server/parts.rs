//! The SQL of a post's further parts: what the person wrote, and the deliveries that come of it.

use super::store;
use crate::domain::draft::PartKind;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, DeliveryId, PostId, new_id};
use crate::domain::platform::Platform;
use crate::features::posts::parts::{PartText, Parts};
use sqlx::PgConnection;

/// The parts of a post, in order.
pub async fn load(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Parts> {
    let rows = sqlx::query!(
        "select kind, text from post_parts where company_id = $1 and post_id = $2 order by position",
        company,
        post
    )
    .fetch_all(tx)
    .await?;
    Ok(Parts::of(rows.into_iter().filter_map(|r| Some((PartKind::parse(&r.kind)?, r.text)))))
}

/// Replaces the parts of a post.
pub async fn keep(tx: &mut PgConnection, company: CompanyId, post: PostId, parts: &Parts) -> Result<()> {
    sqlx::query!("delete from post_parts where company_id = $1 and post_id = $2", company, post)
        .execute(&mut *tx)
        .await?;
    let list = parts.list();
    let ids: Vec<_> = list.iter().map(|_| new_id()).collect();
    let kinds: Vec<_> = list.iter().map(|p| p.kind.id().to_owned()).collect();
    let texts: Vec<_> = list.iter().map(|p| p.text.to_owned()).collect();
    sqlx::query!(
        "insert into post_parts (company_id, id, post_id, position, kind, text)
         select $1, p.id, $2, p.position::int, p.kind, p.text
         from unnest($3::uuid[], $4::text[], $5::text[]) with ordinality as p (id, kind, text, position)",
        company,
        post,
        &ids,
        &kinds,
        &texts
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes away the deliveries of parts: of a post that can still be edited none of them was ever sent.
pub async fn drop_deliveries(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<()> {
    sqlx::query!(
        "delete from deliveries where company_id = $1 and post_id = $2 and part > 0 and attempt = 0",
        company,
        post
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Makes the deliveries of the parts to one account, as drafts: the posts of a thread one after the other, a comment
/// after the post itself. `main`: the delivery of the post.
pub async fn make_deliveries(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    (main, connection, platform): (DeliveryId, ConnectionId, Platform),
    parts: &Parts,
) -> Result<()> {
    let mut last = main;
    for part in parts.on(platform) {
        let after = if part.kind == PartKind::Reply { last } else { main };
        let made = insert(tx, company, post, connection, &part, after).await?;
        if part.kind == PartKind::Reply {
            last = made;
        }
    }
    Ok(())
}

async fn insert(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    connection: ConnectionId,
    part: &PartText<'_>,
    after: DeliveryId,
) -> Result<DeliveryId> {
    Ok(sqlx::query_scalar!(
        "insert into deliveries (company_id, id, post_id, connection_id, text, part, kind, after_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        company,
        new_id(),
        post,
        connection,
        part.text,
        i32::try_from(part.position).unwrap_or(i32::MAX),
        part.kind.id(),
        after
    )
    .fetch_one(tx)
    .await?)
}

/// Copies the parts of a post to another one, with their deliveries to its accounts.
pub async fn copy(tx: &mut PgConnection, company: CompanyId, from: PostId, to: PostId) -> Result<()> {
    let parts = load(tx, company, from).await?;
    keep(tx, company, to, &parts).await?;
    for main in store::deliveries(tx, company, to).await? {
        if let Ok(platform) = main.platform.parse() {
            make_deliveries(tx, company, to, (main.id, main.connection_id, platform), &parts).await?;
        }
    }
    Ok(())
}
