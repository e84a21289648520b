//! A body as a tree of texts, read with bounds: JSON, a form, or a form in parts. Numbers are kept as they were written, as far
//! as JSON allows.

use axum::extract::multipart::Multipart;
use http::StatusCode;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// Lists and objects in each other.
const MAX_DEPTH: usize = 16;
/// Values of one body.
const MAX_VALUES: usize = 60_000;
/// Bytes of a field's name.
const MAX_NAME: usize = 300;
/// Bytes of a field's name that is repeated in an error.
const SHOWN: usize = 80;

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Nothing,
    Flag(bool),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// Why something is not taken: an answer for the program that sent it, and for the person who reads it there.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub status: StatusCode,
    /// As it was sent.
    pub field: String,
    pub message: String,
}

impl Refusal {
    pub fn new(status: StatusCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, field: field.into(), message: message.into() }
    }
    pub fn of_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, field, message)
    }
    fn of_body(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "body", message)
    }
}

impl Node {
    /// As JSON, for people who mend it.
    pub fn value(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Flag(flag) => Value::Bool(*flag),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(list) => list.iter().map(Self::value).collect(),
            Self::Map(map) => map.iter().map(|(name, node)| (name.clone(), node.value())).collect(),
        }
    }
}

const NO_TEXT: &str = "This is not UTF-8 text. Send the request as UTF-8.";
const NUL: &str = "There is an invisible character (NUL) in this. Remove it.";
const TOO_DEEP: &str = "This is nested too deeply: at most 16 levels.";

fn too_many() -> String {
    format!("There are too many values in this request: at most {MAX_VALUES}.")
}

/// As much of a name as helps to find it.
pub fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

/// JSON, with each name at most once in an object.
pub fn json(bytes: &[u8]) -> Result<Node, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::of_body(NO_TEXT))?;
    let mut look = Look::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let node = At(&mut look).deserialize(&mut reader).and_then(|node| reader.end().map(|()| node));
    match (node, look.refusal) {
        (_, Some(refusal)) => Err(refusal),
        (Ok(node), None) => Ok(node),
        (Err(error), None) => Err(Refusal::of_body(format!(
            "The body is not JSON: look at line {}, column {}.",
            error.line(),
            error.column()
        ))),
    }
}

#[derive(Default)]
struct Look {
    way: Vec<String>,
    values: usize,
    refusal: Option<Refusal>,
}

impl Look {
    fn refuse<E: Error>(&mut self, message: impl Into<String>) -> E {
        let mut way = self.way.clone();
        way.truncate(4);
        let field = if way.is_empty() { "body".into() } else { way.join(".") };
        self.refusal = Some(Refusal::of_field(field, message));
        E::custom("refused")
    }

    fn text<E: Error>(&mut self, text: &str) -> Result<(), E> {
        if text.contains('\0') { Err(self.refuse(NUL)) } else { Ok(()) }
    }
}

/// Reads the value at the place where `Look` is.
struct At<'a>(&'a mut Look);

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Node, D::Error> {
        self.0.values += 1;
        if self.0.values > MAX_VALUES {
            return Err(self.0.refuse(too_many()));
        }
        if self.0.way.len() > MAX_DEPTH {
            return Err(self.0.refuse(TOO_DEEP));
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E: Error>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Flag(flag))
    }
    fn visit_i64<E: Error>(self, n: i64) -> Result<Node, E> {
        Ok(Node::Text(n.to_string()))
    }
    fn visit_u64<E: Error>(self, n: u64) -> Result<Node, E> {
        Ok(Node::Text(n.to_string()))
    }
    fn visit_f64<E: Error>(self, n: f64) -> Result<Node, E> {
        Ok(Node::Text(n.to_string()))
    }
    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        self.0.text(text)?;
        Ok(Node::Text(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut list = vec![];
        self.0.way.push("0".into());
        while let Some(node) = seq.next_element_seed(At(self.0))? {
            list.push(node);
            if let Some(place) = self.0.way.last_mut() {
                *place = list.len().to_string();
            }
        }
        self.0.way.pop();
        Ok(Node::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let (mut all, mut names) = (vec![], HashSet::new());
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            self.0.text(&name)?;
            self.0.way.push(shown(&name));
            if name.len() > MAX_NAME {
                return Err(self.0.refuse(format!("This field's name is too long: at most {MAX_NAME} bytes.")));
            }
            if !names.insert(name.to_string()) {
                return Err(self.0.refuse("This field is there twice. Send it once."));
            }
            let node = map.next_value_seed(At(self.0))?;
            self.0.way.pop();
            all.push((name.into_owned(), node));
        }
        Ok(Node::Map(all))
    }
}

