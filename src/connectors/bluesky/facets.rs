//! Links, mentions and tags of a text. Bluesky links nothing by itself: each of them is a facet, a range of bytes with what
//! it stands for. What counts as one is the customs of the official client (`@atproto/api`, rich-text detection), with
//! three differences that find more: bare domains may contain hyphens, addresses with a scheme may follow anything but a
//! Latin letter or digit, and a handle is not held against a list of top-level domains, because it is resolved anyway.

use crate::domain::xtext;
use std::ops::Range;
use url::Url;

/// For a tag: `app.bsky.richtext.facet#tag`, in UTF-16 units as the official client counts.
const MAX_TAG: usize = 64;
/// A domain name, and one label of it (RFC 1035).
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

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
    let mut found = vec![];
    let (mut at, mut before) = (0, None);
    while let Some(c) = text[at..].chars().next() {
        let facet = match c {
            '@' if is_start(before) => mention(text, at),
            '#' | '＃' if is_start(before) => tag(text, at),
            _ => link(text, at, before),
        };
        let end = facet.as_ref().map_or(at + c.len_utf8(), |f| f.range.end);
        before = text[at..end].chars().next_back();
        at = end;
        found.extend(facet);
    }
    found
}

fn space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Whether a mention, a tag or a bare domain may follow.
fn is_start(before: Option<char>) -> bool {
    before.is_none_or(|c| space(c) || c == '(')
}

// ---- links

/// Brackets and marks of East Asian texts, which write addresses without a space around them.
const CJK_MARKS: &str = "、。「」『』【】〈〉《》（），．！？：；";

fn in_link(c: char) -> bool {
    !(space(c) || c.is_control() || matches!(c, '<' | '>' | '"' | '“' | '”') || CJK_MARKS.contains(c))
}

fn link(text: &str, start: usize, before: Option<char>) -> Option<Facet> {
    let rest = &text[start..];
    let has_scheme = scheme(rest).is_some();
    let may_begin = if has_scheme { !before.is_some_and(|c| c.is_ascii_alphanumeric()) } else { is_start(before) };
    if !may_begin {
        return None;
    }
    let whole = &rest[..rest.find(|c| !in_link(c)).unwrap_or(rest.len())];
    let (length, prefix) = if has_scheme { (whole.len(), "") } else { (bare(whole)?, "https://") };
    let typed = without_ending(&whole[..length]);
    let uri = format!("{prefix}{typed}");
    // The server refuses the whole post for an address that is none.
    let host = Url::parse(&uri).ok().is_some_and(|url| url.has_host());
    let named = !typed[scheme(typed).unwrap_or(0)..].starts_with(['/', '?', '#']);
    (host && named).then(|| Facet { range: start..start + typed.len(), feature: Feature::Link { uri } })
}

/// How long its `https://` or `http://` is.
fn scheme(text: &str) -> Option<usize> {
    let is = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    ["https://", "http://"].into_iter().find(|scheme| is(scheme)).map(str::len)
}

/// How much of a text that begins with a domain name is an address: the domain, a port, and a path if there is one.
fn bare(text: &str) -> Option<usize> {
    let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(text.len());
    let domain = text[..length].trim_end_matches(['.', '-']);
    let (_, ending) = domain.rsplit_once('.')?;
    // In lower case: `ready.So` is the end of a sentence.
    let known = ending.bytes().all(|b| b.is_ascii_lowercase()) && xtext::is_top_level_domain(ending);
    if !known || !is_domain(domain) {
        return None;
    }
    let mut end = domain.len();
    if let Some(port) = text[end..].strip_prefix(':') {
        let digits = port.bytes().take_while(u8::is_ascii_digit).count();
        end += if (1..=5).contains(&digits) { digits + 1 } else { 0 };
    }
    match text[end..].chars().next() {
        Some('/' | '?' | '#') => Some(text.len()),
        // Part of a longer word, or of an e-mail address.
        Some(c) if c.is_alphanumeric() || matches!(c, '@' | '_' | '-') => None,
        _ => Some(end),
    }
}

/// Labels of letters, digits and inner hyphens.
fn is_domain(text: &str) -> bool {
    let label =
        |label: &str| (1..=MAX_LABEL).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    text.len() <= MAX_DOMAIN && text.contains('.') && text.split('.').all(label)
}

