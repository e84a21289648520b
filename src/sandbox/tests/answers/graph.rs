//! Answers of Meta's Graph against the objects that Meta's own code is made from (`meta-api-specs`): an object's fields with
//! their types, and its edges. Not described there, and so not looked at: errors, containers, the sessions of uploads.

use super::Fits;
use crate::sandbox::tests::Got;
use crate::sandbox::tests::described::spec;
use chrono::DateTime;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

const PERSON: &str = "10220000000000001";

/// What Meta's guides have and its description leaves out.
const ONLY_IN_GUIDES: [(&str, &str); 1] = [("Page", "tasks")];

/// Objects by their name.
struct Objects(BTreeMap<&'static str, Value>);

fn read(once: &'static OnceLock<Option<Objects>>, names: &'static [&'static str]) -> Option<&'static Objects> {
    once.get_or_init(|| {
        let all = names.iter().map(|name| Some((*name, spec(&format!("meta-api-specs/{name}.json"))?)));
        all.collect::<Option<BTreeMap<_, _>>>().map(Objects)
    })
    .as_ref()
}

pub(super) fn of_facebook(method: &Method, path: &[&str], got: &Got) -> Fits {
    static FACEBOOK: OnceLock<Option<Objects>> = OnceLock::new();
    const NAMES: &[&str] = &[
        "AdVideo",
        "Comment",
        "Page",
        "PagePost",
        "Permission",
        "Photo",
        "User",
        "VideoStatus",
        "VideoStatusError",
        "VideoStatusProcessingPhase",
        "VideoStatusPublishingPhase",
        "VideoStatusUploadingPhase",
    ];
    let Some(objects) = read(&FACEBOOK, NAMES).filter(|_| got.status == 200) else { return Ok(()) };
    let me = got.body["id"].as_str().unwrap_or(PERSON);
    let of = |id: &str| match id {
        "me" if me != PERSON => "Page",
        "me" | PERSON => "User",
        id if id.starts_with("615") && id.contains('_') => "PagePost",
        id if id.starts_with("615") => "Page",
        id if id.contains('_') => "Comment",
        _ => "AdVideo",
    };
    match (method, unversioned(path)) {
        (_, ["oauth", ..]) => Ok(()),
        (&Method::GET, [id]) => objects.fits(of(id), &got.body, "$"),
        (&Method::GET, [id, edge]) => {
            let found = objects.edge(of(id), "GET", edge)?;
            objects.list(found["return"].as_str().unwrap_or_default(), &got.body, "$")
        }
        (&Method::POST, [id, edge]) => {
            objects.edge(of(id), "POST", edge)?;
            match *edge {
                "feed" => objects.fits("PagePost", &got.body, "$"),
                "photos" => objects.fits("Photo", &got.body, "$"),
                "comments" => objects.fits("Comment", &got.body, "$"),
                _ => Ok(()),
            }
        }
        _ => done(&got.body),
    }
}

pub(super) fn of_instagram(method: &Method, path: &[&str], got: &Got) -> Fits {
    static INSTAGRAM: OnceLock<Option<Objects>> = OnceLock::new();
    const NAMES: &[&str] = &[
        "ContentPublishingLimitResponse",
        "IGAccessTokenForIGOnlyAPI",
        "IGComment",
        "IGCommentFromUser",
        "IGMediaForIGOnlyAPI",
        "IGRefreshAccessTokenForIGOnlyAPI",
        "IGUser",
        "IGUserForIGOnlyAPI",
    ];
    let Some(objects) = read(&INSTAGRAM, NAMES).filter(|_| got.status == 200) else { return Ok(()) };
    let body = &got.body;
    match (method, unversioned(path)) {
        (_, ["access_token"]) => objects.fits("IGAccessTokenForIGOnlyAPI", body, "$"),
        (_, ["refresh_access_token"]) => objects.fits("IGRefreshAccessTokenForIGOnlyAPI", body, "$"),
        (&Method::GET, [_]) if body.get("status_code").or(body.get("status")).is_some() => Ok(()),
        (&Method::GET, ["me"]) => objects.fits("IGUserForIGOnlyAPI", body, "$"),
        (&Method::GET, [id]) if id.starts_with("17841") => objects.fits("IGUserForIGOnlyAPI", body, "$"),
        (&Method::GET, [_]) => objects.fits("IGMediaForIGOnlyAPI", body, "$"),
        (_, [_, edge]) => {
            // The edge that publishes is spelled `mediapublish` in the objects of this API, and right in those of the older one.
            let (of, made) = match *edge {
                "media" | "stories" => ("IGUserForIGOnlyAPI", "IGMediaForIGOnlyAPI"),
                "media_publish" => ("IGUser", "IGMediaForIGOnlyAPI"),
                "content_publishing_limit" => ("IGUserForIGOnlyAPI", "ContentPublishingLimitResponse"),
                "comments" => ("IGMediaForIGOnlyAPI", "IGComment"),
                _ => ("IGComment", "IGComment"),
            };
            objects.edge(of, method.as_str(), edge)?;
            if method == Method::GET { objects.list(made, body, "$") } else { objects.fits(made, body, "$") }
        }
        _ => done(body),
    }
}

fn unversioned<'a>(path: &'a [&'a str]) -> &'a [&'a str] {
    match path {
        [version, rest @ ..] if version.starts_with("v2") => rest,
        path => path,
    }
}

/// What a change or a deletion says.
fn done(body: &Value) -> Fits {
    if *body == json!({ "success": true }) { Ok(()) } else { Err("a change says only that it was done".into()) }
}

fn named<'a>(list: &'a Value, by: &str, name: &str) -> Option<&'a Value> {
    list.as_array()?.iter().find(|one| one[by] == name)
}

impl Objects {
    fn edge(&self, object: &str, method: &str, name: &str) -> Result<&Value, String> {
        let mut edges = self.0[object]["apis"].as_array().into_iter().flatten();
        let found = edges.find(|api| api["method"] == method && api["endpoint"] == name);
        found.ok_or_else(|| format!("{object} has no edge {method} {name}"))
    }

    fn fits(&self, object: &str, value: &Value, at: &str) -> Fits {
        let members = value.as_object().ok_or_else(|| format!("{at} must be an object"))?;
        members.iter().try_for_each(|(name, member)| {
            let at = format!("{at}.{name}");
            if let Some(field) = named(&self.0[object]["fields"], "name", name) {
                return self.of_kind(field["type"].as_str().unwrap_or_default(), member, &at);
            }
            if let Ok(edge) = self.edge(object, "GET", name) {
                return self.list(edge["return"].as_str().unwrap_or_default(), member, &at);
            }
            let is_known = ONLY_IN_GUIDES.contains(&(object, name));
            if is_known { Ok(()) } else { Err(format!("{at} is no field of {object}")) }
        })
    }

    /// `{"data": …}`, with pages of a list.
    fn list(&self, of: &str, value: &Value, at: &str) -> Fits {
        match &value["data"] {
            Value::Array(items) => items.iter().enumerate().try_for_each(|(n, item)| {
                let at = format!("{at}.data[{n}]");
                if self.0.contains_key(of) { self.fits(of, item, &at) } else { Ok(()) }
            }),
            // A picture's edge has one.
            Value::Object(_) if !self.0.contains_key(of) => Ok(()),
            _ => Err(format!("{at}.data must be a list")),
        }
    }

    fn of_kind(&self, kind: &str, value: &Value, at: &str) -> Fits {
        let is_number = value.is_i64() || value.is_u64();
        let is_it = match kind {
            "string" => value.is_string(),
            "bool" => value.is_boolean(),
            "Object" => value.is_object(),
            "float" => value.is_number(),
            // Ids are too large for many programs' numbers and travel as texts.
            "int" | "unsigned int" if at.ends_with("_id") => is_number || value.is_string(),
            "int" | "unsigned int" => is_number,
            "datetime" => value.as_str().is_some_and(|at| DateTime::parse_from_str(at, "%Y-%m-%dT%H:%M:%S%z").is_ok()),
            kind if kind.starts_with("list") => {
                let items = value.as_array().ok_or_else(|| format!("{at} must be a list"))?;
                let of = kind.trim_start_matches("list").trim_matches(['<', '>']);
                let known = self.0.contains_key(of);
                return items.iter().filter(|_| known).try_for_each(|item| self.fits(of, item, at));
            }
            kind if self.0.contains_key(kind) => return self.fits(kind, value, at),
            _ => true,
        };
        if is_it { Ok(()) } else { Err(format!("{at} must be of the kind {kind}")) }
    }
}
