//! Bluesky, and every other server of the AT Protocol.

use crate::domain::keys::Keys;
use crate::domain::limits::{Counting, Rules};
use crate::domain::options::{Field, Input, option_choices, platform_options};
use crate::domain::pace::{Pace, Quota, Repeats};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    no_own_rules, same_for_all,
};
use crate::domain::post::{Format, PartKind};

pub const BASICS: Basics = Basics {
    name: "Bluesky",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M12 10.8C10.91 8.69 7.95 4.75 5.2 2.8 2.57.94 1.56 1.27.9 1.57.14 1.91 0 3.08 0 3.77s.38 5.65.62 6.48c.82 2.74 3.72 3.66 6.39 3.36-3.91.58-7.39 2.01-2.83 7.08 5.01 5.19 6.87-1.11 7.82-4.31.95 3.2 2.05 9.27 7.73 4.31 4.27-4.31 1.17-6.5-2.74-7.08 2.67.3 5.57-.62 6.39-3.36.24-.83.62-5.79.62-6.48s-.14-1.86-.9-2.2c-.66-.3-1.67-.63-4.3 1.23C16.05 4.75 13.09 8.69 12 10.8",
    ),
    edge: "border-l-[#1185fe]",
};

pub const KEYS: Keys = Keys {
    fields: &[],
    help_url: None,
    note: "People sign in with their handle and an app password under Connections. Nobody has to register an app.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    // 5,000 points an hour, of which a new record costs up to 3.
    quota: Some(Quota { posts: 1_666, minutes: 60 }),
    repeats: Repeats::Unwise,
    concurrency: 64,
    source: "Bluesky documentation: Rate limits (content write operations per account).",
    reviewed: "2026-11-27",
});

/// An ordinary post.
const POST: Rules = Rules {
    platform: Platform::Bluesky,
    counting: Counting::Graphemes { max_bytes: 3_000 },
    max_text: 300,
    escaped: "",
    text_required_without_media: true,
    media_required: false,
    max_images: 4,
    // Every kind is taken, but what is animated stands still there.
    image_types: &["image/jpeg", "image/png", "image/webp"],
    // Servers before `@atproto/pds` 0.4.218 take half of it; they say so when the post is sent.
    max_image_bytes: Some(2_000_000),
    gif: None,
    pixels_below: None,
    shape: None,
    min_width: 1,
    video: None,
    document: None,
    // The server names none; the official app stops here.
    max_alt: Some(2_000),
    max_hashtags: None,
    max_mentions: None,
    one_cashtag: false,
    link_card: true,
    link_beside_media: false,
    source: "AT Protocol lexicons app.bsky.feed.post, app.bsky.embed.images, app.bsky.embed.external; the official app.",
    reviewed: "2026-11-27",
};

/// The next post of a thread.
const REPLY: Rules = Rules {
    // A part is its text: pictures and cards go with the post itself.
    max_images: 0,
    link_card: false,
    source: "AT Protocol lexicon app.bsky.feed.post (reply).",
    ..POST
};

option_choices! {
    /// Who may answer a post (`app.bsky.feed.threadgate`).
    pub enum WhoCanReply {
        Anybody = "anybody" "Anybody",
        Nobody = "nobody" "Nobody",
        Mentioned = "mentioned" "People the post mentions",
        Following = "following" "People the account follows",
        List = "list" "People on a list",
    }
}

/// The lists of people that the account has made, as the connector's `Choices` knows them.
pub const LISTS: &str = "lists";

platform_options! {
    /// What can be chosen for a post on Bluesky and nowhere else.
    pub struct BlueskyOptions, version 1 {
        who_can_reply: WhoCanReply = Field {
            label: "Who can reply",
            ..Field::of(Input::Choice(WhoCanReply::CHOICES))
        },
        list: Option<String> = Field {
            label: "List",
            help: "One of the lists that the account has made in Bluesky.",
            required: true,
            only_if: Some(("who_can_reply", "list")),
            ..Field::of(Input::Remote(LISTS))
        },
    }
}

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[FormatRules { format: Format::Feed, rules: POST, parts: &[(PartKind::Reply, REPLY)] }],
    for_account: same_for_all,
    own_rules: no_own_rules,
    preview: Preview {
        layout: Layout::Timeline,
        fold: None,
        customs: Customs::Bluesky,
        highlights: &[Highlight::Link, Highlight::Tag, Highlight::Mention],
        most_pictures: 4,
        card: CardLook::HostLast,
    },
    options: &BlueskyOptions::SCHEMA,
    profile_page: None,
});
