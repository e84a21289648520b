//! Pictures: `POST /images/generations`. The stand-in refuses what the description of the service refuses, and answers with a real
//! picture in the size and the format that were asked for: stripes whose colours follow from the words. The same words give another
//! picture each time, as they do there.

use super::{ModelFault, ModelFaultKind, Refused, refused};
use crate::domain::platform::Platform;
use crate::sandbox::request::json;
use crate::sandbox::state::Sandbox;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures::stream;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Map, Value, json as value};
use sha2::{Digest, Sha256};
use std::io::{self, Cursor};
use std::time::Duration;

/// The parameters of the documentation. An unknown one is refused.
const KNOWN: [&str; 14] = [
    "background",
    "model",
    "moderation",
    "n",
    "output_compression",
    "output_format",
    "partial_images",
    "prompt",
    "quality",
    "response_format",
    "size",
    "stream",
    "style",
    "user",
];
/// Characters of a description.
const MAX_PROMPT: usize = 32_000;
const SIZES: [(u32, u32); 3] = [(1024, 1024), (1536, 1024), (1024, 1536)];

/// The models that make pictures, with the day on which they are shut down.
pub fn models(service: Platform) -> &'static [(&'static str, Option<&'static str>)] {
    match service {
        Platform::OpenAi => {
            &[("gpt-image-1.5", Some("2026-12-01")), ("gpt-image-2", None), ("gpt-image-2.5-flare", None)]
        }
        Platform::OpenAiCompatible => &[("stand-in-brush", None)],
        // Its pictures have an address and parameters of their own.
        _ => &[],
    }
}

/// What was asked for.
struct Wanted {
    prompt: String,
    count: u64,
    size: (u32, u32),
    quality: &'static str,
    format: &'static str,
    compression: u8,
    background: &'static str,
}

fn wrong(param: &str, message: impl Into<String>) -> Refused {
    refused(400, None, param, message)
}

fn one_of(fields: &Map<String, Value>, name: &str, known: &[&'static str]) -> Result<&'static str, Refused> {
    let Some(given) = fields.get(name).filter(|given| !given.is_null()) else { return Ok(known[0]) };
    let found = known.iter().find(|word| given == **word).copied();
    found.ok_or_else(|| wrong(name, format!("Invalid value: '{given}'. Supported values are: {}.", known.join(", "))))
}

fn number(
    fields: &Map<String, Value>,
    name: &str,
    known: std::ops::RangeInclusive<u64>,
    usual: u64,
) -> Result<u64, Refused> {
    let Some(given) = fields.get(name).filter(|given| !given.is_null()) else { return Ok(usual) };
    let found = given.as_u64().filter(|n| known.contains(n));
    let message = || format!("Invalid '{name}': expected a number from {} to {}.", known.start(), known.end());
    found.ok_or_else(|| wrong(name, message()))
}

fn check(service: Platform, asked: &Value) -> Result<Wanted, Refused> {
    let empty = Map::new();
    let fields = asked.as_object().unwrap_or(&empty);
    if let Some(other) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(refused(400, Some("unknown_parameter"), other, format!("Unknown parameter: '{other}'.")));
    }
    // Where none is named, the service takes one that is gone.
    let model = fields.get("model").and_then(Value::as_str).unwrap_or("dall-e-2");
    if !models(service).iter().any(|(id, _)| *id == model) {
        let message = format!("The model '{model}' does not exist.");
        return Err(refused(404, Some("model_not_found"), "model", message));
    }
    // Of models that are gone.
    for old in ["response_format", "style"] {
        if fields.contains_key(old) {
            return Err(refused(400, Some("unknown_parameter"), old, format!("Unknown parameter: '{old}'.")));
        }
    }
    let prompt = fields.get("prompt").and_then(Value::as_str).filter(|prompt| !prompt.trim().is_empty());
    let prompt = prompt.ok_or_else(|| wrong("prompt", "Missing required parameter: 'prompt'."))?;
    if prompt.chars().count() > MAX_PROMPT {
        let message = format!("Invalid 'prompt': string too long. Expected at most {MAX_PROMPT} characters.");
        return Err(refused(400, Some("string_above_max_length"), "prompt", message));
    }
    if fields.get("stream").is_some_and(|on| on == true) || fields.get("partial_images").is_some_and(|n| !n.is_null()) {
        return Err(wrong("stream", "The stand-in answers with whole pictures only."));
    }
    let format = one_of(fields, "output_format", &["png", "jpeg", "webp"])?;
    let background = one_of(fields, "background", &["auto", "opaque", "transparent"])?;
    if background == "transparent" && format == "jpeg" {
        return Err(wrong("background", "Transparent background is not supported for JPEG output format."));
    }
    if fields.get("output_compression").is_some_and(|n| !n.is_null()) && format == "png" {
        return Err(wrong("output_compression", "Compression less than 100 is not supported for PNG output format."));
    }
    one_of(fields, "moderation", &["auto", "low"])?;
    Ok(Wanted {
        prompt: prompt.to_owned(),
        count: number(fields, "n", 1..=10, 1)?,
        size: size(model, fields.get("size"))?,
        quality: one_of(fields, "quality", &["auto", "low", "medium", "high"])?,
        format,
        compression: number(fields, "output_compression", 0..=100, 100)? as u8,
        background,
    })
}

fn size(model: &str, given: Option<&Value>) -> Result<(u32, u32), Refused> {
    let Some(given) = given.filter(|given| !given.is_null() && **given != "auto") else { return Ok(SIZES[0]) };
    let sides = given.as_str().and_then(|size| size.split_once('x'));
    let sides = sides.and_then(|(width, height)| Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?)));
    let any = model == "gpt-image-2";
    let good = |(width, height): &(u32, u32)| {
        SIZES.contains(&(*width, *height))
            || any
                && width % 16 == 0
                && height % 16 == 0
                && (16..=3840).contains(width)
                && (16..=3840).contains(height)
                && width * height <= 3840 * 2160
                && width <= &(3 * height)
                && height <= &(3 * width)
    };
    let says = if any { "multiples of 16 up to 3840x2160" } else { "1024x1024, 1024x1536, 1536x1024 and auto" };
    let message = || format!("Invalid value: {given}. Supported values are: {says}.");
    sides.filter(good).ok_or_else(|| refused(400, Some("invalid_value"), "size", message()))
}

