//! Videos that networks refuse for their form become MP4 with H.264 and AAC, where ffmpeg is installed. What is asked is kept with its
//! job; the job copies the file, has ffmpeg convert it and takes the result in as a copy of the video. A run that was cut off begins
//! anew. One video at a time on a node: publishing comes first.

pub use super::converting_store::delete_old;

use super::convert::{self, Temporary, no_room};
use super::converting_store::{self as store, Row};
use super::service::Keeper;
use super::stores::{self, storage_error};
use super::{store as assets, video_in};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, ConversionId};
use crate::features::media::converted::{ConversionCard, ConversionState, Converter, MOST_AT_ONCE, refusal};
use crate::features::media::model::AssetCard;
use crate::infra::database::Tenant;
use crate::infra::http::throttle;
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome};
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::storage::MediaStore;
use bytes::Bytes;
use chrono::Utc;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::Semaphore;

static PLACES: Semaphore = Semaphore::const_new(1);
/// How often the job writes down how far it is, and looks whether somebody cancelled it.
const LOOK: Duration = Duration::from_secs(1);
/// How a copy says what it is.
const RECIPE: &str = "mp4 h264 aac";
/// Bytes of a file that are written at a time.
const PIECE: usize = 4 << 20;
const FAILED: &str = "ffmpeg could not convert this video. Export it as MP4 with H.264 and AAC, and add that.";
const SERVER: &str = "The server had a problem. Try again; if it fails once more, export the video as MP4 with H.264.";
const NONE: &str = "This server has no ffmpeg, so it cannot convert videos. Export it as MP4 with H.264 and AAC.";

/// What the page of a video offers.
pub async fn converter(who: &Granted, asset: AssetId) -> Result<Converter> {
    let mut db = who.tenant.db.acquire().await?;
    assets::find(&mut db, who.company, asset).await?.ok_or_else(|| AppError::not_found("file"))?;
    drop(db);
    let last = store::last(&who.tenant, asset).await?.map(card);
    Ok(Converter { installed: who.app.settings.ffmpeg.is_some(), last })
}

fn card(row: Row) -> ConversionCard {
    let percent = u8::try_from(row.percent).unwrap_or_default();
    ConversionCard { id: row.id, state: ConversionState::parse(&row.state), percent, why: row.why }
}

/// Asks for the copy of a video. One that is under way already goes on.
pub async fn begin(who: &Granted, asset: AssetId) -> Result<()> {
    throttle::check(&who.app.throttles.copies, &who.user.to_string(), "conversions")?;
    let mut tx = who.tenant.db.begin().await?;
    let row = assets::among(&mut tx, who.company, &[asset]).await?.pop().ok_or_else(|| AppError::not_found("file"))?;
    if who.app.settings.ffmpeg.is_none() {
        return Err(AppError::conflict(NONE));
    }
    if let Some(why) = refusal(&row.facts()) {
        return Err(AppError::conflict(why));
    }
    let id = ConversionId::new();
    if !store::insert(&mut tx, &who.tenant, who.user, id, asset, MOST_AT_ONCE).await? {
        let open =
            store::last(&who.tenant, asset).await?.is_some_and(|last| ConversionState::parse(&last.state).is_open());
        let words = format!("{MOST_AT_ONCE} videos are being converted. Wait for one, or cancel it.");
        return if open { Ok(()) } else { Err(AppError::conflict(words)) };
    }
    let options = JobOptions {
        company: Some(who.company),
        job_key: Some(format!("convert:{id}")),
        queue_key: Some(format!("convert:{}", who.company)),
        ..JobOptions::at(Utc::now())
    };
    queue::enqueue::<ConvertVideo>(&mut tx, &ConvertPayload { conversion: id }, options).await?;
    Ok(tx.commit().await?)
}

/// Cancels one. One that has ended meanwhile stays as it is.
pub async fn cancel(who: &Granted, id: ConversionId) -> Result<()> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
    let ended = store::end(&who.tenant, id, "cancelled", "").await?;
    if ended || store::find(&who.tenant, id).await?.is_some() { Ok(()) } else { Err(AppError::not_found("conversion")) }
}

/// Which conversion.
#[derive(Debug, Serialize, Deserialize)]
pub struct ConvertPayload {
    pub conversion: ConversionId,
}

/// Converts a video.
pub struct ConvertVideo;

impl Job for ConvertVideo {
    type Payload = ConvertPayload;
    const KIND: &'static str = "convert_video";
    const TITLE: &'static str = "Convert a video";
    const PRIORITY: i16 = 200;
    const ATTEMPTS: i32 = 3;
    /// It has a state of its own, which “Cancel” on the video's page changes.
    const CAN_BE_CANCELLED: bool = false;

    async fn run(&self, claim: &Claim, payload: ConvertPayload) -> Outcome {
        let Some(company) = claim.company else {
            return Outcome::Dead { why: "This video belongs to no company.".into() };
        };
        make(&claim.app, &claim.app.tenant(company), payload.conversion).await.into()
    }

    async fn on_dead(&self, claim: &Claim, payload: ConvertPayload, _: &str) -> Result<()> {
        let Some(company) = claim.company else { return Ok(()) };
        store::end(&claim.app.tenant(company), payload.conversion, "failed", SERVER).await.map(drop)
    }
}

