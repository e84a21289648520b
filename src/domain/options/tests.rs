//! The schema, the values and the typed struct fit each other.

use super::*;
use crate::domain::post::Format;
use serde_json::json;

option_choices! {
    /// For whom a test post is.
    enum Audience {
        Everybody = "everybody" "Everybody",
        Members = "members" "Members of a list",
        Nobody = "nobody" "Nobody",
    }
}

const BASE: Field = Field::of(Input::YesNo);

platform_options! {
    /// Options of a platform that does not exist.
    struct TestOptions, version 3 {
        audience: Audience = Field { label: "Audience", input: Input::Choice(Audience::CHOICES), ..BASE },
        list: Option<String> = Field {
            label: "List",
            input: Input::Remote("lists"),
            required: true,
            only_if: Some(("audience", "members")),
            ..BASE
        },
        sensitive: bool = Field {
            label: "Sensitive",
            never_with: Some(("audience", "members", "Members see nothing sensitive.")),
            ..BASE
        },
        corner: Option<String> = Field { label: "Corner", input: Input::Remote("corners"), parent: Some("list"), ..BASE },
        title: Option<String> = Field { label: "Title", input: Input::Text { max: 5 }, formats: &[Format::Video], ..BASE },
        at: Option<String> = Field { label: "At", input: Input::Seconds, ..BASE },
    }
}

fn options(json: serde_json::Value) -> Options {
    serde_json::from_value(json).unwrap()
}

fn words(format: Format, json: serde_json::Value) -> Vec<(String, String)> {
    TestOptions::SCHEMA.check(format, &options(json)).into_iter().map(|p| (p.field, p.message)).collect()
}

#[test]
fn the_struct_reads_what_its_schema_describes() {
    assert_eq!(TestOptions::SCHEMA.version, 3);
    assert_eq!(
        TestOptions::SCHEMA.fields.iter().map(|f| f.id).collect::<Vec<_>>(),
        ["audience", "list", "sensitive", "corner", "title", "at"]
    );
    let nothing = TestOptions {
        audience: Audience::Everybody,
        list: None,
        sensitive: false,
        corner: None,
        title: None,
        at: None,
    };
    assert_eq!(TestOptions::read(Format::Feed, &Options::default()), nothing);
    let all = options(json!({ "audience": "members", "list": "at://1", "sensitive": true, "title": "Hello" }));
    let read = TestOptions::read(Format::Video, &all);
    assert_eq!((read.audience, read.list.as_deref()), (Audience::Members, Some("at://1")));
    assert_eq!((read.sensitive, read.title.as_deref()), (true, Some("Hello")));
    // A title is for videos, a list for members of it.
    assert_eq!(TestOptions::read(Format::Feed, &all).title, None);
    let nobody = options(json!({ "audience": "nobody", "list": "at://1" }));
    assert_eq!(TestOptions::read(Format::Feed, &nobody).list, None);
}

#[test]
fn what_depends_on_a_choice_counts_and_stays_only_with_it() {
    let read = |options: &Options| TestOptions::read(Format::Feed, options).corner;
    let mut chosen = options(json!({ "audience": "members", "list": "1", "corner": "a" }));
    assert_eq!(read(&chosen).as_deref(), Some("a"));
    let corner = TestOptions::SCHEMA.field("corner").unwrap();
    assert_eq!((corner.parent_in(&chosen), corner.parent_in(&Options::default())), ("1", ""));
    assert_eq!(read(&options(json!({ "corner": "a" }))), None, "whose corner?");
    TestOptions::SCHEMA.choose(&mut chosen, "sensitive", OptionValue::YesNo(true));
    assert_eq!(read(&chosen).as_deref(), Some("a"), "another option changes nothing");
    TestOptions::SCHEMA.choose(&mut chosen, "list", OptionValue::Text("2".into()));
    assert_eq!(chosen, options(json!({ "audience": "members", "list": "2", "sensitive": true })));
}

