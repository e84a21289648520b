//! TikTok.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::{Pace, Repeats, a_day};
use crate::domain::platform::{Basics, Mark, PlatformKind, Publishing};

pub const BASICS: Basics = Basics {
    name: "TikTok",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M12.53.02C13.84 0 15.14.01 16.44 0c.08 1.53.63 3.09 1.75 4.17 1.12 1.11 2.7 1.62 4.24 1.79v4.03c-1.44-.05-2.89-.35-4.2-.97-.57-.26-1.1-.59-1.62-.93v8.76c-.08 1.4-.54 2.79-1.35 3.94-1.31 1.92-3.58 3.17-5.91 3.21A7.2 7.2 0 0 1 5.27 23a7.3 7.3 0 0 1-3.55-5.68c-.02-.5-.03-1-.01-1.49A7.34 7.34 0 0 1 10.2 9.5v4.44c-1.36-.44-2.89-.24-3.92.66a3.2 3.2 0 0 0-1.18 3.2 3.1 3.1 0 0 0 3.19 2.43 3.1 3.1 0 0 0 2.59-1.5c.2-.35.42-.7.43-1.11.1-1.79.06-3.57.07-5.36V.02z",
    ),
    edge: "border-l-[#25f4ee]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_key", "Client key", "TIKTOK_CLIENT_KEY", ""),
        key("client_secret", "Client secret", "TIKTOK_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://developers.tiktok.com/apps/"),
    note: "Until TikTok has audited the app, posts are visible to the account itself only.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: a_day(15),
    repeats: Repeats::Unwise,
    concurrency: 512,
    source: "TikTok for Developers: Content sharing guidelines (about 15 direct posts per creator).",
    reviewed: "2026-11-20",
});

pub const PUBLISHING: Option<&Publishing> = None;
