//! Snapchat, its public profiles. Snap lets few companies' programs publish there, so people do it themselves.

use crate::domain::keys::{Keys, key, open, optional};
use crate::domain::limits::{Counting, MIB, Rules, Shape, VideoRules};
use crate::domain::options::Schema;
use crate::domain::pace::{CONCURRENCY, Pace, Repeats};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    no_own_rules, same_for_all,
};
use crate::domain::post::Format;

pub const BASICS: Basics =
    Basics { name: "Snapchat", kind: PlatformKind::Social, mark: Mark::Letters("Sc"), edge: "border-l-[#fffc00]" };

pub const KEYS: Keys = Keys {
    fields: &[
        optional(open("business_account_id", "Business account ID", "SNAPCHAT_BUSINESS_ACCOUNT_ID", "")),
        optional(key("access_token", "Access token", "SNAPCHAT_ACCESS_TOKEN", "")),
    ],
    help_url: Some("https://business.snapchat.com/"),
    note: "Not needed: add the account under Connections by its user name. Snapchat opens its public-profile API to chosen \
           businesses only, and LUX does not use it yet: you post there yourself when we remind you.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: None,
    repeats: Repeats::Unwise,
    concurrency: CONCURRENCY,
    source: "Snap for Developers: Public Profile API (names no limit).",
    reviewed: "2026-11-20",
});

/// A story: one picture or video, gone after a day.
const STORY: Rules = Rules {
    platform: Platform::Snapchat,
    // Snap does not say what it counts; UTF-16 units are never fewer than characters.
    counting: Counting::Utf16,
    // The only figure that Snap names for a text is that of a Spotlight.
    max_text: 160,
    escaped: "",
    text_required_without_media: false,
    media_required: true,
    max_images: 1,
    image_types: &["image/jpeg", "image/png"],
    max_image_bytes: Some(20 * MIB),
    gif: None,
    pixels_below: None,
    shape: Some(UPRIGHT),
    min_width: 540,
    video: Some(VIDEO),
    document: None,
    max_alt: None,
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: false,
    link_card: true,
    link_beside_media: true,
    source: "Snap for Developers: Public Profile API, Profile Asset Management; lengths and sizes as other vendors of \
             that API state them.",
    reviewed: "2026-11-28",
};

/// 9:16, with the pixel or two that cutting and encoding leave over.
const UPRIGHT: Shape = Shape { tallest: (5, 9), widest: (4, 7) };

const VIDEO: VideoRules = VideoRules {
    types: &["video/mp4"],
    codecs: &["h264"],
    audio: &["aac"],
    // One vendor says 500 MB, others 1 GB.
    max_bytes: 500_000_000,
    min_millis: 5_000,
    max_millis: 60_000,
    min_side: 540,
    max_width: None,
    max_sides: None,
    shape: Some(UPRIGHT),
    max_frames: None,
    max_bit_rate: None,
};

/// A video that Snapchat reviews and shows to everybody.
const SPOTLIGHT: Rules = Rules { max_images: 0, video: Some(VideoRules { min_millis: 6_000, ..VIDEO }), ..STORY };

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[
        FormatRules { format: Format::Story, rules: STORY, parts: &[] },
        FormatRules { format: Format::Spotlight, rules: SPOTLIGHT, parts: &[] },
    ],
    for_account: same_for_all,
    own_rules: no_own_rules,
    preview: Preview {
        layout: Layout::PicturesFirst,
        fold: None,
        customs: Customs::Words,
        highlights: &[Highlight::Tag, Highlight::Mention],
        most_pictures: 1,
        card: CardLook::None,
    },
    options: &Schema::NONE,
    profile_page: None,
});
