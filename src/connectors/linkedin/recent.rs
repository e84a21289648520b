//! The newest posts of a company page. Those of a member can be listed only with a permission that LinkedIn gives to few
//! programs (`r_member_social`, "restricted" on learn.microsoft.com, reviewed 2026-11-28).

use super::publish::{Listed, by_author, remote};
use super::{LinkedIn, little, pages};
use crate::connectors::recent::PAGE;
use crate::connectors::{Call, Fault, Publish, Recent, RecentPage};
use crate::domain::recent::{RecentKind, RecentPost};
use async_trait::async_trait;
use chrono::DateTime;
use serde_json::Value;

/// Further back nobody turns page by page.
const FARTHEST: usize = 10_000;

#[async_trait]
impl Recent for LinkedIn {
    fn scopes(&self) -> &'static [&'static str] {
        &[pages::READING]
    }

    fn spends(&self) -> &'static [&'static str] {
        &["GET /rest/posts"]
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        if self.blind(call.grant).is_some() {
            return Err(closed(call));
        }
        let start = older.map_or(Ok(0), str::parse).ok().filter(|start| *start <= FARTHEST);
        let start: usize = start.ok_or_else(|| Fault::Permanent {
            code: "bad_place".into(),
            message: "LinkedIn has no posts at this place of the list".into(),
        })?;
        let listing = by_author(call, start, PAGE).await?;
        let goes_on = listing.elements.len() >= PAGE;
        let posts = listing.elements.into_iter().map(post).collect();
        Ok(RecentPage { posts, older: goes_on.then(|| (start + PAGE).to_string()) })
    }
}

/// Why there is no list, and what helps.
fn closed(call: &Call<'_>) -> Fault {
    if pages::is_page_id(call.account) {
        let message = "it was connected without the permission to list the page's posts".into();
        return Fault::NotAllowed { message, scopes: vec![pages::READING.into()] };
    }
    let message = "LinkedIn lets only its partners list the posts of a member. Those of company pages can be listed, where the \
                   app has LinkedIn's Community Management API";
    Fault::Unsupported { message: message.into() }
}

fn post(listed: Listed) -> RecentPost {
    let at = listed.published_at.or(listed.created_at).and_then(DateTime::from_timestamp_millis);
    RecentPost {
        url: remote(&listed.id).url,
        text: little::decode(&listed.commentary),
        at: at.map(Into::into),
        kind: kind(&listed.content),
        title: title(&listed.content),
        id: listed.id,
        ..RecentPost::default()
    }
}

fn kind(content: &Value) -> RecentKind {
    let media = content["media"]["id"].as_str().unwrap_or_default();
    let has = |name: &str| content[name].is_object();
    match () {
        () if media.starts_with("urn:li:video:") => RecentKind::Video,
        () if media.starts_with("urn:li:document:") => RecentKind::Document,
        () if media.starts_with("urn:li:image:") => RecentKind::Picture,
        () if has("multiImage") => RecentKind::Album,
        () if has("article") => RecentKind::Link,
        () if has("poll") => RecentKind::Poll,
        () if content.as_object().is_none_or(|content| content.is_empty()) => RecentKind::Text,
        () => RecentKind::Other,
    }
}

/// A poll's question, a document's or link's title.
fn title(content: &Value) -> Option<String> {
    let said = [&content["poll"]["question"], &content["media"]["title"], &content["article"]["title"]];
    said.into_iter().find_map(Value::as_str).map(str::to_owned)
}
