//! A text as the networks draw it: links, hashtags and mentions stand out, and long texts are folded.

use crate::domain::entities;
use crate::domain::platform::{Customs, Highlight};

/// Cuts a text into pieces, each with what it is (`None`: plain text); put together again they are the text.
pub fn pieces(text: &str, customs: Customs) -> Vec<(Option<Highlight>, &str)> {
    let mut found = vec![];
    let mut plain = 0;
    for entity in entities::find(text, customs) {
        if plain < entity.range.start {
            found.push((None, &text[plain..entity.range.start]));
        }
        plain = entity.range.end;
        found.push((Some(entity.kind), &text[entity.range]));
    }
    if plain < text.len() {
        found.push((None, &text[plain..]));
    }
    found
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
        let special = |text, customs| -> Vec<(Highlight, &str)> {
            pieces(text, customs).into_iter().filter_map(|(k, piece)| Some((k?, piece))).collect()
        };
        let in_words = special(text, Customs::Words);
        assert_eq!(in_words, [(Mention, "@northwind.roasters"), (Link, "https://example.com/a?b=1"), (Tag, "#Café")]);
    }

    /// A handle of Bluesky is a domain, with hyphens; a name on X ends before them.
    #[test]
    fn each_network_finds_its_own_mentions() {
        let found = |customs| pieces("@northwind-lab.bsky.social", customs)[0];
        assert_eq!(found(Customs::Bluesky), (Some(Mention), "@northwind-lab.bsky.social"));
        assert_eq!(found(Customs::X), (Some(Mention), "@northwind"));
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
            for customs in [Customs::X, Customs::Bluesky, Customs::Words] {
                let together: String = pieces(&text, customs).into_iter().map(|(_, piece)| piece).collect();
                prop_assert_eq!(together, text.as_str());
            }
        }
        #[test]
        fn folding_never_panics(text in ".{0,60}", characters in 0usize..20, lines in 1usize..4) {
            let (shown, folded) = fold(&text, characters, lines);
            prop_assert!(text.starts_with(shown) && (folded || shown == text.trim_end()));
        }
    }
}
