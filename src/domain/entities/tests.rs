use super::*;
use Highlight::*;
use proptest::prelude::*;

const ALL: [Customs; 3] = [Customs::X, Customs::Bluesky, Customs::Words];

fn found(text: &str, customs: Customs) -> Vec<(Highlight, &str)> {
    find(text, customs).into_iter().map(|entity| (entity.kind, &text[entity.range])).collect()
}

/// Marks and joiners belong to a word (UAX #31). Bluesky's own client ends a tag before a joiner.
#[test]
fn hashtags_are_whole_words_of_any_script() {
    for tag in ["#हिन्दी", "#Cafe\u{301}", "#เป็น", "#ভাষা", "#Tiếng_Việt", "#東京", "#עִבְרִית", "#عَرَبِي"]
    {
        let text = format!("a {tag}, b");
        for customs in ALL {
            assert_eq!(found(&text, customs), [(Tag, tag)], "{customs:?}");
        }
    }
    for tag in ["#می\u{200c}خواهم", "#ক্\u{200d}ষ"] {
        assert_eq!((found(tag, Customs::X), found(tag, Customs::Words)), (vec![(Tag, tag)], vec![(Tag, tag)]));
    }
    assert_eq!(found("#a\u{200d}", Customs::Words), [(Tag, "#a")]);
}

#[test]
fn what_stands_in_an_address_is_part_of_it() {
    for link in
        ["https://example.com/#pricing", "https://example.com/@ann", "example.com/#a", "https://example.com/a?b=#c"]
    {
        for customs in ALL {
            assert_eq!(found(&format!("see {link} now"), customs), [(Link, link)], "{customs:?}");
        }
    }
    for mail in ["ann@example.com", "first.last@example.com", "ann+a@shop.example.com"] {
        for customs in ALL {
            assert!(!found(mail, customs).iter().any(|(kind, _)| *kind != Link), "{customs:?} {mail}");
        }
        assert_eq!(found(mail, Customs::Words), []);
    }
}

#[test]
fn mentions_are_what_the_network_calls_its_accounts() {
    assert_eq!(found("Hi @a-b.bsky.social!", Customs::Bluesky), [(Mention, "@a-b.bsky.social")]);
    assert_eq!(found("Hi @north.wind_1.", Customs::Words), [(Mention, "@north.wind_1")]);
    assert_eq!(found("Hi @north.wind", Customs::X), [(Mention, "@north")]);
}

#[test]
fn what_is_no_tag() {
    for none in ["#1", "a#b", "# x", "#", "#\u{fe0f}\u{20e3}", "#\u{301}", "&#39;", "##", "#-a"] {
        assert_eq!(found(none, Customs::Words), [], "{none}");
    }
}

/// Texts that are full of what entities are made of.
pub(crate) fn lively() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zäß🦋 ]{0,4}",
        Just("https://".to_owned()),
        Just("example.com".to_owned()),
        Just("@ann.test".to_owned()),
        Just("#हिन्दी".to_owned()),
        "[@#＃.,:;!?()\\[\\]/ \n。\u{200b}\u{200d}\u{301}\u{fe0f}-]{0,3}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn entities_are_sorted_apart_and_on_boundaries(text in lively()) {
        for customs in ALL {
            let mut end = 0;
            for Entity { range, kind } in find(&text, customs) {
                prop_assert!(range.start >= end && range.start < range.end && range.end <= text.len());
                let part = text.get(range.clone());
                prop_assert!(part.is_some(), "{range:?} cuts a character");
                let part = part.unwrap_or_default();
                match kind {
                    Tag => prop_assert!(part.starts_with(['#', '＃', '$'])),
                    Mention => prop_assert!(part.starts_with(['@', '＠'])),
                    Link => prop_assert!(!part.contains(char::is_whitespace)),
                }
                end = range.end;
            }
        }
    }

    /// No tag ends inside of a word: what follows is neither a mark nor a joiner nor a letter.
    #[test]
    fn no_tag_is_cut(text in lively()) {
        for Entity { range, kind } in find(&text, Customs::Words) {
            let next = text[range.end..].trim_start_matches(['\u{200c}', '\u{200d}']).chars().next();
            let cut = next.is_some_and(|c| c.is_alphanumeric() || xtext::is_mark(c));
            prop_assert!(!(kind == Tag && cut && !text[range.end..].starts_with(['\u{200c}', '\u{200d}'])), "{}", text);
        }
    }

    /// Whatever an address contains, it is one entity.
    #[test]
    fn addresses_stay_whole(path in "[a-zA-Z0-9#@_=&?/-]{0,20}[a-z]") {
        let link = format!("https://example.com/{path}");
        for customs in [Customs::Bluesky, Customs::Words] {
            prop_assert_eq!(found(&link, customs), [(Link, link.as_str())]);
        }
        // On X no path ends in these two characters: the address ends before them, and no query belongs to it.
        if !path.contains("@?") && !path.contains("&?") {
            prop_assert!(found(&link, Customs::X).iter().all(|(kind, _)| *kind == Link), "{}", link);
        }
    }
}
