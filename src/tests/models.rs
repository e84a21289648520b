//! The one door to language models, held against the stand-in over HTTP: answers of every shape, refusals, money, hanging up,
//! and that one company's keys, choices and calls are its own.

use crate::support::{Firm, TestApp, until};
use lux::connectors::models::Part;
use lux::domain::error::{ErrorKind, Result};
use lux::domain::platform::Platform::{self, Gemini, OpenAi, OpenAiCompatible};
use lux::features::models::server::door::{self, Ask};
use lux::features::models::server::{schema, settings};
use lux::features::secrets::server::service as secrets;
use lux::infra::session::Granted;
use lux::sandbox::{ModelFault, ModelFaultKind};
use schemars::JsonSchema;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is sent")]
struct Said {
    words: String,
}

async fn key(firm: &Firm, service: Platform, fields: &[(&str, &str)]) {
    let fields: BTreeMap<_, _> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (app, who) = (&firm.who.app, &firm.who);
    secrets::save(app, &who.tenant, Some(who.user), service, fields).await.expect("kept");
}

fn question() -> Ask {
    Ask {
        feature: "tests",
        instructions: "Answer.".into(),
        parts: vec![Part::Text("Café ☕ 40 €".into())],
        schema: Some(("said", schema::strict::<Said>())),
        most_tokens: 500,
    }
}

async fn ask(who: &Granted) -> Result<(String, String)> {
    let mut answer = door::open(who).await?.ask(who, &question()).await?;
    let text = answer.whole().await?;
    Ok((answer.model.clone(), text))
}

/// Model and outcome of the calls since the last look, the oldest first.
async fn calls(t: &TestApp) -> Vec<(String, String)> {
    let rows = sqlx::query_as(
        "with gone as (delete from model_calls returning *) select model, outcome from gone order by id",
    );
    rows.fetch_all(&t.app.db).await.expect("calls")
}

