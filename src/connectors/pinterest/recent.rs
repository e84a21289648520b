//! The account's newest pins, on all of its boards. Pins of others that it has saved are not among them.

use super::problem::Operation;
use super::publish::{Listing, Pin, moment, remote};
use super::{PINNING, Pinterest, read, send};
use crate::connectors::recent::PAGE;
use crate::connectors::{Call, Fault, Recent, RecentPage};
use crate::domain::recent::{RecentKind, RecentPost};
use async_trait::async_trait;
use serde_json::Value;

/// Those of an image's sizes that fit a list, best first.
const SIZES: [&str; 4] = ["400x300", "600x", "150x150", "1200x"];

#[async_trait]
impl Recent for Pinterest {
    fn scopes(&self) -> &'static [&'static str] {
        const READING: [&str; 2] = [PINNING[0], PINNING[2]];
        &READING
    }

    fn about(&self) -> Option<&'static str> {
        Some("Pins of secret boards are not listed.")
    }

    fn spends(&self) -> &'static [&'static str] {
        &["GET /v5/pins"]
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        call.needs(self.scopes(), "list its pins")?;
        let request = read(call, "pins").query("page_size", PAGE.to_string()).query("pin_filter", "exclude_repins");
        let request = older.into_iter().fold(request, |request, bookmark| request.query("bookmark", bookmark));
        let listing: Listing = send(request, call, Operation::Read).await?.json()?;
        let older = listing.bookmark.filter(|bookmark| !bookmark.is_empty());
        Ok(RecentPage { posts: listing.items.into_iter().map(post).collect(), older })
    }
}

fn post(pin: Pin) -> RecentPost {
    let kind = match pin.media["media_type"].as_str() {
        Some("image") => RecentKind::Picture,
        Some("video") => RecentKind::Video,
        Some("multiple_images" | "multiple_videos" | "multiple_mixed") => RecentKind::Album,
        _ => RecentKind::Other,
    };
    RecentPost {
        url: remote(pin.id.clone()).url,
        at: moment(&pin.created_at).map(Into::into),
        picture: picture(&pin.media),
        title: pin.title,
        text: pin.description.unwrap_or_default(),
        kind,
        id: pin.id,
        ..RecentPost::default()
    }
}

/// A small picture: of the pin itself, of a video's cover, or of the first of several.
fn picture(media: &Value) -> Option<String> {
    let of = |images: &Value| SIZES.iter().find_map(|size| images[*size]["url"].as_str().map(str::to_owned));
    let first = &media["items"][0];
    let cover = |media: &Value| media["cover_image_url"].as_str().map(str::to_owned);
    of(&media["images"]).or_else(|| cover(media)).or_else(|| of(&first["images"])).or_else(|| cover(first))
}
