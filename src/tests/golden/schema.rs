//! Values against schemas of an OpenAPI 3.1 description, stricter than JSON Schema is: no member may be there that is not described.

use serde_json::{Map, Value};

pub(crate) struct Description(pub(crate) Value);

/// The members of an object, put together from all schemas that describe it.
#[derive(Default)]
struct Members<'a> {
    named: Vec<(&'a str, &'a Value)>,
    required: Vec<&'a str>,
    /// Others may be there.
    is_open: bool,
}

impl Description {
    /// What does not fit, in words.
    pub(crate) fn misfit(&self, schema: &str, value: &Value) -> Option<String> {
        let schema = &self.0["components"]["schemas"][schema];
        assert!(schema.is_object(), "no such schema");
        self.check(schema, value, "$").err()
    }

    /// The members that a schema describes.
    pub(crate) fn names(&self, schema: &str) -> Vec<&str> {
        let mut members = Members::default();
        self.gather(&self.0["components"]["schemas"][schema], &mut members);
        members.named.into_iter().map(|(name, _)| name).collect()
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        while let Some(reference) = schema["$ref"].as_str() {
            let found = self.0.pointer(reference.trim_start_matches('#'));
            schema = found.unwrap_or_else(|| panic!("{reference} does not exist"));
        }
        schema
    }

    fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        if value.is_null() && schema["nullable"] == true {
            return Ok(());
        }
        let schema = self.resolved(schema);
        if value.is_null() && schema["nullable"] == true {
            return Ok(());
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            return Err(format!("{at} cannot be {value}"));
        }
        if let Some(all) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let wrong: Vec<_> = all.iter().filter_map(|one| self.check(one, value, at).err()).collect();
            return if wrong.len() < all.len() { Ok(()) } else { Err(wrong.join("; ")) };
        }
        let is = |kind: &str| match kind {
            "null" => value.is_null(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            _ => value.is_object(),
        };
        let fits = match &schema["type"] {
            Value::String(kind) => is(kind),
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
            _ => true,
        };
        if !fits {
            return Err(format!("{at} must be {}, not {value}", schema["type"]));
        }
        match value {
            Value::Object(members) => self.object(schema, members, at),
            Value::Array(items) => self.list(schema, items, at),
            Value::String(text) if schema["maxLength"].as_u64().is_some_and(|most| text.len() as u64 > most) => {
                Err(format!("{at} is too long"))
            }
            Value::Number(number) => {
                let beyond = |bound: &str, wrong: fn(f64, f64) -> bool| {
                    schema[bound].as_f64().zip(number.as_f64()).is_some_and(|(bound, number)| wrong(number, bound))
                };
                let out = beyond("minimum", |n, least| n < least) || beyond("maximum", |n, most| n > most);
                if out { Err(format!("{at} cannot be {value}")) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn object(&self, schema: &Value, members: &Map<String, Value>, at: &str) -> Result<(), String> {
        let mut described = Members::default();
        self.gather(schema, &mut described);
        if let Some(missing) = described.required.iter().find(|name| !members.contains_key(**name)) {
            return Err(format!("{at}.{missing} is missing"));
        }
        for (name, value) in members {
            let at = format!("{at}.{name}");
            let mut schemas = described.named.iter().filter(|(known, _)| known == name).peekable();
            if schemas.peek().is_none() && !described.is_open {
                return Err(format!("{at} does not exist"));
            }
            schemas.try_for_each(|(_, schema)| self.check(schema, value, &at))?;
        }
        Ok(())
    }

    fn gather<'a>(&'a self, schema: &'a Value, all: &mut Members<'a>) {
        let schema = self.resolved(schema);
        let properties = schema["properties"].as_object().into_iter().flatten();
        all.named.extend(properties.map(|(name, schema)| (name.as_str(), schema)));
        all.required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        all.is_open |= schema.get("additionalProperties").is_some_and(|more| *more != false);
        schema["allOf"].as_array().into_iter().flatten().for_each(|part| self.gather(part, all));
    }

    fn list(&self, schema: &Value, items: &[Value], at: &str) -> Result<(), String> {
        let (least, most) = (schema["minItems"].as_u64().unwrap_or(0), schema["maxItems"].as_u64().unwrap_or(u64::MAX));
        if !(least..=most).contains(&(items.len() as u64)) {
            return Err(format!("{at} has {} items", items.len()));
        }
        let Some(schema) = schema.get("items") else { return Ok(()) };
        items.iter().enumerate().try_for_each(|(n, item)| self.check(schema, item, &format!("{at}[{n}]")))
    }
}
