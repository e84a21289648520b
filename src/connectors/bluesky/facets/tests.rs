use super::*;
use crate::domain::entities::tests::lively;
use proptest::prelude::*;

/// What was found: the part of the text, and what it stands for (an address, `@handle` or `#tag`).
fn found(text: &str) -> Vec<(&str, String)> {
    let facets = find(text).into_iter();
    let shown = facets.map(|Facet { range, feature }| {
        let meaning = match feature {
            Feature::Link { uri } => uri,
            Feature::Mention { handle } => format!("@{handle}"),
            Feature::Tag { tag } => format!("#{tag}"),
        };
        (&text[range], meaning)
    });
    shown.collect()
}

/// The parts that stand for what they look like.
fn parts(text: &str) -> Vec<&str> {
    let found = found(text).into_iter();
    found
        .map(|(part, meaning)| {
            let plain = meaning.strip_prefix("https://").is_some_and(|m| m == part);
            assert!(part == meaning || plain || part.replacen('＃', "#", 1) == meaning, "{part} means {meaning}");
            part
        })
        .collect()
}

/// The official client's own examples for links and mentions.
#[test]
fn links_and_mentions_are_found_as_by_the_official_client() {
    let family = "👨👩👧👧";
    let mut cases: Vec<(String, Vec<&str>)> = vec![
        (format!("{family} @handle.com {family}"), vec!["@handle.com"]),
        (format!("{family} https://middle.com {family}"), vec!["https://middle.com"]),
    ];
    let plain: &[(&str, &[&str])] = &[
        ("no mention", &[]),
        ("@handle.com middle end", &["@handle.com"]),
        ("start @handle.com end", &["@handle.com"]),
        ("@handle.com @handle.com @handle.com", &["@handle.com"; 3]),
        ("@full123-chars.test", &["@full123-chars.test"]),
        ("not@right", &[]),
        ("@handle.com!@#$chars", &["@handle.com"]),
        ("@handle.com\n@handle.com", &["@handle.com"; 2]),
        ("parenthetical (@handle.com)", &["@handle.com"]),
        ("start https://middle.com/foo/bar?baz=bux#hash end", &["https://middle.com/foo/bar?baz=bux#hash"]),
        ("https://newline1.com\nhttps://newline2.com", &["https://newline1.com", "https://newline2.com"]),
        ("start middle.com end", &["middle.com"]),
        ("start middle.com/foo/bar end", &["middle.com/foo/bar"]),
        ("start.com/foo/bar?baz=bux#hash middle end", &["start.com/foo/bar?baz=bux#hash"]),
        ("newline1.com\nnewline2.com", &["newline1.com", "newline2.com"]),
        ("not.. a..url ..here", &[]),
        ("e.g.", &[]),
        ("something-cool.jpg", &[]),
        ("website.com.jpg", &[]),
        ("e.g./foo", &[]),
        ("website.com.jpg/foo", &[]),
        (
            "Classic article https://socket3.wordpress.com/2018/02/03/designing-windows-95s-user-interface/ ",
            &["https://socket3.wordpress.com/2018/02/03/designing-windows-95s-user-interface/"],
        ),
        (
            "punctuation https://foo.com, https://bar.com/whatever; https://baz.com.",
            &["https://foo.com", "https://bar.com/whatever", "https://baz.com"],
        ),
        ("parenthentical (https://foo.com)", &["https://foo.com"]),
        ("except for https://foo.com/thing_(cool)", &["https://foo.com/thing_(cool)"]),
    ];
    cases.extend(plain.iter().map(|(text, expected)| ((*text).to_owned(), expected.to_vec())));
    for (text, expected) in cases {
        assert_eq!(parts(&text), expected, "{text}");
    }
}

#[test]
fn what_a_link_is_not() {
    assert_eq!(
        found("Visit northwind.example.com. Now"),
        [("northwind.example.com", "https://northwind.example.com".into())]
    );
    let longer = [
        ("(see my-shop.co.uk/sale).", "my-shop.co.uk/sale"),
        ("shop.de:8080/a, b", "shop.de:8080/a"),
        ("„https://foo.com/a“", "https://foo.com/a"),
        ("詳しくはhttps://example.jp/新着。次に", "https://example.jp/新着"),
        ("HTTPS://Example.com/A?", "HTTPS://Example.com/A"),
        ("example.com's", "example.com"),
        ("[https://foo.com/a_[b]]", "https://foo.com/a_[b]"),
    ];
    for (text, link) in longer {
        assert_eq!(found(text).first().map(|(part, _)| *part), Some(link), "{text}");
    }
    for none in [
        "the end.So we go",
        "me@example.com",
        "first.last@example.com",
        "a_b.com",
        "https://",
        "https:///path",
        "http://?q",
        "http://#a",
        "https://[x",
        "xhttps://foo.com",
        "ftp://foo.com",
        "-a.com",
        "a-.com",
        "1.5",
        "192.168.0.1",
        "example.com_x",
        ".com",
    ] {
        assert_eq!(found(none), [], "{none}");
    }
}

