//! A small picture of a video, made by ffmpeg where that is installed (`LUX_FFMPEG`, or found at the start); without it a video
//! shows a film sign. ffmpeg is a program of its own that reads what strangers made: it gets a file with the video's index and
//! its first megabytes and nothing else, no network, one thread, and a bound on memory and time.

use super::inspect::inspect;
use super::service::{DECODERS, thumb_key};
use super::stores::{self, storage_error};
use super::{store, video};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId};
use crate::infra::child;
use crate::infra::database::Tenant;
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome};
use crate::infra::state::App;
use crate::infra::storage::MediaStore;
use bytes::Bytes;
use chrono::Utc;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::sync::Semaphore;

/// One at a time on a node: a picture is for the eye, publishing is not.
static PLACES: Semaphore = Semaphore::const_new(1);
/// How much of the video ffmpeg gets: more than a second of what any network takes.
const BEGINNING: u64 = 16 << 20;
/// For copying it.
const COPYING: Duration = Duration::from_secs(120);
/// Bytes that are copied at a time.
const PIECE: u64 = 4 << 20;
/// 2 GB of address space; a picture of 480 px in JPEG has some 40 kB.
const BOUNDS: child::Bounds = child::Bounds { memory: 2_000_000, answer: 1 << 20 };
/// Videos that one night makes up for: ffmpeg may have been installed after they came.
const A_NIGHT: i64 = 500;

/// Which video.
#[derive(Debug, Serialize, Deserialize)]
pub struct PosterPayload {
    pub asset: AssetId,
}

/// Makes a small picture of a video.
pub struct MakePoster;

impl Job for MakePoster {
    type Payload = PosterPayload;
    const KIND: &'static str = "make_poster";
    const TITLE: &'static str = "Take a picture from a video";
    const PRIORITY: i16 = 200;
    const ATTEMPTS: i32 = 3;

    async fn run(&self, claim: &Claim, payload: PosterPayload) -> Outcome {
        let Some(company) = claim.company else { return Outcome::Done };
        make(&claim.app, company, payload.asset).await.into()
    }
}

/// Asks for the picture of a video that has just come; nothing where there is no ffmpeg.
pub async fn ask_for(app: &App, tenant: &Tenant, asset: AssetId) -> Result<()> {
    if app.settings.ffmpeg.is_none() {
        return Ok(());
    }
    let mut tx = tenant.db.begin().await?;
    queue::enqueue::<MakePoster>(&mut tx, &PosterPayload { asset }, options(tenant.company, asset)).await?;
    Ok(tx.commit().await?)
}

fn options(company: CompanyId, asset: AssetId) -> JobOptions {
    JobOptions {
        company: Some(company),
        run_at: Utc::now(),
        job_key: Some(format!("make_poster:{asset}")),
        queue_key: Some(format!("make_poster:{company}")),
    }
}

/// Asks for the pictures of videos that have none, some of them; how many.
pub async fn catch_up(app: &App) -> Result<usize> {
    if app.settings.ffmpeg.is_none() {
        return Ok(0);
    }
    let videos = store::without_poster(&app.db, A_NIGHT).await?;
    for (company, asset) in &videos {
        ask_for(app, &app.tenant(*company), *asset).await?;
    }
    Ok(videos.len())
}

async fn make(app: &App, company: CompanyId, asset: AssetId) -> Result<()> {
    let Some(ffmpeg) = app.settings.ffmpeg.as_deref() else { return Ok(()) };
    let mut db = app.db.acquire().await?;
    let row = store::among(&mut db, company, &[asset]).await?.pop();
    drop(db);
    let Some(row) = row.filter(|row| !row.has_thumb && row.mime.starts_with("video/")) else { return Ok(()) };
    let Some(place) = stores::find(app, company, &row.store).await? else {
        // Out of reach: where its keys come back, the file is added again, and asked for then.
        return store::set_poster(&app.tenant(company), asset, false).await;
    };
    // A company's own store may be slow, so nobody waits for it.
    let beginning = Beginning::of(app, &place, &row.storage_key, row.bytes.unsigned_abs());
    let beginning = tokio::time::timeout(COPYING, beginning).await;
    let beginning = beginning.map_err(|_| AppError::unavailable("The media store is slow."))??;
    let Ok(_turn) = PLACES.acquire().await else { return Ok(()) };
    let frame = match beginning {
        Some(file) => frame(ffmpeg, &file.0).await,
        None => Err("its index cannot be read".into()),
    };
    let made = match frame {
        Ok(jpeg) => DECODERS.run(company, move || inspect("poster.jpg", &jpeg).ok()).await?,
        Err(why) => {
            tracing::warn!(why, %asset, "ffmpeg could not take a picture from a video");
            None
        }
    };
    let made = match made {
        Some(picture) => {
            let key = thumb_key(&row.storage_key);
            place.put(&key, picture.thumbnail.into()).await.map_err(|e| storage_error(&e))?;
            true
        }
        None => false,
    };
    store::set_poster(&app.tenant(company), asset, made).await
}

