//! Assets as both sides know them.

use crate::domain::error::Problem;
use crate::domain::ids::{AssetId, UploadId};
use crate::domain::post::MediaFacts;
use serde::{Deserialize, Serialize};

/// Most bytes of one upload, all files together.
pub const MAX_UPLOAD_BYTES: u64 = 30 * 1024 * 1024;
/// Most bytes of a PDF: what LinkedIn takes, the only network that shows them.
pub const MAX_DOCUMENT_BYTES: u64 = 100 * 1024 * 1024;
/// Most files of one upload.
pub const MAX_UPLOAD_FILES: usize = 10;
/// Longest description of a picture: X's limit, the smallest of the networks.
pub const MAX_ALT: usize = 1000;

/// An image in the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssetCard {
    pub facts: MediaFacts,
    pub file_name: String,
    /// Address of the picture itself, on this server.
    pub url: String,
    /// What it said about the place and the camera was removed.
    #[serde(default)]
    pub details_removed: bool,
    /// Whether there is a small picture of it.
    #[serde(default = "yes")]
    pub has_thumb: bool,
    /// The picture that it was made of, to fit where that one is refused.
    #[serde(default)]
    pub copy_of: Option<AssetId>,
    /// The model that made it; `None`: no model did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<String>,
}

impl AsRef<MediaFacts> for AssetCard {
    fn as_ref(&self) -> &MediaFacts {
        &self.facts
    }
}

impl AssetCard {
    /// Address of a JPEG of at most 480 px.
    pub fn thumb(&self) -> String {
        let stem = self.url.rsplit_once('.').map_or(self.url.as_str(), |(stem, _)| stem);
        format!("{stem}/thumb")
    }
}

/// How far an upload in parts is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// Parts are missing.
    Receiving,
    /// All are there; the file is being put together and read.
    Checking,
    /// It is an asset.
    Ready,
    Refused,
}

impl UploadState {
    pub fn id(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Checking => "checking",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        [Self::Receiving, Self::Checking, Self::Ready, Self::Refused].into_iter().find(|state| state.id() == id)
    }
}

/// A large file on its way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UploadCard {
    pub id: UploadId,
    pub file_name: String,
    pub bytes: u64,
    /// Bytes of each part but the last.
    pub part_bytes: u32,
    pub parts: u32,
    /// The numbers of the parts that are there, from 0.
    pub have: Vec<u32>,
    pub state: UploadState,
    /// Why it cannot be used, for people.
    pub refused: Option<String>,
    /// What it has become.
    pub asset: Option<AssetId>,
}

fn yes() -> bool {
    true
}

/// A file that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedFile {
    pub file: String,
    pub why: Why,
}

/// Why a file was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nor a video.
    NotAPicture,
    /// HEIC or AVIF: what phones save, and networks refuse.
    Heif,
    Damaged,
    Empty,
    /// More bytes than one upload may have.
    TooBig,
    TooMany,
    /// It would unfold to more memory than we give it.
    TooManyPixels,
    /// The connection broke off.
    Incomplete,
    /// WebM or Matroska.
    Matroska,
    /// A video in fragments, without a length.
    Fragmented,
    /// A video file with sound alone.
    NoPicture,
    /// A video whose index is larger than we read.
    TooLong,
    /// Too many uploads are under way.
    Busy,
    /// A PDF that asks for a password.
    Locked,
    /// A PDF above [`MAX_DOCUMENT_BYTES`].
    DocumentTooBig,
}

impl Why {
    const ALL: [Why; 15] = [
        Self::NotAPicture,
        Self::Heif,
        Self::Damaged,
        Self::Empty,
        Self::TooBig,
        Self::TooMany,
        Self::TooManyPixels,
        Self::Incomplete,
        Self::Matroska,
        Self::Fragmented,
        Self::NoPicture,
        Self::TooLong,
        Self::Busy,
        Self::Locked,
        Self::DocumentTooBig,
    ];

