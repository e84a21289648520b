//! How often one account may post, what a platform makes of repeats, and how many calls may be under way at once: data
//! with source and review date, one value per platform in `platforms`. Quotas and repeats only warn: what a platform says
//! of itself at the time (headers, refusals) goes before them.

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

/// One social network's pace, whether or not we can publish there.
#[derive(Debug)]
pub struct Pace {
    /// `None` where the platform names none.
    pub quota: Option<Quota>,
    pub repeats: Repeats,
    /// How many publishing calls a node makes at a time, unless `LUX_<PLATFORM>_CONCURRENCY` says otherwise. No platform
    /// publishes such a number; X, Instagram and Facebook limit by window only, so theirs just keeps a burst from using up
    /// sockets. The others follow what Postiz runs with (`maxConcurrentJob`, main branch, seen 2026-08: LinkedIn 2,
    /// Pinterest 3, Reddit 1, YouTube 200, TikTok 10000; X 10, Instagram 400, Facebook 500), LinkedIn with more room, as
    /// its limits are per day and account and not per moment.
    pub concurrency: usize,
    /// Where it says so (quota and repeats).
    pub source: &'static str,
    /// When that was last read, as a date.
    pub reviewed: &'static str,
}

/// Calls at a time to a platform of which nothing is known.
pub const CONCURRENCY: usize = 32;

const DAY: i64 = 24 * 60;

/// So many posts within 24 hours.
pub const fn a_day(posts: usize) -> Option<Quota> {
    Some(Quota { posts, minutes: DAY })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Day;
    use crate::domain::platform::{Platform, PlatformKind};

    #[test]
    fn every_social_network_has_its_pace() {
        for platform in Platform::ALL {
            let found = platform.pace();
            assert_eq!(found.is_some(), platform.kind() == PlatformKind::Social, "{platform}");
            let sensible = |q: Quota| q.posts > 0 && (1..=DAY).contains(&q.minutes);
            assert!(found.and_then(|p| p.quota).is_none_or(sensible), "{platform}");
            let Some(pace) = found else { continue };
            assert!(pace.concurrency > 0, "{platform}: nobody would ever be let through");
            assert!(!pace.source.is_empty() && pace.reviewed.parse::<Day>().is_ok(), "{platform}");
        }
    }
}