/// A file with the index of a video and its first megabytes, each in its place, and holes elsewhere. Gone with this value.
struct Beginning(PathBuf);

impl Drop for Beginning {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, "the beginning of a video could not be removed");
        }
    }
}

impl Beginning {
    /// `None`: it has no index that can be found.
    async fn of(app: &App, place: &MediaStore, key: &str, length: u64) -> Result<Option<Self>> {
        let Ok(found) = video::find_index(length, |range| read(place, key, range)).await? else { return Ok(None) };
        let folder = app.settings.data_dir.join("tmp");
        tokio::fs::create_dir_all(&folder).await.map_err(|e| no_room(&e))?;
        let path = folder.join(format!("poster-{}.mp4", AssetId::new()));
        let mut file = tokio::fs::File::create_new(&path).await.map_err(|e| no_room(&e))?;
        let beginning = Self(path);
        file.set_len(length).await.map_err(|e| no_room(&e))?;
        for part in parts(found.index, length) {
            let mut at = part.start;
            file.seek(std::io::SeekFrom::Start(at)).await.map_err(|e| no_room(&e))?;
            while at < part.end {
                let end = (at + PIECE).min(part.end);
                file.write_all(&read(place, key, at..end).await?).await.map_err(|e| no_room(&e))?;
                at = end;
            }
        }
        file.flush().await.map_err(|e| no_room(&e))?;
        Ok(Some(beginning))
    }
}

fn read<'a>(place: &'a MediaStore, key: &'a str, range: Range<u64>) -> BoxFuture<'a, Result<Bytes>> {
    Box::pin(async move { place.get_range(key, range).await.map_err(|e| storage_error(&e)) })
}

/// What of a video with this index is copied: the beginning up to some megabytes behind an index that stands there, and an index
/// that stands elsewhere (with its header).
fn parts(index: Range<u64>, length: u64) -> Vec<Range<u64>> {
    let header = index.start.saturating_sub(16);
    let stands_there = header <= BEGINNING;
    let beginning = if stands_there { 0..length.min(index.end + BEGINNING) } else { 0..BEGINNING.min(length) };
    std::iter::once(beginning).chain((!stands_there).then_some(header..index.end)).collect()
}

fn no_room(error: &std::io::Error) -> AppError {
    tracing::error!(%error, "the beginning of a video could not be written");
    AppError::unavailable("The data folder cannot be written right now.")
}

/// One picture of the beginning, as JPEG.
async fn frame(ffmpeg: &Path, file: &Path) -> std::result::Result<Vec<u8>, String> {
    let mut arguments: Vec<&OsStr> = vec![];
    arguments.extend(["-nostdin", "-hide_banner", "-loglevel", "error"].map(OsStr::new));
    // Only this file, and read as what it was found to be.
    arguments.extend(["-protocol_whitelist", "file,pipe", "-f", "mov", "-threads", "1", "-i"].map(OsStr::new));
    arguments.push(file.as_os_str());
    arguments.extend(["-an", "-sn", "-dn", "-t", "3", "-frames:v", "1", "-filter_threads", "1"].map(OsStr::new));
    // The most telling of the first frames: many videos begin black.
    let scaled = "scale=480:480:force_original_aspect_ratio=decrease:force_divisible_by=2,thumbnail=24";
    arguments.extend(["-vf", scaled, "-threads", "1", "-c:v", "mjpeg", "-q:v", "3"].map(OsStr::new));
    arguments.extend(["-f", "image2pipe", "pipe:1"].map(OsStr::new));
    child::run(ffmpeg, arguments, Bytes::new(), BOUNDS).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn so_much_of_a_video_is_copied_as_its_picture_needs() {
        assert_eq!(parts(40..5_000, 9_000), vec![0..9_000]);
        assert_eq!(parts(40..5_000, 4_000 * MIB), vec![0..5_000 + 16 * MIB]);
        let at_the_end = 3_999 * MIB..4_000 * MIB;
        assert_eq!(parts(at_the_end, 4_000 * MIB), vec![0..16 * MIB, 3_999 * MIB - 16..4_000 * MIB]);
    }
}
