//! Where media bytes live: a folder of the data directory (object stores come later behind the same handle).

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
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
    /// Whether the bytes are there, without reading them.
    pub async fn has(&self, key: &str) -> Result<bool, object_store::Error> {
        match self.0.head(&Path::from(key)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
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
