//! Finds the links in a text as X does: with `http(s)://`, or as a bare domain whose ending is a known top-level domain.
//!
//! What twitter-text describes by regular expressions is scanned by hand here, in time linear in the text: a pass from
//! right to left notes for every position where a domain that begins there ends, and a pass from left to right picks the
//! links. Positions are characters; [`super::urls`] turns them into bytes.

use super::chars::{accented, directional, invalid, punctuation, space};
use super::{punycode, tlds};
use std::ops::Range;

/// In UTF-16 units, with the scheme.
const MAX_URL: usize = 4096;
/// In characters of its Punycode form.
const MAX_LABEL: usize = 63;
const MAX_TCO_SLUG: usize = 40;

/// The links in the order of the text, never overlapping.
pub(super) fn find(text: &[char]) -> Vec<Range<usize>> {
    let mut found = vec![];
    if !text.contains(&'.') {
        return found;
    }
    let domains = domain_ends(text, in_domain, |c| c == '-' || c == '_', true);
    let mut at = 0;
    while at < text.len() {
        // A link begins after a character that may stand before one, or with the text.
        let candidate = if may_precede(text[at]) { candidate(text, &domains, at + 1) } else { None };
        let Some(link) = candidate.or_else(|| if at == 0 { self::candidate(text, &domains, 0) } else { None }) else {
            at += 1;
            continue;
        };
        at = link.end;
        accept(text, &link, &mut found);
    }
    found
}

/// Something of the form of a link, before the finer rules.
struct Candidate {
    start: usize,
    /// `https://` and the like; empty for a bare domain.
    scheme: usize,
    domain: Range<usize>,
    has_path: bool,
    end: usize,
}

fn candidate(text: &[char], domains: &[usize], start: usize) -> Option<Candidate> {
    let domain_end = |at: usize| domains.get(at).copied().filter(|end| *end > 0);
    let scheme = scheme(text.get(start..)?);
    let (scheme, domain) = match domain_end(start + scheme) {
        Some(end) => (scheme, start + scheme..end),
        None => (0, start..domain_end(start)?),
    };
    let mut end = domain.end;
    if text.get(end) == Some(&':') {
        let digits = text[end + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
        end += if digits > 0 { digits + 1 } else { 0 };
    }
    let has_path = text.get(end) == Some(&'/');
    if has_path {
        end = path_end(text, end + 1);
    }
    end = query_end(text, end);
    Some(Candidate { start, scheme, domain, has_path, end })
}

/// The finer rules: lengths, t.co, and what counts of a bare domain.
fn accept(text: &[char], link: &Candidate, found: &mut Vec<Range<usize>>) {
    let domain = &text[link.domain.clone()];
    let ascii = |text: &[char]| domain_ends(text, in_ascii_domain, |c| c == '-', false);
    let ascii_ends = ascii(domain);
    let units: usize = text[link.start..link.end].iter().map(|c| c.len_utf16()).sum();
    let scheme_units = if link.scheme > 0 { link.scheme } else { "https://".len() };
    let mixed_punycode = domain.starts_with(&['x', 'n', '-', '-']) && ascii_ends.iter().all(|end| *end == 0);
    if mixed_punycode || units + scheme_units > MAX_URL || !domain.split(|c| *c == '.').all(label_fits) {
        return;
    }
    if link.scheme > 0 {
        match tco_end(text, link) {
            Tco::Other => found.push(link.start..link.end),
            Tco::Until(end) => found.push(link.start..end),
            Tco::TooLong => {}
        }
        return;
    }
    // A bare domain: not inside of a path or an address, and only its ASCII part (`のexample.com` is `example.com`).
    if link.start > 0 && matches!(text[link.start - 1], '-' | '_' | '.' | '/') {
        return;
    }
    let before = found.len();
    let mut at = 0;
    while at < domain.len() {
        match ascii_ends[at] {
            0 => at += 1,
            end => {
                found.push(link.start + at..link.start + end);
                at = end;
            }
        }
    }
    // A query without a path is not part of a bare link.
    if let (true, Some(last)) = (link.has_path, found[before..].last_mut()) {
        last.end = link.end;
    }
}

/// For every position the end of the longest domain that begins there, or 0: labels of `label` characters, with `inner`
/// ones between them, each followed by a dot, then a top-level domain. If `strict`, labels begin and end with a `label`
/// character and the last one has no underscore.
fn domain_ends(text: &[char], label: fn(char) -> bool, inner: fn(char) -> bool, strict: bool) -> Vec<usize> {
    let n = text.len();
    let (mut ends, mut stops, mut underscores) = (vec![0; n + 1], vec![n; n + 1], vec![false; n + 1]);
    // Where the top-level domain after a dot ends, or 0.
    let mut after_dot = vec![0; n + 1];
    for at in (0..n).rev() {
        let c = text[at];
        if c == '.' {
            after_dot[at] = tlds::prefix(&text[at + 1..]).map_or(0, |len| at + 1 + len);
        }
        if !label(c) && !inner(c) {
            stops[at] = at;
            continue;
        }
        let stop = stops[at + 1];
        stops[at] = stop;
        underscores[at] = c == '_' || (stop > at + 1 && underscores[at + 1]);
        if text.get(stop) != Some(&'.') || (strict && !(label(c) && label(text[stop - 1]))) {
            continue;
        }
        // More labels before fewer.
        ends[at] = match ends[stop + 1] {
            0 if strict && underscores[at] => 0,
            0 => after_dot[stop],
            further => further,
        };
    }
    ends
}

fn may_precede(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || matches!(c, '@' | '＠' | '$' | '#' | '＃') || invalid(c))
}

