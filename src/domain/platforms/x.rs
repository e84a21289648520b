//! X (formerly Twitter).

use crate::domain::account::AccountFacts;
use crate::domain::keys::{Keys, key, open, optional};
use crate::domain::limits::{Counting, GifRules, MIB, Rules, Shape, VideoRules};
use crate::domain::options::{Field, Input, option_choices, platform_options};
use crate::domain::pace::{Pace, Quota, Repeats};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    no_own_rules,
};
use crate::domain::post::{Format, PartKind};
use crate::domain::xtext;

pub const BASICS: Basics = Basics {
    name: "X",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M18.24 2.25h3.31l-7.23 8.26 8.5 11.24h-6.66l-5.21-6.82-5.97 6.82H1.67l7.73-8.84L1.25 2.25h6.83l4.71 6.23zm-1.16 17.52h1.83L7.08 4.13H5.12z",
    ),
    edge: "border-l-[#f4f2ff]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "Client ID", "X_CLIENT_ID", "Under “OAuth 2.0”, app type “Web App”."),
        key("client_secret", "Client secret", "X_CLIENT_SECRET", ""),
        optional(key("api_key", "API key", "X_API_KEY", "Only for the older OAuth 1.0a calls.")),
        optional(key("api_secret", "API secret", "X_API_SECRET", "Belongs to the API key.")),
        optional(key("bearer_token", "Bearer token", "X_BEARER_TOKEN", "Only for reading public data.")),
    ],
    help_url: Some("https://developer.x.com/en/portal/dashboard"),
    note: "X charges for every post that is sent through its API.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: Some(Quota { posts: 100, minutes: 15 }),
    repeats: Repeats::Refused,
    concurrency: 512,
    source: "X developer documentation: Rate limits (POST /2/tweets per user); 403 duplicate content.",
    reviewed: "2026-11-20",
});

/// An ordinary post.
const POST: Rules = Rules {
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
    video: Some(VideoRules {
        types: &["video/mp4", "video/quicktime"],
        codecs: &["h264"],
        audio: &["aac"],
        max_bytes: 512 * MIB,
        min_millis: 500,
        max_millis: 140_000,
        min_side: 32,
        max_width: None,
        // The pages on the API say 1280 x 1024, those for people 1920 x 1200, and X takes the latter.
        max_sides: Some((1920, 1200)),
        shape: Some(Shape { tallest: (1, 3), widest: (3, 1) }),
        max_frames: Some(60_000),
        max_bit_rate: Some(25_000_000),
    }),
    document: None,
    max_alt: Some(1000),
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: true,
    link_card: false,
    link_beside_media: false,
    source: "X developer documentation: Counting characters; Create Post; Media upload, best practices; How to share videos (X Help); \
             Create media metadata; OpenAPI description 2.167. twitter-text configuration v3.",
    reviewed: "2026-11-20",
};

/// A question with answers to choose from; the question is the text of the post.
const POLL: Rules = Rules {
    max_images: 0,
    video: None,
    source: "X developer documentation: Create Post (poll); OpenAPI description 2.167.",
    ..POST
};

/// The next post of a thread.
const REPLY: Rules = Rules {
    // A part is its text: pictures go with the post itself.
    max_images: 0,
    video: None,
    source: "X developer documentation: Create Post (reply.in_reply_to_tweet_id); Counting characters.",
    ..POST
};

option_choices! {
    /// Who may answer a post on X (`reply_settings`).
    pub enum WhoCanReply {
        Everybody = "everybody" "Everybody",
        Following = "following" "People the account follows",
        Mentioned = "mentioned" "People the post mentions",
    }
}

option_choices! {
    /// How long a poll takes votes (`duration_minutes`, 5 minutes to a week).
    pub enum PollDuration {
        OneDay = "1440" "1 day",
        FiveMinutes = "5" "5 minutes",
        OneHour = "60" "1 hour",
        SixHours = "360" "6 hours",
        TwelveHours = "720" "12 hours",
        ThreeDays = "4320" "3 days",
        SevenDays = "10080" "1 week",
    }
}

impl PollDuration {
    /// As X is told.
    pub fn minutes(self) -> u32 {
        match self {
            Self::FiveMinutes => 5,
            Self::OneHour => 60,
            Self::SixHours => 360,
            Self::TwelveHours => 720,
            Self::OneDay => 1_440,
            Self::ThreeDays => 4_320,
            Self::SevenDays => 10_080,
        }
    }
}

/// An answer of a poll.
const ANSWER: Field = Field { formats: &[Format::Poll], ..Field::of(Input::Text { max: 25 }) };

platform_options! {
    /// What can be chosen for a post on X and nowhere else.
    pub struct XOptions, version 1 {
        who_can_reply: WhoCanReply = Field {
            label: "Who can reply",
            ..Field::of(Input::Choice(WhoCanReply::CHOICES))
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

/// What X's site takes from accounts that pay for Premium. X's description of the API names no number for them.
const LONG_TEXT: u32 = 25_000;

fn for_account(rules: Rules, facts: &AccountFacts) -> Rules {
    Rules { max_text: if facts.long_text { LONG_TEXT } else { rules.max_text }, ..rules }
}

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[
        FormatRules { format: Format::Feed, rules: POST, parts: &[(PartKind::Reply, REPLY)] },
        FormatRules { format: Format::Poll, rules: POLL, parts: &[(PartKind::Reply, REPLY)] },
    ],
    for_account,
    own_rules: no_own_rules,
    preview: Preview {
        layout: Layout::Timeline,
        fold: None,
        customs: Customs::X,
        highlights: &[Highlight::Link, Highlight::Tag, Highlight::Mention],
        most_pictures: 4,
        card: CardLook::TitleOnPicture,
    },
    options: &XOptions::SCHEMA,
    profile_page: None,
});
