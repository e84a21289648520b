//! Links, mentions and tags of a text. Bluesky links nothing by itself: each of them is a facet, a range of bytes with what
//! it stands for. What counts as one is in `domain::entities`.

use crate::domain::entities;
use crate::domain::platform::{Customs, Highlight};
use std::ops::Range;
use url::Url;

/// What a part of the text stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    Link {
        uri: String,
    },
    /// Without `@`, as it was typed. Names an account once it is resolved to a DID.
    Mention {
        handle: String,
    },
    /// Without `#`.
    Tag {
        tag: String,
    },
}

/// A part of the text. Its range is in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    pub range: Range<usize>,
    pub feature: Feature,
}

/// The facets of a text: in its order, on the boundaries of characters, never overlapping or empty.
pub fn find(text: &str) -> Vec<Facet> {
    let facet = |entity: entities::Entity| {
        let part = &text[entity.range.clone()];
        let unsigned = || part.chars().skip(1).collect::<String>();
        let feature = match entity.kind {
            Highlight::Link => Feature::Link { uri: address(part)? },
            Highlight::Mention => Feature::Mention { handle: unsigned() },
            Highlight::Tag => Feature::Tag { tag: unsigned() },
        };
        Some(Facet { range: entity.range, feature })
    };
    entities::find(text, Customs::Bluesky).into_iter().filter_map(facet).collect()
}

/// With a scheme. `None`: the server refuses the whole post for an address that is none.
fn address(typed: &str) -> Option<String> {
    let lower = |prefix: &str| typed.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let has_scheme = lower("https://") || lower("http://");
    let uri = if has_scheme { typed.to_owned() } else { format!("https://{typed}") };
    Url::parse(&uri).ok().is_some_and(|url| url.has_host()).then_some(uri)
}

#[cfg(test)]
#[path = "facets/tests.rs"]
mod tests;
