//! What may follow a post: the next posts of a thread, the first comment. Which platform takes what, and how long.

use super::check::text;
use super::{INSTAGRAM, LINKEDIN, Rules, X, utf16};
use crate::domain::draft::{Draft, PartKind};
use crate::domain::error::Problem;
use crate::domain::platform::Platform;

/// Posts of a thread after the first one. X's own composer takes 25 in all; its API names no number.
pub const MAX_THREAD: usize = 24;

const X_REPLY: Rules = Rules {
    // A part is its text: pictures go with the post itself.
    max_images: 0,
    source: "X developer documentation: Create Post (reply.in_reply_to_tweet_id); Counting characters.",
    ..X
};

const LINKEDIN_COMMENT: Rules = Rules {
    max_text: 1250,
    // Comments are plain text, not LinkedIn's own notation.
    escaped: "",
    max_images: 0,
    link_card: false,
    source: "Microsoft Learn, LinkedIn Marketing, Community Management: Comments API.",
    ..LINKEDIN
};

const INSTAGRAM_COMMENT: Rules = Rules {
    // Meta's page on comments names no limit any more (the API of 2014 took 300 characters, 4 hashtags and one link);
    // these are the limits of the caption, which the app applies to comments as well.
    max_text: 2200,
    text_required_without_media: true,
    media_required: false,
    max_images: 0,
    shape: None,
    source: "Meta for Developers, Instagram Platform: reference IG Media, comments; the limits are those of captions.",
    ..INSTAGRAM
};

/// The rules of such a part; `None` where the platform has none or we cannot send it.
pub fn part_rules(platform: Platform, kind: PartKind) -> Option<&'static Rules> {
    match (platform, kind) {
        (Platform::X, PartKind::Reply) => Some(&X_REPLY),
        (Platform::LinkedIn, PartKind::Comment) => Some(&LINKEDIN_COMMENT),
        (Platform::Instagram, PartKind::Comment) => Some(&INSTAGRAM_COMMENT),
        _ => None,
    }
}

/// The length of a part's text as the platform counts it.
pub fn count_part(platform: Platform, kind: PartKind, text: &str) -> u32 {
    part_rules(platform, kind).map_or_else(|| utf16(text), |rules| rules.counting.of(text))
}

/// Everything that this platform would refuse (errors) of a part, or that is likely a slip (warnings); the field is
/// `text`. Nothing where it takes no such part.
pub fn check_part(platform: Platform, kind: PartKind, part: &str) -> Vec<Problem> {
    let mut found = vec![];
    let Some(rules) = part_rules(platform, kind) else { return found };
    if part.trim().is_empty() {
        found.push(Problem::error("text", format!("{} needs a text here. Write something.", platform.name())));
    } else {
        text(rules, &Draft { text: part.to_owned(), ..Draft::default() }, &mut found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use Platform::{Instagram, LinkedIn};
    use std::str::FromStr;

    fn message(platform: Platform, kind: PartKind, text: &str) -> String {
        check_part(platform, kind, text).into_iter().map(|p| p.message).collect::<Vec<_>>().join(" ")
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
        assert_eq!(count_part(Platform::X, PartKind::Reply, "https://example.com/a/long/path"), 23);
        assert_eq!(count_part(LinkedIn, PartKind::Comment, "😀"), 2);
    }

    #[test]
    fn who_takes_what_is_data_with_a_source() {
        assert!(
            part_rules(LinkedIn, PartKind::Reply).is_none() && part_rules(Platform::X, PartKind::Comment).is_none()
        );
        assert_eq!(check_part(LinkedIn, PartKind::Reply, ""), []);
        for platform in Platform::ALL {
            for rules in PartKind::ALL.into_iter().filter_map(|kind| part_rules(platform, kind)) {
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
