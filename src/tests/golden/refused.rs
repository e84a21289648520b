//! Requests that the real service refuses: the stand-in refuses each of them, with the service's status, code and place. One test for
//! each kind. The words about schemas are the service's own (github.com/agentscope-ai/agentscope-java/issues/2548, langchain-ai/langchain
//! pull request 25169), the bounds of pictures those of github.com/CosmosShadow/gptpdf/issues/6 and of the guide to pictures.

use super::read;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lux::sandbox::{self, Running};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

/// The stand-in alone.
struct StandIn {
    running: Running,
}

impl StandIn {
    async fn start() -> Self {
        let options = sandbox::Options { processing: Duration::ZERO, limit_factor: 1000, ..Default::default() };
        let running = sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("sandbox");
        Self { running }
    }

    async fn answer(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("http://{}/openai/api.openai.com/v1/{path}", self.running.addr);
        let sent = reqwest::Client::new().post(url).bearer_auth("sk-x").json(body).send();
        let got = sent.await.expect("an answer");
        (got.status().as_u16(), got.json().await.expect("JSON"))
    }

    async fn refuses(&self, path: &str, body: &Value, status: u16, code: Value, param: &str, says: &str) {
        let (got, answer) = self.answer(path, body).await;
        let error = &answer["error"];
        let message = error["message"].as_str().unwrap_or_default();
        assert_eq!((got, &error["code"]), (status, &code), "{answer}");
        assert!(error["param"].as_str().unwrap_or_default().starts_with(param) && message.contains(says), "{answer}");
        assert_eq!(error["type"], "invalid_request_error", "{answer}");
    }
}

/// A good question, changed.
fn question(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = read("openai-chat")["request"]["body"].clone();
    change(&mut body);
    body
}

fn schema(body: &mut Value) -> &mut Value {
    &mut body["response_format"]["json_schema"]["schema"]
}

fn with_picture(url: &str) -> Value {
    question(|body| body["messages"][1]["content"][1]["image_url"]["url"] = url.into())
}

fn data(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", BASE64_STANDARD.encode(bytes))
}

const CHAT: &str = "chat/completions";
const FORMAT: &str = "response_format";

#[tokio::test]
async fn a_good_question_is_answered() {
    let (status, _) = StandIn::start().await.answer(CHAT, &question(|body| body["stream"] = false.into())).await;
    assert_eq!(status, 400, "usage is for streams only");
    let whole = question(|body| {
        body["stream"] = false.into();
        body.as_object_mut().expect("an object").remove("stream_options");
    });
    let (status, answer) = StandIn::start().await.answer(CHAT, &whole).await;
    assert_eq!((status, &answer["object"]), (200, &json!("chat.completion")), "{answer}");
}

#[tokio::test]
async fn a_schema_without_strict_is_refused() {
    let stand_in = StandIn::start().await;
    for strict in [None, Some(Value::Null), Some(false.into())] {
        let body = question(|body| {
            let format = body["response_format"]["json_schema"].as_object_mut().expect("an object");
            format.remove("strict");
            format.extend(strict.map(|strict| ("strict".to_owned(), strict)));
        });
        stand_in.refuses(CHAT, &body, 400, Value::Null, FORMAT, "'strict: true'").await;
    }
}

#[tokio::test]
async fn a_schema_that_is_not_closed_is_refused() {
    let stand_in = StandIn::start().await;
    let says = "In context=(), 'additionalProperties' is required to be supplied and to be false.";
    for open in [None, Some(Value::Null), Some(true.into()), Some(json!({ "type": "string" }))] {
        let body = question(|body| {
            let fields = schema(body).as_object_mut().expect("an object");
            fields.remove("additionalProperties");
            fields.extend(open.map(|open| ("additionalProperties".to_owned(), open)));
        });
        stand_in.refuses(CHAT, &body, 400, Value::Null, FORMAT, says).await;
    }
    // Deep inside, too.
    let inner = json!({ "type": "object", "properties": {}, "required": [] });
    let body = question(|body| schema(body)["properties"]["words"] = inner);
    let says = "In context=('properties', 'words'), 'additionalProperties'";
    stand_in.refuses(CHAT, &body, 400, Value::Null, FORMAT, says).await;
}

