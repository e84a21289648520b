//! What a post may contain, with the messages of the real server. Source: lexicons `app.bsky.feed.post`,
//! `app.bsky.richtext.facet`, `app.bsky.embed.images`, `.external`, `.record` as `@atproto/pds` 0.4.217 has them.
//!
//! Stricter than it in three things that no client shows: facets outside of the text or across a character, embeds of kinds
//! that are not known here, and posts with neither text nor embed.

use super::cid;
use chrono::DateTime;
use serde_json::{Map, Value};
use unicode_segmentation::UnicodeSegmentation;

pub const POSTS: &str = "app.bsky.feed.post";
/// Who may reply to the post with the same key.
pub const GATES: &str = "app.bsky.feed.threadgate";
/// Lists of people.
pub const LISTS: &str = "app.bsky.graph.list";

/// What is wrong, in the server's words.
type Wrong = String;
type Checked = Result<(), Wrong>;

/// Bytes of a picture, and of a card's.
const MAX_IMAGE: u64 = 1_000_000;
const MAX_IMAGES: usize = 4;

/// How records of a collection are checked; `None`: it is not known here.
pub fn checker(collection: &str) -> Option<Checker> {
    match collection {
        POSTS => Some(Checker(post)),
        GATES => Some(Checker(gate)),
        LISTS => Some(Checker(list)),
        _ => None,
    }
}

