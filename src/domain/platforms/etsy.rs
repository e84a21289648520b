//! Etsy.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Etsy", kind: PlatformKind::Shop, mark: Mark::Letters("Et"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "Keystring", "ETSY_CLIENT_ID", ""),
        key("client_secret", "Shared secret", "ETSY_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://www.etsy.com/developers/your-apps"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