#[test]
fn what_a_mention_is_not() {
    for none in ["@", "@a", "@handle.com@x", "@handle.com_x", "@handle.comé", "@-a.com", "@a..com", "@a.1", "x@a.com"]
    {
        assert!(!found(none).iter().any(|(part, _)| part.starts_with('@')), "{none}");
    }
    assert_eq!(parts("@Handle.Com-, @x.bsky.social's"), ["@Handle.Com", "@x.bsky.social"]);
}

/// The official client's own examples for tags, as far as its present pattern still finds them.
#[test]
fn tags_are_found_as_by_the_official_client() {
    let long = &format!("#{}", "a".repeat(64))[..];
    let too_long = &format!("#{}", "a".repeat(65))[..];
    let cases: &[(&str, &[&str])] = &[
        ("#a #b", &["#a", "#b"]),
        ("#1", &[]),
        ("body #tag body", &["#tag"]),
        ("body #a1 #1a", &["#a1", "#1a"]),
        ("body #a_b #a__b #b_", &["#a_b", "#a__b", "#b"]),
        ("body #a-b #a--b", &["#a-b", "#a--b"]),
        ("# #", &[]),
        (long, &[long]),
        (too_long, &[]),
        ("its a #double#rainbow", &["#double#rainbow"]),
        ("bsky.app/profile#header", &["bsky.app/profile#header"]),
        ("strips trailing #punctuation, #like. #this!", &["#punctuation", "#like", "#this"]),
        ("I like #turtles!!!", &["#turtles"]),
        ("works with #🦋 emoji, and #butter🦋fly, and #🦋🦋🦋", &["#🦋", "#butter🦋fly", "#🦋🦋🦋"]),
        ("#👍🏻 #👍🏿", &["#👍🏻", "#👍🏿"]),
        ("no match #\u{fe0f}\u{20e3}", &[]),
        ("(#tag) ＃四、 #日本語。", &["#tag", "＃四", "#日本語"]),
        ("#a\u{200b}b", &["#a"]),
        ("a#b &#39; #!? #12.5 #٣", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(parts(text), *expected, "{text}");
    }
}

#[test]
fn ranges_are_in_bytes() {
    let facets = find("Größe: @ann.test 🦋 shop.de");
    assert_eq!(facets.iter().map(|f| f.range.clone()).collect::<Vec<_>>(), [9..18, 24..31]);
}

proptest! {
    #[test]
    fn facets_are_sorted_apart_and_on_boundaries(text in lively()) {
        let mut end = 0;
        for Facet { range, feature } in find(&text) {
            prop_assert!(range.start >= end && range.start < range.end && range.end <= text.len());
            let part = text.get(range.clone());
            prop_assert!(part.is_some(), "{range:?} cuts a character");
            let part = part.unwrap_or_default();
            match feature {
                Feature::Link { uri } => {
                    prop_assert!(uri == part || uri.strip_prefix("https://") == Some(part));
                    prop_assert!(Url::parse(&uri).is_ok_and(|url| url.has_host()));
                    prop_assert!(!uri.contains(char::is_whitespace));
                }
                Feature::Mention { handle } => prop_assert_eq!(part.strip_prefix('@'), Some(handle.as_str())),
                Feature::Tag { tag } => {
                    prop_assert_eq!(part.strip_prefix(['#', '＃']), Some(tag.as_str()));
                    prop_assert!(tag.len() <= 640);
                }
            }
            end = range.end;
        }
    }

    #[test]
    fn a_facet_is_found_wherever_it_stands(before in "[a-zä]{0,5}", after in "[a-zä]{0,5}") {
        for part in ["@ann.test", "https://example.com/a", "example.com/a", "#tag"] {
            let text = format!("{before} {part}, {after}");
            let start = before.len() + 1;
            prop_assert!(find(&text).iter().any(|f| f.range == (start..start + part.len())), "{}", text);
        }
    }
}
