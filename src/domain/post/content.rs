//! What is published: one type from the composer to the connector.

use super::{Format, MAX_LISTED, Parts, Target};
use crate::domain::bounds;
use crate::domain::options::Options;
use serde::{Deserialize, Serialize};

/// What a post says and shows. `M` is how its pictures are held: by id where a person chooses them, as facts where rules
/// are checked, as sources of bytes where they are sent.
///
/// The post as a whole has the text, link and pictures that all its accounts share; [`PostContent::on`] gives what one of
/// them gets, in its own format and with its own options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostContent<M> {
    pub text: String,
    /// A page to attach as a link card, where the platform has those; elsewhere a link is part of the text.
    #[serde(default)]
    pub link: Option<String>,
    /// In the order in which they are shown.
    #[serde(
        default = "Vec::new",
        deserialize_with = "bounds::list::<_, _, MAX_LISTED>",
        bound(deserialize = "M: Deserialize<'de>")
    )]
    pub media: Vec<M>,
    /// What follows it: the next posts of a thread, the first comment.
    #[serde(default)]
    pub parts: Parts,
    #[serde(default)]
    pub format: Format,
    #[serde(default)]
    pub options: Options,
}

impl<M> Default for PostContent<M> {
    fn default() -> Self {
        Self {
            text: String::new(),
            link: None,
            media: vec![],
            parts: Parts::default(),
            format: Format::default(),
            options: Options::default(),
        }
    }
}

impl<M> PostContent<M> {
    /// A text and nothing else.
    pub fn of_text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With its pictures held in another way.
    pub fn with_media<N>(self, media: Vec<N>) -> PostContent<N> {
        let Self { text, link, parts, format, options, .. } = self;
        PostContent { text, link, media, parts, format, options }
    }

    /// The link, if there is something in it.
    pub fn given_link(&self) -> Option<&str> {
        self.link.as_deref().map(str::trim).filter(|link| !link.is_empty())
    }
}

impl<M: Clone> PostContent<M> {
    /// What one account gets.
    pub fn on(&self, target: &Target) -> Self {
        Self {
            text: target.text.clone().unwrap_or_else(|| self.text.clone()),
            link: self.given_link().map(str::to_owned),
            media: self.media.clone(),
            parts: self.parts.clone(),
            format: target.format,
            options: target.options.clone(),
        }
    }
}
