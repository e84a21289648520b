//! JSON bodies of REST requests, read strictly and completely: every field that is wrong, missing or unknown is named
//! with the fix, all of them at once.
//!
//! What is no JSON object at all is answered with 400, a body that is too big with 413, wrong fields with 422; all in
//! the one error form.

use crate::domain::error::{AppError, Problem};
use crate::domain::ids::Uuid;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

/// A body that is a JSON object. An empty body counts as `{}`.
pub struct JsonObject(pub Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for JsonObject {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let bytes = match Bytes::from_request(request, state).await {
            Ok(bytes) => bytes,
            Err(BytesRejection::FailedToBufferBody(refused)) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(refuse(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "The body is too big: 1 MB at most. Send less at once.",
                ));
            }
            Err(_) => return Err(refuse(StatusCode::BAD_REQUEST, "The body broke off. Send it again.")),
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Map::new()));
        }
        if !kind.is_some_and(|kind| is_json(&kind)) {
            return Err(refuse(StatusCode::BAD_REQUEST, "Send JSON, with the header Content-Type: application/json."));
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(_) => Err(refuse(StatusCode::BAD_REQUEST, "The body must be a JSON object: { … }.")),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let message = format!("The body is not JSON: look at line {line}, column {column}.");
                Err(refuse(StatusCode::BAD_REQUEST, &message))
            }
        }
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": AppError::invalid("body", message) }))).into_response()
}

/// The fields of one object, taken one by one; what is left over at the end is unknown. `null` counts as absent.
pub struct Fields {
    map: Map<String, Value>,
    /// Where the object stands in the body: empty, or `posts[2]`.
    at: String,
    /// What was taken, for the sentence about unknown fields.
    known: Vec<&'static str>,
}

impl Fields {
    pub fn new(map: Map<String, Value>, at: impl Into<String>) -> Self {
        Self { map, at: at.into(), known: vec![] }
    }

