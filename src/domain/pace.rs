//! How often one account may post, and what a platform makes of repeats: data with source and review date. It only warns:
//! what a platform says of itself at the time (headers, refusals) goes before it.

use crate::domain::platform::Platform;

/// Two posts of one account closer together than this many minutes get in each other's way.
pub const CLASH_MINUTES: i64 = 10;
/// What was published within this many days counts as a repeat.
pub const REPEAT_DAYS: i64 = 30;

/// So many posts of one account within so many minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub posts: usize,
    pub minutes: i64,
}

/// What becomes of the same content on the same account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// The platform refuses it.
    Refused,
    /// It is taken, and looks careless or like spam.
    Unwise,
}

/// One platform's pace.
#[derive(Debug)]
pub struct Pace {
    pub platform: Platform,
    /// `None` where the platform names none.
    pub quota: Option<Quota>,
    pub repeats: Repeats,
    /// Where it says so.
    pub source: &'static str,
    /// When that was last read, as a date.
    pub reviewed: &'static str,
}

const DAY: i64 = 24 * 60;

const fn a_day(posts: usize) -> Option<Quota> {
    Some(Quota { posts, minutes: DAY })
}

static ALL: [Pace; 9] = [
    Pace {
        platform: Platform::Instagram,
        // Meta's pages have named 25, 50 and 100; the account's own figure is at `content_publishing_limit`. The least
        // counts here, because it only warns.
        quota: a_day(25),
        repeats: Repeats::Unwise,
        source: "Meta for Developers, Instagram Platform: Publish content, rate limit; error 2207042.",
        reviewed: "2026-11-20",
    },
    Pace {
        platform: Platform::Facebook,
        // Named for reels; the other kinds of posts have only the app's call budget.
        quota: a_day(30),
        repeats: Repeats::Refused,
        source: "Meta for Developers, Pages API: Reels publishing; error 506 (duplicate post).",
        reviewed: "2026-11-20",
    },
    Pace {
        platform: Platform::TikTok,
        quota: a_day(15),
        repeats: Repeats::Unwise,
        source: "TikTok for Developers: Content sharing guidelines (about 15 direct posts per creator).",
        reviewed: "2026-11-20",
    },
    Pace {
        platform: Platform::X,
        quota: Some(Quota { posts: 100, minutes: 15 }),
        repeats: Repeats::Refused,
        source: "X developer documentation: Rate limits (POST /2/tweets per user); 403 duplicate content.",
        reviewed: "2026-11-20",
    },
    Pace {
        platform: Platform::LinkedIn,
        quota: a_day(100),
        repeats: Repeats::Refused,
        source: "Microsoft Learn, LinkedIn API: Rate limits (per member and endpoint); 422 DUPLICATE_POST.",
        reviewed: "2026-11-20",
    },
    Pace {
        platform: Platform::Pinterest,
        quota: None,
        repeats: Repeats::Unwise,
        source: "Pinterest Developers: Rate limits (calls, none for pins).",
        reviewed: "2026-11-20",
    },
    Pace {
        platform: Platform::YouTube,
        quota: a_day(100),
        repeats: Repeats::Unwise,
        source: "YouTube Data API: Quota (videos.insert per day); rejectionReason duplicate.",
        reviewed: "2026-11-20",
    },
    Pace {
        platform: Platform::Reddit,
        quota: None,
        repeats: Repeats::Refused,
        source: "Reddit API: submit (ALREADY_SUB).",
        reviewed: "2026-11-20",
    },
    Pace {
        platform: Platform::Snapchat,
        quota: None,
        repeats: Repeats::Unwise,
        source: "Snap for Developers: Public Profile API (names no limit).",
        reviewed: "2026-11-20",
    },
];

/// The pace of a social network; `None` for everything else.
pub fn pace(platform: Platform) -> Option<&'static Pace> {
    ALL.iter().find(|pace| pace.platform == platform)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::PlatformKind;

    #[test]
    fn every_social_network_has_its_pace() {
        for platform in Platform::ALL {
            let found = pace(platform);
            assert_eq!(found.is_some(), platform.kind() == PlatformKind::Social, "{platform}");
            let sensible = |q: Quota| q.posts > 0 && (1..=DAY).contains(&q.minutes);
            assert!(found.and_then(|p| p.quota).is_none_or(sensible), "{platform}");
        }
    }
}
