//! Limits on what one caller may ask of us (row K1), per key: an address, an account, a session.

use super::held_bytes::HeldBytes;
use crate::domain::error::{AppError, Result};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;

/// What is limited, each with its own bucket per key.
pub struct Throttles {
    /// Attempts to sign in or up, and looks at invitations, per network.
    pub entrance_by_network: DefaultKeyedRateLimiter<String>,
    /// Sign-in attempts at one account from one device or network.
    pub sign_in_from_here: DefaultKeyedRateLimiter<String>,
    /// Sign-in attempts at one account from all networks together in which its owner is not signed in. Slow to fill again:
    /// many addresses cannot share the guessing.
    pub sign_in_by_strangers: DefaultKeyedRateLimiter<String>,
    /// New accounts without an invitation, per network.
    pub sign_up: DefaultKeyedRateLimiter<String>,
    /// Changes of one's own password, per user.
    pub password: DefaultKeyedRateLimiter<String>,
    /// Starts of a consent, per user.
    pub connect: DefaultKeyedRateLimiter<String>,
    /// Attempts to sign in to an account at a platform.
    pub connect_by_account: DefaultKeyedRateLimiter<String>,
    /// Uploads and saves, per user.
    pub write: DefaultKeyedRateLimiter<String>,
    /// Copies of pictures, per user: each is a second of work.
    pub copies: DefaultKeyedRateLimiter<String>,
    /// What is worked out while somebody writes (guards, previews, checks), per user.
    pub look: DefaultKeyedRateLimiter<String>,
    /// Visits to pages of strangers for previews, per user.
    pub visits: DefaultKeyedRateLimiter<String>,
    /// Lists of posts that are read at networks, per user: some cost money.
    pub lists: DefaultKeyedRateLimiter<String>,
    /// The same per account, whoever asks: a hundred in a day or so.
    pub lists_of_account: DefaultKeyedRateLimiter<String>,
    /// Errors that browsers report, per network.
    pub reports: DefaultKeyedRateLimiter<String>,
    /// Questions to language models, per user: each costs money.
    pub models: DefaultKeyedRateLimiter<String>,
    /// Questions in the chat, per user: each looks at many things.
    pub chat: DefaultKeyedRateLimiter<String>,
    /// New companies, per user.
    pub companies: DefaultKeyedRateLimiter<String>,
    /// Wrong credentials of programs that send contacts, per network.
    pub intake_by_network: DefaultKeyedRateLimiter<String>,
    /// The same per user name, from all networks together.
    pub intake_by_name: DefaultKeyedRateLimiter<String>,
    /// Bytes of requests that are in memory.
    pub bodies: Arc<HeldBytes>,
    /// Everything else that somebody who is signed in asks for: pages, server functions, REST. `intake` counts it.
    pub requests: DefaultKeyedRateLimiter<String>,
}

/// Keys that are kept before those with nothing to remember are forgotten.
const KEYS: usize = 20_000;

fn count(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n.max(1)).expect("at least one")
}

fn per_minute(n: u32) -> Quota {
    Quota::per_minute(count(n))
}

impl Throttles {
    /// `factor` loosens all of them (browser tests sign in from one address all the time).
    pub fn new(factor: u32) -> Self {
        Self {
            entrance_by_network: RateLimiter::keyed(per_minute(20 * factor)),
            sign_in_from_here: RateLimiter::keyed(per_minute(10 * factor)),
            sign_in_by_strangers: RateLimiter::keyed(Quota::per_hour(count(30 * factor))),
            sign_up: RateLimiter::keyed(Quota::per_hour(count(20 * factor))),
            password: RateLimiter::keyed(per_minute(10 * factor)),
            connect: RateLimiter::keyed(per_minute(30 * factor)),
            connect_by_account: RateLimiter::keyed(per_minute(10 * factor)),
            write: RateLimiter::keyed(per_minute(240 * factor)),
            copies: RateLimiter::keyed(per_minute(60 * factor)),
            // The composer asks at most every 0.7 seconds.
            look: RateLimiter::keyed(per_minute(120 * factor)),
            visits: RateLimiter::keyed(per_minute(60 * factor)),
            lists: RateLimiter::keyed(per_minute(30 * factor)),
            lists_of_account: RateLimiter::keyed(Quota::per_hour(count(4 * factor)).allow_burst(count(100 * factor))),
            reports: RateLimiter::keyed(per_minute(30 * factor)),
            models: RateLimiter::keyed(per_minute(30 * factor)),
            chat: RateLimiter::keyed(per_minute(20 * factor)),
            companies: RateLimiter::keyed(Quota::per_hour(count(20 * factor))),
            intake_by_network: RateLimiter::keyed(per_minute(30 * factor)),
            intake_by_name: RateLimiter::keyed(per_minute(30 * factor)),
            bodies: Arc::default(),
            requests: RateLimiter::keyed(per_minute(1_200 * factor)),
        }
    }
}

/// One more of this key, or 429 with the seconds to wait.
pub fn check(limiter: &DefaultKeyedRateLimiter<String>, key: &str, what: &str) -> Result<()> {
    if limiter.len() > KEYS {
        limiter.retain_recent();
    }
    limiter.check_key(&key.to_owned()).map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now()).as_secs() as u32 + 1;
        AppError::rate_limited(wait, format!("Too many {what}. Please wait {} and try again.", spoken(wait)))
    })
}

fn spoken(seconds: u32) -> String {
    match seconds {
        0..=119 => format!("{seconds} seconds"),
        more => format!("{} minutes", more.div_ceil(60)),
    }
}
