//! How the networks differ in what they take for a link, a hashtag and a mention.

use super::link::{Endings, is_domain};
use super::punctuation::punctuation;
use crate::domain::xtext::is_mark;

/// The customs of a network. Each length is in bytes, of a text that begins behind `#` or `@`; 0: there is none.
pub(super) struct Customs {
    /// Whether a mention, a tag or a domain without `https://` may follow this character.
    pub starts: fn(Option<char>) -> bool,
    /// Which domains without `https://` are links.
    pub endings: Endings,
    /// Whether a tag may stand directly behind another one.
    pub tags_in_a_row: bool,
    pub tag: fn(&str) -> usize,
    pub mention: fn(&str) -> usize,
}

pub(super) fn space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// The official client of Bluesky (`@atproto/api`, rich-text detection), with three differences that find more: bare
/// domains may contain hyphens, addresses with a scheme may follow anything but a Latin letter or digit, and a handle is
/// not held against a list of top-level domains, because it is resolved anyway.
pub(super) const BLUESKY: Customs = Customs {
    starts: |before| before.is_none_or(|c| space(c) || c == '('),
    endings: Endings::Known,
    tags_in_a_row: false,
    tag: any,
    mention: handle,
};

/// Everybody else. A tag is a word as Unicode's hashtag rules (UAX #31) have it, without emoji and hyphens, which neither
/// LinkedIn nor Instagram takes.
pub(super) const WORDS: Customs = Customs {
    starts: |before| {
        before.is_none_or(|c| !(in_word(c) || matches!(c, '&' | '/' | '#' | '＃' | '@' | '＠' | '.' | '-' | '=')))
    },
    endings: Endings::Known,
    tags_in_a_row: true,
    tag: word,
    mention: name,
};

/// A reader, who needs no list to see an address.
pub(super) const READER: Customs = Customs { endings: Endings::Any, ..WORDS };

/// Letters, marks, digits and what joins them.
pub(super) fn in_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c) || matches!(c, '_' | JOINER | NON_JOINER)
}

/// Ligatures and half letters of Indic scripts and Persian need them.
const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';

/// A number alone is no tag.
fn word(text: &str) -> usize {
    let end = text.find(|c| !in_word(c)).unwrap_or(text.len());
    let word = text[..end].trim_end_matches([JOINER, NON_JOINER]);
    let begins = word.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    if begins && word.chars().any(char::is_alphabetic) { word.len() } else { 0 }
}

/// Most bytes of a name that is taken for one; Instagram's have 30.
const MAX_NAME: usize = 64;

/// Letters, digits, `_` and inner dots.
fn name(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(text.len());
    let name = text[..end].trim_end_matches('.');
    let goes_on = text[name.len()..].chars().next().is_some_and(|c| in_word(c) || c == '@');
    if goes_on || name.len() > MAX_NAME || name.starts_with('.') { 0 } else { name.len() }
}

/// A domain name: what Bluesky's accounts are called.
fn handle(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(text.len());
    let handle = text[..end].trim_end_matches(['.', '-']);
    // A longer word or an e-mail address.
    let goes_on = text[handle.len()..].chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '@'));
    let ending = handle.rsplit('.').next().unwrap_or_default();
    let valid = is_domain(handle) && ending.starts_with(|c: char| c.is_ascii_alphabetic());
    if valid && !goes_on { handle.len() } else { 0 }
}

/// Longest tag of Bluesky: `app.bsky.richtext.facet#tag`, in UTF-16 units as the official client counts.
const MAX_TAG: usize = 64;

/// Characters without width; Bluesky's tags end before them.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200a}'..='\u{200d}' | '\u{2060}' | '\u{20e2}')
}

/// Everything up to a space, without the punctuation at its end.
fn any(text: &str) -> usize {
    let end = text.find(|c| space(c) || invisible(c)).unwrap_or(text.len());
    let tag = text[..end].trim_end_matches(punctuation);
    // `#️⃣` is an emoji; a number is no tag.
    let keycap = tag.starts_with('\u{fe0f}');
    let word = tag.chars().any(|c| !(c.is_numeric() || punctuation(c)));
    let fits = tag.encode_utf16().count() <= MAX_TAG;
    if !keycap && word && fits { tag.len() } else { 0 }
}
