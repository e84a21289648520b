//! What is known of a picture.

use crate::domain::ids::AssetId;
use serde::{Deserialize, Serialize};

/// What the rules need to know of an image or video; read from the bytes at upload, never trusted from the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaFacts {
    pub asset: AssetId,
    /// `image/jpeg`, `image/png`, `image/webp`, `image/gif`.
    pub mime: String,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

impl AsRef<MediaFacts> for MediaFacts {
    fn as_ref(&self) -> &MediaFacts {
        self
    }
}
