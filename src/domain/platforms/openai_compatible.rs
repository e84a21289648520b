//! Any server with OpenAI's protocol.

use crate::domain::keys::{Form, Keys, key, open, optional, shaped};
use crate::domain::pace::Pace;
use crate::domain::platform::{Basics, Mark, PLAIN_EDGE, PlatformKind, Publishing};

pub const BASICS: Basics = Basics {
    name: "OpenAI-compatible endpoint",
    kind: PlatformKind::Model,
    mark: Mark::Letters("LM"),
    edge: PLAIN_EDGE,
};

pub const KEYS: Keys = Keys {
    fields: &[
        shaped(open("base_url", "Base address", "OPENAI_COMPATIBLE_BASE_URL", "Usually ends with /v1."), Form::Address),
        optional(key("api_key", "API key", "OPENAI_COMPATIBLE_API_KEY", "If the server asks for one.")),
        open("model", "Model", "OPENAI_COMPATIBLE_MODEL", "The name that the server lists."),
    ],
    help_url: None,
    note: "Any server that speaks the OpenAI protocol: vLLM, Ollama, LM Studio, a gateway.",
};

pub const PACE: Option<&Pace> = None;

pub const PUBLISHING: Option<&Publishing> = None;