/// Without the punctuation of the sentence that it ends, and a bracket that was opened before it.
fn without_ending(mut link: &str) -> &str {
    while let Some(last) = link.chars().next_back() {
        let opened = |open: char, close: char| link.matches(open).count() >= link.matches(close).count();
        let part = match last {
            ')' => opened('(', ')'),
            ']' => opened('[', ']'),
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '»' | '…' | '*' | '|' | '`' => false,
            _ => true,
        };
        if part {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link
}

// ---- mentions and tags

fn mention(text: &str, start: usize) -> Option<Facet> {
    let rest = &text[start + 1..];
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(rest.len());
    let handle = rest[..length].trim_end_matches(['.', '-']);
    // A longer word or an e-mail address.
    let goes_on = rest[handle.len()..].chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '@'));
    let ending = handle.rsplit('.').next().unwrap_or_default();
    let valid = is_domain(handle) && ending.starts_with(|c: char| c.is_ascii_alphabetic());
    let range = start..start + 1 + handle.len();
    (valid && !goes_on).then(|| Facet { range, feature: Feature::Mention { handle: handle.to_owned() } })
}

/// Characters without width; a tag ends before them.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200a}'..='\u{200d}' | '\u{2060}' | '\u{20e2}')
}

fn tag(text: &str, start: usize) -> Option<Facet> {
    let sign = text[start..].chars().next()?;
    let rest = &text[start + sign.len_utf8()..];
    let end = rest.find(|c| space(c) || invisible(c)).unwrap_or(rest.len());
    let tag = rest[..end].trim_end_matches(punctuation);
    // `#️⃣` is an emoji; a number is no tag.
    let keycap = tag.starts_with('\u{fe0f}');
    let word = tag.chars().any(|c| !(c.is_numeric() || punctuation(c)));
    let fits = tag.encode_utf16().count() <= MAX_TAG;
    let range = start..start + sign.len_utf8() + tag.len();
    (!keycap && word && fits).then(|| Facet { range, feature: Feature::Tag { tag: tag.to_owned() } })
}

/// Unicode's punctuation (general category P), of the blocks that living languages write with.
const PUNCTUATION: &[(char, char)] = &[
    ('!', '#'),
    ('%', '*'),
    (',', '/'),
    (':', ';'),
    ('?', '@'),
    ('[', ']'),
    ('_', '_'),
    ('{', '{'),
    ('}', '}'),
    ('\u{a1}', '\u{a1}'),
    ('\u{a7}', '\u{a7}'),
    ('\u{ab}', '\u{ab}'),
    ('\u{b6}', '\u{b7}'),
    ('\u{bb}', '\u{bb}'),
    ('\u{bf}', '\u{bf}'),
    ('\u{37e}', '\u{37e}'),
    ('\u{387}', '\u{387}'),
    ('\u{55a}', '\u{55f}'),
    ('\u{589}', '\u{58a}'),
    ('\u{5be}', '\u{5be}'),
    ('\u{5c0}', '\u{5c0}'),
    ('\u{5f3}', '\u{5f4}'),
    ('\u{60c}', '\u{60d}'),
    ('\u{61b}', '\u{61b}'),
    ('\u{61d}', '\u{61f}'),
    ('\u{66a}', '\u{66d}'),
    ('\u{6d4}', '\u{6d4}'),
    ('\u{964}', '\u{965}'),
    ('\u{e4f}', '\u{e4f}'),
    ('\u{e5a}', '\u{e5b}'),
    ('\u{104a}', '\u{104f}'),
    ('\u{1362}', '\u{1368}'),
    ('\u{17d4}', '\u{17d6}'),
    ('\u{2010}', '\u{2027}'),
    ('\u{2030}', '\u{2043}'),
    ('\u{2045}', '\u{2051}'),
    ('\u{2053}', '\u{205e}'),
    ('\u{3001}', '\u{3003}'),
    ('\u{3008}', '\u{3011}'),
    ('\u{3014}', '\u{301f}'),
    ('\u{3030}', '\u{3030}'),
    ('\u{303d}', '\u{303d}'),
    ('\u{30a0}', '\u{30a0}'),
    ('\u{30fb}', '\u{30fb}'),
    ('\u{fe30}', '\u{fe52}'),
    ('\u{ff01}', '\u{ff03}'),
    ('\u{ff05}', '\u{ff0a}'),
    ('\u{ff0c}', '\u{ff0f}'),
    ('\u{ff1a}', '\u{ff1b}'),
    ('\u{ff1f}', '\u{ff20}'),
    ('\u{ff3b}', '\u{ff3d}'),
    ('\u{ff3f}', '\u{ff3f}'),
    ('\u{ff5b}', '\u{ff5b}'),
    ('\u{ff5d}', '\u{ff5d}'),
    ('\u{ff5f}', '\u{ff65}'),
];

fn punctuation(c: char) -> bool {
    let at = PUNCTUATION.partition_point(|(_, last)| *last < c);
    PUNCTUATION.get(at).is_some_and(|(first, _)| *first <= c)
}

#[cfg(test)]
#[path = "facets/tests.rs"]
mod tests;
