//! What goes to model services and what comes back, held against the files in `models`, each of which names its source and the day
//! on which it was checked: the requests that the program sends over HTTP, byte for byte as JSON; the stand-in's answers to the same
//! requests; and both against OpenAI's own description (`openai-description.json`). Days and pictures are left out.

mod refused;
mod schema;

use crate::support::{Firm, TestApp};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lux::connectors::models::{Part, Place, listing};
use lux::domain::error::AppError;
use lux::domain::platform::Platform;
use lux::features::models::server::door::{self, Ask};
use lux::features::models::server::{pictures, schema as strict, settings};
use lux::features::secrets::server::service as secrets;
use lux::infra::http::outbound::Outbound;
use lux::infra::session::Granted;
use lux::sandbox::{ModelFault, ModelFaultKind};
use schema::Description;
use schemars::JsonSchema;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use url::Url;

const DESCRIPTION: &str = "openai-description";
const EXAMPLE: &str = "openai-example-stream";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/golden/models")
}

fn read(name: &str) -> Value {
    let path = folder().join(name).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn description() -> Description {
    Description(read(DESCRIPTION))
}

/// All exchanges, by the names of their files.
fn exchanges() -> Vec<(String, Value)> {
    let names = std::fs::read_dir(folder()).expect("the folder").map(|file| file.expect("a file").path());
    let mut names: Vec<_> = names.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    let all = names.into_iter().filter(|name| name != DESCRIPTION && name != EXAMPLE);
    let all: Vec<_> = all.map(|name| (name.clone(), read(&name))).collect();
    assert!(all.len() >= 15, "{} files", all.len());
    all
}

fn service(golden: &Value) -> Platform {
    golden["service"].as_str().and_then(|id| id.parse().ok()).expect("a service")
}

/// The stream of an answer, as it goes over the wire.
fn events(of: &Value) -> Option<String> {
    let event = |event: &Value| match event.as_str() {
        Some(word) => format!("data: {word}\n\n"),
        None => format!("data: {event}\n\n"),
    };
    Some(of["events"].as_array()?.iter().map(event).collect())
}

/// The events of a stream as JSON; its last one is a word.
fn parsed(stream: &str) -> Value {
    let data =
        stream.split("\n\n").filter(|event| !event.is_empty()).map(|event| event.strip_prefix("data: ").expect("data"));
    data.map(|data| serde_json::from_str::<Value>(data).unwrap_or_else(|_| data.into())).collect()
}

/// Without what is different each time: the second, and what is on a picture, which has to be one.
fn same_each_time(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match name.as_str() {
                    "created" if value.is_u64() => *value = 0.into(),
                    "b64_json" => {
                        let bytes = BASE64_STANDARD.decode(value.as_str().unwrap_or_default()).expect("base64");
                        image::load_from_memory(&bytes).expect("a picture");
                        *value = "(a picture)".into();
                    }
                    _ => same_each_time(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(same_each_time),
        _ => {}
    }
}

#[test]
fn each_file_names_its_source_and_fits_the_description() {
    let described = description();
    let mut all = exchanges();
    all.extend([DESCRIPTION, EXAMPLE].map(|name| (name.to_owned(), read(name))));
    for (name, golden) in &all {
        let source = golden["source"].as_str().unwrap_or_default();
        let checked = golden["checked"].as_str().unwrap_or_default();
        assert!(source.len() > 10 && checked.parse::<chrono::NaiveDate>().is_ok(), "{name}: {source} {checked}");
    }
    for (name, golden) in exchanges() {
        let (asked, answered) = (golden["described"][0].as_str(), golden["described"][1].as_str());
        let request = asked.and_then(|schema| described.misfit(schema, &golden["request"]["body"]));
        assert_eq!(request, None, "{name}");
        let answer = &golden["answer"];
        let bodies: Vec<&Value> = match answer["events"].as_array() {
            Some(events) => events.iter().filter(|event| event.is_object()).collect(),
            None => vec![&answer["body"]],
        };
        for body in bodies {
            assert_eq!(answered.and_then(|schema| described.misfit(schema, body)), None, "{name}");
        }
    }
    // It notices what does not fit.
    let good =
        exchanges().into_iter().find(|(name, _)| name == "openai-chat").expect("a file").1["request"]["body"].clone();
    for (change, says) in [
        (json!({ "colour": 1 }), "$.colour does not exist"),
        (json!({ "messages": [] }), "$.messages has 0 items"),
        (json!({ "n": 0 }), "$.n cannot be 0"),
        (json!({ "stream": "yes" }), "$.stream must be"),
        (json!({ "response_format": { "type": "json_schema" } }), "json_schema is missing"),
        (json!({ "stream_options": { "usage": true } }), "usage does not exist"),
    ] {
        let mut bad = good.clone();
        bad.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
        let said = described.misfit("CreateChatCompletionRequest", &bad).unwrap_or_default();
        assert!(said.contains(says), "{said}");
    }
}

#[tokio::test]
async fn the_stand_in_answers_as_the_files_say() {
    let t = TestApp::start().await;
    let http = reqwest::Client::new();
    for (name, golden) in exchanges() {
        let (request, expected) = (&golden["request"], &golden["answer"]);
        if golden["fault"].is_string() {
            let kind: ModelFaultKind = serde_json::from_value(golden["fault"].clone()).expect("a fault");
            t.sandbox.inject_model(ModelFault { kind, times: 1, ms: None });
        }
        let url = t.at_stand_in(service(&golden), request["url"].as_str().expect("an address"));
        let method: Method = request["method"].as_str().expect("a method").parse().expect("a method");
        let mut sent = http.request(method, url);
        for (header, value) in request["headers"].as_object().expect("headers") {
            sent = sent.header(header, value.as_str().expect("a value"));
        }
        if request.get("body").is_some() {
            sent = sent.body(request["body"].to_string());
        }
        let got = sent.send().await.expect("an answer");
        assert_eq!(got.status().as_u16(), expected["status"], "{name}");
        for (header, value) in expected["headers"].as_object().expect("headers") {
            let came = got.headers().get(header).and_then(|v| v.to_str().ok()).unwrap_or_default();
            assert!(came.starts_with(value.as_str().expect("a value")), "{name}: {header}: {came}");
        }
        assert!(got.headers().contains_key("x-request-id"), "{name}");
        let text = got.text().await.expect("a body");
        let (mut came, part) = match expected["events"].is_array() {
            true => (parsed(&text), &expected["events"]),
            false => (serde_json::from_str(&text).expect("JSON"), &expected["body"]),
        };
        same_each_time(&mut came);
        assert_eq!(&came, part, "{name}:\n{came:#}");
    }
    // It takes every parameter that is described, as far as nothing is said with it, and no other one.
    let described = description();
    for (path, schema, body) in [
        (
            "chat/completions",
            "CreateChatCompletionRequest",
            json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": "Hi" }] }),
        ),
        ("images/generations", "CreateImageRequest", json!({ "model": "gpt-image-2", "prompt": "A cup" })),
    ] {
        let url = t.at_stand_in(Platform::OpenAi, &format!("https://api.openai.com/v1/{path}"));
        let ask = async |name: &str| {
            let mut body = body.clone();
            if body.get(name).is_none() {
                body[name] = Value::Null;
            }
            http.post(&url).bearer_auth("sk-x").json(&body).send().await.expect("an answer").status().as_u16()
        };
        for name in described.names(schema) {
            // Those of models that are gone.
            let expected =
                if path.starts_with("images") && ["response_format", "style"].contains(&name) { 400 } else { 200 };
            assert_eq!(ask(name).await, expected, "{path} {name}");
        }
        assert_eq!(ask("colour").await, 400, "{path}");
    }
}

/// A server that keeps what it is sent and answers what a file says.
#[derive(Clone, Default)]
struct Peer {
    answer: Arc<Mutex<Value>>,
    seen: Arc<Mutex<Vec<Value>>>,
}

impl Peer {
    async fn start() -> (Self, Outbound) {
        let peer = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let service = Router::new().fallback(Self::take).with_state(peer.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        let services = [Platform::OpenAi, Platform::Gemini, Platform::OpenAiCompatible];
        let base = |service: Platform| Url::parse(&format!("http://{address}/{}", service.id())).expect("an address");
        let outbound = Outbound::new(services.map(|service| (service, base(service))).into());
        (peer, outbound.expect("a client"))
    }

    async fn take(State(peer): State<Self>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
        // Behind the service's name the path begins with the host that was meant.
        let path = uri.path().trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
        // Of the connection and not of the question.
        let own = ["host", "content-length", "accept", "user-agent", "accept-encoding"];
        let headers: BTreeMap<_, _> = headers
            .iter()
            .filter(|(name, _)| !own.contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let mut seen = json!({ "method": method.as_str(), "url": format!("https://{path}"), "headers": headers });
        if !body.is_empty() {
            seen["body"] = serde_json::from_slice(&body).expect("JSON");
        }
        peer.seen.lock().expect("requests").push(seen);
        let answer = peer.answer.lock().expect("an answer").clone();
        let status = answer["status"].as_u64().and_then(|status| StatusCode::from_u16(status as u16).ok());
        let mut response = Response::builder().status(status.unwrap_or_default());
        for (header, value) in answer["headers"].as_object().into_iter().flatten() {
            response = response.header(header, value.as_str().unwrap_or_default());
        }
        let body = events(&answer).unwrap_or_else(|| answer["body"].to_string());
        response.body(Body::from(body)).expect("a response")
    }
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is sent")]
struct Said {
    words: String,
}

/// The question of the files, as a feature asks it.
fn question(body: &Value) -> Ask {
    let parts = body["messages"][1]["content"].as_array().expect("parts");
    let text = parts[0]["text"].as_str().expect("a text");
    let picture = parts[1]["image_url"]["url"].as_str().expect("a picture");
    Ask {
        feature: "tests",
        instructions: "Answer.".into(),
        parts: vec![Part::Text(text.into()), Part::Picture(picture.into())],
        schema: Some(("said", strict::strict::<Said>())),
        most_tokens: 500,
    }
}

async fn ask(who: &Granted, golden: &Value) -> Result<String, AppError> {
    let body = &golden["request"]["body"];
    match golden["asked"].as_str().expect("a way to ask") {
        "question" => {
            let mut answer = door::open(who).await?.ask(who, &question(body)).await?;
            answer.whole().await
        }
        "picture" => {
            let prompt = body["prompt"].as_str().expect("a prompt");
            pictures::open(who)
                .await?
                .draw(who, prompt, (1024, 1024))
                .await
                .map(|made| format!("{} bytes", made.bytes.len()))
        }
        _ => {
            let keys = secrets::app_keys(&who.app, who.company, service(golden)).await?;
            let place = Place::read(service(golden), &keys).expect("a place");
            let models = listing::models(&who.app.outbound, &place).await.expect("a list");
            let words =
                models.into_iter().map(|model| format!("{} {}", model.id, model.shutdown_date.unwrap_or_default()));
            Ok(words.collect::<Vec<_>>().join("\n"))
        }
    }
}

#[tokio::test]
async fn the_program_sends_and_reads_what_the_files_say() {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let (peer, outbound) = Peer::start().await;
    let mut who = firm.who.clone();
    who.app.outbound = outbound;
    for (name, golden) in exchanges() {
        if golden["asked"].is_null() {
            continue;
        }
        let (service, request) = (service(&golden), &golden["request"]);
        let key = request["headers"]["authorization"].as_str().and_then(|words| words.strip_prefix("Bearer "));
        let fields = match service {
            Platform::OpenAiCompatible => BTreeMap::from([
                ("base_url".to_owned(), "https://models.example/v1".to_owned()),
                ("model".into(), "stand-in-7b".into()),
            ]),
            _ => BTreeMap::from([("api_key".to_owned(), key.expect("a key").to_owned())]),
        };
        secrets::save(&t.app, &who.tenant, Some(who.user), service, fields).await.expect("kept");
        let model = request["body"]["model"].as_str().filter(|_| golden["asked"] == "question").unwrap_or_default();
        settings::save(&who, service.id(), model, "", "").await.expect("kept");

        let mut answer = golden["answer"].clone();
        // A picture of one dot stands for the picture.
        if answer["body"]["data"][0]["b64_json"].is_string() {
            let url = read("openai-chat")["request"]["body"]["messages"][1]["content"][1]["image_url"]["url"].clone();
            let dot = url.as_str().and_then(|url| url.split_once(',')).map(|(_, data)| data.to_owned()).expect("data");
            answer["body"]["data"][0]["b64_json"] = dot.into();
        }
        *peer.answer.lock().expect("an answer") = answer;
        peer.seen.lock().expect("requests").clear();
        let got = ask(&who, &golden).await;
        let seen = peer.seen.lock().expect("requests").clone();
        assert_eq!(&seen[0], request, "{name}:\n{:#}", seen[0]);
        match (golden["says"].as_str(), golden["asked"].as_str()) {
            (Some(says), _) => {
                let error = got.expect_err(&name);
                assert!(error.message.contains(says) && !error.message.contains("wrong-"), "{name}: {}", error.message);
            }
            (None, Some("question")) => {
                assert_eq!(got.expect(&name), r#"{"words":"An answer of the stand-in."}"#);
                let counted: (i32, i32, bool) = sqlx::query_as(
                    "with gone as (delete from model_calls returning *) select input_tokens, output_tokens, estimated from gone",
                )
                .fetch_one(&t.app.db)
                .await
                .expect("a row");
                let usage = &golden["answer"]["events"]
                    .as_array()
                    .expect("events")
                    .iter()
                    .rev()
                    .nth(1)
                    .expect("a chunk")["usage"];
                assert_eq!(
                    json!([counted.0, counted.1, counted.2]),
                    json!([usage["prompt_tokens"], usage["completion_tokens"], false]),
                    "{name}"
                );
            }
            (None, Some("picture")) => assert!(got.is_ok_and(|words| words != "0 bytes"), "{name}"),
            (None, _) => {
                let got = got.expect(&name);
                let listed = golden["answer"]["body"]["data"].as_array().expect("models").iter();
                for model in listed {
                    let line = format!(
                        "{} {}",
                        model["id"].as_str().unwrap_or_default().trim_start_matches("models/"),
                        model["shutdown_date"].as_str().unwrap_or_default()
                    );
                    assert!(got.lines().any(|one| one == line), "{name}: {line} in\n{got}");
                }
            }
        }
        t.sql("delete from model_calls").await;
    }

    // What the service's own pages show is read.
    let example = read(EXAMPLE);
    let keys = BTreeMap::from([("api_key".to_owned(), "sk-good-key-1234".to_owned())]);
    secrets::save(&t.app, &who.tenant, Some(who.user), Platform::OpenAi, keys).await.expect("kept");
    settings::save(&who, "openai", "", "", "").await.expect("kept");
    *peer.answer.lock().expect("an answer") =
        json!({ "status": 200, "headers": { "content-type": "text/event-stream" }, "events": example["events"] });
    let body = read("openai-chat")["request"]["body"].clone();
    let mut answer = door::open(&who).await.expect("a door").ask(&who, &question(&body)).await.expect("an answer");
    let text = answer.whole().await.expect("all of it");
    let counted: (i32, i32) = sqlx::query_as("select input_tokens, output_tokens from model_calls")
        .fetch_one(&t.app.db)
        .await
        .expect("a row");
    assert_eq!(json!({ "text": text, "input": counted.0, "output": counted.1 }), example["reads"]);
}
