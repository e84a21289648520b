//! The categories that YouTube has for videos, as they are called where the channel is at home.

use super::problem::Operation;
use super::{COUNTRY, YouTube, read, send};
use crate::connectors::{Call, Choices, Fault};
use crate::domain::options::RemoteChoice;
use crate::domain::platforms::youtube::CATEGORIES;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

/// For channels that name no country.
const ANYWHERE: &str = "US";

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    items: Vec<Category>,
}

#[derive(Deserialize)]
struct Category {
    id: String,
    snippet: Snippet,
}

#[derive(Deserialize)]
struct Snippet {
    title: String,
    /// Some are only for what YouTube itself shows.
    #[serde(default)]
    assignable: bool,
}

#[async_trait]
impl Choices for YouTube {
    async fn choices(&self, call: &Call<'_>, source: &str, _: &str) -> Result<Vec<RemoteChoice>, Fault> {
        if source != CATEGORIES {
            return Err(Fault::Unsupported { message: "YouTube has no such list.".into() });
        }
        let country = call.facts.get(COUNTRY).and_then(Value::as_str).filter(|country| country.len() == 2);
        let request = read(call, "videoCategories", "snippet").query("regionCode", country.unwrap_or(ANYWHERE));
        let list: List = send(request, &call.grant.access, Operation::Read).await?.json()?;
        let assignable = list.items.into_iter().filter(|category| category.snippet.assignable);
        Ok(assignable.map(|c| RemoteChoice { id: c.id, label: c.snippet.title }).collect())
    }
}
