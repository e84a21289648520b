//! Addresses in a text: with `https://`, bare domains, and e-mail addresses, which are no links but hide what looks like one.

use super::customs::space;
use crate::domain::xtext;

/// A domain name, and one label of it (RFC 1035).
const MAX_DOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

/// Longer words are no addresses: the scan stays linear.
const MAX_LINK: usize = 4_096;

/// Brackets and marks of East Asian texts, which write addresses without a space around them.
const CJK_MARKS: &str = "、。「」『』【】〈〉《》（），．！？：；";

fn in_link(c: char) -> bool {
    !(space(c) || c.is_control() || matches!(c, '<' | '>' | '"' | '“' | '”') || CJK_MARKS.contains(c))
}

/// Which addresses without a scheme are links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endings {
    /// Those whose top-level domain is known: what networks make a link of.
    Known,
    /// Also what a reader takes for one.
    Any,
}

/// How many bytes of a link the text begins with. `starts`: whether an address without a scheme may stand here.
pub(super) fn link(text: &str, before: Option<char>, starts: bool, endings: Endings) -> usize {
    let has_scheme = scheme(text).is_some();
    let may_begin = if has_scheme { !before.is_some_and(|c| c.is_ascii_alphanumeric()) } else { starts };
    if !may_begin || !(has_scheme || text.starts_with(|c: char| c.is_ascii_alphanumeric())) {
        return 0;
    }
    let end = text.char_indices().take_while(|(at, c)| *at <= MAX_LINK && in_link(*c)).last();
    let whole = &text[..end.map_or(0, |(at, c)| at + c.len_utf8())];
    let length = match endings {
        _ if has_scheme => Some(whole.len()),
        Endings::Known => bare(whole),
        Endings::Any => bare(whole).or_else(|| meant(whole)),
    };
    let Some(typed) = length.filter(|_| whole.len() <= MAX_LINK).map(|length| without_ending(&whole[..length])) else {
        return 0;
    };
    let host = &typed[scheme(typed).unwrap_or(0)..];
    // Nothing but brackets and marks is no host.
    let named = host.starts_with(|c: char| c.is_alphanumeric() || c == '[' || !c.is_ascii());
    if named { typed.len() } else { 0 }
}

/// How many bytes of an e-mail address the text begins with: `name@example.com`.
pub(super) fn mail(text: &str, before: Option<char>) -> usize {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '#');
    if before.is_some_and(in_name) || !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return 0;
    }
    let name = text.bytes().take(MAX_NAME + 1).take_while(|b| in_name(char::from(*b))).count();
    let Some(domain) = text[name..].strip_prefix('@').filter(|_| name <= MAX_NAME) else { return 0 };
    let length = domain.bytes().take(MAX_DOMAIN).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let domain = domain[..length.count()].trim_end_matches(['.', '-']);
    if is_domain(domain) { name + 1 + domain.len() } else { 0 }
}

/// The part of an e-mail address before `@` (RFC 5321).
const MAX_NAME: usize = 64;

/// How long its `https://` or `http://` is.
fn scheme(text: &str) -> Option<usize> {
    let is = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    ["https://", "http://"].into_iter().find(|scheme| is(scheme)).map(str::len)
}

/// Words with which a sentence begins, or that stand before a slash (`done.and/or`): no ending of an address.
const NO_ENDINGS: [&str; 24] = [
    "and", "der", "die", "das", "dem", "den", "des", "elle", "er", "et", "for", "he", "her", "his", "il", "le", "oder",
    "or", "she", "sie", "the", "they", "und", "we",
];

/// The same for an ending that is in no list: `northwind.roastery/menu`. A host in small letters with something behind its slash
/// (`/5` of `3.5/5` stands behind a number, `e.g./i.e.` has letters for labels, `Node.js/React` capitals), one that begins with
/// `www.`, and one of the ending that is kept for examples (RFC 2606).
fn meant(text: &str) -> Option<usize> {
    let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(text.len());
    let domain = text[..length].trim_end_matches(['.', '-']);
    let (name, ending) = domain.rsplit_once('.')?;
    let last = name.rsplit('.').next().unwrap_or_default();
    let spelt = !domain.bytes().any(|b| b.is_ascii_uppercase())
        && ending.len() >= 2
        && ending.bytes().all(|b| b.is_ascii_lowercase())
        && !NO_ENDINGS.contains(&ending)
        && last.len() >= 2
        && last.bytes().any(|b| b.is_ascii_lowercase());
    if !spelt || !is_domain(domain) {
        return None;
    }
    let port =
        text[domain.len()..].strip_prefix(':').map_or(0, |port| port.bytes().take_while(u8::is_ascii_digit).count());
    let end = domain.len() + if (1..=5).contains(&port) { port + 1 } else { 0 };
    let behind = &text[end..];
    match behind.chars().next() {
        Some('/') if behind[1..].starts_with(|c: char| c.is_alphanumeric() || c == '~') => Some(text.len()),
        // Part of a longer word, or of an e-mail address.
        Some(c) if c.is_alphanumeric() || matches!(c, '@' | '_' | '-') => None,
        _ => (name.starts_with("www.") || ending == "example").then_some(end),
    }
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
pub(super) fn is_domain(text: &str) -> bool {
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
