//! Answers against an OpenAPI description, stricter than JSON Schema is: in a success no member may be there that is not
//! described.

use super::Fits;
use crate::sandbox::tests::Got;
use chrono::DateTime;
use reqwest::Method;
use serde_json::{Map, Value};

/// Holds the answer to a call against what is described for its address, status and type; `body` is what is compared.
pub(super) fn answer(spec: &Value, method: &Method, path: &[&str], got: &Got, body: &Value) -> Fits {
    let is_success = got.status < 400;
    let Some(operation) = operation(spec, method, path) else {
        return if is_success { Err("no such call is described".into()) } else { Ok(()) };
    };
    let check = Check { spec, strict: is_success };
    let responses = &operation["responses"];
    let response = [got.status.to_string().as_str(), "default"].into_iter().find_map(|status| responses.get(status));
    let response = check.resolved(response.ok_or("no such status is described")?);
    let Some(content) = response["content"].as_object().filter(|content| !content.is_empty()) else {
        return if body.is_null() { Ok(()) } else { Err("no body is described".into()) };
    };
    let kind = got.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let media = content.get(kind).ok_or_else(|| format!("the type {kind:?} is not described"))?;
    check.value(&media["schema"], body, "$")
}

/// The call with this method whose path fits best: the fewest places are filled in.
fn operation<'a>(spec: &'a Value, method: &Method, path: &[&str]) -> Option<&'a Value> {
    let is_place = |part: &str| part.starts_with('{');
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').filter(|part| !part.is_empty()).collect();
        let same = parts.len() == path.len() && parts.iter().zip(path).all(|(a, b)| is_place(a) || a == b);
        same.then(|| parts.iter().filter(|part| is_place(part)).count())
    };
    let method = method.as_str().to_lowercase();
    let all = spec["paths"].as_object()?.iter();
    let found = all.filter_map(|(template, calls)| Some((fits(template)?, calls.get(&method)?)));
    found.min_by_key(|(places, _)| *places).map(|(_, call)| call)
}

struct Check<'a> {
    spec: &'a Value,
    strict: bool,
}

/// The members of an object, with what is put together from several schemas as one.
#[derive(Default)]
struct Members<'a> {
    named: Vec<(&'a str, &'a Value)>,
    required: Vec<&'a str>,
    /// Others may be there.
    is_open: bool,
}

