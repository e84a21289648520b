//! Moz.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Moz", kind: PlatformKind::Research, mark: Mark::Letters("Mz"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[
        open("access_id", "Access ID", "MOZ_ACCESS_ID", "Begins with mozscape-."),
        key("secret_key", "Secret key", "MOZ_SECRET_KEY", ""),
    ],
    help_url: Some("https://moz.com/products/api/keys"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
