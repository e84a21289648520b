//! What every request has to keep to before anything of ours reads it: how long, how deep, how many values, and that text is
//! text. Postgres keeps no NUL, and nothing that a person writes has one; what is no UTF-8, or half of a character (a lone
//! surrogate), is no text at all. It is refused here, once for all addresses, in the one error form and with the name of
//! the field. What a field may hold beyond that, its type and its feature say.
//!
//! Bodies with files pass: their addresses read them piece by piece with limits of their own ([`UPLOADS`]).

use super::held_bytes::Hold;
use super::reply;
use super::throttle;
use crate::domain::error::AppError;
use crate::infra::http::call;
use crate::infra::session::Who;
use crate::infra::state::App;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::BytesMut;
use futures::StreamExt;
use http::request::Parts;
use http::{Method, StatusCode, Uri, header};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Bytes of a body. The longest post that can be written, with a text of its own for every account, is below that.
pub const MAX_BODY: usize = 1024 * 1024;
/// Bytes of a body of whoever is not signed in: the forms of the entrance, and what an expired session still sends, are short.
const MAX_OPEN_BODY: usize = 64 * 1024;
/// Bytes of a body that is too long and still read to its end, and dropped: who sends listens to no answer before, and a connection
/// that is closed meanwhile looks broken.
const MAX_DROPPED: usize = 4 * MAX_BODY;
/// Bytes of the query of an address. What platforms send back with a consent has a few thousand.
const MAX_QUERY: usize = 16 * 1024;
/// Bytes of one text: more than the 20,000 characters that the longest field takes, in any script.
const MAX_TEXT: usize = 100_000;
/// Values in one body or query, at any depth.
const MAX_VALUES: usize = 10_000;
/// Lists and objects in each other.
const MAX_DEPTH: usize = 16;
/// Bytes of a field's name that is repeated in an error.
const SHOWN: usize = 60;

/// What pages are made of; a person who turns them asks for dozens at a time.
const FILES: [&str; 3] = ["/pkg/", "/fonts/", "/media/"];

/// The addresses that take files.
pub const UPLOADS: [&str; 4] = ["/api/v1/media", "/contacts/import/upload", "/library/upload", "/studio/save"];

/// Below this, `PUT` sends a part of a large file; its address bounds it.
pub const PARTS: &str = "/api/v1/media/uploads/";

/// Whether the body is a part of a file.
pub fn is_part(method: &Method, path: &str) -> bool {
    method == Method::PUT && path.starts_with(PARTS)
}

/// Why a request is not read.
#[derive(Debug, PartialEq)]
struct Refusal {
    status: StatusCode,
    error: AppError,
}

impl Refusal {
    fn new(status: StatusCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, error: AppError::invalid(field, message) }
    }
    fn of_field(field: String, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, field, message)
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        let status = StatusCode::from_u16(error.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, error }
    }
}

/// The middleware; the session has been looked up before it.
pub async fn bounded(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match admit(&app, &parts, body).await {
        // What is held of the body is in use until the request was carried out.
        Ok((body, _held)) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => reply::refused(&parts, refusal.status, &refusal.error),
    }
}

async fn admit(app: &App, parts: &Parts, body: Body) -> Result<(Body, Option<Hold>), Refusal> {
    address(&parts.uri)?;
    let path = parts.uri.path();
    match parts.extensions.get::<Who>() {
        Some(_) if FILES.iter().any(|folder| path.starts_with(folder)) => {}
        Some(who) => throttle::check(&app.throttles.requests, &who.user.to_string(), "requests")?,
        // A form that was posted without JavaScript finds its way back to its page in the function itself.
        None if path.starts_with("/rpc/") && !call::is_open(path) && !reply::is_plain_form(parts) => {
            return Err(AppError::unauthenticated().into());
        }
        // REST asks for the session before it reads a body.
        None if path.starts_with("/api/") || path.starts_with("/chatbot/") => return Ok((body, None)),
        None => {}
    }
    if matches!(parts.method, Method::GET | Method::HEAD) || UPLOADS.contains(&path) || is_part(&parts.method, path) {
        return Ok((body, None));
    }
    let hold = parts.extensions.get::<Who>().map(|who| app.throttles.bodies.begin(who.user));
    let bytes = collected(parts, body, hold.as_ref()).await?;
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        pairs(&bytes, StatusCode::UNPROCESSABLE_ENTITY)?;
    } else {
        json(&bytes)?;
    }
    Ok((Body::from(bytes), hold))
}