    /// How the body spells a field of this object.
    pub fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.map.remove(name).filter(|value| !value.is_null())
    }

    pub fn text(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            other => self.wrong(name, "a text in quotes", &other, problems),
        }
    }

    /// A whole number from 0.
    pub fn number(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<u64> {
        let value = self.take(name)?;
        value.as_u64().or_else(|| self.wrong(name, "a whole number from 0", &value, problems))
    }

    pub fn flag(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(flag) => Some(flag),
            other => self.wrong(name, "true or false", &other, problems),
        }
    }

    pub fn id<Id: From<Uuid>>(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<Id> {
        let value = self.take(name)?;
        let id = value.as_str().and_then(|text| text.parse::<Uuid>().ok()).map(Id::from);
        id.or_else(|| self.wrong(name, "an id such as 0198f2c4-7d1e-7b4a-9c1d-2f3e4a5b6c7d", &value, problems))
    }

    /// `None`: it is absent (or wrong, which is told).
    pub fn list(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<Value>> {
        match self.take(name)? {
            Value::Array(values) => Some(values),
            other => self.wrong(name, "a list: [ … ]", &other, problems),
        }
    }

    /// `None`: it is absent (or wrong, which is told).
    pub fn object(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<Map<String, Value>> {
        match self.take(name)? {
            Value::Object(map) => Some(map),
            other => self.wrong(name, "an object: { … }", &other, problems),
        }
    }

    /// The list, cut to `most` entries; that there were more is told.
    fn short_list(&mut self, name: &'static str, most: usize, problems: &mut Vec<Problem>) -> Option<Vec<Value>> {
        let mut list = self.list(name, problems)?;
        if list.len() > most {
            let (path, number) = (self.path(name), list.len());
            problems
                .push(Problem::error(&path, format!("`{path}` may have at most {most} entries; this has {number}.")));
            list.truncate(most);
        }
        Some(list)
    }

    /// A list of at most so many ids; wrong ones are told and left out.
    pub fn ids<Id: From<Uuid>>(
        &mut self,
        name: &'static str,
        most: usize,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<Id>> {
        let path = self.path(name);
        let mut ids = vec![];
        for (n, value) in self.short_list(name, most, problems)?.into_iter().enumerate() {
            match value.as_str().and_then(|text| text.parse::<Uuid>().ok()).map(Id::from) {
                Some(id) => ids.push(id),
                None => problems.push(Problem::error(
                    format!("{path}[{n}]"),
                    format!("`{path}[{n}]` is {}, but must be an id in quotes.", kind_of(&value)),
                )),
            }
        }
        Some(ids)
    }

    /// A list of texts; wrong ones are told and left out. The caller says how many there may be.
    pub fn texts(&mut self, name: &'static str, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
        let path = self.path(name);
        let mut texts = vec![];
        for (n, value) in self.list(name, problems)?.into_iter().enumerate() {
            match value {
                Value::String(text) => texts.push(text),
                other => problems.push(Problem::error(
                    format!("{path}[{n}]"),
                    format!("`{path}[{n}]` is {}, but must be a text in quotes.", kind_of(&other)),
                )),
            }
        }
        Some(texts)
    }

    /// Tells the fields that nobody asked for.
    pub fn finish(self, problems: &mut Vec<Problem>) {
        for name in self.map.keys().take(20) {
            // What was sent comes back only as far as a person needs it to find it.
            let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            let path = self.path(&shown);
            let known = self.known.join(", ");
            problems.push(Problem::error(path, format!("There is no field `{shown}` here. Known are: {known}.")));
        }
    }

    fn wrong<T>(&self, name: &str, wanted: &str, value: &Value, problems: &mut Vec<Problem>) -> Option<T> {
        let path = self.path(name);
        let message = format!("`{path}` is {}, but must be {wanted}.", kind_of(value));
        problems.push(Problem::error(path, message));
        None
    }
}

/// What a value is, in plain words.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let id = Uuid::from_u128(7);
        let body = json!({
            "text": 7, "second": "yes", "account": "x", "media": [id, 5, "y"], "link": null, "posts": {}, "thread": ["a", 7], "extra": 1
        });
        let mut fields = Fields::new(object(body), "posts[2]");
        let mut problems = vec![];
        assert_eq!(fields.text("text", &mut problems), None);
        assert_eq!(fields.flag("second", &mut problems), None);
        assert_eq!(fields.id::<Uuid>("account", &mut problems), None);
        assert_eq!(fields.ids("media", 3, &mut problems), Some(vec![id]));
        assert_eq!(fields.text("link", &mut problems), None, "null is absent");
        assert_eq!(fields.list("posts", &mut problems), None);
        assert_eq!(fields.texts("thread", &mut problems), Some(vec!["a".to_owned()]));
        fields.finish(&mut problems);
        let named: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
        let expected = ["text", "second", "account", "media[1]", "media[2]", "posts", "thread[1]", "extra"];
        assert_eq!(named, expected.map(|name| format!("posts[2].{name}")));
        assert_eq!(problems[0].message, "`posts[2].text` is a number, but must be a text in quotes.");
        assert!(problems[7].message.contains("Known are: text, second, account, media, link, posts, thread."));
    }

    #[test]
    fn a_list_that_is_too_long_is_cut_before_it_is_read() {
        let mut fields = Fields::new(object(json!({ "media": vec![Uuid::from_u128(7); 20_000] })), "");
        let mut problems = vec![];
        assert_eq!(fields.ids::<Uuid>("media", 20, &mut problems).map(|ids| ids.len()), Some(20));
        let said: Vec<_> = problems.iter().map(|p| (p.field.as_str(), p.message.as_str())).collect();
        assert_eq!(said, [("media", "`media` may have at most 20 entries; this has 20000.")]);
    }

    #[test]
    fn content_types_that_are_json() {
        for (kind, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            assert_eq!(is_json(kind), json, "{kind}");
        }
    }
}
