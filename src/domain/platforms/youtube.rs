//! YouTube.

use crate::domain::error::Problem;
use crate::domain::keys::{Keys, key, open, optional};
use crate::domain::limits::{Counting, Rules, Shape, VideoRules};
use crate::domain::options::{Field, Input, Options, option_choices, platform_options};
use crate::domain::pace::{Pace, Repeats, a_day};
use crate::domain::platform::{
    Basics, CardLook, Customs, FormatRules, Highlight, Layout, Mark, Platform, PlatformKind, Preview, Publishing,
    same_for_all,
};
use crate::domain::post::{Format, MediaFacts, PartKind};

pub const BASICS: Basics = Basics {
    name: "YouTube",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M23.5 6.19a3 3 0 0 0-2.12-2.14C19.5 3.55 12 3.55 12 3.55s-7.5 0-9.38.5A3 3 0 0 0 .5 6.19 31 31 0 0 0 0 12a31 31 0 0 0 .5 5.81 3 3 0 0 0 2.12 2.14c1.88.5 9.38.5 9.38.5s7.5 0 9.38-.5a3 3 0 0 0 2.12-2.14A31 31 0 0 0 24 12a31 31 0 0 0-.5-5.81M9.55 15.57V8.43L15.82 12z",
    ),
    edge: "border-l-[#ff4d4d]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "OAuth client ID", "YOUTUBE_CLIENT_ID", "Ends with apps.googleusercontent.com."),
        key("client_secret", "OAuth client secret", "YOUTUBE_CLIENT_SECRET", ""),
        optional(key("api_key", "API key", "YOUTUBE_API_KEY", "Only for reading public data.")),
        optional(open("channel_id", "Channel ID", "YOUTUBE_CHANNEL_ID", "Begins with UC.")),
    ],
    help_url: Some("https://console.cloud.google.com/apis/credentials"),
    note: "Until Google has audited the project, uploaded videos stay private.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: a_day(100),
    repeats: Repeats::Unwise,
    concurrency: 128,
    source: "YouTube Data API: Quota (videos.insert per day); rejectionReason duplicate.",
    reviewed: "2026-11-20",
});

