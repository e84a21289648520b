//! TikTok, by its Content Posting API.

use crate::domain::error::Problem;
use crate::domain::keys::{Keys, key, open};
use crate::domain::limits::{Counting, Rules, VideoRules};
use crate::domain::options::{Field, Input, Options, platform_options};
use crate::domain::pace::{Pace, Repeats, a_day};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    same_for_all,
};
use crate::domain::post::{Format, MediaFacts, MediaKind};

pub const BASICS: Basics = Basics {
    name: "TikTok",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M12.53.02C13.84 0 15.14.01 16.44 0c.08 1.53.63 3.09 1.75 4.17 1.12 1.11 2.7 1.62 4.24 1.79v4.03c-1.44-.05-2.89-.35-4.2-.97-.57-.26-1.1-.59-1.62-.93v8.76c-.08 1.4-.54 2.79-1.35 3.94-1.31 1.92-3.58 3.17-5.91 3.21A7.2 7.2 0 0 1 5.27 23a7.3 7.3 0 0 1-3.55-5.68c-.02-.5-.03-1-.01-1.49A7.34 7.34 0 0 1 10.2 9.5v4.44c-1.36-.44-2.89-.24-3.92.66a3.2 3.2 0 0 0-1.18 3.2 3.1 3.1 0 0 0 3.19 2.43 3.1 3.1 0 0 0 2.59-1.5c.2-.35.42-.7.43-1.11.1-1.79.06-3.57.07-5.36V.02z",
    ),
    edge: "border-l-[#25f4ee]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_key", "Client key", "TIKTOK_CLIENT_KEY", ""),
        key("client_secret", "Client secret", "TIKTOK_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://developers.tiktok.com/apps/"),
    note: "Until TikTok has audited the app, it posts to private accounts only, and only as “Only me”. For pictures, verify \
           this server’s address in the app (URL properties).",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: a_day(15),
    repeats: Repeats::Unwise,
    concurrency: 512,
    source: "TikTok for Developers: Content sharing guidelines (about 15 direct posts per creator).",
    reviewed: "2026-11-20",
});

/// A video, or pictures with a short text.
const POST: Rules = Rules {
    platform: Platform::TikTok,
    counting: Counting::Utf16,
    max_text: 2200,
    escaped: "",
    text_required_without_media: false,
    media_required: true,
    max_images: 35,
    image_types: &["image/jpeg", "image/webp"],
    max_image_bytes: Some(20_000_000),
    gif: None,
    // "1080p at most".
    pixels_below: Some(1920 * 1080 + 1),
    shape: None,
    min_width: 1,
    video: Some(VideoRules {
        types: &["video/mp4", "video/quicktime", "video/webm"],
        codecs: &["h264", "hevc", "vp8", "vp9"],
        // TikTok names none; these are what such files usually have.
        audio: &["aac", "mp3", "opus", "vorbis"],
        max_bytes: 4_000_000_000,
        min_millis: 1_000,
        // Many accounts may do less; TikTok says so when it is asked before each post.
        max_millis: 600_000,
        min_side: 360,
        max_width: None,
        max_sides: Some((4096, 4096)),
        shape: None,
        max_frames: Some(60_000),
        max_bit_rate: None,
    }),
    document: None,
    max_alt: None,
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: false,
    link_card: false,
    link_beside_media: false,
    source: "TikTok for Developers, Content Posting API: Direct Post reference, Media transfer guide (restrictions).",
    reviewed: "2026-11-20",
};

/// Pictures with a title, a longer text and music.
const PICTURES: Rules = Rules {
    max_text: 4000,
    video: None,
    source: "TikTok for Developers, Content Posting API: Photo post reference, Media transfer guide (restrictions).",
    ..POST
};

/// To whom this account may post now, as the connector's `Choices` knows it.
pub const AUDIENCES: &str = "audiences";
/// The audience that is the account alone, as TikTok calls it.
pub const ONLY_ME: &str = "SELF_ONLY";
/// UTF-16 code units of a title.
pub const MAX_TITLE: usize = 90;

const SWITCH: Field = Field::of(Input::YesNo);
const OF_VIDEOS: &[Format] = &[Format::Feed];
const OF_PICTURES: &[Format] = &[Format::Carousel];

platform_options! {
    /// What can be chosen for a post on TikTok and nowhere else. TikTok's guidelines demand that a person chooses the audience,
    /// and that everything else is off until somebody switches it on.
    pub struct TikTokOptions, version 1 {
        privacy: Option<String> = Field {
            label: "Who can see this",
            help: "TikTok wants this chosen for every post. By posting you agree to TikTok’s Music Usage Confirmation.",
            required: true,
            ..Field::of(Input::Remote(AUDIENCES))
        },
        title: Option<String> = Field {
            label: "Title",
            help: "Shown above the text.",
            formats: OF_PICTURES,
            ..Field::of(Input::Text { max: MAX_TITLE })
        },
        comments: bool = Field { label: "Allow comments", ..SWITCH },
        duet: bool = Field { label: "Allow duets", help: "For videos.", formats: OF_VIDEOS, ..SWITCH },
        stitch: bool = Field { label: "Allow stitches", help: "For videos.", formats: OF_VIDEOS, ..SWITCH },
        your_brand: bool = Field {
            label: "It promotes your own business",
            help: "TikTok labels it “Promotional content”.",
            ..SWITCH
        },
        branded_content: bool = Field {
            label: "It is branded content: somebody pays for it",
            help: "TikTok labels it “Paid partnership”. By posting you agree to TikTok’s Branded Content Policy.",
            never_with: Some((
                "privacy",
                ONLY_ME,
                "TikTok does not show branded content to “Only me”. Choose another audience, or switch “branded content” off.",
            )),
            ..SWITCH
        },
        made_with_ai: bool = Field {
            label: "Made with AI",
            help: "For videos: TikTok labels them as AI-generated. It takes no such label for pictures.",
            formats: OF_VIDEOS,
            ..SWITCH
        },
        cover: Option<String> = Field {
            label: "Cover picture at",
            help: "For videos: seconds from the start, like 2.5. Past the end it is the last picture.",
            formats: OF_VIDEOS,
            ..Field::of(Input::Seconds)
        },
        music: bool = Field {
            label: "Let TikTok add music",
            formats: OF_PICTURES,
            ..SWITCH
        },
    }
}

/// TikTok labels videos only.
pub fn own_rules(options: &Options, _: &str, files: &[&MediaFacts]) -> Vec<Problem> {
    let pictures = files.first().is_some_and(|file| file.kind() == MediaKind::Picture);
    let label = pictures && options.is_yes("made_with_ai");
    let words = "TikTok takes no “Made with AI” label for pictures. Say it in the text instead.";
    label.then(|| Problem::error("options.made_with_ai", words)).into_iter().collect()
}

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[
        FormatRules { format: Format::Feed, rules: POST, parts: &[] },
        FormatRules { format: Format::Carousel, rules: PICTURES, parts: &[] },
    ],
    for_account: same_for_all,
    own_rules,
    preview: Preview {
        layout: Layout::PicturesFirst,
        fold: Some((90, 2)),
        customs: Customs::Words,
        highlights: &[Highlight::Tag, Highlight::Mention],
        most_pictures: 10,
        card: CardLook::None,
    },
    options: &TikTokOptions::SCHEMA,
    profile_page: None,
});