#[test]
fn problems_name_the_option_and_what_to_do() {
    assert_eq!(words(Format::Feed, json!({ "audience": "nobody", "sensitive": true })), []);
    for (json, field, part) in [
        (json!({ "audience": "martians" }), "options.audience", "one of everybody, members, nobody"),
        (json!({ "audience": true }), "options.audience", "is a text"),
        (json!({ "sensitive": "yes" }), "options.sensitive", "yes or no"),
        (json!({ "title": "Hello!" }), "options.title", "at most 5 characters; this has 6"),
        (json!({ "audience": "members" }), "options.list", "Choose “List” first"),
        (json!({ "colour": "red" }), "options", "no option “colour”"),
        (
            json!({ "audience": "members", "list": "at://1", "sensitive": true }),
            "options.sensitive",
            "Members see nothing sensitive.",
        ),
        (json!({ "at": "soon" }), "options.at", "Write it as in 12 or 2.5"),
    ] {
        let found = words(Format::Video, json.clone());
        assert_eq!(found.len(), 1, "{json}: {found:?}");
        assert!(found[0].0 == field && found[0].1.contains(part), "{json}: {found:?}");
    }
}

#[test]
fn what_comes_from_outside_is_bounded() {
    let many: serde_json::Map<_, _> = (0..33).map(|n| (format!("o{n}"), json!(true))).collect();
    for bad in [
        json!(many),
        json!({ "": true }),
        json!({ "a\0b": "x" }),
        json!({ "Title": "x" }),
        json!({ "title ": "x" }),
        json!({ "a".repeat(41): true }),
        json!({ "title": "x".repeat(5_001) }),
        json!({ "title": 7 }),
        json!({ "title": null }),
        json!({ "title": ["a"] }),
        json!(["title"]),
    ] {
        assert!(serde_json::from_value::<Options>(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn nothing_chosen_is_nothing_kept() {
    let kept = options(json!({ "title": " \r\n", "sensitive": false, "audience": "nobody" })).cleaned(str::to_owned);
    assert_eq!(serde_json::to_value(&kept).unwrap(), json!({ "audience": "nobody" }));
    let mut bounded = Options::default();
    bounded.set("a\0b", OptionValue::YesNo(true));
    bounded.set(&"a".repeat(41), OptionValue::YesNo(true));
    assert!(bounded.is_empty());
    bounded.set("title", OptionValue::Text("é".repeat(6_000)));
    assert_eq!(bounded.text("title").map(|text| text.chars().count()), Some(5_000));
    let mut changed = kept;
    changed.set("audience", OptionValue::Text(String::new()));
    assert!(changed.is_empty());
}

#[test]
fn what_was_chosen_is_said_in_words() {
    let said = |format, json| TestOptions::SCHEMA.in_words(format, &options(json), |_| None);
    let all = json!({ "audience": "members", "list": "at://1", "sensitive": true, "title": "Hello" });
    let expected = [("Audience", "Members of a list"), ("List", "chosen"), ("Sensitive", "yes"), ("Title", "Hello")];
    let expected = expected.map(|(label, value)| (label, value.to_owned()));
    assert_eq!(said(Format::Video, all.clone()), expected);
    assert_eq!(said(Format::Feed, all), expected[..3], "a title is for videos");
    assert_eq!(
        said(Format::Feed, json!({ "audience": "nobody", "list": "at://1" })),
        [("Audience", "Nobody".to_owned())]
    );
    assert_eq!(said(Format::Feed, json!({ "unknown": "x" })), []);
    let named = |id: &str| (id == "at://1").then(|| "Regulars".to_owned());
    let (format, chosen) = (Format::Feed, options(json!({ "audience": "members", "list": "at://1" })));
    assert_eq!(TestOptions::SCHEMA.remote(format, &chosen).collect::<Vec<_>>(), ["at://1"]);
    assert_eq!(TestOptions::SCHEMA.in_words(format, &chosen, named)[1], ("List", "Regulars".to_owned()));
}

#[test]
fn times_are_read_to_the_thousandth() {
    for (text, expected) in [
        ("0", Some(0)),
        ("12", Some(12_000)),
        (" 2.5 ", Some(2_500)),
        ("2.05", Some(2_050)),
        ("0.125", Some(125)),
        ("99999.999", Some(99_999_999)),
        ("", None),
        (".5", None),
        ("1.", None),
        ("1.2345", None),
        ("1,5", None),
        ("-1", None),
        ("1e3", None),
        ("100000", None),
    ] {
        assert_eq!(millis(text), expected, "{text}");
    }
}