/// A video. Its text is the description.
const VIDEO: Rules = Rules {
    platform: Platform::YouTube,
    // YouTube counts the bytes of a description.
    counting: Counting::Graphemes { max_bytes: 5_000 },
    max_text: 5_000,
    escaped: "",
    text_required_without_media: false,
    media_required: true,
    max_images: 0,
    image_types: &["image/jpeg", "image/png"],
    max_image_bytes: None,
    gif: None,
    pixels_below: None,
    shape: None,
    min_width: 1,
    video: Some(VideoRules {
        types: &["video/mp4", "video/quicktime", "video/webm"],
        codecs: &["h264", "hevc", "av1", "vp8", "vp9"],
        audio: &["aac", "mp3", "opus", "vorbis"],
        max_bytes: 256 << 30,
        min_millis: 1,
        // From channels that have not confirmed a phone number 15 minutes, which the connector asks for.
        max_millis: 12 * 3_600_000,
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
    link_card: false,
    link_beside_media: false,
    source: "YouTube Data API: Videos (snippet, status), Videos: insert; discovery document, revision 20261104; YouTube Help: \
             Upload videos longer than 15 minutes.",
    reviewed: "2026-11-28",
};

/// An upright or square video of up to three minutes. YouTube makes a Short of every such video; here it is held to it.
const SHORT: Rules = Rules {
    video: Some(VideoRules {
        types: &["video/mp4", "video/quicktime", "video/webm"],
        codecs: &["h264", "hevc", "av1", "vp8", "vp9"],
        audio: &["aac", "mp3", "opus", "vorbis"],
        max_bytes: 256 << 30,
        min_millis: 1,
        max_millis: 180_000,
        min_side: 1,
        max_width: None,
        max_sides: None,
        shape: Some(Shape { tallest: (1, 100), widest: (1, 1) }),
        max_frames: None,
        max_bit_rate: None,
    }),
    source: "YouTube Help: Understand three-minute YouTube Shorts; YouTube Data API: Videos: insert.",
    ..VIDEO
};

/// The first comment.
const COMMENT: Rules = Rules {
    // No page of the API names a limit; 10,000 are said elsewhere.
    counting: Counting::Utf16,
    max_text: 5_000,
    text_required_without_media: true,
    media_required: false,
    video: None,
    source: "YouTube Data API: CommentThreads: insert (commentTextTooLong, without a number).",
    ..VIDEO
};

/// YouTube's categories for videos, as the connector's `Choices` knows them.
pub const CATEGORIES: &str = "categories";
/// Characters of all tags together, as YouTube counts them: with a comma between two, and quotes around one with a space.
pub const MAX_TAGS: usize = 500;

/// What can be a thumbnail (Thumbnails: set; the discovery document of 2026 says 50 MB, the reference page 2 MB).
pub const THUMBNAIL_TYPES: &[&str] = &["image/jpeg", "image/png"];
pub const MAX_THUMBNAIL: u64 = 2_000_000;

option_choices! {
    /// Who can see the video.
    pub enum Privacy {
        Public = "public" "Everyone",
        Unlisted = "unlisted" "Everyone with the link (unlisted)",
        Private = "private" "Only you (private)",
    }
}

option_choices! {
    /// Whether it is made for children, which the law makes the uploader say (COPPA).
    pub enum Audience {
        NotForKids = "no" "No, it is not made for kids",
        ForKids = "yes" "Yes, it is made for kids",
    }
}

platform_options! {
    /// What can be chosen for a video and nowhere else.
    pub struct YouTubeOptions, version 1 {
        title: Option<String> = Field {
            label: "Video title",
            help: "The post’s text becomes the description below it.",
            required: true,
            ..Field::of(Input::Text { max: 100 })
        },
        made_for_kids: Audience = Field {
            label: "Made for kids",
            help: "The law makes YouTube ask. Videos for kids have no comments.",
            required: true,
            ..Field::of(Input::Choice(Audience::CHOICES))
        },
        privacy: Privacy = Field {
            label: "Who can see it",
            help: "Until Google has audited your project, YouTube keeps every video private, whatever is chosen here.",
            ..Field::of(Input::Choice(Privacy::CHOICES))
        },
        category: Option<String> = Field {
            label: "Category",
            ..Field::of(Input::Remote(CATEGORIES))
        },
        tags: Option<String> = Field {
            label: "Tags",
            help: "With commas between them: roast, coffee at home. Up to 500 characters in all.",
            ..Field::of(Input::Text { max: MAX_TAGS })
        },
        thumbnail: Option<String> = Field {
            label: "Thumbnail",
            help: "A JPEG or PNG of up to 2 MB, best 1280 × 720. YouTube takes it from channels that have confirmed a phone number.",
            // A Short shows one of its own pictures.
            formats: &[Format::Feed, Format::Video],
            ..Field::of(Input::Picture { types: THUMBNAIL_TYPES, max_bytes: MAX_THUMBNAIL })
        },
        altered: bool = Field {
            label: "Altered or synthetic",
            help: "It shows people, places or events that look real and were made or changed, by AI for example.",
            ..Field::of(Input::YesNo)
        },
        quiet: bool = Field {
            label: "Do not notify subscribers",
            ..Field::of(Input::YesNo)
        },
    }
}

/// The single tags, without those that are empty or said twice.
pub fn tags(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = vec![];
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !found.contains(&tag) {
            found.push(tag);
        }
    }
    found
}

/// The characters of all tags as YouTube counts them.
pub fn tags_length(tags: &[&str]) -> usize {
    let quotes = |tag: &str| if tag.contains(char::is_whitespace) { 2 } else { 0 };
    let each: usize = tags.iter().map(|tag| tag.chars().count() + quotes(tag)).sum();
    each + tags.len().saturating_sub(1)
}

/// YouTube takes no angle brackets anywhere, and counts all tags together.
pub fn own_rules(options: &Options, text: &str, _: &[&MediaFacts]) -> Vec<Problem> {
    let all = options.text("tags").unwrap_or_default();
    let length = tags_length(&tags(all));
    let mut found = vec![];
    for (field, what, text) in [
        ("options.title", "A title", options.text("title").unwrap_or_default()),
        ("text", "A description", text),
        ("options.tags", "A tag", all),
    ] {
        if text.contains(['<', '>']) {
            found.push(Problem::error(field, format!("{what} on YouTube has no < or >. Remove them.")));
        }
    }
    if length > MAX_TAGS {
        let message = format!(
            "YouTube takes tags of up to {MAX_TAGS} characters in all, counted with the commas and two more for a tag with a \
             space; these have {length}. Shorten them."
        );
        found.push(Problem::error("options.tags", message));
    }
    found
}

pub const PUBLISHING: Option<&Publishing> = Some(&Publishing {
    formats: &[
        FormatRules { format: Format::Video, rules: VIDEO, parts: &[(PartKind::Comment, COMMENT)] },
        FormatRules { format: Format::Short, rules: SHORT, parts: &[(PartKind::Comment, COMMENT)] },
    ],
    for_account: same_for_all,
    own_rules,
    preview: Preview {
        layout: Layout::PicturesFirst,
        fold: Some((160, 3)),
        customs: Customs::Words,
        highlights: &[Highlight::Link, Highlight::Tag],
        most_pictures: 1,
        card: CardLook::None,
    },
    options: &YouTubeOptions::SCHEMA,
    profile_page: None,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_counted_as_youtube_does() {
        let all = tags(" roast, coffee at home,, roast ,beans");
        assert_eq!(all, ["roast", "coffee at home", "beans"]);
        assert_eq!(tags_length(&all), 5 + 1 + 16 + 1 + 5);
        assert_eq!(tags_length(&tags(" , ")), 0);
    }
}
