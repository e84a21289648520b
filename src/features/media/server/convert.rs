//! Making a video into MP4 with H.264 and AAC by ffmpeg: what it is told, and how far it says it is. It is a program of its own that
//! reads what strangers made: it gets one file and writes one, without network, with bounded memory, time and size.

use super::stores::storage_error;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::AssetId;
use crate::domain::post::MediaFacts;
use crate::features::media::converted::{MAX_BYTES, MAX_SIDE};
use crate::infra::child::{self, LongBounds};
use crate::infra::state::App;
use crate::infra::storage::MediaStore;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// Bytes that are copied at a time.
const PIECE: u64 = 4 << 20;
/// Address space in kilobytes: x264 keeps some dozens of pictures of 1920 × 1920.
const MEMORY: u32 = 4_000_000;
/// Frames in 1,000 seconds; more are left out.
const MAX_FRAMES: u32 = 60_000;

/// A file in the folder for temporary ones. Gone with this value.
pub struct Temporary(pub PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a temporary video could not be removed");
        }
    }
}

impl Temporary {
    /// A name that nothing has yet.
    pub async fn name(app: &App, ending: &str) -> Result<Self> {
        let folder = app.settings.data_dir.join("tmp");
        tokio::fs::create_dir_all(&folder).await.map_err(|e| no_room(&e))?;
        Ok(Self(folder.join(format!("convert-{}.{ending}", AssetId::new()))))
    }

    /// With all bytes of a file of the store.
    pub async fn copy(app: &App, place: &MediaStore, key: &str, length: u64) -> Result<Self> {
        let copy = Self::name(app, "source").await?;
        let mut file = tokio::fs::File::create_new(&copy.0).await.map_err(|e| no_room(&e))?;
        let mut at = 0;
        while at < length {
            let end = (at + PIECE).min(length);
            let piece = place.get_range(key, at..end).await.map_err(|e| storage_error(&e))?;
            file.write_all(&piece).await.map_err(|e| no_room(&e))?;
            at = end;
        }
        file.flush().await.map_err(|e| no_room(&e))?;
        Ok(copy)
    }
}

pub fn no_room(error: &std::io::Error) -> AppError {
    tracing::error!(%error, "a temporary video could not be written or read");
    AppError::unavailable("The data folder cannot be used right now.")
}

/// Converts `from` into `to`; `said` is told the per cent that are done. The error is for the log.
pub async fn run(
    ffmpeg: &Path,
    video: &MediaFacts,
    from: &Path,
    to: &Path,
    mut said: impl FnMut(u8),
) -> std::result::Result<(), String> {
    let millis = video.video.as_ref().map_or(0, |facts| facts.millis);
    let many = video.video.as_ref().is_some_and(|facts| facts.frames > MAX_FRAMES);
    let bounds = LongBounds { memory: MEMORY, time: time(millis) };
    child::watch(ffmpeg, arguments(from, to, many), bounds, |line| {
        if let Some(percent) = percent(line, millis) {
            said(percent);
        }
    })
    .await
}

/// Ten minutes, and six times as long as it plays.
fn time(millis: u64) -> Duration {
    Duration::from_secs(600) + Duration::from_millis(millis) * 6
}

/// Of a line of `-progress`: `out_time_us=1500000`.
fn percent(line: &str, millis: u64) -> Option<u8> {
    let micros: u64 = line.strip_prefix("out_time_us=")?.trim().parse().ok()?;
    Some((micros / 10).checked_div(millis)?.min(99) as u8)
}

fn arguments(from: &Path, to: &Path, many_frames: bool) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec![];
    let mut add = |words: &[&str]| all.extend(words.iter().map(OsString::from));
    add(&["-nostdin", "-hide_banner", "-loglevel", "error", "-nostats", "-progress", "pipe:1"]);
    // Only this file, and read as what it was found to be.
    add(&["-protocol_whitelist", "file,pipe", "-f", "mov", "-threads", "2", "-i"]);
    all.push(from.into());
    let mut add = |words: &[&str]| all.extend(words.iter().map(OsString::from));
    // One track of pictures and one of sound; nothing of place, camera and person.
    add(&["-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]);
    let side = MAX_SIDE.to_string();
    let scale = format!(
        "scale='min({side},iw)':'min({side},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2:out_range=tv,format=yuv420p"
    );
    add(&["-filter_threads", "1", "-vf", &scale]);
    if many_frames {
        add(&["-r", "60"]);
    }
    add(&["-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-maxrate", "8M", "-bufsize", "16M"]);
    add(&["-profile:v", "high", "-threads", "2", "-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2"]);
    add(&["-movflags", "+faststart", "-fs", &MAX_BYTES.to_string(), "-f", "mp4", "-y"]);
    all.push(to.into());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is_is_read_from_what_it_says() {
        assert_eq!(percent("out_time_us=1500000", 3_000), Some(50));
        assert_eq!(percent("out_time_us=9000000", 3_000), Some(99), "the end is another matter");
        for other in ["out_time_us=N/A", "out_time=00:00:01", "progress=end", "", "out_time_us=-5"] {
            assert_eq!(percent(other, 3_000), None, "{other}");
        }
        assert_eq!(percent("out_time_us=5", 0), None);
        assert_eq!(time(60_000), Duration::from_secs(960));
    }
}
