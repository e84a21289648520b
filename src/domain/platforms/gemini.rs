//! Google's Gemini.

use crate::domain::keys::{Keys, key};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "Gemini", kind: PlatformKind::Model, mark: Mark::Letters("G"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[key("api_key", "API key", "GEMINI_API_KEY", "")],
    help_url: Some("https://aistudio.google.com/apikey"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
