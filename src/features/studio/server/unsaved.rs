//! What stands in a composer and is not saved as a post: kept while somebody writes, offered when the composer is opened again.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::PostId;
use crate::domain::moment::When;
use crate::domain::post::SavePost;
use crate::features::media::act::MOST;
use crate::features::media::server::service as media;
use crate::features::posts::model::PostDetail;
use crate::features::studio::model::Unsaved;
use crate::infra::queue::clean_up::PORTION;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono_tz::Tz;
use futures::future::BoxFuture;
use sqlx::PgPool;

/// Bytes of one kept composer, as JSON.
const MOST_BYTES: usize = 200_000;
/// Composers that are kept for one person; older ones make room.
const MOST_KEPT: i64 = 20;

/// Keeps what stands in the composer that was opened under this id.
pub async fn keep(who: &Granted, id: PostId, mut work: SavePost, time: &str) -> Result<()> {
    let post = work.id.take();
    let time: String = time.chars().take(40).collect();
    let json = serde_json::to_value(&work).map_err(|_| AppError::bug(None))?;
    if json.to_string().len() > MOST_BYTES {
        return Err(AppError::invalid("text", "This is too long to be kept while you write. Save it as a draft."));
    }
    let (company, user) = (who.tenant.company, who.user);
    let mut tx = who.tenant.db.begin().await?;
    sqlx::query!(
        "insert into unsaved_work (company_id, id, user_id, post_id, work, typed_time) values ($1, $2, $3, $4, $5, $6)
         on conflict (company_id, id) do update set
           post_id = excluded.post_id, work = excluded.work, typed_time = excluded.typed_time, kept_at = now()
         where unsaved_work.user_id = excluded.user_id",
        company.0,
        id.0,
        user.0,
        post.map(|post| post.0),
        json,
        time
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "delete from unsaved_work where company_id = $1 and user_id = $2 and id in (
           select id from unsaved_work where company_id = $1 and user_id = $2 order by kept_at desc offset $3)",
        company.0,
        user.0,
        MOST_KEPT
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets it: it was saved, put back, or is not wanted.
pub async fn forget(who: &Granted, id: PostId) -> Result<()> {
    sqlx::query!(
        "delete from unsaved_work where company_id = $1 and user_id = $2 and id = $3",
        who.tenant.company.0,
        who.user.0,
        id.0
    )
    .execute(&who.tenant.db)
    .await?;
    Ok(())
}

/// What the person left last in a composer of this post, or of a post that was never saved.
pub async fn last(who: &Granted, post: Option<&PostDetail>, zone: Tz) -> Result<Option<Unsaved>> {
    let row = sqlx::query!(
        "select id, work, typed_time, kept_at from unsaved_work
         where company_id = $1 and user_id = $2 and post_id is not distinct from $3
         order by kept_at desc limit 1",
        who.tenant.company.0,
        who.user.0,
        post.map(|post| post.id.0)
    )
    .fetch_optional(&who.tenant.db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    // Of a version that wrote it otherwise: nothing that could be shown.
    let Ok(work) = serde_json::from_value::<SavePost>(row.work) else { return Ok(None) };
    let shown: Vec<_> = work.content.media.iter().copied().take(MOST).collect();
    let media = if shown.is_empty() { vec![] } else { media::known(who, &shown).await? };
    let newer = post.is_some_and(|post| work.version.is_some_and(|version| version < post.version));
    let kept = When { at: row.kept_at.into(), local: zone::local(zone, row.kept_at) };
    Ok(Some(Unsaved { id: PostId(row.id), work, time: row.typed_time, media, kept, newer }))
}

/// Removes what nobody came back for within 30 days.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move {
        let done = sqlx::query!(
            "delete from unsaved_work where (company_id, id) in (
               select company_id, id from unsaved_work where kept_at < now() - interval '30 days' limit $1)",
            PORTION
        )
        .execute(&db)
        .await?;
        Ok(done.rows_affected())
    })
}