impl<'a> Check<'a> {
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        while let Some(reference) = schema["$ref"].as_str() {
            let found = self.spec.pointer(reference.trim_start_matches('#'));
            schema = found.unwrap_or_else(|| panic!("{reference} does not exist"));
        }
        schema
    }

    fn value(&self, schema: &'a Value, value: &Value, at: &str) -> Fits {
        self.chosen(schema, value, at, true)
    }

    /// `choose`: by the member that says which of several schemas it is. The chosen one may contain the one that chose it.
    fn chosen(&self, schema: &'a Value, value: &Value, at: &str, choose: bool) -> Fits {
        let schema = self.resolved(schema);
        if value.is_null() {
            return if schema["nullable"] == true { Ok(()) } else { Err(format!("{at} must not be null")) };
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            return Err(format!("{at} cannot be {value}"));
        }
        if choose && let Some(target) = self.target(schema, value) {
            return self.chosen(target, value, at, false);
        }
        if let Some(alternatives) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let wrong: Vec<String> =
                alternatives.iter().filter_map(|one| self.chosen(one, value, at, choose).err()).collect();
            return if wrong.len() < alternatives.len() { Ok(()) } else { Err(wrong.join("; ")) };
        }
        // One schema with a remark beside it.
        if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice)
            && schema["properties"].is_null()
        {
            return self.chosen(only, value, at, choose);
        }
        match value {
            Value::Object(members) => self.object(schema, members, at),
            _ => self.plain(schema, value, at),
        }
    }

    fn target(&self, schema: &'a Value, value: &Value) -> Option<&'a Value> {
        let by = &schema["discriminator"];
        let word = value[by["propertyName"].as_str()?].as_str()?;
        self.spec.pointer(by["mapping"][word].as_str()?.trim_start_matches('#'))
    }

    fn object(&self, schema: &'a Value, members: &Map<String, Value>, at: &str) -> Fits {
        if schema["type"].as_str().is_some_and(|kind| kind != "object") {
            return Err(format!("{at} must be {}", in_words(schema)));
        }
        let mut described = Members::default();
        self.gather(schema, &mut described);
        if let Some(missing) = described.required.iter().find(|name| !members.contains_key(**name)) {
            return Err(format!("{at}.{missing} is missing"));
        }
        let is_open = described.is_open || described.named.is_empty() || !self.strict;
        for (name, value) in members {
            let at = format!("{at}.{name}");
            let mut schemas = described.named.iter().filter(|(known, _)| known == name).peekable();
            if schemas.peek().is_none() && !is_open {
                return Err(format!("{at} does not exist"));
            }
            schemas.try_for_each(|(_, schema)| self.value(schema, value, &at))?;
        }
        Ok(())
    }

    fn gather(&self, schema: &'a Value, all: &mut Members<'a>) {
        let schema = self.resolved(schema);
        let properties = schema["properties"].as_object().into_iter().flatten();
        all.named.extend(properties.map(|(name, schema)| (name.as_str(), schema)));
        all.required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        all.is_open |= schema.get("additionalProperties").is_some_and(|more| *more != false);
        schema["allOf"].as_array().into_iter().flatten().for_each(|part| self.gather(part, all));
    }

    fn plain(&self, schema: &'a Value, value: &Value, at: &str) -> Fits {
        let mut parts = schema["allOf"].as_array().into_iter().flatten();
        parts.try_for_each(|part| self.chosen(part, value, at, false))?;
        let is_it = match (schema["type"].as_str(), value) {
            (Some("string"), Value::String(text)) => return of_text(schema, text, at),
            (Some("array") | None, Value::Array(items)) => return self.list(schema, items, at),
            (Some("integer"), value) => value.is_i64() || value.is_u64(),
            (Some("number"), value) => value.is_number(),
            (Some("boolean"), value) => value.is_boolean(),
            // Words that an `allOf` has described.
            (None, _) => schema["properties"].is_null(),
            (Some(_), _) => false,
        };
        if is_it { Ok(()) } else { Err(format!("{at} must be {}", in_words(schema))) }
    }

    fn list(&self, schema: &'a Value, items: &[Value], at: &str) -> Fits {
        let (least, most) = (schema["minItems"].as_u64().unwrap_or(0), schema["maxItems"].as_u64().unwrap_or(u64::MAX));
        if !(least..=most).contains(&(items.len() as u64)) {
            return Err(format!("{at} has {} items", items.len()));
        }
        let Some(schema) = schema.get("items") else { return Ok(()) };
        items.iter().enumerate().try_for_each(|(n, item)| self.value(schema, item, &format!("{at}[{n}]")))
    }
}

fn in_words(schema: &Value) -> &'static str {
    match schema["type"].as_str() {
        Some("string") => "a text",
        Some("array") => "a list",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("boolean") => "true or false",
        _ => "an object",
    }
}

fn of_text(schema: &Value, text: &str, at: &str) -> Fits {
    if schema["maxLength"].as_u64().is_some_and(|most| text.chars().count() as u64 > most) {
        return Err(format!("{at} is too long"));
    }
    if schema["format"] == "date-time" && DateTime::parse_from_rfc3339(text).is_err() {
        return Err(format!("{at} is no time"));
    }
    // Patterns of answers are those of ids, which are digits.
    let of_digits =
        schema["pattern"].as_str().is_some_and(|form| form.starts_with(r"^\d") || form.starts_with("^[0-9]"));
    if of_digits && (text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit())) {
        return Err(format!("{at} does not match {}", schema["pattern"]));
    }
    Ok(())
}