/// `name=value&…`; a name that is there several times is a list.
pub fn form(bytes: &[u8]) -> Result<Node, Refusal> {
    let mut pairs = vec![];
    for pair in bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
        if pairs.len() >= MAX_VALUES {
            return Err(Refusal::of_field("body", too_many()));
        }
        let mut halves = pair.splitn(2, |b| *b == b'=').map(decoded);
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        let name = String::from_utf8(name).map_err(|_| Refusal::of_body(NO_TEXT))?;
        let value =
            String::from_utf8(value).map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, shown(&name), NO_TEXT))?;
        pairs.push((name, value));
    }
    of_pairs(pairs)
}

fn of_pairs(pairs: Vec<(String, String)>) -> Result<Node, Refusal> {
    let mut map: Vec<(String, Node)> = vec![];
    let mut places = std::collections::HashMap::new();
    for (name, value) in pairs {
        if name.contains('\0') || value.contains('\0') {
            return Err(Refusal::of_field(shown(&name), NUL));
        }
        if name.len() > MAX_NAME {
            let message = format!("This field's name is too long: at most {MAX_NAME} bytes.");
            return Err(Refusal::of_field(shown(&name), message));
        }
        let at = *places.entry(name.clone()).or_insert(map.len());
        match map.get_mut(at) {
            None => map.push((name, Node::Text(value))),
            Some((_, Node::List(list))) => list.push(Node::Text(value)),
            Some((_, node)) => *node = Node::List(vec![node.clone(), Node::Text(value)]),
        }
    }
    Ok(Node::Map(map))
}

fn decoded(encoded: &[u8]) -> Vec<u8> {
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).map(|digit| digit as u8);
    let mut out = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(byte) = encoded.get(at) {
        let escaped = (*byte == b'%').then(|| hex(encoded.get(at + 1)).zip(hex(encoded.get(at + 2)))).flatten();
        out.push(match (escaped, byte) {
            (Some((high, low)), _) => high * 16 + low,
            (None, b'+') => b' ',
            (None, byte) => *byte,
        });
        at += if escaped.is_some() { 3 } else { 1 };
    }
    out
}

/// A form in parts. Of a file only its name is kept.
pub async fn parts(mut parts: Multipart) -> Result<Node, Refusal> {
    let broken = |_| Refusal::of_body("The form in parts cannot be read. Send it again, or as JSON.");
    let mut pairs = vec![];
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if pairs.len() >= MAX_VALUES {
            return Err(Refusal::of_field("body", too_many()));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let value = match part.file_name() {
            Some(file) => file.to_owned(),
            None => {
                let bytes = part.bytes().await.map_err(broken)?;
                let text = String::from_utf8(bytes.to_vec());
                text.map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, shown(&name), NO_TEXT))?
            }
        };
        pairs.push((name, value));
    }
    of_pairs(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(read: Result<Node, Refusal>) -> (u16, String) {
        let refusal = read.expect_err("refused");
        (refusal.status.as_u16(), refusal.field)
    }

    #[test]
    fn json_is_a_tree_of_texts() {
        let read = json(br#"{"a":1,"b":[true,null,"x"],"c":{"d":4915112345678},"e":2.5}"#).unwrap();
        let text = |t: &str| Node::Text(t.into());
        let list = Node::List(vec![Node::Flag(true), Node::Nothing, text("x")]);
        let inner = Node::Map(vec![("d".into(), text("4915112345678"))]);
        assert_eq!(
            read,
            Node::Map(vec![
                ("a".into(), text("1")),
                ("b".into(), list),
                ("c".into(), inner),
                ("e".into(), text("2.5"))
            ])
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for body in ["", "{", "[1,", "nonsense", r#"{"a":"\ud800"}"#, r#"{"a":1e999}"#, "{} {}"] {
            assert_eq!(refused(json(body.as_bytes())), (400, "body".into()), "{body}");
        }
        assert_eq!(refused(json(b"{\"a\":\"\xff\"}")), (400, "body".into()));
        assert_eq!(refused(json(br#"{"a":{"b":1,"b":2}}"#)), (422, "a.b".into()));
        assert_eq!(refused(json(br#"{"a":"x\u0000"}"#)), (422, "a".into()));
        let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert!(json(deep(MAX_DEPTH).as_bytes()).is_ok());
        for n in [MAX_DEPTH + 1, 100_000] {
            assert_eq!(refused(json(deep(n).as_bytes())).0, 422);
        }
        assert_eq!(refused(json(format!("[{}1]", "1,".repeat(MAX_VALUES)).as_bytes())).0, 422);
        assert_eq!(refused(form(b"email=%ff")), (400, "email".into()));
        assert_eq!(refused(form(b"email=a%00b")), (422, "email".into()));
    }

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let read = form(b"email=ada%2Bx%40example.com&name=Ada+L&tag=a&tag=b&tag=c&empty=&&x").unwrap();
        let text = |t: &str| Node::Text(t.into());
        assert_eq!(
            read,
            Node::Map(vec![
                ("email".into(), text("ada+x@example.com")),
                ("name".into(), text("Ada L")),
                ("tag".into(), Node::List(vec![text("a"), text("b"), text("c")])),
                ("empty".into(), text("")),
                ("x".into(), text("")),
            ])
        );
    }
}
