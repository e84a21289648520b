//! In which form a post appears at a platform. Which platform takes which, with what rules, is in its spec
//! (`domain::platforms`).

use serde::{Deserialize, Serialize};

/// The form of a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// An ordinary post: text, pictures, whatever the platform's feed takes.
    #[default]
    Feed,
    /// Several pictures or videos, shown one at a time.
    Carousel,
    /// A short upright video of Meta's networks.
    Reel,
    /// Upright, gone after a day.
    Story,
    /// A short upright video of YouTube.
    Short,
    Video,
    /// Pages of a PDF or slides.
    Document,
    /// A post that is a link: its card is the post.
    Link,
    /// A picture or video on a board, leading somewhere.
    Pin,
    /// A text that is a post of its own in a community.
    SelfPost,
    Poll,
    /// An upright video that Snapchat shows to everybody.
    Spotlight,
}

impl Format {
    pub const ALL: [Format; 12] = [
        Self::Feed,
        Self::Carousel,
        Self::Reel,
        Self::Story,
        Self::Short,
        Self::Video,
        Self::Document,
        Self::Link,
        Self::Pin,
        Self::SelfPost,
        Self::Poll,
        Self::Spotlight,
    ];

    /// As tables and JSON have it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Carousel => "carousel",
            Self::Reel => "reel",
            Self::Story => "story",
            Self::Short => "short",
            Self::Video => "video",
            Self::Document => "document",
            Self::Link => "link",
            Self::Pin => "pin",
            Self::SelfPost => "self_post",
            Self::Poll => "poll",
            Self::Spotlight => "spotlight",
        }
    }

    /// As people read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Feed => "Post",
            Self::Carousel => "Carousel",
            Self::Reel => "Reel",
            Self::Story => "Story",
            Self::Short => "Short",
            Self::Video => "Video",
            Self::Document => "Document",
            Self::Link => "Link",
            Self::Pin => "Pin",
            Self::SelfPost => "Text post",
            Self::Poll => "Poll",
            Self::Spotlight => "Spotlight",
        }
    }

    /// Whether pictures and videos stand beside each other in it, each shown by itself.
    pub const fn mixes(self) -> bool {
        matches!(self, Self::Carousel)
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_the_same_everywhere() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.id()), Some(format));
            assert_eq!(serde_json::to_value(format).unwrap(), format.id());
        }
        assert_eq!(Format::parse("fax"), None);
        assert_eq!(Format::ALL[0], Format::default());
    }
}
