//! The lists of people that an account has made, for the option who can reply. They are records of its own repository, so
//! its server knows them without asking the network's index.

use super::problem::Operation;
use super::{Bluesky, query, send, server};
use crate::connectors::{Call, Choices, Fault};
use crate::domain::options::RemoteChoice;
use crate::domain::platforms::bluesky::LISTS;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

/// As many as a page may have.
const PAGE: &str = "100";
/// Pages that are read: a thousand lists.
const PAGES: usize = 10;
/// A list that people read; the other kinds are for blocking and for starter packs.
const CURATED: &str = "app.bsky.graph.defs#curatelist";

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    records: Vec<Listed>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    uri: String,
    #[serde(default)]
    value: Value,
}

#[async_trait]
impl Choices for Bluesky {
    async fn choices(&self, call: &Call<'_>, source: &str, _: &str) -> Result<Vec<RemoteChoice>, Fault> {
        if source != LISTS {
            return Err(Fault::Unsupported { message: "Bluesky has no such list.".into() });
        }
        let (mut found, mut cursor) = (vec![], None);
        for _ in 0..PAGES {
            let mut request = query(call.wire, server(call.facts), "com.atproto.repo.listRecords", &call.grant.access)
                .query("repo", call.account)
                .query("collection", "app.bsky.graph.list")
                .query("limit", PAGE);
            if let Some(cursor) = &cursor {
                request = request.query("cursor", cursor);
            }
            let page: Page = send(request, Operation::Read).await?.json()?;
            found.extend(page.records.into_iter().filter(|list| list.value["purpose"] == CURATED).map(choice));
            cursor = page.cursor.filter(|cursor| !cursor.is_empty());
            if cursor.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

fn choice(list: Listed) -> RemoteChoice {
    let name = list.value["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
    RemoteChoice { label: name.unwrap_or("A list without a name").to_owned(), id: list.uri }
}
