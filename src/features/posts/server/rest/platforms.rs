//! What posts can be on each platform: formats, options and limits, as the platforms' specs have them.

use crate::domain::account::AccountFacts;
use crate::domain::error::Result;
use crate::domain::limits;
use crate::domain::options::{Field, Input};
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::infra::session::Who;
use axum::Json;
use serde_json::{Value, json};

/// `GET /api/social/platforms`
pub async fn list(who: Who) -> Result<Json<Value>> {
    who.require(Permission::View)?;
    Ok(Json(json!({ "platforms": Platform::publishers().filter_map(platform).collect::<Vec<_>>() })))
}

fn platform(platform: Platform) -> Option<Value> {
    let publishing = platform.publishing()?;
    let nobody = AccountFacts::default();
    let formats = publishing.formats.iter().filter_map(|f| {
        let rules = limits::rules(platform, f.format, &nobody)?;
        let parts: Vec<_> = f.parts.iter().map(|(kind, _)| kind.id()).collect();
        Some(json!({
            "id": f.format.id(), "name": f.format.name(), "max_text": rules.max_text, "max_pictures": rules.max_images,
            "parts": parts,
        }))
    });
    Some(json!({
        "id": platform.id(),
        "name": platform.name(),
        "formats": formats.collect::<Vec<_>>(),
        "options_version": publishing.options.version,
        "options": publishing.options.fields.iter().map(option).collect::<Vec<_>>(),
    }))
}

fn option(field: &Field) -> Value {
    let (kind, more) = match field.input {
        Input::YesNo => ("yes_no", Value::Null),
        Input::Choice(choices) => {
            ("choice", choices.iter().map(|c| json!({ "id": c.id, "label": c.label })).collect::<Vec<_>>().into())
        }
        Input::Remote(source) => ("remote", source.into()),
        Input::Text { max } => ("text", max.into()),
        Input::Seconds => ("seconds", Value::Null),
        Input::Picture { types, max_bytes } => ("picture", json!({ "types": types, "max_bytes": max_bytes })),
    };
    let formats: Vec<_> = field.formats.iter().map(|format| format.id()).collect();
    json!({
        "id": field.id, "label": field.label, "help": field.help, "required": field.required, "formats": formats,
        "only_if": field.only_if.map(|(other, value)| json!({ "option": other, "is": value })),
        "never_with": field.never_with.map(|(other, value, _)| json!({ "option": other, "is": value })),
        "parent": field.parent, "kind": kind, "allows": more,
    })
}
