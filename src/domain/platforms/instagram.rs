//! Instagram, by its API with Instagram Login.

use crate::domain::keys::{Keys, key, open};
use crate::domain::limits::{Counting, MIB, Rules, Shape, VideoRules};
use crate::domain::options::{Field, Input, option_choices, platform_options};
use crate::domain::pace::{Pace, Repeats, a_day};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    no_own_rules, same_for_all,
};
use crate::domain::post::{Format, PartKind};

pub const BASICS: Basics = Basics {
    name: "Instagram",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M12 2.2c3.2 0 3.6 0 4.85.07 3.25.15 4.77 1.69 4.92 4.92.06 1.27.07 1.65.07 4.85s-.01 3.58-.07 4.85c-.15 3.22-1.66 4.77-4.92 4.92-1.26.06-1.64.07-4.85.07s-3.58-.01-4.85-.07c-3.26-.15-4.77-1.7-4.92-4.92C2.17 15.62 2.16 15.24 2.16 12s.01-3.58.07-4.85C2.38 3.92 3.9 2.38 7.15 2.27 8.42 2.21 8.8 2.2 12 2.2m0 4.6a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.4m0 8.58a3.38 3.38 0 1 1 0-6.76 3.38 3.38 0 0 1 0 6.76m5.4-10a1.22 1.22 0 1 0 0 2.44 1.22 1.22 0 0 0 0-2.44",
    ),
    edge: "border-l-[#e1306c]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "App ID", "INSTAGRAM_CLIENT_ID", "The Instagram app ID, not the Meta app ID."),
        key("client_secret", "App secret", "INSTAGRAM_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://developers.facebook.com/apps/"),
    note: "For professional accounts: a Meta app with “Instagram API with Instagram Login”.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    // Meta's pages have named 25, 50 and 100; the account's own figure is at `content_publishing_limit`. The least
    // counts here, because it only warns.
    quota: a_day(25),
    repeats: Repeats::Unwise,
    concurrency: 512,
    source: "Meta for Developers, Instagram Platform: Publish content, rate limit; error 2207042.",
    reviewed: "2026-11-20",
});

const REEL_VIDEO: VideoRules = VideoRules {
    types: &["video/mp4", "video/quicktime"],
    codecs: &["h264", "hevc"],
    audio: &["aac"],
    max_bytes: 300_000_000,
    min_millis: 3_000,
    max_millis: 900_000,
    min_side: 1,
    max_width: Some(1920),
    max_sides: None,
    shape: Some(Shape { tallest: (1, 100), widest: (10, 1) }),
    max_frames: Some(60_000),
    // 25 Mbit of pictures and 128 kbit of sound.
    max_bit_rate: Some(25_128_000),
};

/// An ordinary post.
const POST: Rules = Rules {
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
    // A single video is a reel, which its profile shows beside the posts.
    video: Some(REEL_VIDEO),
    document: None,
    max_alt: Some(1000),
    max_hashtags: Some(30),
    max_mentions: Some(20),
    one_cashtag: false,
    link_card: false,
    link_beside_media: false,
    source: "Meta for Developers, Instagram Platform: Publish content; reference IG User, media (image \
             specifications, reel specifications, caption, alt_text).",
    reviewed: "2026-11-20",
};

/// The videos of a carousel and of a story.
const SHORT_VIDEO: VideoRules = VideoRules { max_bytes: 100_000_000, max_millis: 60_000, ..REEL_VIDEO };

/// Pictures and videos in one post.
const CAROUSEL: Rules = Rules {
    video: Some(SHORT_VIDEO),
    source: "Meta for Developers, Instagram Platform: Publish content (carousel posts); reference IG User, media.",
    ..POST
};

/// A video that is a reel.
const REEL: Rules = Rules { max_images: 0, shape: None, ..POST };

/// One picture or video for a day; it has no text.
const STORY: Rules = Rules {
    max_text: 0,
    max_images: 1,
    shape: None,
    video: Some(SHORT_VIDEO),
    max_alt: None,
    source: "Meta for Developers, Instagram Platform: Publish content (stories); reference IG User, media (story \
             specifications).",
    ..POST
};

/// The first comment.
const COMMENT: Rules = Rules {
    // Meta's page on comments names no limit any more (the API of 2014 took 300 characters, 4 hashtags and one link);
    // these are the limits of the caption, which the app applies to comments as well.
    max_text: 2200,
    text_required_without_media: true,
    media_required: false,
    max_images: 0,
    video: None,
    shape: None,
    source: "Meta for Developers, Instagram Platform: reference IG Media, comments; the limits are those of captions.",
    ..POST
};

option_choices! {
    /// Which picture of a reel is its cover (`thumb_offset`, milliseconds).
    pub enum Cover {
        Chosen = "chosen" "Instagram chooses",
        First = "0" "The first picture",
        One = "1000" "After 1 second",
        Two = "2000" "After 2 seconds",
        Three = "3000" "After 3 seconds",
        Five = "5000" "After 5 seconds",
        Ten = "10000" "After 10 seconds",
        Twenty = "20000" "After 20 seconds",
        Thirty = "30000" "After 30 seconds",
    }
}

impl Cover {
    /// Milliseconds into the video; `None`: Instagram chooses.
    pub fn millis(self) -> Option<u64> {
        match self {
            Self::Chosen => None,
            Self::First => Some(0),
            Self::One => Some(1_000),
            Self::Two => Some(2_000),
            Self::Three => Some(3_000),
            Self::Five => Some(5_000),
            Self::Ten => Some(10_000),
            Self::Twenty => Some(20_000),
            Self::Thirty => Some(30_000),
        }
    }
}

platform_options! {
    /// What can be chosen for a post on Instagram and nowhere else.
    pub struct InstagramOptions, version 1 {
        cover: Cover = Field {
            label: "Cover",
            help: "The picture of the video that stands for it. Of a shorter video it is the last one.",
            formats: &[Format::Reel],
            ..Field::of(Input::Choice(Cover::CHOICES))
        },
        reels_only: bool = Field {
            label: "Only among the reels, not among the posts of the profile",
            formats: &[Format::Reel],
            ..Field::of(Input::YesNo)
        },
    }
}

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    // One picture, several as a carousel, or a video as a reel: Instagram makes the one or the other of them.
    formats: &[
        FormatRules { format: Format::Feed, rules: POST, parts: &[(PartKind::Comment, COMMENT)] },
        FormatRules { format: Format::Carousel, rules: CAROUSEL, parts: &[(PartKind::Comment, COMMENT)] },
        FormatRules { format: Format::Reel, rules: REEL, parts: &[(PartKind::Comment, COMMENT)] },
        FormatRules { format: Format::Story, rules: STORY, parts: &[] },
    ],
    for_account: same_for_all,
    own_rules: no_own_rules,
    preview: Preview {
        layout: Layout::PicturesFirst,
        fold: Some((125, 2)),
        customs: Customs::Words,
        highlights: &[Highlight::Tag, Highlight::Mention],
        most_pictures: 10,
        card: CardLook::None,
    },
    options: &InstagramOptions::SCHEMA,
    profile_page: None,
});
