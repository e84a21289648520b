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

/// What follows a post, as a delivery of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// The next post of a thread: it answers the one before.
    Reply,
    /// The first comment under the post.
    Comment,
}

impl PartKind {
    pub const ALL: [PartKind; 2] = [Self::Reply, Self::Comment];

    /// As tables have it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Comment => "comment",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.id() == id)
    }
}
