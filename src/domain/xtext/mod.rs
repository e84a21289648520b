//! Text length as X counts it: twitter-text v3 weights, URLs, emoji.
//!
//! Read in this order: this file (the count), `url` (what is a link), `tlds`, `punycode`, `emoji` (what is one emoji),
//! `nfc`, `entities` (hashtags and the like), `address` (is this one string a web address), `chars`. Everything is scanned by
//! hand, without regular expressions, because it also runs in the browser with every key that is pressed.
//! Source: X developer documentation, "Counting characters", and the twitter-text configuration v3 (reviewed 2026-11-20).

mod address;
mod chars;
mod emoji;
mod entities;
mod nfc;
mod punycode;
mod tlds;
mod url;

pub use address::is_valid_url;
pub(in crate::domain) use chars::mark as is_mark;
pub use entities::{cashtags, hashtags, mentions};

use std::ops::Range;

/// How X weighs a text. [`V3`] is in force; the type exists so that its forerunners can be held against the official
/// vectors, and because accounts with longer posts differ in `max` only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Weighted length that a post may have.
    pub max: u32,
    /// What the weights are divided by.
    pub scale: u32,
    /// A character outside of `ranges`, and a whole emoji.
    pub default_weight: u32,
    /// Whether an emoji of several characters counts once.
    pub emoji: bool,
    /// A link, whatever its length, before scaling.
    pub url_length: u32,
    /// First and last character (inclusive) and their weight.
    pub ranges: &'static [(char, char, u32)],
}

/// twitter-text configuration 3.
pub const V3: Config = Config {
    max: 280,
    scale: 100,
    default_weight: 200,
    emoji: true,
    url_length: 23,
    ranges: &[
        ('\0', '\u{10ff}', 100),
        ('\u{2000}', '\u{200d}', 100),
        ('\u{2010}', '\u{201f}', 100),
        ('\u{2032}', '\u{2037}', 100),
    ],
};

/// What X makes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    pub weighted_length: u32,
    /// How full the post is, in thousandths, rounded down.
    pub permillage: u32,
    /// Not empty, not too long, without forbidden characters.
    pub valid: bool,
    /// The last UTF-16 unit of the text that may still be posted (0 if there is none): what follows is too much.
    pub valid_end: u32,
    /// The last UTF-16 unit of the text.
    pub display_end: u32,
}

/// The length of `text` as X counts it against 280.
pub fn weighted_length(text: &str) -> u32 {
    parse(text).weighted_length
}

/// What X makes of `text` under the rules in force.
pub fn parse(text: &str) -> Parsed {
    V3.parse(text)
}

/// The links in `text`, as byte ranges: each counts 23. Bare domains are links if their ending is known.
pub fn urls(text: &str) -> Vec<Range<usize>> {
    let chars: Vec<char> = text.chars().collect();
    let found = url::find(&chars);
    let (mut at, mut byte) = (0, 0);
    let mut bytes_until = |end: usize| {
        byte += chars[at..end].iter().map(|c| c.len_utf8()).sum::<usize>();
        at = end;
        byte
    };
    found.into_iter().map(|link| bytes_until(link.start)..bytes_until(link.end)).collect()
}

/// Whether `name`, without a dot, is one of the known top-level domains.
pub fn is_top_level_domain(name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    tlds::prefix(&name) == Some(name.len())
}

/// A character that X never accepts, if there is one (byte order mark, U+FFFE, U+FFFF).
pub fn forbidden(text: &str) -> Option<char> {
    text.chars().find(|c| chars::invalid(*c))
}

impl Config {
    pub fn parse(&self, text: &str) -> Parsed {
        let chars: Vec<char> = nfc::nfc(text).chars().collect();
        let mut links = url::find(&chars).into_iter().peekable();
        let limit = self.max * self.scale;
        let (mut at, mut units, mut weight, mut clean, mut valid_end) = (0, 0, 0_u32, true, 0);
        while at < chars.len() {
            let (length, weighs) = if let Some(link) = links.next_if(|link| link.start == at) {
                (link.len(), self.url_length * self.scale)
            } else {
                self.weigh(&chars[at..])
            };
            let end = at + length;
            units += chars[at..end].iter().map(|c| c.len_utf16() as i64).sum::<i64>();
            weight = weight.saturating_add(weighs);
            clean &= !chars::invalid(chars[end - 1]);
            if clean && weight <= limit {
                valid_end = units - 1;
            }
            at = end;
        }
        // Positions are those of the text as it was typed; normalising moved them by so much.
        let typed = text.encode_utf16().count() as i64;
        let last = |unit: i64| u32::try_from(unit).unwrap_or(0);
        Parsed {
            weighted_length: weight / self.scale,
            permillage: (u64::from(weight) * 1000 / u64::from(limit.max(1))) as u32,
            valid: clean && weight > 0 && weight <= limit,
            valid_end: last(valid_end + typed - units),
            display_end: last(typed - 1),
        }
    }

    /// How many characters at the start of `text` (not empty) belong together, and what they weigh.
    fn weigh(&self, text: &[char]) -> (usize, u32) {
        if let Some(length) = emoji::sequence(text).filter(|_| self.emoji) {
            return (length, self.default_weight);
        }
        let range = self.ranges.iter().find(|(first, last, _)| (first..=last).contains(&&text[0]));
        (1, range.map_or(self.default_weight, |(_, _, weight)| *weight))
    }
}

#[cfg(test)]
mod tests;
