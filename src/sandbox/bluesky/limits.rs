//! The rate limits of a PDS: fixed windows that begin with their first call. Of several that a call counts in, the headers
//! show the one with the least left. Source: `@atproto/pds` 0.4.217, as read and as seen.

use super::reply::{XrpcError, XrpcReply, XrpcResult};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// A limit: so many points within so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    name: &'static str,
    points: u32,
    seconds: u32,
}

/// Every call, by address.
pub const CALLS: Limit = Limit { name: "calls", points: 3000, seconds: 300 };
/// Writes of an account: a create costs 3, a put 2, a delete 1.
pub const WRITES: [Limit; 2] = [
    Limit { name: "writes-hour", points: 5000, seconds: 3600 },
    Limit { name: "writes-day", points: 35_000, seconds: 86_400 },
];
/// By the name that is signed in with, as it was typed.
pub const SIGN_INS: [Limit; 2] = [
    Limit { name: "sign-ins-day", points: 300, seconds: 86_400 },
    Limit { name: "sign-ins", points: 30, seconds: 300 },
];
/// By address.
pub const UPLOADS: Limit = Limit { name: "uploads", points: 1000, seconds: 86_400 };

/// What has been used of every limit.
#[derive(Debug, Default)]
pub struct Buckets {
    used: BTreeMap<(Limit, String), (DateTime<Utc>, u32)>,
}

/// How a limit stands after a call.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    points: u32,
    left: u32,
    ends: DateTime<Utc>,
    seconds: u32,
    over: bool,
}

impl Buckets {
    /// Counts a call in these limits; every one of them counts it, even when another refuses. `factor` multiplies what a
    /// real server allows.
    pub fn take(&mut self, limits: &[(Limit, &str, u32)], factor: u32, now: DateTime<Utc>) -> Result<Level, XrpcError> {
        self.used.retain(|(limit, _), (start, _)| now < *start + TimeDelta::seconds(limit.seconds.into()));
        let levels = limits.iter().map(|(limit, key, points)| {
            let (start, used) = self.used.entry((*limit, (*key).to_owned())).or_insert((now, 0));
            *used = used.saturating_add(*points);
            let most = limit.points.saturating_mul(factor);
            let ends = *start + TimeDelta::seconds(limit.seconds.into());
            Level { points: most, left: most.saturating_sub(*used), ends, seconds: limit.seconds, over: *used > most }
        });
        let tightest = levels.min_by_key(|level| (!level.over, level.left)).unwrap_or(Level {
            points: 0,
            left: 0,
            ends: now,
            seconds: 0,
            over: false,
        });
        if tightest.over { Err(tightest.error()) } else { Ok(tightest) }
    }
}

impl Level {
    /// What a call is answered that is one too many.
    fn error(self) -> XrpcError {
        XrpcError { headers: self.headers(), ..XrpcError::new(429, "RateLimitExceeded", "Rate Limit Exceeded") }
    }

    /// The answer to a call that was counted: its headers say how this limit stands, on errors too.
    pub fn on(self, result: XrpcResult) -> XrpcResult {
        match result {
            Ok(reply) => Ok(XrpcReply { headers: self.headers(), ..reply }),
            Err(error) => Err(XrpcError { headers: self.headers(), ..error }),
        }
    }

    fn headers(self) -> Vec<(&'static str, String)> {
        vec![
            ("ratelimit-limit", self.points.to_string()),
            ("ratelimit-reset", self.ends.timestamp().to_string()),
            ("ratelimit-remaining", self.left.to_string()),
            ("ratelimit-policy", format!("{};w={}", self.points, self.seconds)),
        ]
    }
}