async fn make(app: &App, tenant: &Tenant, id: ConversionId) -> Result<()> {
    let Some(wanted) = store::find(tenant, id).await?.filter(|row| ConversionState::parse(&row.state).is_open()) else {
        return Ok(());
    };
    let fail = async |why: &str| store::end(tenant, id, "failed", why).await.map(drop);
    let Some(ffmpeg) = app.settings.ffmpeg.as_deref() else { return fail(NONE).await };
    let mut db = app.db.acquire().await?;
    let row = assets::among(&mut db, tenant.company, &[wanted.asset_id]).await?.pop();
    drop(db);
    let Some(row) = row else { return fail("The video was deleted.").await };
    let Some(place) = stores::find(app, tenant.company, &row.store).await? else {
        return fail(&stores::lost(&row.store)).await;
    };
    let work = async {
        let Ok(_turn) = PLACES.acquire().await else { return Ok(None) };
        let percent = AtomicU8::new(0);
        let convert = async {
            let from = Temporary::copy(app, &place, &row.storage_key, row.bytes.unsigned_abs()).await?;
            let to = Temporary::name(app, "mp4").await?;
            let said = |now| percent.store(now, Ordering::Relaxed);
            let done = convert::run(ffmpeg, &row.facts(), &from.0, &to.0, said).await;
            Ok::<_, AppError>(done.map(|()| to))
        };
        tokio::select! {
            done = convert => done.map(Some),
            ended = tell(tenant, id, &percent) => ended.map(|()| None),
        }
    };
    let made = tokio::select! {
        made = work => made?,
        // Also while it waits for its turn.
        () = left(tenant, id) => None,
    };
    let made = match made {
        None => return Ok(()),
        Some(Ok(made)) => made,
        Some(Err(why)) => {
            tracing::warn!(why, asset = %row.id, "ffmpeg could not convert a video");
            return fail(FAILED).await;
        }
    };
    let by = wanted.asked_by;
    match keep(Keeper { app, tenant, by }, &row.file_name, row.millis.unwrap_or_default().unsigned_abs(), &made.0)
        .await?
    {
        Some(copy) => {
            store::set_copy_of(tenant, copy.facts.asset, row.copy_of.unwrap_or(row.id), RECIPE).await?;
            store::end(tenant, id, "done", "").await.map(drop)
        }
        None => fail(FAILED).await,
    }
}

/// Writes down how far it is, until somebody has cancelled it.
async fn tell(tenant: &Tenant, id: ConversionId, percent: &AtomicU8) -> Result<()> {
    while store::set_percent(tenant, id, percent.load(Ordering::Relaxed)).await? {
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Ends when somebody has cancelled it.
async fn left(tenant: &Tenant, id: ConversionId) {
    loop {
        tokio::time::sleep(LOOK).await;
        if let Ok(row) = store::find(tenant, id).await
            && row.is_none_or(|row| !ConversionState::parse(&row.state).is_open())
        {
            return;
        }
    }
}

/// Takes the result in as a video; `None`: it is not what was asked for, or ends before the original does.
async fn keep(to: Keeper<'_>, original: &str, millis: u64, file: &Path) -> Result<Option<AssetCard>> {
    let length = tokio::fs::metadata(file).await.map_err(|e| no_room(&e))?.len();
    let seen = match video_in::look(to.tenant.company, "video/mp4", length, |range| read(file, range)).await? {
        Ok(seen) => seen,
        Err(why) => {
            tracing::warn!(?why, "what ffmpeg made is no video");
            return Ok(None);
        }
    };
    let made = &seen.video.facts;
    if made.codec != "h264" || made.millis + 1_000 + millis / 50 < millis {
        return Ok(None);
    }
    let stem = original.rsplit_once('.').map_or(original, |(stem, _)| stem);
    let place = stores::current(to.app, to.tenant.company).await?;
    let write = async |key: &str| write(&place, key, file).await;
    video_in::keep(to, &place, &format!("{stem} (copy).mp4"), length, &seen, false, write).await.map(Some)
}

fn read(file: &Path, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
    Box::pin(async move {
        let mut open = tokio::fs::File::open(file).await.map_err(|e| no_room(&e))?;
        open.seek(std::io::SeekFrom::Start(range.start)).await.map_err(|e| no_room(&e))?;
        let mut bytes = vec![0; (range.end - range.start) as usize];
        open.read_exact(&mut bytes).await.map_err(|e| no_room(&e))?;
        Ok(bytes.into())
    })
}

/// Writes the file to the store; the SHA-256 of its bytes.
async fn write(place: &MediaStore, key: &str, file: &Path) -> Result<Vec<u8>> {
    let mut open = tokio::fs::File::open(file).await.map_err(|e| no_room(&e))?;
    let mut writer = place.writer(key).await.map_err(|e| storage_error(&e))?;
    let (mut sha256, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        let length = match open.read(&mut piece).await {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) => {
                writer.abort().await;
                return Err(no_room(&error));
            }
        };
        sha256.update(&piece[..length]);
        writer.write(&piece[..length]).await.map_err(|e| storage_error(&e))?;
    }
    writer.finish().await.map_err(|e| storage_error(&e))?;
    Ok(sha256.finalize().to_vec())
}