/// The lexicon of a collection.
pub struct Checker(fn(&At<'_>) -> Checked);

impl Checker {
    /// Checks a record and its key. `path` is where the call has the record.
    pub fn check(&self, collection: &str, record: &Value, key: &str, path: &str) -> Checked {
        key_is_tid(key).map_err(|wrong| format!("Invalid record key for {collection}: {wrong}"))?;
        let at = At { value: record, path: path.to_owned() };
        self.0(&at).map_err(|wrong| format!("Invalid {collection} record: {wrong}"))
    }
}

/// Numbers with a fraction exist in no record.
pub fn whole_numbers(record: &Value, path: &str) -> Checked {
    fn walk(at: &At<'_>) -> Checked {
        match at.value {
            Value::Number(n) if !(n.is_u64() || n.is_i64()) => {
                Err(at.wrong("Expected one of null, boolean, integer, string, cid, bytes, array or object value type"))
            }
            Value::Array(items) => items.iter().enumerate().try_for_each(|(n, item)| walk(&at.item(n, item))),
            Value::Object(map) => map.iter().try_for_each(|(key, value)| walk(&at.field(key, value))),
            _ => Ok(()),
        }
    }
    walk(&At { value: record, path: path.to_owned() })
}

/// All blobs that a record refers to.
pub fn blobs(record: &Value) -> Vec<&Value> {
    match record {
        Value::Object(map) if map.get("$type").and_then(Value::as_str) == Some("blob") => vec![record],
        Value::Object(map) => map.values().flat_map(blobs).collect(),
        Value::Array(items) => items.iter().flat_map(blobs).collect(),
        _ => vec![],
    }
}

/// 13 characters, the first of which leaves the highest bit free.
fn key_is_tid(key: &str) -> Checked {
    let bytes = key.as_bytes();
    let digits = bytes.iter().all(|b| matches!(b, b'2'..=b'7' | b'a'..=b'z'));
    let first = bytes.first().is_some_and(|b| matches!(b, b'2'..=b'7' | b'a'..=b'j'));
    if bytes.len() == 13 && digits && first { Ok(()) } else { Err(format!("Invalid TID string (got \"{key}\") at $")) }
}

/// A part of a record, and where it is.
pub struct At<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> At<'a> {
    fn field(&self, key: &str, value: &'a Value) -> Self {
        Self { value, path: format!("{}.{key}", self.path) }
    }

    fn item(&self, n: usize, value: &'a Value) -> Self {
        Self { value, path: format!("{}[{n}]", self.path) }
    }

    /// `what (got …) at $.record…`
    fn wrong(&self, what: &str) -> Wrong {
        let got = match self.value {
            Value::Object(map) => map.keys().next().map_or("{}".into(), |key| format!("{{\"{key}\": ...}}")),
            Value::Array(_) => "[...]".into(),
            other => other.to_string(),
        };
        format!("{what} (got {got}) at {}", self.path)
    }

    fn object(&self) -> Result<&'a Map<String, Value>, Wrong> {
        self.value.as_object().ok_or_else(|| self.wrong("Expected object value type"))
    }

    fn optional(&self, key: &str) -> Result<Option<Self>, Wrong> {
        Ok(self.object()?.get(key).map(|value| self.field(key, value)))
    }

    fn required(&self, key: &str) -> Result<Self, Wrong> {
        self.optional(key)?.ok_or_else(|| format!("Missing required key \"{key}\" at {}", self.path))
    }

    /// The kind of a value of which there are several.
    fn kind(&self) -> Result<&'a str, Wrong> {
        let kind = self.value.get("$type").and_then(Value::as_str);
        kind.ok_or_else(|| self.wrong("Expected an object which includes the \"$type\" property value type"))
    }

    fn string(&self) -> Result<&'a str, Wrong> {
        self.value.as_str().ok_or_else(|| self.wrong("Expected string value type"))
    }

    fn text(&self, max_bytes: usize, max_graphemes: usize) -> Result<&'a str, Wrong> {
        let text = self.string()?;
        let too_big = |what: &str, max: usize, got: usize| {
            if got > max { Err(format!("{what} too big (maximum {max}, got {got}) at {}", self.path)) } else { Ok(()) }
        };
        too_big("string", max_bytes, text.len())?;
        too_big("grapheme", max_graphemes, text.graphemes(true).count())?;
        Ok(text)
    }

    fn format(&self, name: &str, valid: fn(&str) -> bool) -> Result<&'a str, Wrong> {
        let text = self.string()?;
        if valid(text) { Ok(text) } else { Err(self.wrong(&format!("Invalid {name}"))) }
    }

    fn array(&self, max: usize) -> Result<Vec<Self>, Wrong> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("Expected array value type"))?;
        if items.len() > max {
            return Err(format!("array too big (maximum {max}, got {}) at {}", items.len(), self.path));
        }
        Ok(items.iter().enumerate().map(|(n, item)| self.item(n, item)).collect())
    }

    fn integer(&self, min: i64) -> Result<i64, Wrong> {
        let number = self.value.as_i64().ok_or_else(|| self.wrong("Expected integer value type"))?;
        let small = || format!("integer too small (minimum {min}, got {number}) at {}", self.path);
        if number < min { Err(small()) } else { Ok(number) }
    }

    fn blob(&self) -> Checked {
        let field = |name: &str| self.value.get(name);
        let is_blob = field("$type").and_then(Value::as_str) == Some("blob")
            && field("ref").and_then(|r| r["$link"].as_str()).is_some_and(cid::is_cid)
            && field("size").is_some_and(Value::is_u64);
        let kind = field("mimeType").and_then(Value::as_str).filter(|_| is_blob);
        let Some(kind) = kind else { return Err(self.wrong("Expected blob value type")) };
        if !kind.starts_with("image/") {
            return Err(format!("Expected \"image/*\" (got \"{kind}\") at {}.mimeType", self.path));
        }
        let size = field("size").and_then(Value::as_u64).unwrap_or_default();
        if size > MAX_IMAGE {
            return Err(format!("blob too big (maximum {MAX_IMAGE}, got {size}) at {}", self.path));
        }
        Ok(())
    }

    fn strong_ref(&self) -> Checked {
        self.required("uri")?.format("at-uri", is_at_uri)?;
        self.required("cid")?.format("CID string", cid::is_cid)?;
        Ok(())
    }
}

fn post(post: &At<'_>) -> Checked {
    let text = post.required("text")?.text(3000, 300)?;
    if let Some(facets) = post.optional("facets")? {
        facets.array(usize::MAX)?.iter().try_for_each(|at| facet(at, text))?;
    }
    if let Some(reply) = post.optional("reply")? {
        reply.required("root")?.strong_ref()?;
        reply.required("parent")?.strong_ref()?;
    }
    let embedded = post.optional("embed")?;
    if let Some(at) = &embedded {
        embed(at)?;
    }
    if let Some(langs) = post.optional("langs")? {
        langs.array(3)?.iter().try_for_each(|lang| lang.format("language", is_language).map(drop))?;
    }
    if let Some(labels) = post.optional("labels")? {
        labels.kind()?;
        labels.required("values")?.array(10)?.iter().try_for_each(|l| l.required("val")?.text(128, 128).map(drop))?;
    }
    if let Some(tags) = post.optional("tags")? {
        tags.array(8)?.iter().try_for_each(|tag| tag.text(640, 64).map(drop))?;
    }
    post.required("createdAt")?.format("datetime", is_datetime)?;
    if text.is_empty() && embedded.is_none() {
        return Err("This stand-in takes no post that shows nothing at $.record".into());
    }
    Ok(())
}