/// The whole body, unless it is too long. `hold`: of whoever is signed in.
async fn collected(parts: &Parts, body: Body, hold: Option<&Hold>) -> Result<Bytes, Refusal> {
    let (most, words) = if hold.is_some() { (MAX_BODY, "1 MB") } else { (MAX_OPEN_BODY, "64 kB") };
    let too_big = || {
        let message = format!("The body is too big: {words} at most. Send less at once.");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "body", message)
    };
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|n| n > MAX_DROPPED as u64) {
        return Err(too_big());
    }
    let (mut bytes, mut length) = (BytesMut::new(), 0);
    let mut is_too_big = announced.is_some_and(|n| n > most as u64);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let broken = |_| Refusal::new(StatusCode::BAD_REQUEST, "body", "The body broke off. Send it again.");
        let chunk = chunk.map_err(broken)?;
        length += chunk.len();
        is_too_big |= length > most;
        if length > MAX_DROPPED {
            return Err(too_big());
        }
        if is_too_big {
            bytes = BytesMut::new();
            continue;
        }
        hold.map_or(Ok(()), |hold| hold.more(chunk.len())).map_err(AppError::from)?;
        bytes.extend_from_slice(&chunk);
    }
    if is_too_big { Err(too_big()) } else { Ok(bytes.freeze()) }
}

/// The path and the query, as they are once they are decoded. The pages' router decodes what it was given once more.
fn address(uri: &Uri) -> Result<(), Refusal> {
    let path = percent_decoded(uri.path().as_bytes());
    let whole = uri.path_and_query().map_or("", |whole| whole.as_str());
    let twice = percent_decoded(whole.as_bytes());
    let nul = if percent_decoded(&twice).contains(&0) { Err(NUL.into()) } else { Ok(()) };
    if let Err(message) = text(&path) {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "address", message));
    }
    let query = uri.query().unwrap_or_default();
    if query.len() > MAX_QUERY {
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, "address", "The address is too long. Send less in it."));
    }
    pairs(query.as_bytes(), StatusCode::BAD_REQUEST)?;
    nul.map_err(|message: Cow<'static, str>| Refusal::new(StatusCode::BAD_REQUEST, "address", message))
}

/// `name=value&…`, as forms and queries have it.
fn pairs(encoded: &[u8], status: StatusCode) -> Result<(), Refusal> {
    let mut values = 0;
    for pair in encoded.split(|b| *b == b'&') {
        values += 1;
        if values > MAX_VALUES {
            return Err(Refusal::new(status, "body", too_many()));
        }
        let mut halves = pair.splitn(2, |b| *b == b'=').map(percent_decoded);
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        let shown = || shown(&String::from_utf8_lossy(&name));
        text(&name).and_then(|()| text(&value)).map_err(|message| Refusal::new(status, shown(), message))?;
        if name.iter().filter(|b| **b == b'[').count() > MAX_DEPTH {
            return Err(Refusal::new(status, shown(), TOO_DEEP));
        }
    }
    Ok(())
}

fn percent_decoded(encoded: &[u8]) -> Cow<'_, [u8]> {
    if !encoded.contains(&b'%') {
        return Cow::Borrowed(encoded);
    }
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).map(|digit| digit as u8);
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while at < encoded.len() {
        let escaped = (encoded[at] == b'%').then(|| hex(encoded.get(at + 1)).zip(hex(encoded.get(at + 2)))).flatten();
        decoded.push(escaped.map_or(encoded[at], |(high, low)| high * 16 + low));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    Cow::Owned(decoded)
}

const NO_TEXT: &str = "This is no text: part of a character is missing. Type it again.";
const NUL: &str = "There is an invisible character (NUL) in this that cannot be kept. Type it again.";
const TOO_DEEP: &str = "This is nested too deeply. Send less at once.";

/// What is wrong with one text.
fn text(bytes: &[u8]) -> Result<(), Cow<'static, str>> {
    if bytes.len() > MAX_TEXT {
        return Err(format!("This is too long: at most {MAX_TEXT} bytes. Shorten it.").into());
    }
    if bytes.contains(&0) {
        return Err(NUL.into());
    }
    std::str::from_utf8(bytes).map(drop).map_err(|_| NO_TEXT.into())
}

fn too_many() -> String {
    format!("This is too much at once: at most {MAX_VALUES} values. Send less at once.")
}

/// As much of a name as helps to find it.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

/// JSON, looked through without keeping it. What is no JSON is left to whoever reads it: it says where.
fn json(bytes: &[u8]) -> Result<(), Refusal> {
    let mut look = Look::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let _ = At(&mut look).deserialize(&mut reader);
    look.refusal.map_or(Ok(()), Err)
}

enum Step {
    Name(String),
    Number(usize),
}

#[derive(Default)]
struct Look {
    /// Where it is just looking.
    way: Vec<Step>,
    values: usize,
    refusal: Option<Refusal>,
}

impl Look {
    /// `posts[2].text`
    fn field(&self) -> String {
        let mut field = String::new();
        for step in &self.way {
            match step {
                Step::Number(n) => field.push_str(&format!("[{n}]")),
                Step::Name(name) => {
                    field.push_str(if field.is_empty() { "" } else { "." });
                    field.push_str(name);
                }
            }
        }
        if field.is_empty() { "body".into() } else { field }
    }

