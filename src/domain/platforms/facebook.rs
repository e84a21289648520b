//! Facebook, its pages.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::{Pace, Repeats, a_day};
use crate::domain::platform::{Basics, Mark, PlatformKind, Publishing};

pub const BASICS: Basics = Basics {
    name: "Facebook",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M24 12.07C24 5.4 18.63 0 12 0S0 5.4 0 12.07c0 6.03 4.39 11.02 10.13 11.93v-8.44H7.08v-3.49h3.05V9.41c0-3.03 1.79-4.7 4.53-4.7 1.31 0 2.68.24 2.68.24v2.97h-1.51c-1.49 0-1.96.93-1.96 1.89v2.26h3.33l-.53 3.49h-2.8V24C19.61 23.1 24 18.1 24 12.07",
    ),
    edge: "border-l-[#1877f2]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "App ID", "FACEBOOK_CLIENT_ID", ""),
        key("client_secret", "App secret", "FACEBOOK_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://developers.facebook.com/apps/"),
    note: "A Meta app with “Facebook Login for Business”; it publishes to pages.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    // Named for reels; the other kinds of posts have only the app's call budget.
    quota: a_day(30),
    repeats: Repeats::Refused,
    concurrency: 512,
    source: "Meta for Developers, Pages API: Reels publishing; error 506 (duplicate post).",
    reviewed: "2026-11-20",
});

pub const PUBLISHING: Option<&Publishing> = None;
