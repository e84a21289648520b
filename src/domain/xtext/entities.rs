//! Hashtags, mentions and cashtags as X finds them. Ranges are in bytes and include the sign.

use super::chars::{accented, letter, punctuation, space, word};
use std::ops::Range;

/// A text as characters that still know their bytes.
struct Text {
    chars: Vec<char>,
    bytes: Vec<usize>,
}

impl Text {
    fn new(text: &str) -> Self {
        let bytes = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        Self { chars: text.chars().collect(), bytes }
    }
    fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }
    fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.get(at))
    }
    /// How many characters from `at` on fulfil `f`.
    fn run(&self, at: usize, f: impl Fn(char) -> bool) -> usize {
        self.chars[at.min(self.chars.len())..].iter().take_while(|c| f(**c)).count()
    }
    /// An address, not a tag, comes next.
    fn scheme_at(&self, at: usize) -> bool {
        (0..3).all(|i| self.get(at + i) == [':', '/', '/'].get(i).copied())
    }
    fn range(&self, start: usize, end: usize) -> Range<usize> {
        self.bytes[start]..self.bytes[end]
    }
}

/// Without those that begin inside of links.
fn outside_links(text: &str, mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    if found.is_empty() {
        return found;
    }
    let links = super::urls(text);
    found.retain(|tag| {
        let next = links.partition_point(|link| link.end <= tag.start);
        links.get(next).is_none_or(|link| link.start > tag.start)
    });
    found
}

/// `#word`: letters, digits and underscores, with at least one letter; not glued to a word or to another tag.
pub fn hashtags(source: &str) -> Vec<Range<usize>> {
    let text = Text::new(source);
    let sign = |c: char| matches!(c, '#' | '＃');
    // An emoji ends with a variation selector.
    let may_precede = |c: char| matches!(c, '\u{fe0e}' | '\u{fe0f}') || (!word(c) && c != '&');
    let mut found = vec![];
    let (mut at, mut taken) = (0, 0);
    while let Some(c) = text.get(at) {
        let free = at == 0 || (at > taken && text.before(at).is_some_and(may_precede));
        let keycap = matches!(text.get(at + 1), Some('\u{fe0f}' | '\u{20e3}'));
        let end = at + 1 + if sign(c) && free && !keycap { text.run(at + 1, word) } else { 0 };
        if !text.chars[at + 1..end].iter().any(|c| letter(*c)) {
            at += 1;
            continue;
        }
        if !(text.get(end).is_some_and(sign) || text.scheme_at(end)) {
            found.push(text.range(at, end));
        }
        (at, taken) = (end, end);
    }
    outside_links(source, found)
}

/// `@name` (up to 20 characters) or a list, `@name/list`; not inside of a word or an e-mail address, nor glued to another.
pub fn mentions(source: &str) -> Vec<Range<usize>> {
    let text = Text::new(source);
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let sign = |c: char| matches!(c, '@' | '＠');
    let mut found = vec![];
    let (mut at, mut taken) = (0, 0);
    while let Some(c) = text.get(at) {
        let length = if sign(c) { text.run(at + 1, name).min(20) } else { 0 };
        let free = at == 0 || (at > taken && may_stand_before_mention(&text, at));
        if length == 0 || !free {
            at += 1;
            continue;
        }
        let mut end = at + 1 + length;
        if text.get(end) == Some('/') && text.get(end + 1).is_some_and(|c| c.is_ascii_alphabetic()) {
            end += 1 + text.run(end + 1, |c| name(c) || c == '-').min(25);
        }
        if !(text.get(end).is_some_and(|c| sign(c) || accented(c)) || text.scheme_at(end)) {
            found.push(text.range(at, end));
        }
        (at, taken) = (end, end);
    }
    outside_links(source, found)
}

fn may_stand_before_mention(text: &Text, at: usize) -> bool {
    let Some(before) = text.before(at) else { return true };
    let no = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '!' | '#' | '$' | '%' | '&' | '*' | '@' | '＠');
    if !no(before) {
        return true;
    }
    // `RT@name`, where RT is a word of its own.
    let retweet =
        at >= 2 && text.chars[at - 2].eq_ignore_ascii_case(&'r') && text.chars[at - 1].eq_ignore_ascii_case(&'t');
    let own_word = |b: char| !(b.is_ascii_alphanumeric() || matches!(b, '_' | '+' | '~' | '.' | '-'));
    retweet && at.checked_sub(3).is_none_or(|b| own_word(text.chars[b]))
}

/// `$ABC` or `$ABC.DE`: one to six Latin letters after a space, before a space or punctuation.
pub fn cashtags(source: &str) -> Vec<Range<usize>> {
    let text = Text::new(source);
    let ends_at = |at: usize| text.get(at).is_none_or(|c| space(c) || c == '\u{feff}' || punctuation(c));
    let mut found = vec![];
    for at in 0..text.chars.len() {
        if text.get(at) != Some('$') || !text.before(at).is_none_or(space) {
            continue;
        }
        let letters = text.run(at + 1, |c| c.is_ascii_alphabetic());
        if !(1..=6).contains(&letters) {
            continue;
        }
        let end = at + 1 + letters;
        let share_class = match text.get(end) {
            Some('.' | '_') => text.run(end + 1, |c| c.is_ascii_alphabetic()),
            _ => 0,
        };
        if (1..=2).contains(&share_class) && ends_at(end + 1 + share_class) {
            found.push(text.range(at, end + 1 + share_class));
        } else if ends_at(end) {
            found.push(text.range(at, end));
        }
    }
    outside_links(source, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(find: fn(&str) -> Vec<Range<usize>>, text: &str) -> Vec<&str> {
        find(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn finds_hashtags() {
        assert_eq!(
            texts(hashtags, "#one two #Zwei, (#3rd) ＃四 ☕\u{fe0f}#5th"),
            ["#one", "#Zwei", "#3rd", "＃四", "#5th"]
        );
        assert_eq!(texts(hashtags, "#münchen #ガチャ #मुंबई"), ["#münchen", "#ガチャ", "#मुंबई"]);
        assert_eq!(texts(hashtags, "#หนึ่งเป็นสอง"), ["#หนึ่งเป็นสอง"]);
        for none in
            ["#123", "a#b", "&#x27;", "# x", "#", "#\u{fe0f}\u{20e3}", "#a#b", "#http://x.com", "https://x.com/#a"]
        {
            assert_eq!(texts(hashtags, none), [""; 0], "{none}");
        }
    }

    #[test]
    fn finds_mentions() {
        assert_eq!(texts(mentions, "@a_1 .@b, (@c/list-1)"), ["@a_1", "@b", "@c/list-1"]);
        assert_eq!(texts(mentions, "RT@a rt:@b ＠c の@d"), ["@a", "@b", "＠c", "@d"]);
        assert_eq!(texts(mentions, "@name/"), ["@name"]);
        for none in
            ["mail@example.com", "@", "a@b", "#@b", "art@b", "@a@b", "@é", "@aé", "@http://x", "@a/b-@c", "x.com/@a/"]
        {
            assert_eq!(texts(mentions, none), [""; 0], "{none}");
        }
    }

    #[test]
    fn finds_cashtags() {
        assert_eq!(texts(cashtags, "$ABC and $abc.de, $X!"), ["$ABC", "$abc.de", "$X"]);
        assert_eq!(texts(cashtags, "$ABC.DEF"), ["$ABC"]);
        for none in ["$1", "$", "$ABCDEFG", "a$ABC", "US$10", "$ABC1", "$É"] {
            assert_eq!(texts(cashtags, none), [""; 0], "{none}");
        }
    }
}
