//! One picture from a description. The service answers when it is whole, which takes a minute.
//! Source: `openai/openai-openapi` 2.3.0 (2026-08-21), `POST /images/generations`.

use super::Place;
use super::chat::Usage;
use super::client::{self, Bounds};
use super::problem::{Refusal, RefusalKind};
use crate::infra::http::outbound::Outbound;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// The largest answers have some 8 MB of picture, and a third more as text.
const BOUNDS: Bounds = Bounds { begins: Duration::from_secs(180), most: 24 << 20 };

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub model: String,
    pub prompt: String,
    /// Pixels.
    pub size: (u32, u32),
}

/// A picture as it came: a file that nobody has looked into yet.
#[derive(Debug)]
pub struct Drawn {
    pub bytes: Vec<u8>,
    pub usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Vec<One>,
    #[serde(default)]
    usage: Option<Counted>,
}

#[derive(Deserialize)]
struct One {
    #[serde(default)]
    b64_json: Option<String>,
}

#[derive(Deserialize)]
struct Counted {
    #[serde(default)]
    input_tokens: u32,
    #[serde(default)]
    output_tokens: u32,
}

/// Has it made. JPEG, because every network takes it.
pub async fn draw(outbound: &Outbound, place: &Place, wanted: &Wanted) -> Result<Drawn, Refusal> {
    let body = json!({
        "model": wanted.model,
        "prompt": wanted.prompt,
        "n": 1,
        "size": format!("{}x{}", wanted.size.0, wanted.size.1),
        "quality": "medium",
        "output_format": "jpeg",
        "output_compression": 92,
        "background": "opaque",
    });
    let answer = client::post(outbound, place, "images/generations", &body, BOUNDS).await?;
    let unread = || Refusal::new(RefusalKind::Garbage, "The answer holds no picture.");
    let answer: Answer = serde_json::from_slice(&answer).map_err(|_| unread())?;
    let usage = answer.usage.map(|counted| Usage { input: counted.input_tokens, output: counted.output_tokens });
    // A link instead of a picture is not followed: the models that answer with one are gone.
    let text = answer.data.into_iter().next().and_then(|one| one.b64_json).ok_or_else(unread)?;
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| unread())?;
    Ok(Drawn { bytes, usage })
}
