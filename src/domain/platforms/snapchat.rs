//! Snapchat, its public profiles.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::{CONCURRENCY, Pace, Repeats};
use crate::domain::platform::{Basics, Mark, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Snapchat", kind: PlatformKind::Social, mark: Mark::Letters("Sc"), edge: "border-l-[#fffc00]" };

pub const KEYS: Keys = Keys {
    fields: &[
        open("business_account_id", "Business account ID", "SNAPCHAT_BUSINESS_ACCOUNT_ID", ""),
        key("access_token", "Access token", "SNAPCHAT_ACCESS_TOKEN", ""),
    ],
    help_url: Some("https://business.snapchat.com/"),
    note: "Snapchat opens its public-profile API to chosen businesses only.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: None,
    repeats: Repeats::Unwise,
    concurrency: CONCURRENCY,
    source: "Snap for Developers: Public Profile API (names no limit).",
    reviewed: "2026-11-20",
});

pub const PUBLISHING: Option<&Publishing> = None;
