//! Extremes of every kind of value, put in the place of each part of an example; and how they are sent.

use serde_json::{Map, Value, json};

/// What serde_json cannot hold, as texts that are replaced in what is sent.
const SURROGATE: &str = "⁂surrogate⁂";
const HUGE: &str = "⁂1e400⁂";
const DEEP: &str = "⁂deep⁂";
/// Levels of [`DEEP`].
const LEVELS: usize = 50_000;

/// A changed example, and what was changed.
pub struct Case {
    pub what: String,
    pub value: Value,
}

pub fn texts() -> Vec<(&'static str, String)> {
    let mut texts: Vec<(&str, String)> = short_texts();
    texts.extend([
        ("1 MB", "x".repeat(1_000_000)),
        ("99 kB", "x".repeat(99_000)),
        ("99 kB of accents", "\u{301}".repeat(49_000)),
        ("99 kB of links", "a.co/#b @c $D ".repeat(6_900)),
    ]);
    texts
}

/// Those that fit into an address.
pub fn short_texts() -> Vec<(&'static str, String)> {
    [
        ("nothing", ""),
        ("a NUL", "a\0b"),
        ("a lone surrogate", SURROGATE),
        ("the last minute", "9999-12-31T23:59"),
        ("the first minute", "0001-01-01T00:00"),
        ("the last day", "9999-12-31"),
        ("the first day", "0001-01-01"),
        ("a day before Christ", "-9999-01-01"),
        ("a huge number", "99999999999999999999999999"),
        ("a negative number", "-9223372036854775808"),
        ("u32::MAX", "4294967295"),
        ("the id of nothing", "00000000-0000-0000-0000-000000000000"),
        ("SQL", "'; select pg_sleep(9) --%_\\"),
        ("a way out", "../../%00/etc/passwd"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .to_vec()
}

fn numbers() -> Vec<(&'static str, Value)> {
    vec![
        ("i64::MIN", json!(i64::MIN)),
        ("i64::MAX", json!(i64::MAX)),
        ("u64::MAX", json!(u64::MAX)),
        ("i32::MIN", json!(i32::MIN)),
        ("i32::MAX", json!(i32::MAX)),
        ("u32::MAX", json!(u32::MAX)),
        ("-1000000000", json!(-1_000_000_000)),
        ("-262143", json!(-262_143)),
        ("-9999", json!(-9999)),
        ("-1", json!(-1)),
        ("0", json!(0)),
        ("255", json!(255)),
        ("1e308", json!(1e308)),
        ("1e400", json!(HUGE)),
    ]
}

/// What fits in no place.
fn strange() -> Vec<(&'static str, Value)> {
    let wide: Map<String, Value> = (0..9_000).map(|n| (format!("key{n}"), json!(n))).collect();
    vec![
        ("null", Value::Null),
        ("a truth value", json!(true)),
        ("an empty list", json!([])),
        ("an empty object", json!({})),
        ("a deep list", json!(DEEP)),
        ("9,000 keys", Value::Object(wide)),
    ]
}

/// The example with each of its parts replaced, one at a time.
pub fn cases(example: &Value) -> Vec<Case> {
    let mut cases = vec![];
    replace(example, &mut vec![], &mut |way, part| {
        let mut replaced = |what: &str, by: Value| {
            let (what, mut value) = (format!("{}: {what}", way.join(".")), example.clone());
            if let Some(place) = value.pointer_mut(&way.iter().map(|s| format!("/{s}")).collect::<String>()) {
                *place = by;
                cases.push(Case { what, value });
            }
        };
        if part.is_string() || part.is_null() {
            texts().into_iter().for_each(|(what, text)| replaced(what, text.into()));
        }
        if part.is_number() || part.is_null() {
            numbers().into_iter().for_each(|(what, number)| replaced(what, number));
        }
        if let Value::Array(entries) = part {
            let entry = entries.first().cloned().unwrap_or(json!("x"));
            for (what, many) in [("101 entries", 101), ("9,000 entries", 9_000), ("100,000 entries", 100_000)] {
                replaced(what, vec![entry.clone(); many].into());
            }
        }
        strange().into_iter().for_each(|(what, value)| replaced(what, value));
    });
    cases
}

fn replace(part: &Value, way: &mut Vec<String>, with: &mut impl FnMut(&[String], &Value)) {
    with(way, part);
    let inner: Vec<(String, &Value)> = match part {
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => return,
    };
    for (step, value) in inner {
        way.push(step);
        replace(value, way, with);
        way.pop();
    }
}

/// As JSON.
pub fn as_json(value: &Value) -> String {
    let deep = || format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let mut text = value.to_string();
    for (mark, by) in [(SURROGATE.to_owned(), r"\ud800".to_owned()), (format!("\"{HUGE}\""), "1e400".into())] {
        text = text.replace(&mark, &by);
    }
    let mark = format!("\"{DEEP}\"");
    if text.contains(&mark) { text.replace(&mark, &deep()) } else { text }
}

/// As a form: `query[search]=beans`.
pub fn as_form(value: &Value) -> String {
    let mut pairs = vec![];
    flat("", value, &mut pairs);
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

fn flat(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    let within = |step: &str| if name.is_empty() { step.to_owned() } else { format!("{name}[{step}]") };
    match value {
        Value::Null => {}
        Value::Object(map) => map.iter().for_each(|(step, value)| flat(&within(step), value, pairs)),
        // The reader of forms takes a list of objects by their numbers only, as browsers send it.
        Value::Array(list) if list.iter().any(Value::is_object) => {
            list.iter().enumerate().for_each(|(n, value)| flat(&within(&n.to_string()), value, pairs));
        }
        Value::Array(list) => list.iter().for_each(|value| flat(&format!("{name}[]"), value, pairs)),
        Value::String(text) if text == DEEP => pairs.push((format!("{name}{}", "[a]".repeat(2_000)), "1".into())),
        Value::String(text) => pairs.push((name.to_owned(), text.clone())),
        other => pairs.push((name.to_owned(), other.to_string())),
    }
}

/// For a query, a form or a segment of a path.
pub fn encoded(text: &str) -> String {
    let encode =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    text.split(SURROGATE).map(encode).collect::<Vec<_>>().join("%ED%A0%80")
}

/// As raw bytes, for a part of a multipart form.
pub fn raw(text: &str) -> Vec<u8> {
    text.split(SURROGATE).map(str::as_bytes).collect::<Vec<_>>().join(&b"\xED\xA0\x80"[..])
}

#[test]
fn extremes_arrive_as_they_are_meant() {
    assert_eq!(as_json(&json!({ "a": SURROGATE, "b": HUGE })), r#"{"a":"\ud800","b":1e400}"#);
    assert!(as_json(&json!([DEEP])).starts_with("[[[[[[["));
    assert_eq!(
        as_form(&json!({ "a": { "b": "x\0", "c": [1] }, "d": SURROGATE, "e": [{ "f": 2 }] })),
        "a%5Bb%5D=x%00&a%5Bc%5D%5B%5D=1&d=%ED%A0%80&e%5B0%5D%5Bf%5D=2"
    );
    let cases = cases(&json!({ "day": { "year": 1 }, "text": "x", "list": ["x"] }));
    let found = |what: &str| cases.iter().find(|c| c.what == what).map(|c| &c.value);
    assert_eq!(
        found("day.year: -1000000000"),
        Some(&json!({ "day": { "year": -1_000_000_000 }, "text": "x", "list": ["x"] }))
    );
    assert_eq!(found("list: 100,000 entries").map(|v| v["list"].as_array().map(Vec::len)), Some(Some(100_000)));
    assert_eq!(found("list.0: a NUL").map(|v| &v["list"][0]), Some(&json!("a\0b")));
}
