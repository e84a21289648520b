//! One pass over a text.

use super::Entity;
use super::customs::Customs;
use super::link::{link, mail};
use crate::domain::platform::Highlight;

pub(super) fn find(text: &str, customs: &Customs) -> Vec<Entity> {
    let mut found: Vec<Entity> = vec![];
    let (mut at, mut before) = (0, None);
    while let Some(c) = text[at..].chars().next() {
        let behind = &text[at + c.len_utf8()..];
        let starts = (customs.starts)(before);
        // `#red/#blue`, but not `/#pricing` of an address.
        let in_a_row = || {
            let last = found.last().filter(|last| last.kind == Highlight::Tag);
            customs.tags_in_a_row && before == Some('/') && last.is_some_and(|last| last.range.end + 1 == at)
        };
        let (kind, length) = match c {
            '@' if starts => (Highlight::Mention, signed(c, (customs.mention)(behind))),
            '#' | '＃' if starts || in_a_row() => (Highlight::Tag, signed(c, (customs.tag)(behind))),
            _ => (Highlight::Link, link(&text[at..], before, starts, customs.endings)),
        };
        let passed = match length {
            0 => mail(&text[at..], before).max(c.len_utf8()),
            length => {
                found.push(Entity { range: at..at + length, kind });
                length
            }
        };
        before = text[at..at + passed].chars().next_back();
        at += passed;
    }
    found
}

/// With its sign, if there is something behind it.
fn signed(sign: char, length: usize) -> usize {
    if length == 0 { 0 } else { sign.len_utf8() + length }
}
