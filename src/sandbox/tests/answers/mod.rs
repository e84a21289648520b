//! Every answer that a test gets from a stand-in, held against the platform's official description, where there is one: X and
//! Pinterest have OpenAPI, Meta the objects of its Graph. (YouTube's discovery document is asked by its own tests.) What is
//! described nowhere, sign-in above all, is not looked at.

mod graph;
mod openapi;

use super::Got;
use super::described::spec;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::sync::OnceLock;
use url::Url;

/// What does not fit, in words.
type Fits = Result<(), String>;

/// An address here is `/{platform}/{host}/{path}`.
pub(super) fn held(method: &Method, url: &Url, got: &Got) {
    let segments: Vec<&str> = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let fits = match segments.as_slice() {
        ["x", "api.x.com", path @ ..] => of_x(method, path, got),
        ["pinterest", "api.pinterest.com", "v5", path @ ..] => of_pinterest(method, path, got),
        ["facebook", "graph.facebook.com", path @ ..] => graph::of_facebook(method, path, got),
        ["instagram", "graph.instagram.com", path @ ..] => graph::of_instagram(method, path, got),
        _ => Ok(()),
    };
    if let Err(wrong) = fits {
        panic!("{method} {}: {wrong}\n{} {}", url.path(), got.status, got.body);
    }
}

/// A description is read once, and said to be left out once.
fn described(once: &'static OnceLock<Option<Value>>, file: &str) -> Option<&'static Value> {
    once.get_or_init(|| spec(file)).as_ref()
}

fn of_x(method: &Method, path: &[&str], got: &Got) -> Fits {
    static X: OnceLock<Option<Value>> = OnceLock::new();
    if path.starts_with(&["2", "oauth2"]) {
        return Ok(());
    }
    let Some(spec) = described(&X, "x-openapi.json") else { return Ok(()) };
    // RFC 9457: a problem without a type of its own.
    if got.body["type"] == "about:blank" {
        let is_whole = got.body["title"].is_string() && got.body["status"] == got.status;
        return if is_whole { Ok(()) } else { Err("a problem has a title and its status".into()) };
    }
    openapi::answer(spec, method, path, got, &of_2_167(&got.body))
}

/// The stand-in answers with the names that version 2.159 of the description has; these are those of 2.167. What went wrong with
/// a file is in X's guide to uploads and in no description.
fn of_2_167(body: &Value) -> Value {
    match body {
        Value::Array(items) => items.iter().map(of_2_167).collect(),
        Value::Object(members) => {
            let is_failed = body["state"] == "failed";
            let renamed = members.iter().filter(|(name, _)| !(is_failed && *name == "error")).map(|(name, value)| {
                let name = match name.as_str() {
                    "edit_history_tweet_ids" => "edit_history_post_ids",
                    "referenced_tweets" => "referenced_posts",
                    "tweet_count" => "post_count",
                    "retweet_count" => "repost_count",
                    name => name,
                };
                (name.to_owned(), of_2_167(value))
            });
            Value::Object(renamed.collect())
        }
        other => other.clone(),
    }
}

fn of_pinterest(method: &Method, path: &[&str], got: &Got) -> Fits {
    static PINTEREST: OnceLock<Option<Value>> = OnceLock::new();
    let Some(spec) = described(&PINTEREST, "pinterest-openapi.json") else { return Ok(()) };
    openapi::answer(spec, method, path, got, &got.body)
}

#[test]
fn what_does_not_fit_is_noticed() {
    let spec = json!({
        "paths": { "/things/{id}": { "get": { "responses": {
            "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
            "204": {},
            "default": { "content": { "application/json": { "schema": { "type": "string" } } } },
        } } } },
        "components": { "schemas": {
            "Thing": { "allOf": [{ "type": "object", "required": ["id"], "properties": { "id": { "type": "string", "pattern": "^\\d+$" } } }],
                "properties": { "kind": { "allOf": [{ "$ref": "#/components/schemas/Kind" }], "nullable": true },
                    "at": { "type": "string", "format": "date-time" }, "of": { "$ref": "#/components/schemas/Of" } } },
            "Kind": { "type": "string", "enum": ["A", "B"] },
            "Of": { "oneOf": [{ "$ref": "#/components/schemas/One" }], "discriminator": { "propertyName": "is",
                "mapping": { "one": "#/components/schemas/One" } } },
            "One": { "type": "object", "required": ["n"], "properties": { "is": { "type": "string" }, "n": { "type": "integer" } } },
        } },
    });
    let answer = |status: u16, body: Value| {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json; charset=utf-8".parse().unwrap());
        let got = Got { status, headers, body };
        openapi::answer(&spec, &Method::GET, &["things", "7"], &got, &got.body)
    };
    for (status, body) in [
        (200, json!({ "id": "7", "kind": null, "at": "2026-11-29T10:00:00Z" })),
        (200, json!({ "id": "7", "kind": "A", "of": { "is": "one", "n": 1 } })),
        (204, Value::Null),
        (404, json!("gone")),
    ] {
        assert_eq!(answer(status, body.clone()), Ok(()), "{body}");
    }
    for (status, body, wrong) in [
        (200, json!({ "kind": "A" }), "$.id is missing"),
        (200, json!({ "id": 7 }), "$.id must be a text"),
        (200, json!({ "id": "x" }), "$.id does not match"),
        (200, json!({ "id": "7", "kind": "C" }), "$.kind cannot be"),
        (200, json!({ "id": "7", "at": null }), "$.at must not be null"),
        (200, json!({ "id": "7", "at": "today" }), "$.at is no time"),
        (200, json!({ "id": "7", "colour": "red" }), "$.colour does not exist"),
        (200, json!({ "id": "7", "of": { "is": "one" } }), "$.of.n is missing"),
        (204, json!({}), "no body"),
        (404, json!({ "code": 1 }), "$ must be a text"),
    ] {
        let said = answer(status, body.clone()).unwrap_err();
        assert!(said.contains(wrong), "{body}: {said}");
    }
}