#[tokio::test]
async fn a_wrong_schema_is_refused() {
    let stand_in = StandIn::start().await;
    for (change, says) in [
        (json!({ "required": [] }), "Missing 'words'"),
        (json!({ "required": ["words", "more"] }), "'more'"),
        (json!({ "properties": { "words": { "type": "string", "minLength": 1 } } }), "'minLength' is not permitted"),
        (json!({ "properties": { "words": { "type": "string", "default": "" } } }), "'default' is not permitted"),
        (json!({ "properties": { "words": {} } }), "must have a 'type' key"),
        (json!({ "properties": { "words": { "type": "array" } } }), "missing items"),
        (json!({ "properties": { "words": { "$ref": "#/$defs/Nothing" } } }), "reference cannot be resolved"),
        (json!({ "type": "array" }), "'type: \"object\"'"),
        (json!({ "anyOf": [] }), "'type: \"object\"'"),
    ] {
        let body = question(|body| {
            let fields = schema(body).as_object_mut().expect("an object");
            fields.extend(change.as_object().cloned().unwrap_or_default());
        });
        stand_in.refuses(CHAT, &body, 400, Value::Null, FORMAT, says).await;
    }
    let nameless = question(|body| body["response_format"]["json_schema"]["name"] = "two words".into());
    stand_in.refuses(CHAT, &nameless, 400, Value::Null, "response_format.json_schema.name", "name").await;
}

#[tokio::test]
async fn a_picture_that_is_too_large_is_refused() {
    let stand_in = StandIn::start().await;
    let mut png = BASE64_STANDARD
        .decode(
            read("openai-chat")["request"]["body"]["messages"][1]["content"][1]["image_url"]["url"]
                .as_str()
                .and_then(|url| url.split_once(','))
                .expect("data")
                .1,
        )
        .expect("base64");
    png.resize(20 * 1024 * 1024 + 1, 0);
    let body = with_picture(&data("image/png", &png));
    let param = "messages[1].content[1].image_url";
    stand_in.refuses(CHAT, &body, 400, json!("image_file_too_large"), param, "too large").await;
}

#[tokio::test]
async fn a_picture_of_another_kind_is_refused() {
    let stand_in = StandIn::start().await;
    let param = "messages[1].content[1].image_url";
    let bmp = [b"BM".as_slice(), &[0; 60]].concat();
    for (url, code) in [
        (data("image/bmp", &bmp), "unsupported_image_media_type"),
        (data("image/png", &bmp), "unsupported_image_media_type"),
        (data("image/jpeg", b"\x89PNG\r\n\x1a\n and so on"), "unsupported_image_media_type"),
        (data("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "image_parse_error"),
        (data("application/pdf", b"%PDF-1.7"), "image_parse_error"),
        (data("image/png", b""), "empty_image_file"),
        ("data:image/png;base64,%%%".to_owned(), "invalid_base64_image"),
        ("http://pictures.example/cup.png".to_owned(), "invalid_image_url"),
    ] {
        stand_in.refuses(CHAT, &with_picture(&url), 400, json!(code), param, "").await;
    }
}

#[tokio::test]
async fn what_is_no_parameter_is_refused() {
    let stand_in = StandIn::start().await;
    for (change, param) in [
        (json!({ "colour": 1 }), "colour"),
        (json!({ "stream": "yes" }), "stream"),
        (json!({ "max_tokens": 5 }), "max_tokens"),
        (json!({ "max_completion_tokens": 0 }), "max_completion_tokens"),
        (json!({ "messages": [] }), "messages"),
        (json!({ "messages": [{ "role": "nobody", "content": "Hi" }] }), "messages[0].role"),
        (json!({ "messages": [{ "role": "user", "content": [{ "type": "video_url" }] }] }), "messages[0].content[0]"),
    ] {
        let body = question(|body| {
            body.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
        });
        stand_in.refuses(CHAT, &body, 400, Value::Null, param, "").await;
    }
    let picture = read("openai-picture")["request"]["body"].clone();
    for (name, value, code) in [
        ("size", json!("1000x1000"), json!("invalid_value")),
        ("prompt", json!("x".repeat(32_001)), json!("string_above_max_length")),
        ("colour", json!(1), json!("unknown_parameter")),
    ] {
        let mut body = picture.clone();
        body[name] = value;
        stand_in.refuses("images/generations", &body, 400, code, name, "").await;
    }
}
