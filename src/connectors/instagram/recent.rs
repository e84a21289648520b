//! The account's newest posts. Stories are on a list of their own, for a day, and are not among them.

use super::problem::{self, Operation};
use super::publish::graph;
use super::{GRAPH, Instagram, POSTING, id_of, moment};
use crate::connectors::recent::PAGE;
use crate::connectors::wire::segment;
use crate::connectors::{Call, Fault, Recent, RecentPage};
use crate::domain::platform::Platform;
use crate::domain::recent::{RecentKind, RecentPost};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

/// `media_url` is missing where somebody has claimed rights in it.
const FIELDS: &str = "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,timestamp";

#[derive(Deserialize)]
struct Listing {
    data: Vec<Media>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paging {
    next: Option<String>,
    cursors: Cursors,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursors {
    after: Option<String>,
}

#[derive(Deserialize)]
struct Media {
    id: Value,
    #[serde(default)]
    caption: String,
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    media_product_type: String,
    media_url: Option<String>,
    /// Of videos only.
    thumbnail_url: Option<String>,
    permalink: Option<String>,
    #[serde(default)]
    timestamp: String,
}

impl Media {
    fn kind(&self) -> RecentKind {
        match (self.media_type.as_str(), self.media_product_type.as_str()) {
            (_, "REELS") => RecentKind::Reel,
            ("VIDEO", _) => RecentKind::Video,
            ("CAROUSEL_ALBUM", _) => RecentKind::Album,
            ("IMAGE", _) => RecentKind::Picture,
            _ => RecentKind::Other,
        }
    }

    fn post(self) -> Option<RecentPost> {
        let kind = self.kind();
        // The address of a video is no picture.
        let own = self.media_url.filter(|_| self.media_type != "VIDEO");
        Some(RecentPost {
            id: id_of(&self.id)?,
            at: moment(&self.timestamp).map(Into::into),
            text: self.caption,
            url: self.permalink,
            kind,
            picture: self.thumbnail_url.or(own),
            ..RecentPost::default()
        })
    }
}

#[async_trait]
impl Recent for Instagram {
    fn scopes(&self) -> &'static [&'static str] {
        &POSTING[..1]
    }

    fn about(&self) -> Option<&'static str> {
        Some("Stories are not listed.")
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        call.needs(self.scopes(), "list its posts")?;
        let address = format!("{GRAPH}/{}/media", segment(call.account));
        let request = call.wire.read(Platform::Instagram, &address).query("fields", FIELDS);
        let request = request.query("limit", PAGE.to_string());
        let request = older.into_iter().fold(request, |request, after| request.query("after", after));
        let response = graph(request, call).send().await?;
        let listing: Listing = response.accepted(|a| problem::fault(a, Operation::Read))?.json()?;
        let older = listing.paging.cursors.after.filter(|_| listing.paging.next.is_some());
        Ok(RecentPage { posts: listing.data.into_iter().filter_map(Media::post).collect(), older })
    }
}
