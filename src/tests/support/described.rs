//! Official machine-readable descriptions of platforms, and holding a value against the kind that Google has (a discovery
//! document). Compiled into the tests of the connectors and into those of the stand-ins, which share no code otherwise: what
//! both are held against is neither's.

use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;

/// A description by its file name; `None`, and said so, without the folder that has them.
pub fn spec(file: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("LUX_SPECS_DIR") else {
        // Not by `println!`, which the test runner swallows when the test passes.
        let _ = writeln!(std::io::stderr(), "LEFT OUT: LUX_SPECS_DIR is not set, so {file} was not checked");
        return None;
    };
    let path = PathBuf::from(folder).join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap())
}

/// The description of the call with this method and path.
pub fn operation_of<'a>(spec: &'a Value, method: &str, path: &str) -> &'a Value {
    let resources = spec["resources"].as_object().unwrap().values();
    let mut all =
        resources.flat_map(|resource| resource["methods"].as_object().into_iter().flat_map(|all| all.values()));
    all.find(|call| call["path"] == path && call["httpMethod"] == method).unwrap_or_else(|| panic!("{method} {path}"))
}

/// Holds a value against a schema of the discovery document: members, types, words.
pub fn fits(spec: &Value, schema: &str, value: &Value, at: &str) {
    let described = &spec["schemas"][schema];
    assert!(described.is_object(), "{schema}");
    of_schema(spec, described, value, at);
}

fn of_schema(spec: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(spec, reference, value, at);
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at} cannot be {value}");
    }
    match schema["type"].as_str() {
        Some("object") => {
            let members = value.as_object().unwrap_or_else(|| panic!("{at} must be an object"));
            for (name, member) in members {
                let described = match &schema["properties"][name] {
                    Value::Null => &schema["additionalProperties"],
                    described => described,
                };
                assert!(described.is_object(), "{at}: {name} does not exist");
                of_schema(spec, described, member, &format!("{at}.{name}"));
            }
        }
        Some("array") => {
            let items = value.as_array().unwrap_or_else(|| panic!("{at} must be a list"));
            items.iter().for_each(|item| of_schema(spec, &schema["items"], item, at));
        }
        // 64-bit numbers travel as texts.
        Some("string") => assert!(value.is_string(), "{at} must be a text, not {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{at} must be true or false, not {value}"),
        Some("integer") => assert!(value.is_i64() || value.is_u64(), "{at} must be a number, not {value}"),
        _ => {}
    }
}
