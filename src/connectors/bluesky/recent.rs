//! The account's newest posts: the records of its own repository, which its server knows without asking the network's index.

use super::problem::Operation;
use super::publish::remote;
use super::record::POSTS;
use super::{Bluesky, query, send, server};
use crate::connectors::recent::PAGE;
use crate::connectors::{Call, Fault, Recent, RecentPage};
use crate::domain::recent::{RecentKind, RecentPost};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Records {
    #[serde(default)]
    records: Vec<Record>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Record {
    uri: String,
    #[serde(default)]
    value: Value,
}

#[async_trait]
impl Recent for Bluesky {
    /// An app password allows everything.
    fn scopes(&self) -> &'static [&'static str] {
        &[]
    }

    fn about(&self) -> Option<&'static str> {
        Some("Reposts are not listed.")
    }

    fn spends(&self) -> &'static [&'static str] {
        &["GET /xrpc/com.atproto.repo.listRecords"]
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        let request = query(call.wire, server(call.facts), "com.atproto.repo.listRecords", &call.grant.access);
        let request = request.query("repo", call.account).query("collection", POSTS).query("limit", PAGE.to_string());
        let request = older.into_iter().fold(request, |request, cursor| request.query("cursor", cursor));
        let found: Records = send(request, Operation::Read).await?.json()?;
        // The server names a place behind the last page as well.
        let older = found.cursor.filter(|_| found.records.len() >= PAGE);
        Ok(RecentPage { posts: found.records.into_iter().map(post).collect(), older })
    }
}

fn post(record: Record) -> RecentPost {
    let said = |name: &str| record.value[name].as_str().unwrap_or_default();
    RecentPost {
        url: remote(&record.uri).and_then(|post| post.url),
        text: said("text").to_owned(),
        at: said("createdAt").parse::<DateTime<Utc>>().ok().map(Into::into),
        kind: kind(&record.value),
        id: record.uri,
        ..RecentPost::default()
    }
}

fn kind(value: &Value) -> RecentKind {
    let embed = &value["embed"];
    // A quoted post has its pictures beside it.
    let shown = if embed["media"].is_object() { &embed["media"] } else { embed };
    match shown["$type"].as_str() {
        Some("app.bsky.embed.images") if shown["images"].as_array().is_some_and(|images| images.len() > 1) => {
            RecentKind::Album
        }
        Some("app.bsky.embed.images") => RecentKind::Picture,
        Some("app.bsky.embed.gallery") => RecentKind::Album,
        Some("app.bsky.embed.video") => RecentKind::Video,
        Some("app.bsky.embed.external") => RecentKind::Link,
        _ if value["reply"].is_object() => RecentKind::Reply,
        None => RecentKind::Text,
        Some(_) => RecentKind::Other,
    }
}