    /// As it stands in an address.
    pub fn id(self) -> &'static str {
        match self {
            Self::NotAPicture => "type",
            Self::Heif => "heif",
            Self::Damaged => "damaged",
            Self::Empty => "empty",
            Self::TooBig => "big",
            Self::TooMany => "many",
            Self::TooManyPixels => "pixels",
            Self::Incomplete => "incomplete",
            Self::Matroska => "matroska",
            Self::Fragmented => "fragmented",
            Self::NoPicture => "sound",
            Self::TooLong => "long",
            Self::Busy => "busy",
            Self::Locked => "locked",
            Self::DocumentTooBig => "pages",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.id() == id)
    }
}

impl RejectedFile {
    pub fn new(file: &str, why: Why) -> Self {
        Self { file: file.to_owned(), why }
    }

    /// So much of the file's name as tells which one it is.
    pub fn short_name(&self) -> String {
        self.file.chars().take(100).collect()
    }

    /// The file by name, and the fix.
    pub fn words(&self) -> String {
        let file = &self.file;
        match self.why {
            Why::NotAPicture => format!(
                "“{file}” is not a picture or a video. Use JPEG, PNG, WebP, GIF, MP4 or MOV, or PDF for a document."
            ),
            Why::Heif => format!(
                "“{file}” is a HEIC or AVIF picture, which the networks refuse. Save it as JPEG first: on an iPhone, in \
                 Photos, Share, Options, “Most compatible”; on a Mac, Export as JPEG; elsewhere, open it and save it as JPEG."
            ),
            Why::Damaged => format!("“{file}” is damaged and cannot be read. Export it again."),
            Why::Empty => format!("“{file}” is empty. Choose another file."),
            Why::TooBig => {
                format!("“{file}” is too big: 30 MB at most at a time. Make it smaller, or add fewer at once.")
            }
            Why::TooMany => {
                format!("“{file}” is one too many: {MAX_UPLOAD_FILES} pictures at most at a time. Add it separately.")
            }
            Why::TooManyPixels => {
                format!("“{file}” has too many pixels. Make it smaller than 8000 × 8000 and try again.")
            }
            Why::Incomplete => format!("“{file}” did not arrive completely. Add it again."),
            Why::Matroska => format!("“{file}” is a WebM video, which most networks refuse. Export it as MP4."),
            Why::Fragmented => {
                format!("“{file}” is a video in fragments, which networks refuse. Export it as an ordinary MP4.")
            }
            Why::NoPicture => format!("“{file}” has sound but no picture. Choose a video."),
            Why::TooLong => format!("“{file}” is too long. Cut it into shorter videos."),
            Why::Locked => format!("“{file}” asks for a password. Save it again without one."),
            Why::DocumentTooBig => format!("“{file}” is too big: 100 MB at most for a PDF. Save it smaller."),
            Why::Busy => {
                format!("“{file}” was not taken in, as too many uploads are under way. Wait a minute and add it again.")
            }
        }
    }

    pub fn problem(&self) -> Problem {
        Problem::error("files", self.words())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbnail_is_beside_the_picture() {
        let facts = MediaFacts {
            asset: AssetId::nil(),
            mime: "image/png".into(),
            bytes: 1,
            width: 1,
            height: 1,
            alt: String::new(),
            video: None,
            pages: None,
        };
        let (file_name, url) = ("a.png".into(), "/media/abc.png".into());
        let card =
            AssetCard { facts, file_name, url, details_removed: false, has_thumb: true, copy_of: None, made_by: None };
        assert_eq!(card.thumb(), "/media/abc/thumb");
    }

    #[test]
    fn refusals_survive_in_an_address() {
        for why in Why::ALL {
            assert_eq!(Why::parse(why.id()), Some(why));
            assert!(RejectedFile::new("notes.pdf", why).words().starts_with("“notes.pdf” "));
        }
    }
}
