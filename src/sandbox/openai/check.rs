//! What a chat request must look like.

use super::{Refused, refused, schema};
use crate::domain::platform::Platform;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

/// What was asked, as far as the stand-in needs it.
pub struct Question {
    pub model: String,
    pub instructions: String,
    pub text: String,
    pub pictures: usize,
    /// The last one.
    pub picture: Vec<u8>,
    pub schema: Option<Value>,
    pub stream: bool,
    pub counts: bool,
    pub most_tokens: Option<u64>,
}

/// The parameters of the documentation. An unknown one is refused.
const KNOWN: [&str; 37] = [
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "moderation",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];

/// Bytes of one picture.
const MAX_PICTURE: usize = 20 * 1024 * 1024;
const MAX_PICTURES: usize = 500;

fn wrong(param: &str, message: impl Into<String>) -> Refused {
    refused(400, None, param, message)
}

pub fn question(service: Platform, asked: &Value) -> Result<Question, Refused> {
    let empty = Map::new();
    let fields = asked.as_object().unwrap_or(&empty);
    if let Some(other) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(wrong(other, format!("Unrecognized request argument supplied: {other}")));
    }
    let model = fields.get("model").and_then(Value::as_str).filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| wrong("model", "you must provide a model parameter"))?.to_owned();
    let flag = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(on)) => Ok(*on),
        Some(_) => Err(wrong(name, format!("Invalid type for '{name}': expected a boolean."))),
    };
    let (stream, _) = (flag("stream")?, flag("store")?);
    // The other services do not know it.
    if service != Platform::OpenAi && fields.contains_key("store") {
        return Err(wrong("store", "Unknown name \"store\"."));
    }
    let options = fields.get("stream_options").filter(|options| !options.is_null());
    if options.is_some() && !stream {
        return Err(wrong(
            "stream_options",
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        ));
    }
    let counts = options.is_some_and(|options| options["include_usage"] == true);
    let thinks = ["o1", "o3", "o4", "gpt-5", "gpt-6"].iter().any(|start| model.starts_with(start));
    let (old, new) = (fields.get("max_tokens"), fields.get("max_completion_tokens"));
    if old.is_some() && new.is_some() {
        return Err(wrong(
            "max_tokens",
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
        ));
    }
    if thinks && (old.is_some() || fields.contains_key("temperature") || fields.contains_key("top_p")) {
        return Err(refused(
            400,
            Some("unsupported_parameter"),
            "max_tokens",
            "Unsupported parameter with this model.",
        ));
    }
    let most_tokens = match old.or(new) {
        None | Some(Value::Null) => None,
        Some(most) => match most.as_u64().filter(|most| (1..=16_384).contains(most)) {
            Some(most) => Some(most),
            None => return Err(wrong("max_completion_tokens", "max_tokens is too large or not a positive number.")),
        },
    };
    let mut question = Question {
        model,
        instructions: String::new(),
        text: String::new(),
        pictures: 0,
        picture: vec![],
        schema: format(fields.get("response_format"))?,
        stream,
        counts,
        most_tokens,
    };
    let messages = fields.get("messages").and_then(Value::as_array).filter(|all| !all.is_empty());
    let messages =
        messages.ok_or_else(|| wrong("messages", "Invalid 'messages': expected a list with at least one."))?;
    for (at, message) in messages.iter().enumerate() {
        take(&mut question, at, message)?;
    }
    Ok(question)
}

