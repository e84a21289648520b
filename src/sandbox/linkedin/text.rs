//! LinkedIn's "little text": what of a `commentary` is kept.

/// Characters that must be escaped with a backslash.
const RESERVED: &str = "\\|{}@[]()<>#*_~";

/// The text as members see it. Like LinkedIn, it ends silently at the first reserved character that is not escaped and
/// not part of a mention `@[Name](urn)` or a hashtag `{hashtag|\#|word}`.
pub(super) fn plain(commentary: &str) -> String {
    let mut out = String::with_capacity(commentary.len());
    let mut rest = commentary;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        if c == '\\' {
            match after.chars().next() {
                Some(escaped) if RESERVED.contains(escaped) => {
                    out.push(escaped);
                    rest = &after[escaped.len_utf8()..];
                    continue;
                }
                _ => break,
            }
        }
        if !RESERVED.contains(c) {
            out.push(c);
            rest = after;
            continue;
        }
        let Some((shown, left)) = mention(rest).or_else(|| hashtag(rest)) else { break };
        out.push_str(&shown);
        rest = left;
    }
    out
}

fn mention(text: &str) -> Option<(String, &str)> {
    let (name, rest) = text.strip_prefix("@[")?.split_once("](")?;
    let (urn, rest) = rest.split_once(')')?;
    let known = urn.starts_with("urn:li:organization:") || urn.starts_with("urn:li:person:");
    (known && !name.is_empty() && !name.contains('\n')).then(|| (plain(name), rest))
}

fn hashtag(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix("{hashtag|")?;
    let inner = inner.strip_prefix("\\#|").or_else(|| inner.strip_prefix("#|"))?;
    let (word, rest) = inner.split_once('}')?;
    (!word.is_empty()).then(|| (format!("#{word}"), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_stays_whole() {
        assert_eq!(plain(r"Now \(really\) 50\_50 \#coffee \\ \@home"), r"Now (really) 50_50 #coffee \ @home");
        assert_eq!(plain(r"By @[Northwind](urn:li:organization:1), {hashtag|\#|coffee}!"), "By Northwind, #coffee!");
    }

    #[test]
    fn an_unescaped_character_cuts_the_rest_off() {
        assert_eq!(plain("Our café (the new one) opens"), "Our café ");
        assert_eq!(plain("a #b"), "a ");
        assert_eq!(plain("a\\b"), "a");
        assert_eq!(plain("a\\"), "a");
        assert_eq!(plain("@[x](javascript:1)"), "");
    }
}