    fn refuse<E: Error>(&mut self, message: impl Into<String>) -> E {
        self.refusal = Some(Refusal::of_field(self.field(), message));
        E::custom("refused")
    }

    fn text<E: Error>(&mut self, value: &str) -> Result<(), E> {
        text(value.as_bytes()).map_err(|message| self.refuse(message))
    }
}

/// Looks at the value at the place where `Look` is.
struct At<'a>(&'a mut Look);

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        self.0.values += 1;
        if self.0.values > MAX_VALUES {
            return Err(self.0.refuse(too_many()));
        }
        if self.0.way.len() > MAX_DEPTH {
            self.0.way.truncate(3);
            return Err(self.0.refuse(TOO_DEEP));
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.0.text(value)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.way.push(Step::Number(0));
        while list.next_element_seed(At(self.0))?.is_some() {
            if let Some(Step::Number(n)) = self.0.way.last_mut() {
                *n += 1;
            }
        }
        self.0.way.pop();
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            // A name that is none belongs to the object.
            self.0.text(&name)?;
            self.0.way.push(Step::Name(shown(&name)));
            map.next_value_seed(At(self.0))?;
            self.0.way.pop();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(looked: Result<(), Refusal>) -> Option<(u16, String)> {
        let refusal = looked.err()?;
        Some((refusal.status.as_u16(), refusal.error.problems[0].field.clone()))
    }
    fn in_json(body: &str) -> Option<String> {
        field(json(body.as_bytes())).map(|(status, field)| {
            assert_eq!(status, 422);
            field
        })
    }

    #[test]
    fn a_nul_is_found_wherever_it_hides() {
        assert_eq!(in_json(r#"{"text":"plain","list":[1,true,null,2.5,-3,"x"]}"#), None);
        assert_eq!(in_json(r#"{"a":1,"posts":[{"text":"x"},{"text":"a\u0000b"}]}"#).as_deref(), Some("posts[1].text"));
        assert_eq!(in_json(r#"{"posts":[{"options":{"a\u0000b":1}}]}"#).as_deref(), Some("posts[0].options"));
        assert_eq!(in_json("\"\\u0000\"").as_deref(), Some("body"));
        let in_pairs = |query: &str| field(pairs(query.as_bytes(), StatusCode::BAD_REQUEST));
        assert_eq!(in_pairs("q=caf%C3%A9&email=a%40b&x&=&%zz=%"), None);
        for bad in ["%00", "%ED%A0%80", "%ff", "%C3"] {
            assert_eq!(in_pairs(&format!("a=1&email={bad}")), Some((400, "email".into())), "{bad}");
            assert!(in_pairs(&format!("{bad}=1")).is_some(), "{bad}");
            assert!(address(&format!("/media/{bad}").parse().unwrap()).is_err(), "{bad}");
            assert!(address(&format!("/posts?q={bad}").parse().unwrap()).is_err(), "{bad}");
        }
        assert_eq!(address(&"/posts?q=%E2%98%95&a=%25&b=100%25+off&c=%25ff".parse().unwrap()), Ok(()));
        assert_eq!(field(address(&"/posts?q=a%2500".parse().unwrap())), Some((400, "address".into())), "decoded twice");
    }

    #[test]
    fn too_much_is_refused() {
        let list = |n: usize| format!("{{\"ids\":[{}1]}}", "1,".repeat(n));
        assert_eq!(in_json(&list(9_000)), None);
        assert_eq!(in_json(&list(10_000)).as_deref(), Some("ids[9998]"));
        let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(in_json(&deep(MAX_DEPTH)), None);
        assert_eq!(in_json(&deep(MAX_DEPTH + 1)).as_deref(), Some("[0][0][0]"));
        assert_eq!(in_json(&deep(100_000)).as_deref(), Some("[0][0][0]"));
        assert_eq!(in_json(&format!("{{\"text\":\"{}\"}}", "x".repeat(MAX_TEXT))), None);
        assert_eq!(in_json(&format!("{{\"text\":\"{}\"}}", "x".repeat(MAX_TEXT + 1))).as_deref(), Some("text"));
        let many = "a&".repeat(MAX_VALUES);
        assert!(pairs(many.as_bytes(), StatusCode::BAD_REQUEST).is_err());
        assert!(address(&format!("/a?{}", "x".repeat(MAX_QUERY + 1)).parse().unwrap()).is_err());
    }

    #[test]
    fn what_is_no_json_is_left_to_its_reader() {
        for body in ["", "{", "[1,", "{\"a\":\"\\ud800\"}", "nonsense", "{\"a\":1e999}"] {
            assert_eq!(in_json(body), None, "{body}");
        }
    }
}
