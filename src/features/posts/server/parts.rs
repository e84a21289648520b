//! The SQL of a post's further parts: what the person wrote.

use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, PostId, new_id};
use crate::domain::post::PartKind;
use crate::domain::post::parts::Parts;
use sqlx::PgConnection;

/// The parts of a post, in order.
pub async fn load(tx: &mut PgConnection, company: CompanyId, post: PostId) -> Result<Parts> {
    let rows = sqlx::query!(
        "select kind, text from post_parts where company_id = $1 and post_id = $2 order by position",
        company.0,
        post.0
    )
    .fetch_all(tx)
    .await?;
    Ok(Parts::of(rows.into_iter().filter_map(|r| Some((PartKind::parse(&r.kind)?, r.text)))))
}

/// Replaces the parts of a post.
pub async fn keep(tx: &mut PgConnection, company: CompanyId, post: PostId, parts: &Parts) -> Result<()> {
    sqlx::query!("delete from post_parts where company_id = $1 and post_id = $2", company.0, post.0)
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
        company.0,
        post.0,
        &ids,
        &kinds,
        &texts
    )
    .execute(tx)
    .await?;
    Ok(())
}
