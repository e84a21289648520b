//! What X does to a text: counts it, shortens its links, escapes it.

use crate::domain::xtext;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Longest post of an account without Premium, weighted.
pub(super) const LIMIT: u32 = 280;

/// The length of a text as X counts it.
pub(super) fn length(text: &str) -> u32 {
    xtext::weighted_length(text)
}

/// The text as X returns it: links behind t.co, the pictures' link at the end, `&<>` escaped; and `entities.urls`.
pub(super) fn shown(text: &str, picture_page: Option<&str>) -> (String, Vec<Value>) {
    let mut out = String::with_capacity(text.len());
    let mut urls = vec![];
    let mut done = 0;
    for link in xtext::urls(text) {
        out.push_str(&text[done..link.start]);
        done = link.end;
        add(&mut out, &mut urls, &text[link]);
    }
    out.push_str(&text[done..]);
    if let Some(page) = picture_page {
        if !out.is_empty() {
            out.push(' ');
        }
        add(&mut out, &mut urls, page);
    }
    (out.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"), urls)
}

fn add(out: &mut String, urls: &mut Vec<Value>, link: &str) {
    let start = out.chars().count();
    let hash = Sha256::digest(link);
    // t.co ids are ten letters and digits.
    let id: String = URL_SAFE_NO_PAD.encode(hash).chars().filter(char::is_ascii_alphanumeric).take(10).collect();
    let short = format!("https://t.co/{id}");
    out.push_str(&short);
    let display = link.split_once("://").map_or(link, |(_, rest)| rest);
    urls.push(json!({
        "start": start,
        "end": out.chars().count(),
        "url": short,
        "expanded_url": link,
        "display_url": display,
    }));
}

/// Where X shows links, hashtags, cashtags and mentions.
pub(super) fn entities(text: &str) -> Vec<Range<usize>> {
    let mut found = [xtext::urls(text), xtext::hashtags(text), xtext::cashtags(text), xtext::mentions(text)].concat();
    found.sort_unstable_by_key(|range| range.start);
    found
}

/// How many cashtags (`$ABC`) a text has; X takes one.
pub(super) fn cashtags(text: &str) -> usize {
    text.split(|c: char| !(c.is_alphanumeric() || c == '$'))
        .filter(|word| {
            word.strip_prefix('$')
                .is_some_and(|tag| (1..=6).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphabetic()))
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_shortened_and_the_rest_is_escaped() {
        let (text, urls) = shown("Salt & more: https://example.com/a?b=1&c=2. <3", None);
        assert!(text.starts_with("Salt &amp; more: https://t.co/"), "{text}");
        assert!(text.ends_with(". &lt;3"), "{text}");
        assert_eq!(urls[0]["expanded_url"], "https://example.com/a?b=1&c=2");
        let (text, urls) = shown("", Some("https://x.com/a/status/1/photo/1"));
        assert!(text.starts_with("https://t.co/"));
        assert_eq!(urls.len(), 1);
    }

    #[test]
    fn strange_texts_do_not_break_it() {
        for text in ["https://", "http://.", "ÄHTTPS://ö", "x https://)", "https://https://https://"] {
            shown(text, None);
        }
    }

    #[test]
    fn cashtags_are_counted() {
        assert_eq!(cashtags("$ABC and $XYZ, not $5 or $toolong1"), 2);
    }
}
