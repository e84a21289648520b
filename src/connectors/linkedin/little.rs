//! "little", the notation of LinkedIn's `commentary`: reserved characters take a backslash (an unescaped one cuts the
//! post off without a word), hashtags are `{hashtag|\#|word}`, mentions `@[Name](urn)`.
//! Source: learn.microsoft.com, "little Text Format".

use crate::domain::entities;
use crate::domain::platform::{Customs, Highlight};

/// Everything that must be escaped to be plain text.
const RESERVED: &str = r"\|{}@[]()<>#*_~";

/// Plain text in LinkedIn's notation. `#word` becomes a working hashtag, everything else stays what it looks like.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut done = 0;
    for tag in entities::find(text, Customs::Words).into_iter().filter(|entity| entity.kind == Highlight::Tag) {
        let word = &text[tag.range.clone()];
        push(&mut out, &text[done..tag.range.start]);
        out.push_str(r"{hashtag|\#|");
        push(&mut out, word.trim_start_matches(['#', '\u{ff03}']));
        out.push('}');
        done = tag.range.end;
    }
    push(&mut out, &text[done..]);
    out
}

/// What people see of a commentary.
pub fn decode(commentary: &str) -> String {
    let mut out = String::with_capacity(commentary.len());
    let mut rest = commentary;
    while let Some(c) = rest.chars().next() {
        if let Some((word, tail)) = template(rest) {
            out.push('#');
            out.push_str(&decode(word));
            rest = tail;
        } else if let Some((name, tail)) = mention(rest) {
            out.push_str(&decode(name));
            rest = tail;
        } else {
            let after = &rest[c.len_utf8()..];
            match (c, after.chars().next()) {
                ('\\', Some(escaped)) => {
                    out.push(escaped);
                    rest = &after[escaped.len_utf8()..];
                }
                _ => {
                    out.push(c);
                    rest = after;
                }
            }
        }
    }
    out
}

fn push(out: &mut String, text: &str) {
    for c in text.chars() {
        if RESERVED.contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
}

/// `{hashtag|\#|word}rest` as (word, rest). The hash may stand without its backslash and may be the full-width one.
fn template(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("{hashtag|")?;
    let inner = inner.strip_prefix('\\').unwrap_or(inner);
    let inner = inner.strip_prefix(['#', '\u{ff03}'])?.strip_prefix('|')?;
    until(inner, '}')
}

/// `@[Name](urn)rest` as (name, rest).
fn mention(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = until(text.strip_prefix("@[")?, ']')?;
    let (_, rest) = until(rest.strip_prefix('(')?, ')')?;
    Some((name, rest))
}

/// Up to the first unescaped `end`, and what follows it.
fn until(text: &str, end: char) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == end => return Some((&text[..at], &text[at + c.len_utf8()..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reserved_characters_are_escaped_and_hashtags_work() {
        assert_eq!(
            encode(r"a (b) [c] <d> *e* f_g ~h~ {i|j} \k @l"),
            r"a \(b\) \[c\] \<d\> \*e\* f\_g \~h\~ \{i\|j\} \\k \@l"
        );
        assert_eq!(encode("New: #Café_au_lait, #1 and a#b"), r"New: {hashtag|\#|Café\_au\_lait}, \#1 and a\#b");
        assert_eq!(encode("#a#b"), r"{hashtag|\#|a}\#b");
    }

    /// A hashtag that is cut in the middle leads to another page than the one that was meant.
    #[test]
    fn marks_and_joiners_belong_to_hashtags() {
        for word in ["हिन्दी", "Cafe\u{301}", "เป็น", "می\u{200c}خواهم", "ক্\u{200d}ষ", "Γειά", "東京"]
        {
            assert_eq!(encode(&format!("#{word}!")), format!(r"{{hashtag|\#|{word}}}!"));
        }
    }

    #[test]
    fn links_and_mail_addresses_have_no_hashtags() {
        for link in [
            "https://example.com/#pricing",
            "https://example.com/a?b=#c",
            "HTTP://localhost:3000/#x",
            "example.com/#pricing",
            "(https://example.com/#a)",
            "https://münchen.example/#straße",
            "info@example.com#x",
        ] {
            let encoded = encode(link);
            assert!(!encoded.contains("{hashtag"), "{link}: {encoded}");
        }
        assert_eq!(encode("#red/#blue"), r"{hashtag|\#|red}/{hashtag|\#|blue}");
    }

    #[test]
    fn their_notation_is_read() {
        assert_eq!(decode(r"Hi @[Acme \(UK\)](urn:li:organization:1), {hashtag|#|News} \#1"), "Hi Acme (UK), #News #1");
        assert_eq!(decode(r"open { and \"), r"open { and \");
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(text in r"[a-z#_@{}()\[\]|\\<>*~ é1.\n]{0,60}") {
            prop_assert_eq!(decode(&encode(&text)), text);
        }
    }
}
