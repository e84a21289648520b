//! X's text rules against the official conformance vectors of twitter-text (`validate.yml`, `tlds.yml`).
//! The files are not part of this project: put them into a folder and name it in `LUX_SPECS_DIR`.

use lux::domain::xtext::{self, Config, Parsed, V3};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

/// Configuration 2: no discount for emoji of several characters.
const V2: Config = Config { emoji: false, ..V3 };
/// Configuration 1: 140, every character is one.
const V1: Config = Config { max: 140, scale: 1, default_weight: 1, emoji: false, ranges: &[], ..V3 };

#[test]
fn official_validation_vectors() {
    let Some(sections) = vectors("validate") else { return };
    let known = [
        "tweets",
        "usernames",
        "lists",
        "hashtags",
        "urls",
        "urls_without_protocol",
        "WeightedTweetsCounterTest",
        "WeightedTweetsWithDiscountedEmojiCounterTest",
        "UnicodeDirectionalMarkerCounterTest",
    ];
    assert_eq!(sections.keys().map(String::as_str).collect::<BTreeSet<_>>(), known.into());
    let mut wrong = vec![];
    for (section, cases) in &sections {
        assert!(!cases.is_empty(), "{section} is empty");
        for case in cases {
            let text = case.text.as_str();
            let whole = |found: Vec<Range<usize>>| found.len() == 1 && found[0] == (0..text.len());
            let valid = match section.as_str() {
                "tweets" => V1.parse(text).valid,
                "usernames" => whole(xtext::mentions(text)) && !text.contains('/'),
                "lists" => whole(xtext::mentions(text)) && text.contains('/'),
                "hashtags" => whole(xtext::hashtags(text)),
                "urls" => xtext::is_valid_url(text, true),
                "urls_without_protocol" => xtext::is_valid_url(text, false),
                "WeightedTweetsCounterTest" => {
                    wrong.extend(differs(section, case, V2.parse(text)));
                    continue;
                }
                _ => {
                    wrong.extend(differs(section, case, xtext::parse(text)));
                    continue;
                }
            };
            if case.expected != [valid.to_string()] {
                wrong.push(format!("{section}: {}: {valid}", case.description));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn official_top_level_domain_vectors() {
    let Some(sections) = vectors("tlds") else { return };
    assert_eq!(sections.keys().collect::<Vec<_>>(), ["country", "generic"]);
    for case in sections.values().flatten() {
        let found: Vec<&str> = xtext::urls(&case.text).into_iter().map(|range| &case.text[range]).collect();
        assert_eq!(found, case.expected, "{}", case.description);
        // Without the scheme the same list decides.
        let bare = case.text.trim_start_matches("https://");
        assert_eq!(xtext::urls(bare).first().cloned(), Some(0..bare.len()), "{bare}");
    }
}

/// Every number that differs, in one line.
fn differs(section: &str, case: &Case, parsed: Parsed) -> Option<String> {
    let actual = [
        ("weightedLength", parsed.weighted_length.to_string()),
        ("valid", parsed.valid.to_string()),
        ("permillage", parsed.permillage.to_string()),
        ("displayRangeStart", "0".into()),
        ("displayRangeEnd", parsed.display_end.to_string()),
        ("validRangeStart", "0".into()),
        ("validRangeEnd", parsed.valid_end.to_string()),
    ];
    let actual: Vec<String> = actual.map(|(name, value)| format!("{name}: {value}")).into();
    (actual != case.expected).then(|| format!("{section}: {}: {actual:?}, not {:?}", case.description, case.expected))
}

struct Case {
    description: String,
    text: String,
    /// The lines under (or the word after) `expected:`.
    expected: Vec<String>,
}

/// The cases by section, or `None` if there are no vectors on this machine.
fn vectors(name: &str) -> Option<BTreeMap<String, Vec<Case>>> {
    // A folder that was named has to be there.
    let Some(folder) = std::env::var_os("LUX_SPECS_DIR").map(PathBuf::from) else {
        println!("The official twitter-text vectors were not found; set LUX_SPECS_DIR to their folder.");
        return None;
    };
    let file = folder.join(format!("twitter-text-conformance-{name}.yml"));
    let yaml = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let sections = read(&yaml);
    let count: usize = sections.values().map(Vec::len).sum();
    assert_eq!(count, yaml.matches("description:").count(), "every case was read");
    assert!(sections.values().flatten().all(|case| !case.expected.is_empty()), "every case expects something");
    println!("{}: {count} official vectors", file.display());
    Some(sections)
}

/// Reads the small part of YAML that the vectors are written in; panics at anything else.
fn read(yaml: &str) -> BTreeMap<String, Vec<Case>> {
    let mut sections: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let mut section = String::new();
    for line in yaml.lines().filter(|line| !line.trim().is_empty() && *line != "---" && *line != "tests:") {
        let (indent, content) = (line.len() - line.trim_start().len(), line.trim());
        if indent == 2 && !content.starts_with('-') {
            section = content.trim_end_matches(':').into();
            continue;
        }
        let cases = sections.entry(section.clone()).or_default();
        if let Some(description) = content.strip_prefix("- description: ") {
            cases.push(Case { description: scalar(description), text: String::new(), expected: vec![] });
            continue;
        }
        let case = cases.last_mut().expect("a case begins with its description");
        if let Some(text) = content.strip_prefix("text: ") {
            case.text = scalar(text);
        } else if let Some(expected) = content.strip_prefix("expected:") {
            case.expected.extend(Some(expected.trim()).filter(|e| !e.is_empty()).map(scalar));
        } else {
            case.expected.push(scalar(content.strip_prefix("- ").unwrap_or(content)));
        }
    }
    sections
}

/// A plain or a double-quoted scalar on one line.
fn scalar(source: &str) -> String {
    let Some(quoted) = source.strip_prefix('"') else { return source.into() };
    let (mut text, mut rest) = (String::new(), quoted.strip_suffix('"').expect("the quote is closed"));
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let digits = match &rest[at + 1..at + 2] {
            "u" => 4,
            "U" => 8,
            other => {
                text.push_str(match other {
                    "n" => "\n",
                    "\"" => "\"",
                    "\\" => "\\",
                    _ => panic!("escape \\{other}"),
                });
                rest = &rest[at + 2..];
                continue;
            }
        };
        let code = u32::from_str_radix(&rest[at + 2..at + 2 + digits], 16).expect("hexadecimal digits");
        text.push(char::from_u32(code).expect("a character"));
        rest = &rest[at + 2 + digits..];
    }
    text + rest
}
