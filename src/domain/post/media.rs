//! What is known of a file of a post: a picture, a video, a document.

use crate::domain::ids::AssetId;
use serde::{Deserialize, Serialize};

/// What a file is, for rules and pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Picture,
    Video,
    Document,
}

impl MediaKind {
    pub const ALL: [MediaKind; 3] = [Self::Picture, Self::Video, Self::Document];

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// By the MIME type.
    pub fn of(mime: &str) -> Self {
        match mime.split('/').next() {
            Some("video") => Self::Video,
            Some("application") => Self::Document,
            _ => Self::Picture,
        }
    }

    /// `picture`, in the middle of a sentence, in addresses and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Video => "video",
            Self::Document => "document",
        }
    }
}

/// What the rules need to know of a file; read from the bytes at upload, never trusted from the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaFacts {
    pub asset: AssetId,
    /// `image/jpeg`, `image/png`, `image/webp`, `image/gif`, `video/mp4`, `video/quicktime`, `video/webm`, `application/pdf`.
    pub mime: String,
    pub bytes: u64,
    /// Pixels, as a person sees it; 0 for a document.
    pub width: u32,
    pub height: u32,
    pub alt: String,
    /// Of a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoFacts>,
    /// Of a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
}

/// What is known of a video beyond its size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoFacts {
    pub millis: u64,
    /// `h264`, `hevc`, `vp8`, `vp9`, `av1`; another one by the container's own name for it.
    pub codec: String,
    /// `aac`, `mp3`, `opus`, `vorbis`, ...; `None`: without sound.
    pub audio: Option<String>,
    /// Frames in 1,000 seconds: 29,970 where people say 29.97 a second.
    pub frames: u32,
    /// Bits a second, all tracks together.
    pub bit_rate: u64,
}

impl MediaFacts {
    pub fn kind(&self) -> MediaKind {
        MediaKind::of(&self.mime)
    }
}

impl AsRef<MediaFacts> for MediaFacts {
    fn as_ref(&self) -> &MediaFacts {
        self
    }
}
