//! YouTube.

use crate::domain::keys::{Keys, key, open, optional};
use crate::domain::pace::{Pace, Repeats, a_day};
use crate::domain::platform::{Basics, Mark, PlatformKind, Publishing};

pub const BASICS: Basics = Basics {
    name: "YouTube",
    kind: PlatformKind::Social,
    mark: Mark::Path(
        "M23.5 6.19a3 3 0 0 0-2.12-2.14C19.5 3.55 12 3.55 12 3.55s-7.5 0-9.38.5A3 3 0 0 0 .5 6.19 31 31 0 0 0 0 12a31 31 0 0 0 .5 5.81 3 3 0 0 0 2.12 2.14c1.88.5 9.38.5 9.38.5s7.5 0 9.38-.5a3 3 0 0 0 2.12-2.14A31 31 0 0 0 24 12a31 31 0 0 0-.5-5.81M9.55 15.57V8.43L15.82 12z",
    ),
    edge: "border-l-[#ff4d4d]",
};

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "OAuth client ID", "YOUTUBE_CLIENT_ID", "Ends with apps.googleusercontent.com."),
        key("client_secret", "OAuth client secret", "YOUTUBE_CLIENT_SECRET", ""),
        optional(key("api_key", "API key", "YOUTUBE_API_KEY", "Only for reading public data.")),
        optional(open("channel_id", "Channel ID", "YOUTUBE_CHANNEL_ID", "Begins with UC.")),
    ],
    help_url: Some("https://console.cloud.google.com/apis/credentials"),
    note: "Until Google has audited the project, uploaded videos stay private.",
};

pub const PACE: Option<&Pace> = Some(&Pace {
    quota: a_day(100),
    repeats: Repeats::Unwise,
    concurrency: 128,
    source: "YouTube Data API: Quota (videos.insert per day); rejectionReason duplicate.",
    reviewed: "2026-11-20",
});

pub const PUBLISHING: Option<&Publishing> = None;
