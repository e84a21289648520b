//! A picture, video or document as a connector gets it: facts, an address for platforms that fetch, and a source for those
//! that are sent the bytes.

use super::Fault;
use crate::domain::post::MediaFacts;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream;
use reqwest::Body;
use std::ops::Range;
use std::sync::Arc;

/// One file of a post.
#[derive(Clone)]
pub struct Media {
    pub facts: MediaFacts,
    pub source: MediaSource,
    /// Public address without sign-in, unguessable.
    pub public_url: String,
}

impl AsRef<MediaFacts> for Media {
    fn as_ref(&self) -> &MediaFacts {
        &self.facts
    }
}

/// Whoever keeps the files.
pub trait Files: Send + Sync {
    /// These bytes of the one file; the range lies within it. `Transient` while the store does not answer.
    fn read(&self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, Fault>>;
}

/// Where a file's bytes are read from. Nothing is read before it is asked for, so that a video of gigabytes costs no more
/// memory than the part that is being sent.
#[derive(Clone)]
pub struct MediaSource {
    /// `None`: only its length is known.
    file: Option<Arc<dyn Files>>,
    length: u64,
    /// Why it cannot be read before a person does something about it.
    lost: Option<Arc<str>>,
}

/// Files that are sent in one request are kept in memory for it; no platform takes larger pictures. Bytes.
const MAX_WHOLE: u64 = 64 << 20;
/// What is read at a time where a file is read while it is sent. Bytes.
const PIECE: u64 = 1 << 20;

impl MediaSource {
    /// A file of `length` bytes.
    pub fn new(file: Arc<dyn Files>, length: u64) -> Self {
        Self { file: Some(file), length, lost: None }
    }

    /// A file of which nothing will be read.
    pub fn outline(length: u64) -> Self {
        Self { file: None, length, lost: None }
    }

    /// A file that is out of reach; `why` for people, with what to do.
    pub fn lost(length: u64, why: String) -> Self {
        Self { file: None, length, lost: Some(why.into()) }
    }

    /// Why it is out of reach; `None`: it is not.
    pub fn why_lost(&self) -> Option<&str> {
        self.lost.as_deref()
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// These bytes of it; fewer where it ends before, none behind its end. `Transient` while the store does not answer.
    pub async fn part(&self, range: Range<u64>) -> Result<Bytes, Fault> {
        let range = range.start.min(self.length)..range.end.min(self.length);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        match &self.file {
            Some(file) => file.read(range).await,
            None => Err(Fault::transient("The file is not at hand.")),
        }
    }

    /// These bytes as the body of a request, read while they are sent.
    pub fn body(&self, range: Range<u64>) -> Body {
        let pieces = stream::try_unfold((self.clone(), range), |(source, range)| async move {
            let piece = source.part(range.start..range.end.min(range.start + PIECE)).await?;
            let rest = range.start + piece.len() as u64..range.end;
            Ok::<_, Fault>((!piece.is_empty()).then_some((piece, (source, rest))))
        });
        Body::wrap_stream(pieces)
    }

    /// All of it, for a platform that takes it in one request. Refused above 64 MiB.
    pub async fn whole(&self) -> Result<Bytes, Fault> {
        if self.length > MAX_WHOLE {
            let message = format!("This file is too big to be sent in one piece: {} bytes.", self.length);
            return Err(Fault::Permanent { code: "file_too_big".into(), message });
        }
        self.part(0..self.length).await
    }

    /// A file that is in memory alone.
    #[cfg(test)]
    pub fn of_bytes(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        Self::new(Arc::new(Memory(bytes)), length)
    }
}

#[cfg(test)]
struct Memory(Bytes);

#[cfg(test)]
impl Files for Memory {
    fn read(&self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, Fault>> {
        let part = self.0.slice(range.start as usize..range.end as usize);
        Box::pin(std::future::ready(Ok(part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn parts_end_where_the_file_ends() {
        let source = MediaSource::of_bytes(Bytes::from_static(b"0123456789"));
        assert_eq!(source.part(2..5).await.unwrap().as_ref(), b"234");
        assert_eq!(source.part(8..50).await.unwrap().as_ref(), b"89");
        assert_eq!(source.part(10..20).await.unwrap().as_ref(), b"");
        assert_eq!(source.part(30..u64::MAX).await.unwrap().as_ref(), b"");
        assert_eq!(source.whole().await.unwrap().as_ref(), b"0123456789");
    }

    #[tokio::test]
    async fn what_is_not_there_is_said_and_what_is_too_big_is_not_read() {
        assert_eq!(MediaSource::outline(5).whole().await.unwrap_err().kind(), "transient");
        assert_eq!(MediaSource::outline(MAX_WHOLE + 1).whole().await.unwrap_err().kind(), "permanent");
    }
}
