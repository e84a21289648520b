//! The pictures that were sent to the platforms: decoded and measured as a platform would, and kept so that a person can
//! see them.

use super::stand_in::StandIn;
use bytes::Bytes;
use image::{AnimationDecoder, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What decoding a picture showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub format: ImageFormat,
    pub width: u32,
    pub height: u32,
    /// Of a GIF; 1 for everything else. Counting ends at 400.
    pub frames: u32,
}

const MAX_GIF_PIXELS: u64 = 40_000_000;

/// Decodes the whole picture; `None` if it is not one or is broken. Reads JPEG, PNG, WebP and GIF.
pub(super) async fn inspect(bytes: Bytes) -> Option<Facts> {
    tokio::task::spawn_blocking(move || decode(&bytes)).await.ok().flatten()
}

fn decode(bytes: &[u8]) -> Option<Facts> {
    let format = image::guess_format(bytes).ok()?;
    if format == ImageFormat::Gif {
        let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(bytes)).ok()?;
        let (width, height) = decoder.dimensions();
        // Every frame is drawn on a canvas of this size.
        if u64::from(width) * u64::from(height) > MAX_GIF_PIXELS {
            return None;
        }
        let mut frames = 0;
        for frame in decoder.into_frames().take(400) {
            frame.ok()?;
            frames += 1;
        }
        return (frames > 0).then_some(Facts { format, width, height, frames });
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(20_000);
    limits.max_image_height = Some(20_000);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    Some(Facts { format, width: picture.width(), height: picture.height(), frames: 1 })
}

/// The kept pictures, by the hash of their bytes: in a folder if there is a snapshot, else in memory.
pub(super) struct Pictures {
    folder: Option<PathBuf>,
    memory: Mutex<HashMap<String, Bytes>>,
}

impl Pictures {
    pub fn new(snapshot: Option<&Path>) -> io::Result<Self> {
        let folder = snapshot.map(|file| file.with_extension("pictures"));
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder)?;
        }
        Ok(Self { folder, memory: Mutex::new(HashMap::new()) })
    }

    /// Keeps a picture and returns its key.
    pub async fn keep(&self, bytes: Bytes) -> String {
        let key: String = Sha256::digest(&bytes).iter().take(16).map(|b| format!("{b:02x}")).collect();
        match &self.folder {
            Some(folder) => {
                if let Err(error) = tokio::fs::write(folder.join(&key), &bytes).await {
                    tracing::warn!(%error, "the sandbox could not keep a picture");
                }
            }
            None => {
                self.memory.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), bytes);
            }
        }
        key
    }

    /// A kept picture and its media type.
    pub async fn get(&self, key: &str) -> Option<(Bytes, &'static str)> {
        // Keys are hex; everything else could be a path out of the folder.
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let bytes = match &self.folder {
            Some(folder) => Bytes::from(tokio::fs::read(folder.join(key)).await.ok()?),
            None => self.memory.lock().unwrap_or_else(PoisonError::into_inner).get(key)?.clone(),
        };
        let kind = match image::guess_format(&bytes) {
            Ok(format) => format.to_mime_type(),
            Err(_) if bytes.get(4..8) == Some(b"ftyp") => "video/mp4",
            Err(_) if bytes.starts_with(b"%PDF-") => "application/pdf",
            Err(_) => return None,
        };
        Some((bytes, kind))
    }

    pub async fn clear(&self) {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if let Some(folder) = &self.folder {
            tokio::fs::remove_dir_all(folder).await.ok();
            tokio::fs::create_dir_all(folder).await.ok();
        }
    }
}

/// A small symmetric pattern that is generated from an account's id, as PNG.
pub(super) fn avatar(stand_in: &dyn StandIn, account: &str) -> Vec<u8> {
    const CELL: u32 = 16;
    let seed = Sha256::digest(format!("{}:{account}", stand_in.platform().id()));
    let colour = Rgb(stand_in.avatar_colour());
    let picture = RgbImage::from_fn(CELL * 6, CELL * 6, |x, y| {
        let (column, row) = ((x + CELL / 2) / CELL, (y + CELL / 2) / CELL);
        // Half a cell of border, then five columns of which the last two mirror the first two.
        let inside = (1..=5).contains(&column) && (1..=5).contains(&row);
        let mirrored = if column > 3 { 6 - column } else { column };
        let lit = inside && seed[(mirrored * 5 + row) as usize % seed.len()] & 1 == 1;
        if lit { colour } else { Rgb([24, 24, 32]) }
    });
    let mut png = Cursor::new(vec![]);
    match picture.write_to(&mut png, ImageFormat::Png) {
        Ok(()) => png.into_inner(),
        Err(_) => vec![],
    }
}
