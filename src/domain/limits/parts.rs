//! What may follow a post: the next posts of a thread, the first comment. Which platform takes what, and how long.

use super::check::text;
use super::{Rules, utf16};
use crate::domain::account::AccountFacts;
use crate::domain::error::Problem;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, MediaFacts, PartKind, PostContent};

/// Posts of a thread after the first one. X's own composer takes 25 in all; its API names no number.
pub const MAX_THREAD: usize = 24;

/// Whether a part of this kind can follow a post of this format there.
pub fn takes_part(platform: Platform, format: Format, kind: PartKind) -> bool {
    let found = platform.publishing().and_then(|p| p.find(format));
    found.is_some_and(|f| f.parts.iter().any(|(takes, _)| *takes == kind))
}

/// The rules of such a part of a post of this format; `None` where the platform has none or we cannot send it.
pub fn part_rules(platform: Platform, format: Format, facts: &AccountFacts, kind: PartKind) -> Option<Rules> {
    let publishing = platform.publishing()?;
    let found = publishing.find(format)?;
    let (_, rules) = found.parts.iter().find(|(takes, _)| *takes == kind)?;
    Some((publishing.for_account)(*rules, facts))
}

/// The length of a part's text as the platform counts it.
pub fn count_part(platform: Platform, format: Format, facts: &AccountFacts, kind: PartKind, text: &str) -> u32 {
    part_rules(platform, format, facts, kind).map_or_else(|| utf16(text), |rules| rules.counting.of(text))
}

/// Everything that this platform would refuse (errors) of a part, or that is likely a slip (warnings); the field is
/// `text`. Nothing where it takes no such part.
pub fn check_part(
    platform: Platform,
    format: Format,
    facts: &AccountFacts,
    kind: PartKind,
    part: &str,
) -> Vec<Problem> {
    let mut found = vec![];
    let Some(rules) = part_rules(platform, format, facts, kind) else { return found };
    if part.trim().is_empty() {
        found.push(Problem::error("text", format!("{} needs a text here. Write something.", platform.name())));
    } else {
        text(&rules, &PostContent::<MediaFacts>::of_text(part), &mut found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::AccountKind;
    use Platform::{Instagram, LinkedIn};
    use std::str::FromStr;

    const NOBODY: AccountFacts =
        AccountFacts { kind: AccountKind::Unknown, long_text: false, protected: false, by_hand: false };

    fn rules_of(platform: Platform, kind: PartKind) -> Option<Rules> {
        part_rules(platform, Format::Feed, &NOBODY, kind)
    }

    fn problems_of(platform: Platform, kind: PartKind, text: &str) -> Vec<Problem> {
        check_part(platform, Format::Feed, &NOBODY, kind, text)
    }

    fn length(platform: Platform, kind: PartKind, text: &str) -> u32 {
        count_part(platform, Format::Feed, &NOBODY, kind, text)
    }

    fn message(platform: Platform, kind: PartKind, text: &str) -> String {
        problems_of(platform, kind, text).into_iter().map(|p| p.message).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parts_have_limits_of_their_own() {
        let reply = message(Platform::X, PartKind::Reply, &"x".repeat(281));
        assert_eq!(reply, "X allows 280 characters; this is 281. Remove 1.");
        let comment = message(LinkedIn, PartKind::Comment, &"x".repeat(1252));
        assert_eq!(comment, "LinkedIn allows 1250 characters; this is 1252. Remove 2.");
        // Nothing is escaped in a comment, so nothing counts twice.
        assert_eq!(message(LinkedIn, PartKind::Comment, &"#".repeat(1250)), "");
        let tags = message(Instagram, PartKind::Comment, &"#tag ".repeat(31));
        assert_eq!(tags, "Instagram allows 30 hashtags; this has 31. Remove 1.");
        assert_eq!(message(Instagram, PartKind::Comment, "#coffee #porto"), "", "a comment needs no picture");
        assert_eq!(message(LinkedIn, PartKind::Comment, " "), "LinkedIn needs a text here. Write something.");
        assert_eq!(length(Platform::X, PartKind::Reply, "https://example.com/a/long/path"), 23);
        assert_eq!(length(LinkedIn, PartKind::Comment, "😀"), 2);
    }

    #[test]
    fn who_takes_what_is_data_with_a_source() {
        assert!(rules_of(LinkedIn, PartKind::Reply).is_none() && rules_of(Platform::X, PartKind::Comment).is_none());
        assert_eq!(problems_of(LinkedIn, PartKind::Reply, ""), []);
        for platform in Platform::ALL {
            for rules in PartKind::ALL.into_iter().filter_map(|kind| rules_of(platform, kind)) {
                assert_eq!((rules.platform, rules.max_images), (platform, 0));
                assert!(!rules.source.is_empty());
                assert!(crate::domain::moment::Day::from_str(rules.reviewed).is_ok());
            }
        }
    }

    #[test]
    fn kinds_are_kept_as_words() {
        for kind in PartKind::ALL {
            assert_eq!(PartKind::parse(kind.id()), Some(kind));
        }
        assert_eq!(PartKind::parse("post"), None);
    }
}
