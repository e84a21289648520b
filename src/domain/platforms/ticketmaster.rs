//! Ticketmaster.

use crate::domain::keys::{Keys, key};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Ticketmaster", kind: PlatformKind::Research, mark: Mark::Letters("Tm"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[key("api_key", "Consumer key", "TICKETMASTER_API_KEY", "")],
    help_url: Some("https://developer-acct.ticketmaster.com/user/login"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
