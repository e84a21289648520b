//! Shopify.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Shopify", kind: PlatformKind::Shop, mark: Mark::Letters("Sh"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[
        open("client_id", "Client ID", "SHOPIFY_CLIENT_ID", ""),
        key("client_secret", "Client secret", "SHOPIFY_CLIENT_SECRET", ""),
    ],
    help_url: Some("https://dev.shopify.com/dashboard/"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
