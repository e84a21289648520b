//! Pinterest.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::{Pace, Repeats};
use crate::domain::platform::{Basics, Mark, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Pinterest", kind: PlatformKind::Social, mark: Mark::Letters("P"), edge: "border-l-[#e8334a]" };

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "App ID", "PINTEREST_CLIENT_ID", ""),
        key("client_secret", "App secret key", "PINTEREST_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://developers.pinterest.com/apps/"),
    note: "With trial access, pins are visible to the account itself only.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: None,
    repeats: Repeats::Unwise,
    concurrency: 3,
    source: "Pinterest Developers: Rate limits (calls, none for pins).",
    reviewed: "2026-11-20",
});

pub const PUBLISHING: Option<&Publishing> = None;
