//! Platform limits as data, and the one check that browser and worker share. Rules are asked for by platform, format and
//! what is known of the account. The shape of the data is in this file and each platform's data, with source and review
//! date, in `platforms`; the check is in `check`, what may follow a post (threads, first comments) in `parts`, the copy that
//! fits where a picture is refused in `fit`.

mod card;
mod check;
mod files;
pub mod fit;
mod graphemes;
mod parts;

pub use card::carded_link;
pub use check::check;
pub use parts::{MAX_THREAD, check_part, count_part, part_rules, takes_part};

use crate::domain::account::AccountFacts;
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use crate::domain::xtext;

/// How a platform counts text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// X: weighted by twitter-text v3 (`domain::xtext`).
    Weighted,
    /// UTF-16 code units.
    Utf16,
    /// Bluesky: user-perceived characters, and so many bytes of UTF-8 at most.
    Graphemes { max_bytes: u32 },
}

impl Counting {
    fn of(self, text: &str) -> u32 {
        match self {
            Self::Weighted => xtext::weighted_length(text),
            Self::Utf16 => utf16(text),
            Self::Graphemes { .. } => graphemes::count(text),
        }
    }
}

/// What a platform wants of a GIF, where that differs from other pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GifRules {
    pub max_bytes: u64,
    pub max_width: u32,
    pub max_height: u32,
    /// Not together with other pictures.
    pub alone: bool,
}

/// The shapes that a picture may have, as width to height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The tallest: 4 to 5.
    pub tallest: (u32, u32),
    /// The widest: 191 to 100.
    pub widest: (u32, u32),
}

/// What a platform wants of a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoRules {
    /// MIME types.
    pub types: &'static [&'static str],
    /// As [`crate::domain::post::VideoFacts`] names them.
    pub codecs: &'static [&'static str],
    pub audio: &'static [&'static str],
    pub max_bytes: u64,
    pub min_millis: u64,
    pub max_millis: u64,
    /// Pixels of the shorter side.
    pub min_side: u32,
    /// Pixels from left to right, as it is shown.
    pub max_width: Option<u32>,
    /// Pixels of the longer and of the shorter side.
    pub max_sides: Option<(u32, u32)>,
    pub shape: Option<Shape>,
    /// Frames in 1,000 seconds.
    pub max_frames: Option<u32>,
    /// Bits a second.
    pub max_bit_rate: Option<u64>,
}

/// What a platform wants of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentRules {
    /// MIME types.
    pub types: &'static [&'static str],
    pub max_bytes: u64,
    pub max_pages: u32,
}

/// The limits of one format or part at one platform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    pub platform: Platform,
    pub counting: Counting,
    pub max_text: u32,
    /// Characters that travel with a backslash before each of them, and may count twice.
    pub escaped: &'static str,
    pub text_required_without_media: bool,
    pub media_required: bool,
    pub max_images: usize,
    /// MIME types.
    pub image_types: &'static [&'static str],
    /// `None` where the platform names no limit in bytes.
    pub max_image_bytes: Option<u64>,
    pub gif: Option<GifRules>,
    /// Width times height has to stay below this.
    pub pixels_below: Option<u64>,
    /// For the first picture; the others are cropped to its shape.
    pub shape: Option<Shape>,
    /// Narrower pictures are scaled up. Pixels.
    pub min_width: u32,
    /// One video instead of pictures; `None`: it takes none.
    pub video: Option<VideoRules>,
    /// One document instead of pictures; `None`: it takes none.
    pub document: Option<DocumentRules>,
    /// For a picture's description, in UTF-16 code units.
    pub max_alt: Option<u32>,
    pub max_hashtags: Option<usize>,
    pub max_mentions: Option<usize>,
    /// At most one `$ABC` through the API.
    pub one_cashtag: bool,
    /// Whether a link is a card of its own (`PostContent::link`) and not only part of the text.
    pub link_card: bool,
    /// Whether that link goes out beside pictures or a video too: where a pin leads.
    pub link_beside_media: bool,
    /// Where the platform says so: the titles of its pages.
    pub source: &'static str,
    /// When they were last read, as a date.
    pub reviewed: &'static str,
}

/// Bytes.
pub const MIB: u64 = 1024 * 1024;

/// The rules of one account of a platform for posts of this format; `None` where we cannot publish such a post.
pub fn rules(platform: Platform, format: Format, facts: &AccountFacts) -> Option<Rules> {
    let publishing = platform.publishing()?;
    let found = publishing.find(format)?;
    Some((publishing.for_account)(found.rules, facts))
}

/// The text's length as this platform counts it.
pub fn count(platform: Platform, format: Format, facts: &AccountFacts, text: &str) -> u32 {
    rules(platform, format, facts).map_or(Counting::Utf16, |rules| rules.counting).of(text)
}

fn utf16(text: &str) -> u32 {
    text.encode_utf16().count() as u32
}

#[cfg(test)]
mod tests;
