//! Whether all is there that publishing to a platform takes: the spec in `domain::platforms` on one side, connector and
//! conformance case on the other. A platform that people publish to themselves has no requests to be held against anything:
//! it has the form in which its accounts are added (`by_hand`), and everything else. What is missing is said by name. (Its
//! stand-in is looked for in `src/tests/platforms.rs`.)

use super::cases;
use crate::connectors::{RateLimitHeaders, SignInMethod, registry};
use crate::domain::limits::Rules;
use crate::domain::moment::Day;
use crate::domain::options::Input;
use crate::domain::platform::{Layout, Platform};

/// What is missing, in words.
fn missing(platform: Platform) -> Vec<String> {
    let mut found = vec![];
    let mut demand = |there: bool, what: &str| {
        if !there {
            found.push(format!("{platform}: {what}"));
        }
    };
    let (spec, connector) = (platform.publishing(), registry::find(platform));
    let publish = connector.and_then(|c| c.publish);
    demand(connector.is_some(), "a connector in connectors/registry.rs");
    demand(spec.is_some(), "PUBLISHING in its file of domain/platforms");
    let by_hand = connector.and_then(|c| c.sign_in).and_then(|s| s.by_hand());
    demand(publish.is_some() || by_hand.is_some(), "publishing in its connector");
    let only_by_hand = publish.is_none() && by_hand.is_some();
    demand(cases::find(platform).is_some() || only_by_hand, "a case in connectors/conformance");
    if let Some(by_hand) = by_hand {
        demand(by_hand.platform == platform, "accounts of its own that people publish to");
        demand((by_hand.name)(by_hand.example).as_deref() == Some(by_hand.example), "an example that is a name");
        let page = format!("{}{}", by_hand.profile, by_hand.example);
        demand(page.starts_with("https://") && page.contains(by_hand.host), "the pages of its accounts");
    }
    demand(platform.pace().is_some(), "PACE in its file of domain/platforms");
    demand(spec.is_some_and(|s| s.preview.layout != Layout::Plain), "the layout of its preview");
    if let Some(RateLimitHeaders::Windows(rows)) = connector.map(|c| c.rate_limits) {
        let names = || rows.iter().flat_map(|row| [row.limit, row.remaining, row.reset]);
        let written = |name: &str| !name.is_empty() && name == name.to_ascii_lowercase();
        demand(!rows.is_empty() && names().all(written), "rate-limit headers, by name and in small letters");
    }
    if let (Some(publish), Some(sign_in)) = (publish, connector.and_then(|c| c.sign_in)) {
        let asked = sign_in.method().flow().map_or(&[][..], |flow| flow.scopes);
        let needed = publish.scopes(true);
        demand(!needed.is_empty() || asked.is_empty(), "the scopes that publishing needs");
        demand(needed.iter().all(|scope| asked.contains(scope)), "the scopes that publishing needs, in its sign-in");
    }
    if let Some(SignInMethod::Form(form)) = connector.and_then(|c| c.sign_in).map(|s| s.method()) {
        let secret = form.fields.iter().filter(|field| field.is_secret).count();
        let named = form.fields.first().is_some_and(|field| !field.is_secret && field.initial.is_empty());
        let asked = if by_hand.is_some() { 0 } else { 1 };
        demand(secret == asked && named, "a form that asks whose account it is first, and for one password");
        demand(by_hand.is_none() || form.fields.len() == 1, "a form that asks for nothing but a name");
        demand(!form.note.is_empty(), "where to find the password");
    }
    let remote = spec.iter().flat_map(|s| s.options.fields).any(|field| matches!(field.input, Input::Remote(_)));
    demand(!remote || connector.is_some_and(|c| c.choices.is_some()), "the lists that its options choose from");
    for format in spec.iter().flat_map(|s| s.formats) {
        let (name, mut all) = (format.format.id(), vec![("post", &format.rules)]);
        all.extend(format.parts.iter().map(|(kind, rules)| (kind.id(), rules)));
        for (part, rules) in all {
            let Rules { source, reviewed, .. } = rules;
            demand(rules.platform == platform, &format!("rules of its own ({name}, {part})"));
            demand(!source.is_empty(), &format!("the source of its rules ({name}, {part})"));
            demand(reviewed.parse::<Day>().is_ok(), &format!("when its rules were reviewed ({name}, {part})"));
        }
    }
    found
}

#[test]
fn everything_that_is_published_to_is_complete() {
    let connected = registry::all().filter(|c| c.publish.is_some()).map(|c| c.platform);
    let mut all: Vec<_> = Platform::publishers().chain(connected).collect();
    all.sort();
    all.dedup();
    assert!(all.len() >= 3, "the specs were not found");
    let missing: Vec<_> = all.into_iter().flat_map(missing).collect();
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

#[test]
fn what_is_missing_is_said_by_name() {
    let missing = missing(Platform::Moz).join("\n");
    for what in ["moz: a connector", "moz: PUBLISHING", "moz: PACE", "moz: a case", "moz: the layout"] {
        assert!(missing.contains(what), "{missing}");
    }
}
