//! Where media bytes live: a folder of the data directory or an object store, behind the same handle.

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use std::ops::Range;
use std::sync::Arc;

/// The name of the folder in the data directory; object stores are named by host and bucket.
pub const FOLDER: &str = "folder";

#[derive(Clone)]
pub struct MediaStore {
    name: Arc<str>,
    store: Arc<dyn ObjectStore>,
}

impl MediaStore {
    pub fn new(name: &str, store: Arc<dyn ObjectStore>) -> Self {
        Self { name: name.into(), store }
    }
    /// What files remember of where they lie.
    pub fn name(&self) -> &str {
        &self.name
    }
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), object_store::Error> {
        self.store.put(&Path::from(key), PutPayload::from_bytes(bytes)).await.map(drop)
    }
    /// All of a file that is small enough for the memory; larger ones are an error.
    pub async fn get(&self, key: &str) -> Result<Bytes, object_store::Error> {
        let found = self.store.get(&Path::from(key)).await?;
        if found.meta.size > MOST_AT_ONCE {
            return Err(error("the file is too large to be read at once"));
        }
        found.bytes().await
    }
    /// Some of the bytes.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, object_store::Error> {
        self.store.get_range(&Path::from(key), range).await
    }
    /// A file that is written piece by piece, for what is too large to be in memory. It is there once it is finished.
    pub async fn writer(&self, key: &str) -> Result<Writer, object_store::Error> {
        let upload = self.store.put_multipart(&Path::from(key)).await?;
        Ok(Writer(Some(WriteMultipart::new_with_chunk_size(upload, PIECE))))
    }
    /// The bytes of a file as a stream: of `range`, or all.
    pub async fn stream(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, object_store::Error> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..Default::default() };
        Ok(self.store.get_opts(&Path::from(key), options).await?.into_stream())
    }
    /// Whether the bytes are there, without reading them.
    pub async fn has(&self, key: &str) -> Result<bool, object_store::Error> {
        Ok(self.length(key).await?.is_some())
    }
    /// How many bytes there are; `None`: there is no such file.
    /// Writes a small file, reads it and removes it.
    pub async fn try_out(&self) -> Result<(), object_store::Error> {
        let (key, bytes) = (format!("health/{}", uuid::Uuid::now_v7()), Bytes::from_static(b"lux"));
        self.put(&key, bytes.clone()).await?;
        let read = self.get(&key).await;
        self.delete(&key).await?;
        if read? == bytes {
            return Ok(());
        }
        Err(object_store::Error::Generic { store: "files", source: "other bytes came back".into() })
    }

    pub async fn length(&self, key: &str) -> Result<Option<u64>, object_store::Error> {
        match self.store.head(&Path::from(key)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
    /// Deletes everything below a folder.
    pub async fn delete_folder(&self, folder: &str) -> Result<(), object_store::Error> {
        // No upload has as many parts; a store that never ends its list does not hold us.
        let below = self.store.list(Some(&Path::from(folder))).take(MOST_LISTED);
        let below = below.map_ok(|found| found.location).boxed();
        self.store.delete_stream(below).try_for_each(|_| async { Ok(()) }).await
    }
    /// What is gone already counts as deleted.
    pub async fn delete(&self, key: &str) -> Result<(), object_store::Error> {
        match self.store.delete(&Path::from(key)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            done => done,
        }
    }
}

/// Files that are deleted with a folder.
const MOST_LISTED: usize = 1_000_000;
/// Bytes of a file that is read whole. Pictures come in with 30 MB at most.
const MOST_AT_ONCE: u64 = 64 << 20;
/// Bytes that go to the store at once while a large file is written. Object stores want 5 MiB at least.
const PIECE: usize = 8 << 20;

/// See [`MediaStore::writer`]. Of a file that fails, what was sent already is taken back.
pub struct Writer(Option<WriteMultipart>);

impl Writer {
    /// Adds to the end. Waits while two pieces are on their way already.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), object_store::Error> {
        let upload = self.0.as_mut().ok_or_else(given_up)?;
        if let Err(error) = upload.wait_for_capacity(2).await {
            self.abort().await;
            return Err(error);
        }
        upload.write(bytes);
        Ok(())
    }
    /// Makes the file visible.
    pub async fn finish(mut self) -> Result<(), object_store::Error> {
        self.0.take().ok_or_else(given_up)?.finish().await.map(drop)
    }
    /// Gives it up. What cannot be taken back costs room only.
    pub async fn abort(&mut self) {
        let Some(upload) = self.0.take() else { return };
        if let Err(error) = upload.abort().await {
            tracing::warn!(%error, "a half written file could not be taken back");
        }
    }
}

fn given_up() -> object_store::Error {
    error("the file was given up")
}

fn error(why: &'static str) -> object_store::Error {
    object_store::Error::Generic { store: "media", source: why.into() }
}
