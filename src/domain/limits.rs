//! Platform limits as data (source and review date beside each), and the one check that browser and worker share.

use crate::domain::draft::Draft;
use crate::domain::error::Problem;
use crate::domain::platform::Platform;

/// How a platform counts text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// X: weighted by twitter-text v3 (`domain::xtext`).
    Weighted,
    /// UTF-16 code units.
    Utf16,
}

/// The limits of one platform for a feed post.
#[derive(Debug)]
pub struct Rules {
    pub platform: Platform,
    pub counting: Counting,
    pub max_text: u32,
    pub text_required_without_media: bool,
    pub media_required: bool,
    pub max_images: usize,
    pub image_types: &'static [&'static str],
    pub max_image_bytes: u64,
    pub source: &'static str,
    pub reviewed: &'static str,
}

/// The rules of a platform that we can publish to; `None` while there is no connector.
pub fn rules(platform: Platform) -> Option<&'static Rules> {
    let _ = platform;
    None
}

/// The text's length as this platform counts it.
pub fn count(platform: Platform, text: &str) -> u32 {
    let _ = platform;
    text.encode_utf16().count() as u32
}

/// Everything that this platform would refuse (errors) or that is likely a slip (warnings).
pub fn check(platform: Platform, draft: &Draft) -> Vec<Problem> {
    let _ = (platform, draft);
    vec![]
}
