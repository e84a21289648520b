//! Facebook, its pages.

use crate::domain::keys::{Keys, key, open};
use crate::domain::limits::{Counting, Rules, Shape, VideoRules};
use crate::domain::options::Schema;
use crate::domain::pace::{Pace, Repeats, a_day};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    no_own_rules, same_for_all,
};
use crate::domain::post::{Format, PartKind};

pub const BASICS: Basics = Basics {
    name: "Facebook",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M24 12.07C24 5.4 18.63 0 12 0S0 5.4 0 12.07c0 6.03 4.39 11.02 10.13 11.93v-8.44H7.08v-3.49h3.05V9.41c0-3.03 1.79-4.7 4.53-4.7 1.31 0 2.68.24 2.68.24v2.97h-1.51c-1.49 0-1.96.93-1.96 1.89v2.26h3.33l-.53 3.49h-2.8V24C19.61 23.1 24 18.1 24 12.07",
    ),
    edge: "border-l-[#1877f2]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "App ID", "FACEBOOK_CLIENT_ID", ""),
        key("client_secret", "App secret", "FACEBOOK_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://developers.facebook.com/apps/"),
    note: "A Meta app with Facebook Login; it publishes to Pages.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    // Named for reels; the other kinds of posts have only the app's call budget.
    quota: a_day(30),
    repeats: Repeats::Refused,
    concurrency: 512,
    source: "Meta for Developers, Pages API: Reels publishing; error 506 (duplicate post).",
    reviewed: "2026-11-20",
});

/// An ordinary post.
const POST: Rules = Rules {
    platform: Platform::Facebook,
    // Meta names neither a limit nor what it counts; 63,206 characters are said everywhere.
    counting: Counting::Utf16,
    max_text: 60_000,
    escaped: "",
    text_required_without_media: true,
    media_required: false,
    max_images: 10,
    // GIF, BMP and TIFF are taken as well; what is animated stands still there.
    image_types: &["image/jpeg", "image/png"],
    // The reference says 10 MB; above 4 MB the API has been seen to refuse them (1366046).
    max_image_bytes: Some(4_000_000),
    gif: None,
    pixels_below: None,
    shape: None,
    min_width: 1,
    video: Some(VideoRules {
        types: &["video/mp4", "video/quicktime"],
        codecs: &["h264", "hevc"],
        audio: &["aac"],
        // An upload above it is refused (1363023).
        max_bytes: 2_000_000_000,
        min_millis: 1_000,
        max_millis: 240 * 60_000,
        min_side: 1,
        max_width: None,
        max_sides: None,
        shape: None,
        max_frames: None,
        max_bit_rate: None,
    }),
    document: None,
    max_alt: None,
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: false,
    link_card: true,
    link_beside_media: false,
    source: "Meta for Developers, Graph API: Page feed, Page photos; Publish with the Video API; Video API error codes.",
    reviewed: "2026-11-27",
};

/// A short upright video.
const REEL: Rules = Rules {
    text_required_without_media: false,
    media_required: true,
    max_images: 0,
    video: Some(VideoRules {
        types: &["video/mp4"],
        codecs: &["h264", "hevc"],
        audio: &["aac"],
        max_bytes: 2_000_000_000,
        min_millis: 3_000,
        max_millis: 90_000,
        min_side: 540,
        max_width: None,
        max_sides: None,
        shape: Some(Shape { tallest: (9, 16), widest: (9, 16) }),
        max_frames: Some(60_000),
        max_bit_rate: None,
    }),
    link_card: false,
    link_beside_media: false,
    source: "Meta for Developers, Reels Publishing API; Video API error codes.",
    ..POST
};

/// The first comment.
const COMMENT: Rules = Rules {
    // Meta's pages name no limit; this is what people can write, and what answers keep to as well.
    max_text: 8_000,
    text_required_without_media: true,
    max_images: 0,
    video: None,
    link_card: false,
    source: "Meta for Developers, Graph API: Object comments (`message`). Meta names no limit; 8,000 characters are known from \
             practice.",
    reviewed: "2026-11-29",
    ..POST
};

const PARTS: &[(PartKind, Rules)] = &[(PartKind::Comment, COMMENT)];

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[
        FormatRules { format: Format::Feed, rules: POST, parts: PARTS },
        FormatRules { format: Format::Reel, rules: REEL, parts: PARTS },
    ],
    for_account: same_for_all,
    own_rules: no_own_rules,
    preview: Preview {
        layout: Layout::Card,
        fold: Some((480, 5)),
        customs: Customs::Words,
        highlights: &[Highlight::Link, Highlight::Tag],
        most_pictures: 5,
        card: CardLook::HostFirst,
    },
    options: &Schema::NONE,
    profile_page: None,
});
