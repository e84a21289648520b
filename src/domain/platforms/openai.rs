//! OpenAI.

use crate::domain::keys::{Keys, key};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics =
    Basics { name: "OpenAI", kind: PlatformKind::Model, mark: Mark::Letters("AI"), edge: PLAIN_EDGE };

pub const KEYS: Keys = Keys {
    fields: &[key("api_key", "API key", "OPENAI_API_KEY", "Begins with sk-.")],
    help_url: Some("https://platform.openai.com/api-keys"),
    note: "",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
