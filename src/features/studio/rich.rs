//! A text as the networks draw it: links, hashtags and mentions stand out, and long texts are folded.

use crate::domain::platform::Highlight;

/// Cuts a text into pieces, each with what it is (`None`: plain text); put together again they are the text.
pub fn pieces(text: &str) -> Vec<(Option<Highlight>, &str)> {
    let mut found = vec![];
    let mut plain = 0;
    let mut at = 0;
    let mut before = ' ';
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = if is_word(before) { 0 } else { special(rest) };
        if length > 0 {
            let kind = match c {
                '#' => Highlight::Tag,
                '@' => Highlight::Mention,
                _ => Highlight::Link,
            };
            if plain < at {
                found.push((None, &text[plain..at]));
            }
            found.push((Some(kind), &rest[..length]));
            at += length;
            plain = at;
            before = 'a';
        } else {
            before = c;
            at += c.len_utf8();
        }
    }
    if plain < text.len() {
        found.push((None, &text[plain..]));
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How many bytes of a link, hashtag or mention begin here.
fn special(rest: &str) -> usize {
    if let Some(name) = rest.strip_prefix('#') {
        let length = span(name, is_word);
        let only_digits = name[..length].chars().all(|c| c.is_ascii_digit());
        return if only_digits { 0 } else { length + 1 };
    }
    if let Some(name) = rest.strip_prefix('@') {
        let length =
            name[..span(name, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.')].trim_end_matches('.').len();
        return if length == 0 { 0 } else { length + 1 };
    }
    let scheme = ["https://", "http://"].into_iter().find(|s| rest.starts_with(s));
    scheme.map_or(0, |scheme| {
        let link = &rest[..span(rest, |c| !c.is_whitespace())];
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '”', '"', '\'', '»']);
        if link.len() > scheme.len() { link.len() } else { 0 }
    })
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The beginning of a text, at most so many characters and lines, and whether something was folded away.
pub fn fold(text: &str, characters: usize, lines: usize) -> (&str, bool) {
    let by_characters = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let by_lines = text.match_indices('\n').nth(lines - 1).map_or(text.len(), |(at, _)| at);
    let end = by_characters.min(by_lines);
    let cut = text[..end].trim_end();
    if text[end..].trim().is_empty() { (text.trim_end(), false) } else { (cut, true) }
}

#[cfg(test)]
mod tests {
    use super::Highlight::*;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_tags_and_mentions_stand_out() {
        let text = "Hi @northwind.roasters, see https://example.com/a?b=1. #Café #2026 a#b mail@example.com";
        let special: Vec<_> = pieces(text).into_iter().filter_map(|(k, piece)| Some((k?, piece))).collect();
        assert_eq!(special, [(Mention, "@northwind.roasters"), (Link, "https://example.com/a?b=1"), (Tag, "#Café")]);
    }

    #[test]
    fn long_texts_fold() {
        assert_eq!(fold("short", 125, 3), ("short", false));
        assert_eq!(fold("one\ntwo\nthree\nfour", 125, 2), ("one\ntwo", true));
        assert_eq!(fold("äöü and more", 3, 3), ("äöü", true));
        assert_eq!(fold("ends here\n\n", 125, 1), ("ends here", false));
    }

    proptest! {
        #[test]
        fn pieces_are_the_text(text in "[ a-zä@#.:/ht\n0-9]{0,40}") {
            let together: String = pieces(&text).into_iter().map(|(_, piece)| piece).collect();
            prop_assert_eq!(together, text);
        }
        #[test]
        fn folding_never_panics(text in ".{0,60}", characters in 0usize..20, lines in 1usize..4) {
            let (shown, folded) = fold(&text, characters, lines);
            prop_assert!(text.starts_with(shown) && (folded || shown == text.trim_end()));
        }
    }
}
