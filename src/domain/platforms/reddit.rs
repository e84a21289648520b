//! Reddit.

use crate::domain::keys::{Keys, key, open, optional};
use crate::domain::limits::{Counting, GifRules, MIB, Rules};
use crate::domain::options::{Field, Input, platform_options};
use crate::domain::pace::{Pace, Repeats};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    no_own_rules, same_for_all,
};
use crate::domain::post::{Format, PartKind};

pub const BASICS: Basics =
    Basics { name: "Reddit", kind: PlatformKind::Social, mark: Mark::Letters("Re"), edge: "border-l-[#ff4500]" };

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "Client ID", "REDDIT_CLIENT_ID", "The letters under the app's name."),
        key("client_secret", "Client secret", "REDDIT_CLIENT_SECRET", ""),
        optional(open(
            "username",
            "User name",
            "REDDIT_USERNAME",
            "Only for an app of the type “script”: Connect then signs in as this user, without Reddit's page.",
        )),
        optional(key("password", "Password", "REDDIT_PASSWORD", "Only together with the user name.")),
    ],
    help_url: Some("https://www.reddit.com/prefs/apps"),
    note: "Since November 2025 Reddit must approve a new app first.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: None,
    repeats: Repeats::Refused,
    concurrency: 1,
    source: "Reddit API: submit (ALREADY_SUB).",
    reviewed: "2026-11-20",
});

/// Words alone, a link, a picture or several.
const POST: Rules = Rules {
    platform: Platform::Reddit,
    // Reddit counts characters; UTF-16 units are never fewer.
    counting: Counting::Utf16,
    max_text: 40_000,
    escaped: "",
    // The title is enough.
    text_required_without_media: false,
    media_required: false,
    max_images: 20,
    image_types: &["image/jpeg", "image/png", "image/gif"],
    // Others name this number. Reddit says it when it refuses.
    max_image_bytes: Some(20 * MIB),
    gif: Some(GifRules { max_bytes: 20 * MIB, max_width: 20_000, max_height: 20_000, alone: true }),
    pixels_below: None,
    shape: None,
    min_width: 1,
    // Whether programs other than Reddit's own may send videos is not known.
    video: None,
    document: None,
    max_alt: None,
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: false,
    link_card: true,
    link_beside_media: false,
    source: "Reddit's server code of 2017 (title, text); r/modnews 2020-06-30 (galleries); PRAW 8 (pictures).",
    reviewed: "2026-11-20",
};

/// Words, whatever else the post has.
const TEXT: Rules = Rules { max_images: 0, link_card: false, ..POST };

/// A link, with words below it if there are any.
const LINK: Rules = Rules { max_images: 0, ..POST };

/// The first comment.
const COMMENT: Rules = Rules {
    // Said by others.
    max_text: 10_000,
    text_required_without_media: true,
    max_images: 0,
    link_card: false,
    source: "Reddit's server code of 2017; the length is not documented.",
    ..POST
};

const PARTS: &[(PartKind, Rules)] = &[(PartKind::Comment, COMMENT)];

/// What the account may post to, and the flairs of one of those, as the connector's `Choices` knows them.
pub const SUBREDDITS: &str = "subreddits";
pub const FLAIRS: &str = "flairs";

platform_options! {
    /// What can be chosen for a post on Reddit and nowhere else.
    pub struct RedditOptions, version 1 {
        subreddit: Option<String> = Field {
            label: "Subreddit",
            help: "One that the account has joined, or its own profile.",
            required: true,
            ..Field::of(Input::Remote(SUBREDDITS))
        },
        title: Option<String> = Field {
            label: "Title",
            help: "Every post on Reddit has one. It cannot be changed later.",
            required: true,
            ..Field::of(Input::Text { max: 300 })
        },
        flair: Option<String> = Field {
            label: "Flair",
            help: "The mark of a topic. Some subreddits want one.",
            parent: Some("subreddit"),
            ..Field::of(Input::Remote(FLAIRS))
        },
        nsfw: bool = Field { label: "Not safe for work", help: "Only for adults.", ..Field::of(Input::YesNo) },
        spoiler: bool = Field {
            label: "Spoiler",
            help: "Reddit hides the post until somebody opens it.",
            ..Field::of(Input::YesNo)
        },
        mute_replies: bool = Field {
            label: "No messages about replies",
            help: "Reddit does not put replies into the account's inbox.",
            ..Field::of(Input::YesNo)
        },
    }
}

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[
        FormatRules { format: Format::Feed, rules: POST, parts: PARTS },
        FormatRules { format: Format::SelfPost, rules: TEXT, parts: PARTS },
        FormatRules { format: Format::Link, rules: LINK, parts: PARTS },
    ],
    for_account: same_for_all,
    own_rules: no_own_rules,
    preview: Preview {
        layout: Layout::Card,
        fold: None,
        customs: Customs::Words,
        highlights: &[Highlight::Link],
        most_pictures: 1,
        card: CardLook::HostOnly,
    },
    options: &RedditOptions::SCHEMA,
    profile_page: None,
});