pub async fn generate(
    sandbox: &Sandbox,
    service: Platform,
    asked: &Value,
    fault: Option<ModelFault>,
) -> Result<Response, Refused> {
    let is = |kind| fault.is_some_and(|fault| fault.kind == kind);
    let wanted = check(service, asked)?;
    if is(ModelFaultKind::NoModel) {
        return Err(refused(404, Some("model_not_found"), "model", "The model does not exist."));
    }
    if is(ModelFaultKind::Filter) || is(ModelFaultKind::Refusal) {
        let message = "Your request was rejected by the safety system. safety_violations=[violence].";
        return Err(refused(400, Some("moderation_blocked"), "", message));
    }
    if is(ModelFaultKind::Slow) {
        tokio::time::sleep(Duration::from_millis(fault.and_then(|fault| fault.ms).unwrap_or(200))).await;
    }
    if is(ModelFaultKind::Silence) {
        sandbox.stopped().await;
    }
    let mut data = vec![];
    for _ in 0..wanted.count {
        let number = {
            let mut state = sandbox.models();
            state.drawn += 1;
            state.drawn
        };
        let seed = Sha256::digest(format!("{number} {}", wanted.prompt));
        let (size, format, compression) = (wanted.size, wanted.format, wanted.compression);
        let drawn = tokio::task::spawn_blocking(move || draw(seed.as_slice(), size, format, compression)).await;
        let drawn = drawn.ok().flatten().ok_or_else(|| refused(500, None, "", "The server had an error."))?;
        let bytes = if is(ModelFaultKind::Rubbish) { b"Sure! Here is your picture.".to_vec() } else { drawn };
        data.push(value!({ "b64_json": BASE64_STANDARD.encode(bytes) }));
    }
    let read = wanted.prompt.len().div_ceil(4) as u64;
    let square = match wanted.quality {
        "low" => 200,
        "high" => 7_030,
        _ => 1_770,
    };
    let (width, height) = wanted.size;
    let wrote = wanted.count * (u64::from(width) * u64::from(height) * square).div_ceil(1024 * 1024);
    let mut answer = value!({
        "created": sandbox.now().timestamp(),
        "data": data,
        "background": if wanted.background == "transparent" { "transparent" } else { "opaque" },
        "output_format": wanted.format,
        "quality": if wanted.quality == "auto" { "medium" } else { wanted.quality },
        "usage": {
            "input_tokens": read, "output_tokens": wrote, "total_tokens": read + wrote,
            "input_tokens_details": { "text_tokens": read, "image_tokens": 0 },
        },
    });
    // The description of an answer names no other sizes.
    if SIZES.contains(&wanted.size) {
        answer["size"] = format!("{width}x{height}").into();
    }
    if is(ModelFaultKind::Half) {
        let text = answer.to_string();
        let half = Bytes::from(text[..text.len() / 2].to_owned());
        let broken = [Ok(half), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
        return Ok(
            ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(stream::iter(broken))).into_response()
        );
    }
    Ok(json(StatusCode::OK, &answer))
}

