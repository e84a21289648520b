//! Reddit.

use crate::domain::keys::{Keys, key, open, optional};
use crate::domain::pace::{Pace, Repeats};
use crate::domain::platform::{Basics, Mark, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Reddit", kind: PlatformKind::Social, mark: Mark::Letters("Re"), edge: "border-l-[#ff4500]" };

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "Client ID", "REDDIT_CLIENT_ID", "The letters under the app's name."),
        key("client_secret", "Client secret", "REDDIT_CLIENT_SECRET", ""),
        optional(open("username", "User name", "REDDIT_USERNAME", "Only for an app of the type “script”.")),
        optional(key("password", "Password", "REDDIT_PASSWORD", "Only for an app of the type “script”.")),
    ],
    help_url: Some("https://www.reddit.com/prefs/apps"),
    note: "Since November 2025 Reddit must approve a new app first.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: None,
    repeats: Repeats::Refused,
    concurrency: 1,
    source: "Reddit API: submit (ALREADY_SUB).",
    reviewed: "2026-11-20",
});

pub const PUBLISHING: Option<&Publishing> = None;
