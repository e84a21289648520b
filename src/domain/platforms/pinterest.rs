//! Pinterest.

use crate::domain::keys::{Keys, key, open};
use crate::domain::limits::{Counting, MIB, Rules, Shape, VideoRules};
use crate::domain::options::{Field, Input, platform_options};
use crate::domain::pace::{Pace, Repeats};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    no_own_rules, same_for_all,
};
use crate::domain::post::Format;

pub const BASICS: Basics = Basics {
    name: "Pinterest",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M12.02 0C5.4 0 .03 5.37.03 11.99c0 5.08 3.16 9.42 7.62 11.16-.11-.95-.2-2.4.04-3.44.22-.94 1.41-5.96 1.41-5.96s-.36-.72-.36-1.78c0-1.66.97-2.91 2.17-2.91 1.02 0 1.52.77 1.52 1.69 0 1.03-.65 2.57-.99 3.99-.29 1.19.6 2.17 1.78 2.17 2.13 0 3.77-2.25 3.77-5.49 0-2.86-2.06-4.87-5.01-4.87-3.41 0-5.41 2.56-5.41 5.2 0 1.03.39 2.14.89 2.74.1.12.11.23.09.35-.09.38-.29 1.2-.33 1.36-.05.23-.17.27-.4.17-1.5-.69-2.43-2.88-2.43-4.65 0-3.78 2.75-7.25 7.92-7.25 4.16 0 7.39 2.97 7.39 6.92 0 4.14-2.61 7.46-6.23 7.46-1.21 0-2.35-.63-2.76-1.38l-.75 2.85c-.27 1.05-1 2.35-1.5 3.15 1.12.35 2.31.54 3.55.54 6.61 0 11.99-5.37 11.99-11.99C23.97 5.39 18.59.03 11.99.03z",
    ),
    edge: "border-l-[#e8334a]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "App ID", "PINTEREST_CLIENT_ID", ""),
        key("client_secret", "App secret key", "PINTEREST_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://developers.pinterest.com/apps/"),
    note: "The app needs Standard access. With trial access Pinterest shows pins to the account itself only.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: None,
    repeats: Repeats::Unwise,
    concurrency: 3,
    source: "Pinterest Developers: Rate limits (calls, none for pins).",
    reviewed: "2026-11-20",
});

/// A pin.
const PIN: Rules = Rules {
    platform: Platform::Pinterest,
    // Pinterest does not say what it counts; UTF-16 units are never fewer than characters.
    counting: Counting::Utf16,
    max_text: 800,
    escaped: "",
    text_required_without_media: false,
    media_required: true,
    max_images: 5,
    image_types: &["image/jpeg", "image/png"],
    max_image_bytes: Some(20 * MIB),
    gif: None,
    pixels_below: None,
    shape: None,
    min_width: 1,
    video: Some(VideoRules {
        types: &["video/mp4", "video/quicktime"],
        codecs: &["h264", "hevc"],
        audio: &["aac"],
        // Most pages say 2 GB, the newest one 1 GB.
        max_bytes: 1024 * MIB,
        min_millis: 4_000,
        max_millis: 900_000,
        min_side: 1,
        max_width: None,
        max_sides: None,
        shape: Some(Shape { tallest: (1, 2), widest: (191, 100) }),
        max_frames: None,
        max_bit_rate: None,
    }),
    document: None,
    max_alt: Some(500),
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: false,
    link_card: true,
    link_beside_media: true,
    source: "Pinterest OpenAPI description 5.23 (pins/create, media); Pinterest Help: Review pin specs.",
    reviewed: "2026-11-20",
};

/// The account's boards, and the sections of one of them, as the connector's `Choices` knows them.
pub const BOARDS: &str = "boards";
pub const SECTIONS: &str = "sections";

platform_options! {
    /// What can be chosen for a pin and nowhere else.
    pub struct PinterestOptions, version 1 {
        board: Option<String> = Field {
            label: "Board",
            help: "Every pin is on a board of the account.",
            required: true,
            ..Field::of(Input::Remote(BOARDS))
        },
        section: Option<String> = Field {
            label: "Section",
            help: "A part of the board.",
            parent: Some("board"),
            ..Field::of(Input::Remote(SECTIONS))
        },
        title: Option<String> = Field {
            label: "Title",
            help: "Shown above the text.",
            ..Field::of(Input::Text { max: 100 })
        },
    }
}

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[FormatRules { format: Format::Feed, rules: PIN, parts: &[] }],
    for_account: same_for_all,
    own_rules: no_own_rules,
    preview: Preview {
        layout: Layout::PicturesFirst,
        fold: None,
        customs: Customs::Words,
        highlights: &[Highlight::Link, Highlight::Tag],
        most_pictures: 5,
        card: CardLook::None,
    },
    options: &PinterestOptions::SCHEMA,
    profile_page: None,
});
