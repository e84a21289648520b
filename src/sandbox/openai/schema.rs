//! The strict subset of JSON Schema, and an answer for any schema of it.

use serde_json::{Map, Value, json};

/// Words of the subset. (Newer models take some more; older ones refuse them.)
const KNOWN: [&str; 13] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "definitions",
    "description",
    "enum",
    "items",
    "properties",
    "required",
    "title",
    "type",
];
const MAX_DEPTH: usize = 10;
const MAX_PROPERTIES: usize = 5_000;

/// What is wrong with a schema, in the service's words.
pub fn check(schema: &Value, name: &str) -> Result<(), String> {
    if schema["type"] != "object" || schema.get("anyOf").is_some() {
        return Err(format!(
            "Invalid schema for response_format '{name}': schema must be a JSON Schema of 'type: \"object\"'."
        ));
    }
    let mut properties = 0;
    object(schema, schema, name, &mut vec![], &mut properties)
}

fn object(root: &Value, schema: &Value, name: &str, way: &mut Vec<String>, count: &mut usize) -> Result<(), String> {
    let at = format!("Invalid schema for response_format '{name}': In context=({})", way.join(", "));
    let Value::Object(fields) = schema else { return Err(format!("{at}, a schema must be an object.")) };
    if way.len() > MAX_DEPTH * 2 {
        return Err(format!("{at}, the schema is nested too deeply."));
    }
    if let Some(other) = fields.keys().find(|word| !KNOWN.contains(&word.as_str())) {
        return Err(format!("{at}, '{other}' is not permitted."));
    }
    if let Some(reference) = fields.get("$ref") {
        let path = reference.as_str().and_then(|path| path.strip_prefix('#')).unwrap_or_default();
        if fields.len() != 1 {
            return Err(format!("{at}, $ref cannot have keywords beside it."));
        }
        return if root.pointer(path).is_some() { Ok(()) } else { Err(format!("{at}, reference cannot be resolved.")) };
    }
    if fields.get("type").is_none()
        && fields.get("anyOf").is_none()
        && fields.get("enum").is_none()
        && fields.get("const").is_none()
    {
        return Err(format!("{at}, schema must have a 'type' key."));
    }
    if schema["type"] == "object" {
        if schema["additionalProperties"] != false {
            return Err(format!("{at}, 'additionalProperties' is required to be supplied and to be false."));
        }
        let empty = Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&empty);
        *count += properties.len();
        if *count > MAX_PROPERTIES {
            return Err(format!("{at}, too many properties."));
        }
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if let Some(missing) = properties.keys().find(|name| !required.contains(&name.as_str())) {
            return Err(format!(
                "{at}, 'required' is required to be supplied and to be an array including every key in properties. Missing '{missing}'."
            ));
        }
        if let Some(extra) = required.iter().find(|name| !properties.contains_key(**name)) {
            return Err(format!("{at}, 'required' names '{extra}', which is no property."));
        }
        for (key, inner) in properties {
            way.extend(["'properties'".to_owned(), format!("'{key}'")]);
            object(root, inner, name, way, count)?;
            way.truncate(way.len() - 2);
        }
    }
    for (key, inner) in schema["$defs"].as_object().into_iter().flatten() {
        way.extend(["'$defs'".to_owned(), format!("'{key}'")]);
        object(root, inner, name, way, count)?;
        way.truncate(way.len() - 2);
    }
    if schema["type"] == "array" && schema.get("items").is_none() {
        return Err(format!("{at}, array schema missing items."));
    }
    let inner = schema.get("items").into_iter().chain(schema["anyOf"].as_array().into_iter().flatten());
    for inner in inner {
        way.push("'items'".into());
        object(root, inner, name, way, count)?;
        way.pop();
    }
    Ok(())
}

/// The plainest value of a schema: what a model would answer that has nothing to say.
pub fn plain(root: &Value, schema: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    if let Some(path) = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
        return plain(root, root.pointer(path).unwrap_or(&Value::Null), depth + 1);
    }
    if let Some(first) = schema["enum"].get(0).or_else(|| schema.get("const")) {
        return first.clone();
    }
    if let Some(first) = schema["anyOf"].get(0) {
        return plain(root, first, depth + 1);
    }
    match schema["type"].as_str().or_else(|| schema["type"].get(0).and_then(Value::as_str)) {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(fields.map(|(key, inner)| (key.clone(), plain(root, inner, depth + 1))).collect())
        }
        Some("array") => json!([plain(root, &schema["items"], depth + 1)]),
        Some("string") => "An answer of the stand-in.".into(),
        Some("integer" | "number") => 1.into(),
        Some("boolean") => true.into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_real_service_refuses_is_refused() {
        let good = json!({
            "type": "object", "additionalProperties": false, "required": ["text", "note"],
            "properties": { "text": { "type": "string" }, "note": { "type": ["string", "null"] } },
        });
        assert_eq!(check(&good, "x"), Ok(()));
        let without = |word: &str| {
            let mut schema = good.clone();
            schema.as_object_mut().unwrap().remove(word);
            schema
        };
        let mut partly = good.clone();
        partly["required"] = json!(["text"]);
        let mut bounded = good.clone();
        bounded["properties"]["text"]["minLength"] = 1.into();
        let mut beside = good.clone();
        beside["properties"]["text"] = json!({ "$ref": "#/properties/note", "description": "x" });
        for (bad, says) in [
            (without("additionalProperties"), "'additionalProperties' is required"),
            (without("required"), "Missing 'note'"),
            (partly, "Missing 'note'"),
            (bounded, "'minLength' is not permitted"),
            (beside, "$ref cannot have keywords"),
            (json!({ "type": "array", "items": { "type": "string" } }), "'type: \"object\"'"),
        ] {
            let said = check(&bad, "x").unwrap_err();
            assert!(said.contains(says), "{said}");
        }
        assert_eq!(plain(&good, &good, 0)["note"], "An answer of the stand-in.");
    }
}
