//! Squarespace.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Squarespace", kind: PlatformKind::Shop, mark: Mark::Letters("Sq"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "Client ID", "SQUARESPACE_CLIENT_ID", ""),
        key("client_secret", "Client secret", "SQUARESPACE_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://developers.squarespace.com/oauth"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
