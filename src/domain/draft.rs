//! What is to be published on one connection: the text that applies there and facts about its media.

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

/// One post as one platform would get it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub text: String,
    /// In the order in which they are shown.
    pub media: Vec<MediaFacts>,
    /// A page to attach as a link card (LinkedIn `article`); for the others a link is part of the text.
    pub link: Option<String>,
}
