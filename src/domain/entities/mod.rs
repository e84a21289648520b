//! Links, hashtags and mentions of a text, as each network finds them: what a preview colours, and what a connector
//! that has to say where they stand sends along.
//!
//! Read in this order: this file, `customs` (how the networks differ), `scan` (one pass over the text), `link`,
//! `punctuation`. X has its own finder (`xtext`), which is held against X's own examples.

mod customs;
mod link;
mod punctuation;
mod scan;

use super::platform::{Customs, Highlight};
use super::xtext;
use std::ops::Range;

/// A part of a text that is more than its letters. The range is in bytes and includes `#` or `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    pub range: Range<usize>,
    pub kind: Highlight,
}

/// The entities of a text: in its order, on the boundaries of characters, never overlapping or empty.
pub fn find(text: &str, customs: Customs) -> Vec<Entity> {
    match customs {
        Customs::X => x(text),
        Customs::Bluesky => scan::find(text, &customs::BLUESKY),
        Customs::Words => scan::find(text, &customs::WORDS),
    }
}

/// The same as a reader sees them: as `Words`, and addresses that no network makes a link of (`northwind.roastery/menu`).
pub fn find_as_read(text: &str) -> Vec<Entity> {
    scan::find(text, &customs::READER)
}

fn x(text: &str) -> Vec<Entity> {
    let finders = [
        (Highlight::Link, xtext::urls as fn(&str) -> Vec<Range<usize>>),
        (Highlight::Tag, xtext::hashtags),
        (Highlight::Tag, xtext::cashtags),
        (Highlight::Mention, xtext::mentions),
    ];
    let all =
        finders.into_iter().flat_map(|(kind, find)| find(text).into_iter().map(move |range| Entity { range, kind }));
    let mut found: Vec<Entity> = all.collect();
    found.sort_unstable_by_key(|entity| entity.range.start);
    let mut end = 0;
    found.retain(|entity| {
        let apart = entity.range.start >= end;
        end = if apart { entity.range.end } else { end };
        apart
    });
    found
}

#[cfg(test)]
pub(crate) mod tests;