/// Stripes in two colours of the seed.
fn draw(seed: &[u8], (width, height): (u32, u32), format: &str, compression: u8) -> Option<Vec<u8>> {
    let colour = |at: usize| Rgb([seed[at], seed[at + 1], seed[at + 2]]);
    let (one, other) = (colour(0), colour(3));
    let step = 64 + u32::from(seed[6]) / 2;
    let picture = RgbImage::from_fn(width, height, |x, y| if (x + y) / step % 2 == 0 { one } else { other });
    let mut out = Cursor::new(vec![]);
    match format {
        "jpeg" => JpegEncoder::new_with_quality(&mut out, compression.max(1)).encode_image(&picture).ok()?,
        "webp" => DynamicImage::ImageRgb8(picture).write_to(&mut out, ImageFormat::WebP).ok()?,
        _ => DynamicImage::ImageRgb8(picture).write_to(&mut out, ImageFormat::Png).ok()?,
    }
    Some(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_real_service_refuses_is_refused() {
        let good = value!({ "model": "gpt-image-2", "prompt": "A cup", "size": "1024x1280", "output_format": "jpeg",
                            "output_compression": 92, "n": 1, "quality": "medium", "background": "opaque" });
        assert!(check(Platform::OpenAi, &good).is_ok());
        let with = |name: &str, changed: Value| {
            let mut asked = good.clone();
            asked[name] = changed;
            asked
        };
        let long = "x".repeat(MAX_PROMPT + 1);
        for (bad, param) in [
            (with("model", Value::Null), "model"),
            (with("model", "gpt-image-1".into()), "model"),
            (with("model", "gpt-4o".into()), "model"),
            (with("prompt", "".into()), "prompt"),
            (with("prompt", long.into()), "prompt"),
            (with("size", "1000x1000".into()), "size"),
            (with("size", "4096x16".into()), "size"),
            (with("model", "gpt-image-1.5".into()), "size"),
            (with("n", 11.into()), "n"),
            (with("quality", "hd".into()), "quality"),
            (with("output_format", "gif".into()), "output_format"),
            (with("output_format", "png".into()), "output_compression"),
            (with("background", "transparent".into()), "background"),
            (with("response_format", "b64_json".into()), "response_format"),
            (with("style", "vivid".into()), "style"),
            (with("stream", true.into()), "stream"),
            (with("seed", 1.into()), "seed"),
        ] {
            let said = check(Platform::OpenAi, &bad).err().and_then(|refused| refused.param);
            assert_eq!(said.as_deref(), Some(param), "{bad}");
        }
    }

    #[test]
    fn pictures_are_real_ones_in_the_size_that_was_asked_for() {
        for (format, kind) in [("png", ImageFormat::Png), ("jpeg", ImageFormat::Jpeg), ("webp", ImageFormat::WebP)] {
            let drawn = draw(&[7; 32], (864, 1536), format, 92).unwrap();
            assert_eq!(image::guess_format(&drawn).unwrap(), kind);
            let read = image::load_from_memory(&drawn).unwrap();
            assert_eq!((read.width(), read.height()), (864, 1536));
        }
    }
}