fn in_domain(c: char) -> bool {
    !(punctuation(c) || space(c) || invalid(c) || directional(c))
}

fn in_ascii_domain(c: char) -> bool {
    c.is_ascii_alphanumeric() || accented(c)
}

/// The length of `http://` or `https://` at the start, or 0.
fn scheme(text: &[char]) -> usize {
    let begins = |with: &str| {
        text.len() >= with.len() && text.iter().zip(with.chars()).all(|(c, w)| c.to_ascii_lowercase() == w)
    };
    ["https://", "http://"].iter().find(|s| begins(s)).map_or(0, |s| s.len())
}

/// DNS limits, on the form in which the label travels. X knows three more characters as dots here.
fn label_fits(label: &[char]) -> bool {
    let parts = label.split(|c| matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}'));
    let mut dots = 0;
    let mut length = 0;
    for part in parts {
        length += dots + punycode::length(part, MAX_LABEL).unwrap_or(MAX_LABEL + 1);
        dots = 1;
    }
    (1..=MAX_LABEL).contains(&length)
}

fn in_path(c: char) -> bool {
    path_may_end_with(c)
        || matches!(c, '!' | '*' | '\'' | ';' | ':' | ',' | '.' | '$' | '%' | '[' | ']' | '–' | '~' | '@' | '|' | '&')
}

fn path_may_end_with(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '=' | '_' | '#' | '/' | '+' | '-' | '\u{400}'..='\u{4ff}') || accented(c)
}

/// The end of the path whose first slash is before `at`: trailing punctuation is not part of it, balanced brackets are.
fn path_end(text: &[char], mut at: usize) -> usize {
    let mut end = at;
    while let Some(c) = text.get(at) {
        if in_path(*c) {
            at += 1;
            end = if path_may_end_with(*c) { at } else { end };
        } else if let Some(after) = brackets_end(text, at) {
            at = after;
            end = at;
        } else {
            break;
        }
    }
    end
}

/// The end of `(...)` with at most one more pair inside, as in `/Foo_(bar_(baz))`.
fn brackets_end(text: &[char], open: usize) -> Option<usize> {
    let run = |from: usize| from + text[from.min(text.len())..].iter().take_while(|c| in_path(**c)).count();
    if text.get(open) != Some(&'(') {
        return None;
    }
    let mut close = run(open + 1);
    if text.get(close) == Some(&'(') {
        let inner = run(close + 1);
        if inner == close + 1 || text.get(inner) != Some(&')') {
            return None;
        }
        close = run(inner + 1);
    } else if close == open + 1 {
        return None;
    }
    (text.get(close) == Some(&')')).then_some(close + 1)
}

/// The end of the query at `at`, or `at` if there is none.
fn query_end(text: &[char], at: usize) -> usize {
    let may_end = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '&' | '=' | '#' | '/');
    let within = |c: char| {
        may_end(c)
            || matches!(
                c,
                '!' | '?'
                    | '*'
                    | '\''
                    | '@'
                    | '('
                    | ')'
                    | ';'
                    | ':'
                    | '+'
                    | '$'
                    | '%'
                    | '['
                    | ']'
                    | '.'
                    | ','
                    | '~'
                    | '|'
            )
    };
    if text.get(at) != Some(&'?') {
        return at;
    }
    let run = text[at + 1..].iter().take_while(|c| within(**c)).count();
    text[at + 1..at + 1 + run].iter().rposition(|c| may_end(*c)).map_or(at, |last| at + 2 + last)
}

enum Tco {
    Other,
    Until(usize),
    TooLong,
}

/// X's own short links end with their slug (and query): `https://t.co/abc/def` is a link to `abc`.
fn tco_end(text: &[char], link: &Candidate) -> Tco {
    let domain = &text[link.domain.clone()];
    let slug_start = link.domain.end + 1;
    if !domain.iter().map(char::to_ascii_lowercase).eq("t.co".chars()) || text.get(link.domain.end) != Some(&'/') {
        return Tco::Other;
    }
    match text[slug_start..link.end.max(slug_start)].iter().take_while(|c| c.is_ascii_alphanumeric()).count() {
        0 => Tco::Other,
        n if n > MAX_TCO_SLUG => Tco::TooLong,
        n => Tco::Until(query_end(&text[..link.end], slug_start + n)),
    }
}
