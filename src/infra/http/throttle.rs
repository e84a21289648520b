//! Limits on what one caller may ask of us (row K1), per key: an address, an account, a session.

use crate::domain::error::{AppError, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;

/// What is limited, each with its own bucket per key.
pub struct Throttles {
    /// Sign-in, sign-up and invitation attempts per address.
    pub sign_in_by_address: DefaultKeyedRateLimiter<String>,
    /// Sign-in attempts per e-mail, so that many addresses cannot share the guessing.
    pub sign_in_by_email: DefaultKeyedRateLimiter<String>,
    /// Starts of a consent, per user.
    pub connect: DefaultKeyedRateLimiter<String>,
    /// Uploads and saves, per user.
    pub write: DefaultKeyedRateLimiter<String>,
    /// What is worked out while somebody writes (guards, previews, checks), per user.
    pub look: DefaultKeyedRateLimiter<String>,
    /// Everything else that somebody who is signed in asks for: pages, server functions, REST. `intake` counts it.
    pub requests: DefaultKeyedRateLimiter<String>,
}

fn per_minute(n: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(n.max(1)).expect("at least one"))
}

impl Throttles {
    /// `factor` loosens all of them (browser tests sign in from one address all the time).
    pub fn new(factor: u32) -> Self {
        Self {
            sign_in_by_address: RateLimiter::keyed(per_minute(20 * factor)),
            sign_in_by_email: RateLimiter::keyed(per_minute(10 * factor)),
            connect: RateLimiter::keyed(per_minute(30 * factor)),
            write: RateLimiter::keyed(per_minute(240 * factor)),
            // The composer asks at most every 0.7 seconds.
            look: RateLimiter::keyed(per_minute(120 * factor)),
            requests: RateLimiter::keyed(per_minute(1_200 * factor)),
        }
    }
}

/// One more of this key, or 429 with the seconds to wait.
pub fn check(limiter: &DefaultKeyedRateLimiter<String>, key: &str, what: &str) -> Result<()> {
    limiter.check_key(&key.to_owned()).map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now()).as_secs() as u32 + 1;
        AppError::rate_limited(wait, format!("Too many {what}. Please wait {wait} seconds and try again."))
    })
}
