//! DataForSEO.

use crate::domain::keys::{Keys, key, open};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "DataForSEO", kind: PlatformKind::Research, mark: Mark::Letters("DS"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[
        open("login", "Login", "DATAFORSEO_LOGIN", "The e-mail address of the account."),
        key("password", "API password", "DATAFORSEO_PASSWORD", "From the API page, not the one for signing in."),
    ],
    help_url: Some("https://app.dataforseo.com/api-access"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