fn take(question: &mut Question, at: usize, message: &Value) -> Result<(), Refused> {
    let at = format!("messages[{at}]");
    let role = message["role"].as_str().unwrap_or_default();
    if !["system", "developer", "user", "assistant", "tool"].contains(&role) {
        return Err(wrong(&format!("{at}.role"), format!("Invalid value: '{role}'.")));
    }
    let instructs = matches!(role, "system" | "developer");
    let parts = match &message["content"] {
        Value::String(text) => vec![serde_json::json!({ "type": "text", "text": text })],
        Value::Array(parts) if !parts.is_empty() => parts.clone(),
        _ => return Err(wrong(&format!("{at}.content"), "Invalid value for 'content': expected a string or a list.")),
    };
    for (n, part) in parts.iter().enumerate() {
        let place = format!("{at}.content[{n}]");
        match part["type"].as_str() {
            Some("text") => {
                let text = part["text"].as_str().ok_or_else(|| wrong(&place, "Missing required parameter: 'text'."))?;
                let to = if instructs { &mut question.instructions } else { &mut question.text };
                to.push_str(text);
                to.push('\n');
            }
            Some("image_url") if role == "user" => {
                question.picture = picture(&part["image_url"], &format!("{place}.image_url"))?;
                question.pictures += 1;
            }
            _ => return Err(wrong(&place, "Invalid content part: this type is not supported for this role.")),
        }
    }
    if question.pictures > MAX_PICTURES {
        return Err(wrong("messages", format!("Too many images in request: at most {MAX_PICTURES}.")));
    }
    Ok(())
}

/// PNG, JPEG, WebP or GIF, by its bytes; nothing where it is named by its address.
fn picture(image: &Value, place: &str) -> Result<Vec<u8>, Refused> {
    let url = image["url"].as_str().ok_or_else(|| wrong(place, "Missing required parameter: 'url'."))?;
    if !matches!(image["detail"].as_str(), None | Some("low" | "high" | "auto")) {
        return Err(wrong(place, "Invalid value for 'detail'."));
    }
    if url.starts_with("https://") {
        return Ok(vec![]);
    }
    let refuse = |code, message: &str| refused(400, Some(code), place, message);
    let (mime, data) = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .ok_or_else(|| refuse("invalid_image_url", "Expected a base64-encoded data URL or an https URL."))?;
    let bytes = BASE64_STANDARD.decode(data).map_err(|_| refuse("invalid_base64_image", "Invalid base64 image."))?;
    if bytes.is_empty() {
        return Err(refuse("empty_image_file", "The image file is empty."));
    }
    if bytes.len() > MAX_PICTURE {
        return Err(refuse("image_file_too_large", "The image is too large."));
    }
    let format = image::guess_format(&bytes).ok();
    let known = ["image/png", "image/jpeg", "image/webp", "image/gif"];
    match format.map(|format| format.to_mime_type()) {
        Some(found) if known.contains(&found) && found == mime => Ok(bytes),
        Some(_) => {
            Err(refuse("unsupported_image_media_type", "The image does not have the type that the data URL says."))
        }
        None => Err(refuse("image_parse_error", "You uploaded an unsupported image.")),
    }
}

/// The schema of a structured answer. One without `strict` is refused here: the service would take it, and then promise nothing.
fn format(format: Option<&Value>) -> Result<Option<Value>, Refused> {
    let Some(format) = format.filter(|format| !format.is_null()) else { return Ok(None) };
    match format["type"].as_str() {
        Some("text" | "json_object") => return Ok(None),
        Some("json_schema") => {}
        _ => return Err(wrong("response_format.type", "Invalid value for 'response_format.type'.")),
    }
    let described = &format["json_schema"];
    let name = described["name"].as_str().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !(1..=64).contains(&name.len()) || !name.chars().all(plain) {
        return Err(wrong(
            "response_format.json_schema.name",
            "Missing or invalid 'response_format.json_schema.name'.",
        ));
    }
    if described["strict"] != true {
        return Err(wrong(
            "response_format.json_schema.strict",
            "The stand-in takes schemas with 'strict: true' only.",
        ));
    }
    let given = described.get("schema").filter(|schema| schema.is_object());
    let given =
        given.ok_or_else(|| wrong("response_format.json_schema.schema", "Missing required parameter: 'schema'."))?;
    schema::check(given, name).map_err(|message| wrong("response_format", message))?;
    Ok(Some(given.clone()))
}
