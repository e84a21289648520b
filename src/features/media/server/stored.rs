//! Files that lie in the store: read for a connector, and, where a video still says something about place and camera, blanked
//! before it goes out.

use super::stores::storage_error;
use super::video_in;
use crate::connectors::object_store::refusal;
use crate::connectors::{Fault, Files};
use crate::domain::error::Result;
use crate::domain::ids::CompanyId;
use crate::infra::storage::MediaStore;
use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Bytes that are read and written at a time.
const PIECE: u64 = 8 << 20;

/// One file of the store, as connectors read it.
pub struct StoredFile {
    pub store: MediaStore,
    pub key: String,
}

impl Files for StoredFile {
    fn read(&self, range: Range<u64>) -> BoxFuture<'_, std::result::Result<Bytes, Fault>> {
        Box::pin(async move {
            self.store.get_range(&self.key, range).await.map_err(|error| {
                let said: String = error.to_string().chars().take(500).collect();
                tracing::error!(error = said, key = self.key, store = self.store.name(), "the media store failed");
                Fault::transient(refusal(&error).unwrap_or("The media store does not answer right now."))
            })
        })
    }
}

/// Blanks place, person and camera in the video of `length` bytes; the SHA-256 of what it is then, `None` where there was nothing to blank. It is
/// written anew beside itself and takes its own place when it is whole: whoever reads it meanwhile gets the one or the other.
pub async fn blank(place: &MediaStore, company: CompanyId, key: &str, length: u64) -> Result<Option<Vec<u8>>> {
    let read = async |range: Range<u64>| place.get_range(key, range).await.map_err(|e| storage_error(&e));
    let seen = video_in::look(company, "video/mp4", length, |range| Box::pin(read(range))).await?;
    // What cannot be read is for the platform to refuse.
    let Some(places) = seen.ok().map(|seen| seen.personal).filter(|places| !places.is_empty()) else { return Ok(None) };
    let mut writer = place.writer(key).await.map_err(|e| storage_error(&e))?;
    let mut sha256 = Sha256::new();
    let mut at = 0;
    while at < length {
        let end = (at + PIECE).min(length);
        let piece = match read(at..end).await {
            Ok(piece) => blanked(piece, at, &places),
            Err(error) => {
                writer.abort().await;
                return Err(error);
            }
        };
        sha256.update(&piece);
        writer.write(&piece).await.map_err(|e| storage_error(&e))?;
        at = end;
    }
    writer.finish().await.map_err(|e| storage_error(&e))?;
    Ok(Some(sha256.finalize().to_vec()))
}

/// A part that begins at `at` of the file, with zeros where the file is to be blank.
pub fn blanked(part: Bytes, at: u64, blanks: &[Range<u64>]) -> Bytes {
    let end = at + part.len() as u64;
    let within = blanks.iter().map(|b| b.start.max(at)..b.end.min(end)).filter(|b| b.start < b.end);
    let mut within = within.peekable();
    if within.peek().is_none() {
        return part;
    }
    let mut part = BytesMut::from(part);
    for blank in within {
        part[(blank.start - at) as usize..(blank.end - at) as usize].fill(0);
    }
    part.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "a list of one range is meant")]
    fn blanks_go_over_the_edges_of_parts() {
        let part = Bytes::from_static(b"0123456789");
        assert_eq!(blanked(part.clone(), 100, &[0..50, 110..200]), part);
        assert_eq!(blanked(part.clone(), 100, &[90..102, 108..300]).as_ref(), b"\0\x00234567\0\0");
        assert_eq!(blanked(part, 100, &[103..104]).as_ref(), b"012\x00456789");
    }
}
