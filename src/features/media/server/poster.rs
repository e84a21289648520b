//! A small picture of a video, made by ffmpeg where that is installed (`LUX_FFMPEG`, or found at the start); without it a video
//! shows a film sign. ffmpeg is a program of its own that reads what strangers made: it gets a file with the video's index and
//! its first megabytes and nothing else, no network, one thread, and a bound on memory and time.

use super::inspect::inspect;
use super::service::{DECODERS, thumb_key};
use super::stores::{self, storage_error};
use super::{store, video};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId};
use crate::infra::database::Tenant;
use crate::infra::queue::{self, Claim, Job, JobOptions, Outcome};
use crate::infra::state::App;
use crate::infra::storage::MediaStore;
use bytes::Bytes;
use chrono::Utc;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// One at a time on a node: a picture is for the eye, publishing is not.
static PLACES: Semaphore = Semaphore::const_new(1);
/// How much of the video ffmpeg gets: more than a second of what any network takes.
const BEGINNING: u64 = 16 << 20;
/// Bytes that are copied at a time.
const PIECE: u64 = 4 << 20;
/// For one picture.
const MAX_TIME: Duration = Duration::from_secs(30);
/// The largest picture that is read from ffmpeg: 480 px in JPEG have some 40 kB.
const MAX_PICTURE: u64 = 1 << 20;
/// Before ffmpeg begins: 2 GB of address space and 30 seconds of a processor, where the system knows such bounds.
const BOUNDED: &str = "ulimit -v 2000000 2>/dev/null; ulimit -t 30 2>/dev/null; exec \"$0\" \"$@\"";
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
    let Ok(_place) = PLACES.acquire().await else { return Ok(()) };
    let Some(place) = stores::find(app, company, &row.store).await? else { return Ok(()) };
    let beginning = Beginning::of(app, &place, &row.storage_key, row.bytes.unsigned_abs()).await?;
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
    let mut child = Command::new("/bin/sh")
        .args(["-c", BOUNDED])
        .arg(ffmpeg)
        .args(["-nostdin", "-hide_banner", "-loglevel", "error"])
        // Only this file, and read as what it was found to be.
        .args(["-protocol_whitelist", "file,pipe", "-f", "mov", "-threads", "1", "-i"])
        .arg(file)
        .args(["-an", "-sn", "-dn", "-t", "3", "-frames:v", "1", "-filter_threads", "1"])
        // The most telling of the first frames: many videos begin black.
        .args(["-vf", "scale=480:480:force_original_aspect_ratio=decrease:force_divisible_by=2,thumbnail=24"])
        .args(["-threads", "1", "-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe", "pipe:1"])
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| e.to_string())?;
    let mut out = child.stdout.take().ok_or("it has no output")?.take(MAX_PICTURE);
    let work = async {
        let mut jpeg = vec![];
        out.read_to_end(&mut jpeg).await.map_err(|e| e.to_string())?;
        drop(out);
        let status = child.wait().await.map_err(|e| e.to_string())?;
        match jpeg.is_empty() {
            false if status.success() => Ok::<_, String>(jpeg),
            _ => Err(format!("it ended with {status}")),
        }
    };
    tokio::time::timeout(MAX_TIME, work).await.unwrap_or_else(|_| Err("it took too long".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    const MIB: u64 = 1 << 20;

    #[test]
    fn so_much_of_a_video_is_copied_as_its_picture_needs() {
        assert_eq!(parts(40..5_000, 9_000), vec![0..9_000]);
        assert_eq!(parts(40..5_000, 4_000 * MIB), vec![0..5_000 + 16 * MIB]);
        let at_the_end = 3_999 * MIB..4_000 * MIB;
        assert_eq!(parts(at_the_end, 4_000 * MIB), vec![0..16 * MIB, 3_999 * MIB - 16..4_000 * MIB]);
    }

    /// A program in the place of ffmpeg.
    async fn program(says: &str) -> std::result::Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ffmpeg");
        std::fs::write(&path, format!("#!/bin/sh\n{says}\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("runs");
        frame(&path, &folder.path().join("clip.mp4")).await
    }

    #[tokio::test]
    async fn a_program_that_misbehaves_gives_no_picture() {
        assert_eq!(program("printf picture").await, Ok(b"picture".to_vec()));
        assert!(program("exit 1").await.is_err());
        assert!(program("printf half; exit 1").await.is_err());
        // More than a picture has: no more of it is read.
        assert!(
            program("/usr/bin/head -c 3000000 /dev/zero").await.map_or(true, |jpeg| jpeg.len() as u64 <= MAX_PICTURE)
        );
        // It knows nothing of the program that started it, and its memory is bounded.
        assert_eq!(program("printf \"${HOME:-none}\"").await, Ok(b"none".to_vec()));
        let memory = program("ulimit -v").await.expect("told");
        assert!(matches!(memory.trim_ascii(), b"2000000" | b"unlimited"), "{memory:?}");
        assert!(frame(Path::new("/nowhere/ffmpeg"), Path::new("clip.mp4")).await.is_err());
    }
}
