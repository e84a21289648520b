//! Files that were deleted a week ago are removed for good: their bytes, and what no post ever showed as a whole. What a post
//! shows that is out keeps its small picture, so that the post can still be looked at.

use super::poster;
use super::service::thumb_key;
use super::stores::{self, storage_error};
use crate::domain::error::Result;
use crate::domain::ids::{AssetId, CompanyId};
use crate::infra::queue::{Claim, Job, Outcome, Schedule, Tick};
use crate::infra::state::App;
use chrono::TimeDelta;

/// How long a deleted file can be taken back.
pub const KEPT: TimeDelta = TimeDelta::days(7);
/// Files of one statement.
const PORTION: i64 = 200;
/// Files of one run.
const A_RUN: usize = 10_000;

/// Removes the bytes of files that were deleted a week ago.
pub struct DropDeletedFiles;

impl Job for DropDeletedFiles {
    type Payload = Tick;
    const KIND: &'static str = "drop_deleted_files";
    const TITLE: &'static str = "Remove deleted files";
    const ATTEMPTS: i32 = 3;
    const SCHEDULES: &'static [Schedule<Tick>] = &[Schedule {
        name: "drop_deleted_files",
        cron: "0 40 2 * * *",
        title: "Deleted files",
        does: "Removes files of the library for good that were deleted a week ago, and takes pictures of videos that have none.",
        when_stopped: "While this is stopped, deleted files fill the media store.",
        payload: Tick::at,
    }];

    async fn run(&self, claim: &Claim, _: Tick) -> Outcome {
        nightly(&claim.app).await.into()
    }
}

async fn nightly(app: &App) -> Result<()> {
    let files = remove(app).await?;
    let videos = poster::catch_up(app).await?;
    tracing::info!(files, videos, "removed deleted files");
    Ok(())
}

struct Deleted {
    company_id: CompanyId,
    id: AssetId,
}

/// How many were removed. A post that is not out keeps what it shows, whenever that was deleted.
pub async fn remove(app: &App) -> Result<usize> {
    let mut removed = 0;
    // Where a store does not answer, its company waits for another night, and the others go on.
    let mut stuck: Vec<uuid::Uuid> = vec![];
    // A row stays as long as a copy points at it: the copies first.
    while removed < A_RUN {
        let files = sqlx::query_as!(
            Deleted,
            "select a.company_id, a.id from assets a
             where a.deleted_at < now() - make_interval(days => $1) and a.dropped_at is null and a.company_id <> all($3)
               and not exists (select from assets c where c.company_id = a.company_id and c.copy_of = a.id and c.dropped_at is null)
               and not exists (
                 select from post_media m join posts p on p.company_id = m.company_id and p.id = m.post_id
                 where m.company_id = a.company_id and m.asset_id = a.id and p.deleted_at is null
                   and (not exists (select from deliveries d where d.company_id = p.company_id and d.post_id = p.id)
                        or exists (select from deliveries d
                                   where d.company_id = p.company_id and d.post_id = p.id and d.state <> 'live')))
               and not exists (
                 select from deliveries d join posts p on p.company_id = d.company_id and p.id = d.post_id
                 where d.company_id = a.company_id and d.options ? 'thumbnail' and d.options ->> 'thumbnail' = a.id::text
                   and d.state <> 'live' and p.deleted_at is null)
             order by a.deleted_at limit $2",
            KEPT.num_days() as i32,
            PORTION,
            &stuck
        )
        .fetch_all(&app.db)
        .await?;
        if files.is_empty() {
            break;
        }
        for file in &files {
            if stuck.contains(&file.company_id.0) {
                continue;
            }
            match drop_one(app, file).await {
                Ok(()) => removed += 1,
                Err(error) => {
                    tracing::warn!(%error, asset = %file.id, "a deleted file could not be removed");
                    stuck.push(file.company_id.0);
                }
            }
        }
    }
    Ok(removed)
}

/// Under the row's lock, so that nobody takes it back meanwhile. Should this end half-way, the next run finds the row again.
async fn drop_one(app: &App, file: &Deleted) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let row = sqlx::query!(
        "select store, storage_key, has_thumb, used from assets
         where company_id = $1 and id = $2 and deleted_at is not null and dropped_at is null for update",
        file.company_id.0,
        file.id.0
    );
    let Some(row) = row.fetch_optional(&mut *tx).await? else { return Ok(()) };
    let thumb = (row.has_thumb && !row.used).then(|| thumb_key(&row.storage_key));
    // Bytes in a store whose keys are gone stay there.
    let place = stores::find(app, file.company_id, &row.store).await?;
    if let Some(place) = place {
        for key in [Some(row.storage_key), thumb].into_iter().flatten() {
            match place.delete(&key).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(storage_error(&error)),
            }
        }
    }
    let gone = sqlx::query!(
        "delete from assets a where a.company_id = $1 and a.id = $2
           and not exists (select from post_media m where m.company_id = $1 and m.asset_id = $2)
           and not exists (select from assets c where c.company_id = $1 and c.copy_of = $2)",
        file.company_id.0,
        file.id.0
    );
    if gone.execute(&mut *tx).await?.rows_affected() == 0 {
        sqlx::query!(
            "update assets set dropped_at = now() where company_id = $1 and id = $2",
            file.company_id.0,
            file.id.0
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx.commit().await?)
}
