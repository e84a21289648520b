//! Counting, by hand-written cases and by properties. The official vectors are in the integration tests.

use super::*;
use proptest::prelude::*;

fn links(text: &str) -> Vec<&str> {
    urls(text).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn weighs_scripts() {
    let cases = [
        ("", 0),
        ("Hello, world!", 13),
        ("Grüße aus Köln", 14),
        ("Привет", 6),
        ("שלום", 4),
        ("こんにちは", 10),
        ("커피", 4),
        ("中文 text", 9),
        ("“quoted” – it’s", 15),
        ("…", 2),
        ("€", 2),
        ("©", 1),
        ("a\nb", 3),
    ];
    for (text, weight) in cases {
        assert_eq!(weighted_length(text), weight, "{text}");
    }
}

#[test]
fn light_ranges_end_where_they_should() {
    for light in ['\0', '\u{10ff}', '\u{2000}', '\u{200d}', '\u{2010}', '\u{201f}', '\u{2032}', '\u{2037}'] {
        assert_eq!(weighted_length(&format!("x{light}x")), 3, "{light:?}");
    }
    for heavy in ['\u{1100}', '\u{1ffe}', '\u{200e}', '\u{200f}', '\u{2020}', '\u{2031}', '\u{2038}', '\u{10ffff}'] {
        assert_eq!(weighted_length(&format!("x{heavy}x")), 4, "{heavy:?}");
    }
}

#[test]
fn composes_before_counting() {
    assert_eq!(weighted_length("e\u{301}"), 1);
    assert_eq!(weighted_length("e\u{301}\u{301}"), 2);
    assert_eq!(weighted_length("\u{1112}\u{1161}\u{11ab}"), 2, "one Hangul syllable");
    assert_eq!(weighted_length("http://e\u{301}.com"), 23);
}

#[test]
fn an_emoji_is_two() {
    for emoji in ["😀", "👍🏿", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🤷🏽‍♀️", "☕", "©️"]
    {
        assert_eq!(weighted_length(emoji), 2, "{emoji}");
        assert_eq!(weighted_length(&emoji.repeat(3)), 6, "{emoji}");
    }
    assert_eq!(weighted_length("😀‍😀"), 5, "nothing that exists");
    assert_eq!(weighted_length("🇦🇦"), 4, "no country");
    assert_eq!(weighted_length("☺\u{fe0e}"), 4, "text style");
    assert_eq!(weighted_length("x\u{fe0f}"), 3);
}

#[test]
fn a_link_is_23() {
    for link in [
        "https://example.com/a/very/long/path?with=a&query=that#goes-on-and-on",
        "http://t.co",
        "example.com",
        "x.de/y",
    ] {
        assert_eq!(weighted_length(link), 23, "{link}");
        assert_eq!(weighted_length(&format!("See {link}, please")), 35, "{link}");
    }
    assert_eq!(weighted_length("http://localhost/"), 17);
    assert_eq!(weighted_length("file.rs2 main.notatld"), 21);
}

#[test]
fn finds_links() {
    let cases: [(&str, &[&str]); 22] = [
        ("no link. Really", &[]),
        ("(https://example.com/a_(b)_c), so", &["https://example.com/a_(b)_c"]),
        ("https://example.com/a. And", &["https://example.com/a"]),
        ("https://example.com?x=1!", &["https://example.com?x=1"]),
        ("https://example.com:8080/x", &["https://example.com:8080/x"]),
        ("HTTPS://EXAMPLE.COM", &["HTTPS://EXAMPLE.COM"]),
        ("example.com and www.example.co.uk/x", &["example.com", "www.example.co.uk/x"]),
        ("example.com?x=1", &["example.com"]),
        ("example.com:80 example.com:80/x", &["example.com", "example.com:80/x"]),
        ("mail@example.com", &[]),
        ("#example.com $example.com", &[]),
        ("-example.com /example.com _example.com", &[]),
        ("のexample.comの", &["example.com"]),
        ("http://日本語.jp/x", &["http://日本語.jp/x"]),
        ("日本語.jp", &[]),
        ("a_b.example.com", &["b.example.com"]),
        ("http://a_b.example.com http://a_b.com", &["http://a_b.example.com"]),
        ("http://-a.com http://a-.com", &[]),
        ("https://t.co/abc1/def https://t.co/abc?x=1.", &["https://t.co/abc1", "https://t.co/abc?x=1"]),
        ("http://xn--bcher-kva.xn--p1ai/x", &["http://xn--bcher-kva.xn--p1ai/x"]),
        ("e.g.this and i.e.that and 3.50 and U.S.", &[]),
        ("https://example.com/über/слова/–x", &["https://example.com/über/слова/–x"]),
    ];
    for (text, expected) in cases {
        assert_eq!(links(text), expected, "{text}");
    }
}

#[test]
fn limits_of_links() {
    let slug = "a".repeat(41);
    assert_eq!(links(&format!("https://t.co/{slug}")), [""; 0]);
    assert_eq!(links(&format!("https://{}.com", "a".repeat(63))).len(), 1);
    assert_eq!(links(&format!("https://{}.com", "a".repeat(64))), [""; 0]);
    let fits = 4096 - 2 * "https://".len() - "example.com/".len();
    assert_eq!(links(&format!("https://example.com/{}", "a".repeat(fits))).len(), 1);
    assert_eq!(links(&format!("https://example.com/{}", "a".repeat(fits + 1))), [""; 0]);
}

#[test]
fn says_where_too_much_begins() {
    let long = format!("{}😀", "x".repeat(279));
    let parsed = parse(&long);
    assert_eq!((parsed.weighted_length, parsed.valid, parsed.valid_end, parsed.display_end), (281, false, 278, 280));
    assert_eq!(parse(""), Parsed { weighted_length: 0, permillage: 0, valid: false, valid_end: 0, display_end: 0 });
    assert!(!parse("a\u{feff}").valid);
    assert_eq!(forbidden("a\u{feff}"), Some('\u{feff}'));
    assert_eq!(forbidden("a"), None);
    // Grows when it is normalised, and is too long: no position before the text.
    assert_eq!(parse(&"\u{fb2c}".repeat(200)).valid_end, 0);
}

#[test]
fn long_texts_take_no_quadratic_time() {
    // Each of these would take minutes if every position were scanned to the end.
    for unit in ["a", "あ", "a.", "あ.", "a-.", "(", "http://", "x@", "a_", ".", "/", "https://a.com/((", "😀", "👨‍"]
    {
        let text = unit.repeat(50_000);
        assert!(weighted_length(&format!("{text}.")) > 0);
    }
}

/// Texts out of the pieces that the rules look at.
fn tricky() -> impl Strategy<Value = String> {
    let pieces = [
        ".",
        "/",
        ":",
        "http://",
        "https://",
        "com",
        "co.uk",
        "t.co",
        "xn--",
        "-",
        "_",
        "@",
        "#",
        "$",
        "(",
        ")",
        "?",
        "=",
        "&",
        "a",
        "Z",
        "9",
        " ",
        "\n",
        "の",
        "é",
        "e\u{301}",
        "ß",
        "ю",
        "😀",
        "\u{200d}",
        "\u{fe0f}",
        "\u{fe0e}",
        "\u{20e3}",
        "🏽",
        "👩",
        "❤",
        "🇩",
        "🇪",
        "🏴",
        "\u{e0067}",
        "\u{e007f}",
        "\u{feff}",
        "\u{ffff}",
        "\u{202a}",
        "\u{fb2c}",
        "\u{3002}",
        "\0",
        "\u{10ffff}",
    ];
    prop::collection::vec(prop_oneof![prop::sample::select(pieces.to_vec()).prop_map(String::from), ".{0,3}"], 0..40)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn never_panics_and_keeps_its_bounds(text in tricky()) {
        let parsed = parse(&text);
        let units = text.encode_utf16().count() as u32;
        prop_assert!(parsed.display_end <= units && parsed.valid_end <= units);
        prop_assert_eq!(parsed.valid, parsed.weighted_length > 0 && parsed.weighted_length <= 280 && forbidden(&text).is_none());
        let mut end = 0;
        for range in urls(&text) {
            prop_assert!(range.start >= end && range.end > range.start && text[range.clone()].contains('.'));
            end = range.end;
        }
        for find in [hashtags, mentions, cashtags] {
            prop_assert!(find(&text).into_iter().all(|range| text[range].chars().count() > 1));
        }
        is_valid_url(&text, true);
    }

    #[test]
    fn plain_words_add_up(words in prop::collection::vec("[a-zA-Z0-9]{1,12}", 0..30)) {
        let sum: usize = words.iter().map(String::len).sum();
        prop_assert_eq!(weighted_length(&words.concat()) as usize, sum);
        prop_assert_eq!(weighted_length(&words.join(" ")) as usize, sum + words.len().saturating_sub(1));
    }

    #[test]
    fn a_found_link_is_a_link_by_itself(text in tricky()) {
        // With a scheme a link does not depend on what stands around it.
        for range in urls(&text) {
            let link = &text[range];
            if link.to_ascii_lowercase().starts_with("http") && link.contains("://") {
                prop_assert_eq!(urls(link).first().cloned(), Some(0..link.len()));
            }
        }
    }
}
