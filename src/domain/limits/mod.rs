//! Platform limits as data (source and review date beside each), and the one check that browser and worker share.
//! The data is in this file, the check in `check`; what may follow a post (threads, first comments) is in `parts`.

mod check;
mod parts;

pub use check::check;
pub use parts::{MAX_THREAD, check_part, count_part, part_rules};

use crate::domain::platform::Platform;
use crate::domain::xtext;

/// How a platform counts text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// X: weighted by twitter-text v3 (`domain::xtext`).
    Weighted,
    /// UTF-16 code units.
    Utf16,
}

impl Counting {
    fn of(self, text: &str) -> u32 {
        match self {
            Self::Weighted => xtext::weighted_length(text),
            Self::Utf16 => utf16(text),
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

/// The limits of one platform for a feed post.
#[derive(Debug)]
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
    /// For a picture's description, in UTF-16 code units.
    pub max_alt: Option<u32>,
    pub max_hashtags: Option<usize>,
    pub max_mentions: Option<usize>,
    /// At most one `$ABC` through the API.
    pub one_cashtag: bool,
    /// Whether a link is a card of its own (`Draft::link`) and not only part of the text.
    pub link_card: bool,
    /// Where the platform says so: the titles of its pages.
    pub source: &'static str,
    /// When they were last read, as a date.
    pub reviewed: &'static str,
}

const MIB: u64 = 1024 * 1024;

const X: Rules = Rules {
    platform: Platform::X,
    counting: Counting::Weighted,
    max_text: xtext::V3.max,
    escaped: "",
    text_required_without_media: true,
    media_required: false,
    max_images: 4,
    image_types: &["image/jpeg", "image/png", "image/webp", "image/gif"],
    max_image_bytes: Some(5 * MIB),
    gif: Some(GifRules { max_bytes: 15 * MIB, max_width: 1280, max_height: 1080, alone: true }),
    pixels_below: None,
    shape: None,
    min_width: 1,
    max_alt: Some(1000),
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: true,
    link_card: false,
    source: "X developer documentation: Counting characters; Create Post; Media upload, best practices; \
             Create media metadata; OpenAPI description 2.167. twitter-text configuration v3.",
    reviewed: "2026-11-20",
};

const LINKEDIN: Rules = Rules {
    platform: Platform::LinkedIn,
    // LinkedIn does not say what it counts; UTF-16 units are never fewer than characters.
    counting: Counting::Utf16,
    max_text: 3000,
    // Whether the 3000 are meant with or without the backslashes, LinkedIn does not say either.
    escaped: "\\|{}@[]()<>#*_~",
    text_required_without_media: true,
    media_required: false,
    max_images: 20,
    image_types: &["image/jpeg", "image/png", "image/gif"],
    max_image_bytes: None,
    gif: None,
    pixels_below: Some(36_152_320),
    shape: None,
    min_width: 1,
    max_alt: None,
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: false,
    link_card: true,
    source: "Microsoft Learn, LinkedIn Marketing, Community Management: Posts API; Images API; MultiImage API; \
             little text format.",
    reviewed: "2026-11-20",
};

const INSTAGRAM: Rules = Rules {
    platform: Platform::Instagram,
    // Meta does not say what it counts; UTF-16 units are never fewer than characters.
    counting: Counting::Utf16,
    max_text: 2200,
    escaped: "",
    text_required_without_media: false,
    media_required: true,
    max_images: 10,
    image_types: &["image/jpeg"],
    max_image_bytes: Some(8 * MIB),
    gif: None,
    pixels_below: None,
    shape: Some(Shape { tallest: (4, 5), widest: (191, 100) }),
    min_width: 320,
    max_alt: Some(1000),
    max_hashtags: Some(30),
    max_mentions: Some(20),
    one_cashtag: false,
    link_card: false,
    source: "Meta for Developers, Instagram Platform: Publish content; reference IG User, media (image \
             specifications, caption, alt_text).",
    reviewed: "2026-11-20",
};

/// The rules of a platform that we can publish to; `None` while there is no connector.
pub fn rules(platform: Platform) -> Option<&'static Rules> {
    match platform {
        Platform::X => Some(&X),
        Platform::LinkedIn => Some(&LINKEDIN),
        Platform::Instagram => Some(&INSTAGRAM),
        _ => None,
    }
}

/// The text's length as this platform counts it.
pub fn count(platform: Platform, text: &str) -> u32 {
    rules(platform).map_or(Counting::Utf16, |rules| rules.counting).of(text)
}

fn utf16(text: &str) -> u32 {
    text.encode_utf16().count() as u32
}

#[cfg(test)]
mod tests;
