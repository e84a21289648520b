//! A value that can be read, for every type that arrives from outside.

use super::inventory::Inventory;
use super::program::Program;
use crate::support::snake_case;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use syn::{Attribute, Fields, GenericArgument, Item, PathArguments, Type};

/// What is in the demo company, by the type of its id.
pub struct Known(BTreeMap<&'static str, String>);

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

impl Known {
    pub async fn of(program: &Program) -> Self {
        let mut known = BTreeMap::new();
        for (name, query) in [
            ("PostId", "select id::text from posts where deleted_at is null and state = 'scheduled' limit 1"),
            ("ConnectionId", "select id::text from connections where platform = 'x' limit 1"),
            ("AssetId", "select id::text from assets limit 1"),
            ("DeliveryId", "select id::text from deliveries where state = 'live' limit 1"),
            ("JobId", "select id::text from jobs where company_id is not null limit 1"),
            ("UserId", "select id::text from users where email = 'vera@northwind.example'"),
            ("CompanyId", "select id::text from companies limit 1"),
        ] {
            known.insert(name, program.value(query).await.unwrap_or_else(|| panic!("no {name} in the demo")));
        }
        Self(known)
    }

    pub fn id(&self, kind: &str) -> &str {
        self.0.get(kind).map_or(NOBODY, String::as_str)
    }

    /// What a text of this name holds.
    fn text(&self, name: &str) -> String {
        match name {
            "local" | "at" => "2031-05-06T09:30".into(),
            "zone" => "UTC".into(),
            "email" => "walker@example.com".into(),
            "password" | "new_password" => "a-good-long-password".into(),
            "language" => "en".into(),
            "role" => "viewer".into(),
            "platform" => "x".into(),
            "post" => self.id("PostId").into(),
            "url" | "link" => "https://example.com/beans".into(),
            "late_minutes" => "30".into(),
            "field" => "client_id".into(),
            "schedule" => "sweep".into(),
            _ => "Beans".into(),
        }
    }

    /// An example of an argument of a function in this file.
    pub fn example(&self, inventory: &Inventory, file: &str, name: &str, of: &Type) -> Value {
        Maker { known: self, inventory, file }.value(name, of, &BTreeMap::new())
    }

    /// The bodies that REST addresses take; `None`: one with files.
    pub fn body(&self, path: &str) -> Option<Value> {
        let (account, picture) = (self.id("ConnectionId"), self.id("AssetId"));
        let content = json!({
            "text": "Beans", "link": "https://example.com/beans", "media": [picture], "thread": ["Two"],
            "comment": "Three", "format": "feed", "options": { "who_can_reply": "mentioned" },
            "org": self.id("CompanyId"),
        });
        let with = |more: Value| {
            let mut all = content.as_object().cloned().unwrap_or_default();
            all.extend(more.as_object().cloned().unwrap_or_default());
            Some(Value::Object(all))
        };
        let one =
            json!({ "account": account, "text": "Own", "format": "feed", "options": { "who_can_reply": "nobody" } });
        let time = json!({ "local_time": "2031-05-06T09:30", "zone": "UTC", "second": false });
        match path {
            "/api/social/post" => with(json!({ "accounts": [one] })),
            "/api/social/post/schedule" | "/api/v1/social/schedule" => {
                let mut body = with(json!({ "accounts": [one] }));
                if let Some(Value::Object(body)) = &mut body {
                    body.extend(time.as_object().cloned().unwrap_or_default());
                }
                body
            }
            "/api/social/post/multiple" | "/api/v1/social/cross-post" => with(json!({
                "posts": [{ "account": account, "text": "Own", "link": "https://example.com", "media": [picture],
                            "thread": ["Two"], "comment": "Three", "at": "2031-05-06T09:30:00Z" }]
            })),
            "/api/v1/social/connect" => {
                Some(json!({ "platform": "x", "org": self.id("CompanyId"), "account": account }))
            }
            "/api/tokens/refresh" | "/api/v1/social/refresh-tokens" => {
                Some(json!({ "account": account, "org": self.id("CompanyId") }))
            }
            "/api/v1/media/{id}/copy" => Some(json!({
                "places": [{ "platform": "instagram", "format": "feed" }], "first": true, "reshape": "crop", "x": 50, "y": 50
            })),
            "/api/webhook/zapier-contact" => Some(json!({
                "email": "walker@example.com", "name": "Walker", "phone": "+49 1512 3456789", "source": "Fair",
                "tags": ["vip"], "consent": true, "address": { "city": "London" }
            })),
            "/api/zapier/hooks" => Some(
                json!({ "target_url": "https://hooks.zapier.com/hooks/standard/1/2/", "event": "contact_captured" }),
            ),
            "/api/browser-errors" => {
                Some(json!({ "message": "Kettle is empty", "stack": "at pour", "page": "/posts" }))
            }
            "/api/auto-repair/start" => Some(json!({})),
            "/api/auto-repair/undo" => Some(json!({ "receipt_id": uuid::Uuid::nil() })),
            "/api/auto-repair/clear" => Some(json!({ "hours": 24 })),
            "/chatbot/send" => Some(json!({ "message": "What needs me?", "action": "message", "from": "/posts" })),
            "/api/v1/captions" => Some(json!({
                "post": self.id("PostId"), "brief": "Beans", "tone": "friendly", "language": "en", "audience": "Cooks",
                "targets": [{ "connection": account, "format": "feed" }], "media": [picture], "wish": "shorter",
                "before": [{ "connection": account, "text": "Beans are back." }], "variants": false
            })),
            "/api/v1/media/uploads" => Some(json!({ "file_name": "clip.mp4", "bytes": 53_449 })),
            "/api/v1/media/uploads/{id}/finish" => Some(json!({})),
            "/api/jobs/scheduler/start" | "/api/jobs/scheduler/stop" => Some(json!({ "schedule": "sweep" })),
            _ => None,
        }
    }
}

struct Maker<'a> {
    known: &'a Known,
    inventory: &'a Inventory,
    /// Where the types that are read now are named.
    file: &'a str,
}