#[tokio::test]
async fn answers_refusals_and_what_they_cost() {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let who = &firm.who;
    let none = ask(who).await.unwrap_err();
    assert_eq!(none.kind, ErrorKind::Conflict);
    assert!(none.message.contains("Settings → Integrations"), "{}", none.message);
    key(&firm, OpenAi, &[("api_key", "sk-good-key-1234")]).await;

    let (model, text) = ask(who).await.expect("an answer");
    assert_eq!((model.as_str(), text.as_str()), ("gpt-4o", r#"{"words":"An answer of the stand-in."}"#));
    let sent = t.sandbox.model_requests().pop().expect("a request");
    assert_eq!(sent["response_format"]["json_schema"]["strict"], true);
    assert_eq!((&sent["store"], &sent["stream_options"]["include_usage"]), (&json!(false), &json!(true)));
    let row: (String, i32, i32, i64, bool, bool) = sqlx::query_as(
        "select outcome, input_tokens, output_tokens, cost_micros, estimated, user_id is not null from model_calls",
    )
    .fetch_one(&t.app.db)
    .await
    .expect("a row");
    assert!(row.0 == "answered" && row.1 > 0 && row.2 > 0 && row.3 > 0 && !row.4 && row.5, "{row:?}");
    assert_eq!(t.value::<i64>("select cost_micros from model_months").await, row.3);
    calls(&t).await;

    let retried = ["gpt-4o answered"].as_slice();
    for (kind, times, expected, rows, requests) in [
        (ModelFaultKind::SplitUtf8, 1, Ok(()), retried, 1),
        (ModelFaultKind::RateLimited, 2, Ok(()), retried, 3),
        (ModelFaultKind::ServerError, 1, Ok(()), retried, 2),
        // Three times the model, three times the one that stands in for it.
        (ModelFaultKind::RateLimited, 6, Err(ErrorKind::RateLimited), &["gpt-4o failed", "gpt-6-luna failed"], 6),
        (ModelFaultKind::NoModel, 1, Ok(()), &["gpt-4o failed", "gpt-6-luna answered"], 2),
        (ModelFaultKind::NoMoney, 1, Err(ErrorKind::Conflict), &["gpt-4o failed"], 1),
        // What may have been paid for is not asked again.
        (ModelFaultKind::Half, 1, Err(ErrorKind::Unavailable), &["gpt-4o failed"], 1),
        (ModelFaultKind::Filter, 1, Err(ErrorKind::Conflict), &["gpt-4o filtered"], 1),
        (ModelFaultKind::Refusal, 1, Err(ErrorKind::Conflict), &["gpt-4o declined"], 1),
    ] {
        let before = t.sandbox.model_requests().len();
        t.sandbox.inject_model(ModelFault { kind, times, ms: None });
        let got = ask(who).await;
        assert_eq!(got.as_ref().map(|_| ()).map_err(|error| error.kind), expected, "{kind:?} {times}: {got:?}");
        if let Err(error) = &got {
            assert!(error.message.ends_with('.'), "{kind:?}: {}", error.message);
        }
        let rows_seen: Vec<_> =
            calls(&t).await.into_iter().map(|(model, outcome)| format!("{model} {outcome}")).collect();
        assert_eq!(rows_seen, rows, "{kind:?} {times}");
        assert_eq!(t.sandbox.model_requests().len() - before, requests, "{kind:?} {times}");
    }
    // A refusal costs nothing, half an answer what came of it.
    let failed = t.value::<i32>("select calls from model_months").await;
    assert!(failed >= 10, "{failed}");

    key(&firm, OpenAi, &[("api_key", "wrong-key-98765432")]).await;
    let refused = ask(who).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Conflict);
    assert!(refused.message.contains("does not accept the key") && !refused.message.contains("wrong"), "{refused:?}");
}

#[tokio::test]
async fn hanging_up_and_a_cap() {
    let t = TestApp::start().await;
    let firm = Firm::found(&t.app, "Northwind", "UTC").await;
    let who = &firm.who;
    key(&firm, OpenAi, &[("api_key", "sk-good-key-1234")]).await;
    t.sandbox.inject_model(ModelFault { kind: ModelFaultKind::Silence, times: 1, ms: None });
    let mut answer = door::open(who).await.expect("a door").ask(who, &question()).await.expect("an answer");
    assert!(answer.more().await.expect("a piece"));
    drop(answer);
    until!(t.sandbox.model_hang_ups() == 1);
    until!(t.value::<i64>("select count(*) from model_calls where outcome = 'stopped' and estimated").await == 1);
    assert!(t.value::<i64>("select cost_micros from model_months").await > 0, "what came is counted");

    // One that begins below the cap is finished, whatever it costs; the next one is not begun.
    settings::save(who, "", "", "", "1").await.expect("kept");
    t.sql("update model_months set cost_micros = 999999").await;
    ask(who).await.expect("below the cap");
    let before = t.sandbox.model_requests().len();
    let over = ask(who).await.unwrap_err();
    assert_eq!(over.kind, ErrorKind::Conflict);
    assert!(over.message.contains("$1.00") && over.message.contains("Nothing was lost"), "{}", over.message);
    assert_eq!(t.sandbox.model_requests().len(), before, "nothing was sent");
    // Of many at once those alone are begun for which there is money left beside what is under way.
    t.sql("update model_months set cost_micros = 999999").await;
    let asked = futures::future::join_all((0..8).map(|_| ask(who))).await;
    let answered = asked.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(answered, 1, "{asked:?}");
    assert!(asked.iter().flat_map(|answer| answer.as_ref().err()).all(|error| error.message.contains("$1.00")));
    // A call whose process ended is counted with what was reserved for it, and holds nothing back.
    t.sql("update model_months set cost_micros = 0").await;
    t.sql("update model_calls set ended_at = null, outcome = 'running', cost_micros = 999999, started_at = now() - interval '1 hour'
           where id = (select id from model_calls order by started_at desc limit 1)").await;
    ask(who).await.expect("below the cap");
    assert!(ask(who).await.is_err(), "what was lost is counted");
    settings::save(who, "", "", "", "").await.expect("kept");
    ask(who).await.expect("without a cap");
}

#[tokio::test]
async fn services_are_tested_chosen_and_kept_apart() {
    let t = TestApp::start().await;
    let (north, south) = (Firm::found(&t.app, "Northwind", "UTC").await, Firm::found(&t.app, "Southwind", "UTC").await);
    let test = async |firm: &Firm, service| {
        let who = &firm.who;
        secrets::test(&t.app, &who.tenant, who.user, service).await.expect("an answer");
        let card = secrets::card(&t.app, &who.tenant, service).await.expect("a card");
        let test = card.test.expect("a test");
        (test.passed, test.detail)
    };
    for (service, fields, passed, says) in [
        (OpenAi, &[("api_key", "sk-good-key-1234")][..], true, "7 models"),
        (OpenAi, &[("api_key", "wrong-key-12345")], false, "The key was refused"),
        (Gemini, &[("api_key", "AIza-good-1234")], true, "2 models"),
        (Gemini, &[("api_key", "wrong-key-12345")], false, "The key was refused"),
        (
            OpenAiCompatible,
            &[("base_url", "https://models.example/v1"), ("model", "stand-in-7b")],
            true,
            "lists 1 model.",
        ),
        (OpenAiCompatible, &[("model", "no-such")], false, "has no model “no-such”"),
    ] {
        key(&north, service, fields).await;
        let (good, detail) = test(&north, service).await;
        assert!(good == passed && detail.contains(says), "{service}: {detail}");
        assert!(!detail.contains("wrong-"), "{detail}");
    }
    // Each service is spoken to in its own way, and its usual model answers.
    key(&north, OpenAiCompatible, &[("model", "stand-in-7b")]).await;
    key(&north, Gemini, &[("api_key", "AIza-good-1234")]).await;
    for (service, model) in [(Gemini, "gemini-3.8-flash"), (OpenAiCompatible, "stand-in-7b")] {
        settings::save(&north.who, service.id(), "", "", "").await.expect("kept");
        assert_eq!(ask(&north.who).await.expect("an answer").0, model);
        let sent = t.sandbox.model_requests().pop().expect("a request");
        assert!(sent.get("store").is_none() && sent["max_tokens"] == 500, "{sent}");
    }
    let refused = settings::save(&north.who, "x", "a b", "", "-1").await.unwrap_err();
    assert!(["service", "model", "cap"].iter().all(|field| refused.of(field).is_some()), "{refused:?}");

    let board = settings::board(&north.who).await.expect("a board");
    assert_eq!((board.calls.len(), board.ready.len()), (2, 3));
    // By person and kind of work.
    let sums: Vec<_> = board.sums.iter().map(|sum| (sum.by.as_deref(), sum.feature.as_str(), sum.calls)).collect();
    assert_eq!(sums, [(Some("Owner of Northwind"), "Tests", 2)]);
    assert_eq!(board.listed, ["stand-in-7b"]);
    let other = settings::board(&south.who).await.expect("a board");
    assert!(
        other.calls.is_empty() && other.sums.is_empty() && other.answers.is_none() && other.ready.is_empty(),
        "{other:?}"
    );
    assert_eq!(ask(&south.who).await.unwrap_err().kind, ErrorKind::Conflict);
}

/// What the real service refuses, the stand-in refuses.
#[tokio::test]
async fn the_stand_in_is_strict() {
    let t = TestApp::start().await;
    let address = t.at_stand_in(OpenAi, "https://api.openai.com/v1/chat/completions");
    let http = reqwest::Client::new();
    let send = async |body: Value| {
        let answer = http.post(&address).bearer_auth("sk-x").json(&body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let good = json!({
        "model": "gpt-4o", "max_completion_tokens": 100,
        "messages": [{ "role": "system", "content": "Answer." }, { "role": "user", "content": "Hello" }],
    });
    let (status, body) = send(good.clone()).await;
    assert_eq!((status, body["object"].as_str()), (200, Some("chat.completion")), "{body}");
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let picture = |url: &str| {
        with("messages", json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": url } }] }]))
    };
    let schema = |schema: Value| with("response_format", json!({ "type": "json_schema", "json_schema": schema }));
    let object = json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false });
    let open = json!({ "type": "object", "properties": {}, "required": [] });
    for (what, body, expected, code) in [
        ("an unknown field", with("colour", json!(1)), 400, Value::Null),
        ("no model", with("model", json!("")), 400, Value::Null),
        ("a model that is gone", with("model", json!("gpt-4")), 404, json!("model_not_found")),
        ("no messages", with("messages", json!([])), 400, Value::Null),
        ("both bounds", with("max_tokens", json!(5)), 400, Value::Null),
        ("usage without a stream", with("stream_options", json!({ "include_usage": true })), 400, Value::Null),
        ("no strict", schema(json!({ "name": "x", "schema": object })), 400, Value::Null),
        ("an open schema", schema(json!({ "name": "x", "strict": true, "schema": open })), 400, Value::Null),
        ("no name", schema(json!({ "strict": true, "schema": object })), 400, Value::Null),
        ("no data URL", picture("ftp://x/y.jpg"), 400, json!("invalid_image_url")),
        ("no base64", picture("data:image/png;base64,%%%"), 400, json!("invalid_base64_image")),
        ("an empty picture", picture("data:image/png;base64,"), 400, json!("empty_image_file")),
        ("no picture", picture("data:image/png;base64,aGVsbG8gd29ybGQ="), 400, json!("image_parse_error")),
        (
            "another type",
            picture("data:image/png;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/"),
            400,
            json!("unsupported_image_media_type"),
        ),
    ] {
        let (status, body) = send(body).await;
        assert_eq!((status, &body["error"]["code"]), (expected, &code), "{what}: {body}");
        assert!(body["error"]["message"].is_string(), "{what}: {body}");
    }
    let stranger = http.post(&address).json(&good).send().await.expect("an answer");
    assert_eq!(stranger.status(), 401);
}
