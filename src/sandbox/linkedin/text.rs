//! LinkedIn's "little text": what of a `commentary` is kept, and what of it is more than letters.

use std::ops::Range;

/// Characters that must be escaped with a backslash.
const RESERVED: &str = "\\|{}@[]()<>#*_~";

/// A commentary as members see it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub text: String,
    /// Hashtags, mentions and links, in bytes of the text: exactly what the notation says, so that a hashtag which was cut
    /// in the middle is seen to be.
    pub entities: Vec<Range<usize>>,
}

/// Like LinkedIn, it ends silently at the first reserved character that is not escaped and not part of a mention
/// `@[Name](urn)` or a hashtag `{hashtag|\#|word}`.
pub(super) fn read(commentary: &str) -> Shown {
    let mut shown = Shown::default();
    let mut plain = 0;
    let mut rest = commentary;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == '\\' {
            match after.chars().next() {
                Some(escaped) if RESERVED.contains(escaped) => {
                    shown.text.push(escaped);
                    rest = &after[escaped.len_utf8()..];
                    continue;
                }
                _ => break,
            }
        }
        if !RESERVED.contains(c) {
            shown.text.push(c);
            rest = after;
            continue;
        }
        let Some((entity, left)) = mention(rest).or_else(|| hashtag(rest)) else { break };
        links(&mut shown, plain);
        let start = shown.text.len();
        shown.text.push_str(&entity);
        plain = shown.text.len();
        shown.entities.push(start..plain);
        rest = left;
    }
    links(&mut shown, plain);
    shown
}

/// The links in what stands between two entities: LinkedIn finds them by itself.
fn links(shown: &mut Shown, from: usize) {
    let text = &shown.text[from..];
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let start = word.find("https://").or_else(|| word.find("http://"));
        if let Some(start) = start {
            let link = word[start..].trim_end().trim_end_matches(['.', ',', ')', '!', '?']);
            shown.entities.push(from + at + start..from + at + start + link.len());
        }
        at += word.len();
    }
}

fn mention(text: &str) -> Option<(String, &str)> {
    let (name, rest) = text.strip_prefix("@[")?.split_once("](")?;
    let (urn, rest) = rest.split_once(')')?;
    let known = urn.starts_with("urn:li:organization:") || urn.starts_with("urn:li:person:");
    (known && !name.is_empty() && !name.contains('\n')).then(|| (read(name).text, rest))
}

/// A word of letters, marks, digits and (escaped) underscores; anything else is no hashtag.
fn hashtag(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix("{hashtag|")?;
    let inner = inner.strip_prefix("\\#|").or_else(|| inner.strip_prefix("#|"))?;
    let (word, rest) = inner.split_once('}')?;
    let word = word.replace("\\_", "_");
    let fits = word.chars().any(char::is_alphabetic)
        && !word.contains(|c: char| c.is_whitespace() || RESERVED.replace('_', "").contains(c));
    fits.then(|| (format!("#{word}"), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(commentary: &str) -> String {
        read(commentary).text
    }

    fn entities(commentary: &str) -> Vec<String> {
        let shown = read(commentary);
        shown.entities.into_iter().map(|range| shown.text[range].to_owned()).collect()
    }

    #[test]
    fn escaped_text_stays_whole() {
        assert_eq!(plain(r"Now \(really\) 50\_50 \#coffee \\ \@home"), r"Now (really) 50_50 #coffee \ @home");
        assert_eq!(plain(r"By @[Northwind](urn:li:organization:1), {hashtag|\#|coffee}!"), "By Northwind, #coffee!");
        assert_eq!(plain(r"{hashtag|\#|a\_b}"), "#a_b");
    }

    #[test]
    fn an_unescaped_character_cuts_the_rest_off() {
        assert_eq!(plain("Our café (the new one) opens"), "Our café ");
        assert_eq!(plain("a #b"), "a ");
        assert_eq!(plain("a\\b"), "a");
        assert_eq!(plain("a\\"), "a");
        assert_eq!(plain("@[x](javascript:1)"), "");
        assert_eq!(plain(r"a {hashtag|\#|two words} b"), "a ");
        assert_eq!(plain(r"a {hashtag|\#|12} b"), "a ");
    }

    /// What was sent decides, not what was meant.
    #[test]
    fn entities_are_what_the_notation_says() {
        assert_eq!(entities(r"{hashtag|\#|हि}न्दी"), ["#हि"]);
        assert_eq!(entities(r"{hashtag|\#|हिन्दी}"), ["#हिन्दी"]);
        assert_eq!(entities(r"see https://example.com/{hashtag|\#|pricing}"), ["https://example.com/", "#pricing"]);
        assert_eq!(entities(r"see https://example.com/\#pricing, \#no"), ["https://example.com/#pricing"]);
    }
}
