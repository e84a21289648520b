//! Eventbrite.

use crate::domain::keys::{Keys, key};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Eventbrite", kind: PlatformKind::Research, mark: Mark::Letters("Eb"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[key("token", "Private token", "EVENTBRITE_TOKEN", "The private token; the API key is refused.")],
    help_url: Some("https://www.eventbrite.com/platform/api-keys"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
