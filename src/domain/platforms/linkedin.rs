//! LinkedIn.

use crate::domain::keys::{Form, Keys, key, open, optional, shaped};
use crate::domain::limits::{Counting, DocumentRules, MIB, Rules, Shape, VideoRules};
use crate::domain::options::{Field, Input, option_choices, platform_options};
use crate::domain::pace::{Pace, Repeats, a_day};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    no_own_rules, same_for_all,
};
use crate::domain::post::{Format, PartKind};

pub const BASICS: Basics = Basics {
    name: "LinkedIn",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M20.45 20.45h-3.56v-5.57c0-1.33-.03-3.04-1.85-3.04-1.85 0-2.14 1.45-2.14 2.94v5.67H9.35V9h3.41v1.56h.05c.48-.9 1.64-1.85 3.37-1.85 3.6 0 4.27 2.37 4.27 5.46zM5.34 7.43a2.06 2.06 0 1 1 0-4.13 2.06 2.06 0 0 1 0 4.13M7.12 20.45H3.56V9h3.56z",
    ),
    edge: "border-l-[#2f8be6]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "Client ID", "LINKEDIN_CLIENT_ID", ""),
        key("client_secret", "Client secret", "LINKEDIN_CLIENT_SECRET", "LinkedIn calls it “Primary Client Secret”."),
        optional(key(
            "access_token",
            "Access token",
            "LINKEDIN_ACCESS_TOKEN",
            "Only if you work with a token of your own.",
        )),
        optional(shaped(
            open(
                "company_pages",
                "Company pages",
                "LINKEDIN_COMPANY_PAGES",
                "“yes” once LinkedIn has given the app its “Community Management API”; before that it refuses the sign-in.",
            ),
            Form::OneOf(&["yes", "no"]),
        )),
    ],
    help_url: Some("https://www.linkedin.com/developers/apps"),
    note: "The app needs “Sign In with LinkedIn using OpenID Connect” and “Share on LinkedIn”.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: a_day(100),
    repeats: Repeats::Refused,
    concurrency: 64,
    source: "Microsoft Learn, LinkedIn API: Rate limits (per member and endpoint); 422 DUPLICATE_POST.",
    reviewed: "2026-11-20",
});

/// An ordinary post.
const POST: Rules = Rules {
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
    video: Some(VideoRules {
        types: &["video/mp4"],
        codecs: &["h264"],
        audio: &["aac", "mp3"],
        max_bytes: 500 * MIB,
        min_millis: 3_000,
        max_millis: 30 * 60_000,
        min_side: 1,
        max_width: None,
        max_sides: None,
        shape: Some(Shape { tallest: (5, 12), widest: (12, 5) }),
        max_frames: Some(60_000),
        max_bit_rate: None,
    }),
    document: None,
    max_alt: None,
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: false,
    link_card: true,
    link_beside_media: false,
    source: "Microsoft Learn, LinkedIn Marketing, Community Management: Posts API; Images API; MultiImage API; \
             Videos API; little text format. Codecs: LinkedIn Help, video specifications.",
    reviewed: "2026-11-28",
};

/// The pages of a PDF, to be leafed through.
const DOCUMENT: Rules = Rules {
    text_required_without_media: false,
    media_required: true,
    max_images: 0,
    video: None,
    document: Some(DocumentRules { types: &["application/pdf"], max_bytes: 100 * MIB, max_pages: 300 }),
    link_card: false,
    source: "Microsoft Learn, LinkedIn Marketing, Community Management: Documents API.",
    ..POST
};

/// A question with answers to choose from.
const POLL: Rules = Rules {
    text_required_without_media: false,
    max_images: 0,
    video: None,
    link_card: false,
    source: "Microsoft Learn, LinkedIn Marketing, Community Management: Poll API.",
    ..POST
};

/// The first comment.
const COMMENT: Rules = Rules {
    max_text: 1250,
    // Comments are plain text, not LinkedIn's own notation.
    escaped: "",
    max_images: 0,
    video: None,
    link_card: false,
    source: "Microsoft Learn, LinkedIn Marketing, Community Management: Comments API.",
    ..POST
};

option_choices! {
    /// How long a poll takes votes.
    pub enum PollDuration {
        OneDay = "one_day" "1 day",
        ThreeDays = "three_days" "3 days",
        SevenDays = "seven_days" "1 week",
        FourteenDays = "fourteen_days" "2 weeks",
    }
}

/// Of a document: LinkedIn's own form takes so many characters.
const TITLE: Input = Input::Text { max: 58 };
/// An answer of a poll.
const ANSWER: Field = Field { formats: &[Format::Poll], ..Field::of(Input::Text { max: 30 }) };

platform_options! {
    /// What can be chosen for a post on LinkedIn and nowhere else.
    pub struct LinkedInOptions, version 1 {
        title: Option<String> = Field {
            label: "Title of the document",
            help: "LinkedIn shows it above the pages.",
            required: true,
            formats: &[Format::Document],
            ..Field::of(TITLE)
        },
        question: Option<String> = Field {
            label: "Question",
            required: true,
            formats: &[Format::Poll],
            ..Field::of(Input::Text { max: 140 })
        },
        answer_1: Option<String> = Field { label: "Answer 1", required: true, ..ANSWER },
        answer_2: Option<String> = Field { label: "Answer 2", required: true, ..ANSWER },
        answer_3: Option<String> = Field { label: "Answer 3", ..ANSWER },
        answer_4: Option<String> = Field { label: "Answer 4", ..ANSWER },
        duration: PollDuration = Field {
            label: "Open for",
            formats: &[Format::Poll],
            ..Field::of(Input::Choice(PollDuration::CHOICES))
        },
    }
}

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[
        FormatRules { format: Format::Feed, rules: POST, parts: &[(PartKind::Comment, COMMENT)] },
        FormatRules { format: Format::Document, rules: DOCUMENT, parts: &[(PartKind::Comment, COMMENT)] },
        FormatRules { format: Format::Poll, rules: POLL, parts: &[(PartKind::Comment, COMMENT)] },
    ],
    for_account: same_for_all,
    own_rules: no_own_rules,
    preview: Preview {
        layout: Layout::Card,
        fold: Some((210, 3)),
        customs: Customs::Words,
        highlights: &[Highlight::Link, Highlight::Tag],
        most_pictures: 5,
        card: CardLook::Beside,
    },
    options: &LinkedInOptions::SCHEMA,
    // An app is told no address of a member; this one leads whoever is signed in there to their own profile.
    profile_page: Some("https://www.linkedin.com/in/me/"),
});
