//! Reading files out of a multipart form, chunk by chunk, so that one that is too big is named instead of kept.

use crate::features::media::model::{MAX_UPLOAD_BYTES, MAX_UPLOAD_FILES, RejectedFile, Why};
use crate::infra::http::held_bytes::Hold;
use axum::extract::multipart::{Field, MultipartError};
use bytes::{Bytes, BytesMut};

/// A file as it came in.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub name: String,
    pub bytes: Bytes,
}

/// What one request may still bring.
#[derive(Debug)]
pub struct Room<'a> {
    hold: &'a Hold,
    bytes: u64,
    files: usize,
}

impl<'a> Room<'a> {
    /// `hold` counts the bytes and is kept for as long as the files are used.
    pub fn new(hold: &'a Hold) -> Self {
        Self { hold, bytes: MAX_UPLOAD_BYTES, files: MAX_UPLOAD_FILES }
    }

    /// Reads one file field. `None`: an empty file input. A file that does not fit is read to its end and dropped, so
    /// that the fields after it still arrive.
    pub async fn read(&mut self, mut field: Field<'_>) -> Result<Option<Incoming>, RejectedFile> {
        let name = clean_name(field.file_name().unwrap_or_default());
        let mut bytes = BytesMut::new();
        let mut refused = None;
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(&name, &error))? {
            if refused.is_none() && (bytes.len() + chunk.len()) as u64 > self.bytes {
                refused = Some(Why::TooBig);
            }
            if refused.is_none() && self.hold.more(chunk.len()).is_err() {
                refused = Some(Why::Busy);
            }
            match refused {
                None => bytes.extend_from_slice(&chunk),
                // What came of it is not needed any more.
                Some(_) => bytes = BytesMut::new(),
            }
        }
        if let Some(why) = refused {
            return Err(RejectedFile::new(&name, why));
        }
        if bytes.is_empty() && name == NAMELESS {
            return Ok(None);
        }
        if self.files == 0 {
            return Err(RejectedFile::new(&name, Why::TooMany));
        }
        self.files -= 1;
        self.bytes -= bytes.len() as u64;
        Ok(Some(Incoming { name, bytes: bytes.freeze() }))
    }
}

/// The request may be over its limit as a whole, or the connection broke off.
fn broken(name: &str, error: &MultipartError) -> RejectedFile {
    let too_big = error.status() == http::StatusCode::PAYLOAD_TOO_LARGE;
    RejectedFile::new(name, if too_big { Why::TooBig } else { Why::Incomplete })
}

const NAMELESS: &str = "picture";

/// The last part of a file's name, printable and not longer than a line.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(120).collect();
    let clean = clean.trim();
    if clean.is_empty() { NAMELESS.into() } else { clean.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_only_names() {
        assert_eq!(clean_name("C:\\fakepath\\beans.jpg"), "beans.jpg");
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("a\r\nb\0.png"), "ab.png");
        assert_eq!(clean_name(""), "picture");
    }
}
