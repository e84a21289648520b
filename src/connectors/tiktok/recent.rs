//! The account's newest posts, as far as everybody can see them.

use super::listing::{Listed, Listing, PAGE, ask_for};
use super::{LISTING, TikTok};
use crate::connectors::{Call, Fault, Recent, RecentPage};
use crate::domain::recent::{RecentKind, RecentPost};
use async_trait::async_trait;
use serde_json::json;

const FIELDS: &str = "id,create_time,share_url,video_description,title,cover_image_url";

#[async_trait]
impl Recent for TikTok {
    fn scopes(&self) -> &'static [&'static str] {
        &[LISTING]
    }

    fn about(&self) -> Option<&'static str> {
        Some("TikTok lists only posts that everybody can see.")
    }

    fn spends(&self) -> &'static [&'static str] {
        &["POST /v2/video/list/"]
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        call.needs(self.scopes(), "list its posts")?;
        let mut body = json!({ "max_count": PAGE });
        if let Some(older) = older {
            let cursor: i64 = older.parse().map_err(|_| Fault::Permanent {
                code: "bad_place".into(),
                message: "TikTok has no posts at this place of the list".into(),
            })?;
            body["cursor"] = cursor.into();
        }
        let listing: Listing = ask_for(FIELDS, call, "list", &body).await?;
        let older = listing.cursor.filter(|_| listing.has_more).map(|cursor| cursor.to_string());
        Ok(RecentPage { posts: listing.videos.into_iter().map(post).collect(), older })
    }
}

fn post(listed: Listed) -> RecentPost {
    let is_photo = listed.share_url.as_deref().is_some_and(|url| url.contains("/photo/"));
    let text = listed.video_description.clone().unwrap_or_default();
    RecentPost {
        at: listed.at().map(Into::into),
        kind: if is_photo { RecentKind::Album } else { RecentKind::Video },
        // Of a video it repeats the description.
        title: listed.title.filter(|title| *title != text),
        text,
        url: listed.share_url,
        picture: listed.cover_image_url,
        id: listed.id,
        ..RecentPost::default()
    }
}
