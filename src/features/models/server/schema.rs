//! What an answer must look like: a strict JSON schema made from the Rust type that reads it, so that the two cannot differ.
//! The strict subset (developers.openai.com, Structured Outputs): every object says `additionalProperties: false` and requires all
//! of its properties, what may be missing is a union with null, and nothing is said of lengths, formats and defaults.

use schemars::JsonSchema;
use serde_json::{Map, Value};

/// Words of JSON Schema that the subset knows.
const ALLOWED: [&str; 11] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "description",
    "enum",
    "items",
    "properties",
    "required",
    "type",
];

/// The strict schema of a type.
pub fn strict<T: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    tighten(&mut schema);
    schema
}

fn tighten(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    // The subset has one word for both; of the variants of an enum never more than one fits.
    if let Some(variants) = object.remove("oneOf") {
        object.insert("anyOf".into(), variants);
    }
    object.retain(|word, _| ALLOWED.contains(&word.as_str()));
    // A reference stands alone.
    if let Some(reference) = object.remove("$ref") {
        *object = Map::from_iter([("$ref".to_owned(), reference)]);
        return;
    }
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(tighten);
        let names = properties.keys().cloned().map(Value::String).collect();
        object.insert("required".into(), Value::Array(names));
        object.insert("additionalProperties".into(), false.into());
    }
    if let Some(items) = object.get_mut("items") {
        tighten(items);
    }
    if let Some(Value::Array(any)) = object.get_mut("anyOf") {
        any.iter_mut().for_each(tighten);
    }
    if let Some(Value::Object(defined)) = object.get_mut("$defs") {
        defined.values_mut().for_each(tighten);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Answer {
        /// What to call it.
        name: String,
        count: u8,
        note: Option<String>,
        parts: Vec<Part>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Part {
        text: String,
    }

    #[test]
    fn every_object_is_closed_and_complete() {
        let expected = json!({
            "type": "object",
            "properties": {
                "name": { "type": "string", "description": "What to call it." },
                "count": { "type": "integer" },
                "note": { "type": ["string", "null"] },
                "parts": { "type": "array", "items": { "$ref": "#/$defs/Part" } },
            },
            "required": ["count", "name", "note", "parts"],
            "additionalProperties": false,
            "$defs": { "Part": {
                "type": "object",
                "properties": { "text": { "type": "string" } },
                "required": ["text"],
                "additionalProperties": false,
            }},
        });
        let mut got = strict::<Answer>();
        if let Some(Value::Array(names)) = got.get_mut("required") {
            names.sort_by_key(|name| name.as_str().map(str::to_owned));
        }
        assert_eq!(got, expected);
    }
}