impl Maker<'_> {
    /// `names` stands for type parameters.
    fn value(&self, name: &str, of: &Type, names: &BTreeMap<String, Type>) -> Value {
        let Type::Path(path) = of else { panic!("{name}: a type that nobody expected") };
        let last = path.path.segments.last().expect("a type has a name");
        let inner: Vec<Type> = match &last.arguments {
            PathArguments::AngleBracketed(all) => all
                .args
                .iter()
                .filter_map(|a| if let GenericArgument::Type(of) = a { Some(of.clone()) } else { None })
                .collect(),
            _ => vec![],
        };
        let kind = last.ident.to_string();
        if let Some(meant) = names.get(&kind) {
            return self.value(name, meant, &BTreeMap::new());
        }
        // The post as a whole: a new one, as saving it goes the whole way.
        if matches!((kind.as_str(), name), ("Option", "id" | "version" | "key")) {
            return Value::Null;
        }
        match kind.as_str() {
            "String" => self.known.text(name).into(),
            "bool" => false.into(),
            "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => match name {
                "year" => 2031,
                "hour" => 9,
                "minute" => 30,
                _ => 1,
            }
            .into(),
            "Option" => self.value(name, &inner[0], names),
            "Vec" => vec![self.value(name, &inner[0], names)].into(),
            "BTreeMap" => json!({ "client_id": self.value(name, &inner[1], names) }),
            "Options" => json!({ "who_can_reply": "mentioned" }),
            "Platform" => "x".into(),
            // A column of contacts, as its own text.
            "Column" => "email".into(),
            // Pairs of a picture and its description.
            "Alts" => json!([[self.known.id("AssetId"), "A red cup"]]),
            "Cursor" => "1764300000000000_0198f2c4-7d1e-7b4a-9c1d-2f3e4a5b6c7d".into(),
            "Uuid" => "0198f2c4-7d1e-7b4a-9c1d-2f3e4a5b6c7d".into(),
            id if id.ends_with("Id") => self.known.id(id).into(),
            other => {
                let found = self.inventory.named(other, self.file);
                let (file, item) = found.unwrap_or_else(|| panic!("nothing is known of the type {other} of {name}"));
                Maker { file, ..*self }.made(name, item, inner)
            }
        }
    }

    /// `inner`: what its type parameters stand for.
    fn made(&self, name: &str, item: &Item, inner: Vec<Type>) -> Value {
        match item {
            // A list with a bound of its own.
            Item::Struct(item) if matches!(item.fields, Fields::Unnamed(_)) => {
                let inside = item.fields.iter().next().expect("a field");
                self.value(name, &inside.ty, &BTreeMap::new())
            }
            Item::Struct(item) => {
                let given = item.generics.type_params().map(|p| p.ident.to_string()).zip(inner).collect();
                Value::Object(self.fields(&item.fields, &given))
            }
            Item::Enum(item) => {
                // The variant that takes the most says the most.
                let most = item.variants.iter().rev().max_by_key(|v| v.fields.len()).expect("a variant");
                let named = snake_case(&most.ident.to_string());
                match tag(&item.attrs) {
                    None => named.into(),
                    Some(tag) => {
                        let mut fields = self.fields(&most.fields, &BTreeMap::new());
                        fields.insert(tag, named.into());
                        Value::Object(fields)
                    }
                }
            }
            _ => panic!("{name} is neither a struct nor an enum"),
        }
    }

    fn fields(&self, fields: &Fields, names: &BTreeMap<String, Type>) -> Map<String, Value> {
        let mut all = Map::new();
        for field in fields {
            let name = field.ident.as_ref().expect("fields have names").to_string();
            match self.value(&name, &field.ty, names) {
                Value::Object(inner) if says(&field.attrs, "flatten") => all.extend(inner),
                value => {
                    all.insert(name, value);
                }
            }
        }
        all
    }
}

fn says(attributes: &[Attribute], word: &str) -> bool {
    let mut lists = attributes.iter().filter(|a| a.path().is_ident("serde")).filter_map(|a| a.meta.require_list().ok());
    lists.any(|list| list.tokens.to_string().split([',', ' ']).any(|w| w == word))
}

/// `#[serde(tag = "kind")]`
fn tag(attributes: &[Attribute]) -> Option<String> {
    let lists = attributes.iter().filter(|a| a.path().is_ident("serde")).filter_map(|a| a.meta.require_list().ok());
    let texts: Vec<_> = lists.map(|list| list.tokens.to_string()).collect();
    texts.iter().find_map(|t| Some(t.split_once("tag = \"")?.1.split_once('"')?.0.to_owned()))
}
