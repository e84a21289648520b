//! SEMrush.

use crate::domain::keys::{Keys, key};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "SEMrush", kind: PlatformKind::Research, mark: Mark::Letters("SR"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[key("api_key", "API key", "SEMRUSH_API_KEY", "")],
    help_url: Some("https://www.semrush.com/accounts/subscription-info/api-units/"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