fn gate(gate: &At<'_>) -> Checked {
    gate.required("post")?.format("at-uri", is_at_uri)?;
    if let Some(allow) = gate.optional("allow")? {
        for rule in allow.array(5)? {
            if rule.kind()? == "app.bsky.feed.threadgate#listRule" {
                rule.required("list")?.format("at-uri", is_at_uri)?;
            }
        }
    }
    gate.required("createdAt")?.format("datetime", is_datetime).map(drop)
}

fn list(list: &At<'_>) -> Checked {
    list.required("purpose")?.string()?;
    list.required("name")?.text(64, 64)?;
    if let Some(description) = list.optional("description")? {
        description.text(3000, 300)?;
    }
    list.required("createdAt")?.format("datetime", is_datetime).map(drop)
}

fn facet(facet: &At<'_>, text: &str) -> Checked {
    let index = facet.required("index")?;
    let start = index.required("byteStart")?.integer(0)?;
    let end = index.required("byteEnd")?.integer(0)?;
    for feature in facet.required("features")?.array(usize::MAX)? {
        match feature.kind()? {
            "app.bsky.richtext.facet#link" => feature.required("uri")?.format("uri", is_uri).map(drop)?,
            "app.bsky.richtext.facet#mention" => feature.required("did")?.format("DID", is_did).map(drop)?,
            "app.bsky.richtext.facet#tag" => feature.required("tag")?.text(640, 64).map(drop)?,
            _ => {}
        }
    }
    let range = (start as usize).min(text.len() + 1)..(end as usize).min(text.len() + 1);
    if range.is_empty() || text.get(range).is_none() {
        return Err(format!("This stand-in takes no facet that is not a part of the text at {}", index.path));
    }
    Ok(())
}

fn embed(embed: &At<'_>) -> Checked {
    match embed.kind()? {
        "app.bsky.embed.images" => {
            for image in embed.required("images")?.array(MAX_IMAGES)? {
                image.required("image")?.blob()?;
                image.required("alt")?.string()?;
                if let Some(ratio) = image.optional("aspectRatio")? {
                    ratio.required("width")?.integer(1)?;
                    ratio.required("height")?.integer(1)?;
                }
            }
            Ok(())
        }
        "app.bsky.embed.external" => {
            let card = embed.required("external")?;
            card.required("uri")?.format("uri", is_uri)?;
            card.required("title")?.string()?;
            card.required("description")?.string()?;
            card.optional("thumb")?.map_or(Ok(()), |thumb| thumb.blob())
        }
        "app.bsky.embed.record" => embed.required("record")?.strong_ref(),
        kind => Err(format!("This stand-in takes pictures, link cards and quotes, no {kind} at {}", embed.path)),
    }
}

// ---- formats

pub fn is_did(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (did, method, rest) = (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'%');
    did == Some("did")
        && !method.is_empty()
        && method.bytes().all(|b| b.is_ascii_lowercase())
        && !rest.is_empty()
        && rest.bytes().all(name)
        && !rest.ends_with([':', '%'])
}

pub fn is_handle(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// `app.bsky.feed.post`: three parts or more.
pub fn is_nsid(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.len() <= 317 && text.split('.').count() >= 3 && text.split('.').all(part)
}

pub fn is_record_key(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'~');
    (1..=512).contains(&text.len()) && text != "." && text != ".." && text.bytes().all(allowed)
}

fn is_at_uri(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("at://") else { return false };
    let mut parts = rest.split('/');
    let repo = parts.next().is_some_and(|repo| is_did(repo) || is_handle(repo));
    repo && parts.next().is_none_or(is_nsid) && parts.next().is_none_or(is_record_key) && parts.next().is_none()
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    !scheme.is_empty()
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !rest.is_empty()
        && !rest.starts_with('/')
        && !rest.contains(char::is_whitespace)
}

fn is_datetime(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b'T') && !text.ends_with("-00:00") && DateTime::parse_from_rfc3339(text).is_ok()
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let rest = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_lowercase()) && parts.all(rest)
}
