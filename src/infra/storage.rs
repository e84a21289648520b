//! Where media bytes live: a folder of the data directory (object stores come later behind the same handle).

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use std::ops::Range;
use std::sync::Arc;

#[derive(Clone)]
pub struct MediaStore(Arc<dyn ObjectStore>);

impl MediaStore {
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self(store)
    }
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), object_store::Error> {
        self.0.put(&Path::from(key), PutPayload::from_bytes(bytes)).await.map(drop)
    }
    pub async fn get(&self, key: &str) -> Result<Bytes, object_store::Error> {
        self.0.get(&Path::from(key)).await?.bytes().await
    }
    /// Some of the bytes.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, object_store::Error> {
        self.0.get_range(&Path::from(key), range).await
    }
    /// A file that is written piece by piece, for what is too large to be in memory. It is there once it is finished.
    pub async fn writer(&self, key: &str) -> Result<Writer, object_store::Error> {
        let upload = self.0.put_multipart(&Path::from(key)).await?;
        Ok(Writer(WriteMultipart::new_with_chunk_size(upload, PIECE)))
    }
    /// The bytes of a file as a stream: of `range`, or all.
    pub async fn stream(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, object_store::Error> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..Default::default() };
        Ok(self.0.get_opts(&Path::from(key), options).await?.into_stream())
    }
    /// Whether the bytes are there, without reading them.
    pub async fn has(&self, key: &str) -> Result<bool, object_store::Error> {
        Ok(self.length(key).await?.is_some())
    }
    /// How many bytes there are; `None`: there is no such file.
    pub async fn length(&self, key: &str) -> Result<Option<u64>, object_store::Error> {
        match self.0.head(&Path::from(key)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
    /// Deletes everything below a folder.
    pub async fn delete_folder(&self, folder: &str) -> Result<(), object_store::Error> {
        let below = self.0.list(Some(&Path::from(folder))).map_ok(|found| found.location).boxed();
        self.0.delete_stream(below).try_for_each(|_| async { Ok(()) }).await
    }
    pub async fn delete(&self, key: &str) -> Result<(), object_store::Error> {
        self.0.delete(&Path::from(key)).await
    }
}

/// Bytes that go to the store at once while a large file is written. Object stores want 5 MiB at least.
const PIECE: usize = 8 << 20;

/// See [`MediaStore::writer`].
pub struct Writer(WriteMultipart);

impl Writer {
    /// Adds to the end. Waits while two pieces are on their way already.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), object_store::Error> {
        self.0.wait_for_capacity(2).await?;
        self.0.write(bytes);
        Ok(())
    }
    /// Makes the file visible.
    pub async fn finish(self) -> Result<(), object_store::Error> {
        self.0.finish().await.map(drop)
    }
    /// Gives it up.
    pub async fn abort(self) -> Result<(), object_store::Error> {
        self.0.abort().await
    }
}
