//! The Page's newest posts.

use super::posts::{Listed, listed};
use super::{Facebook, READING};
use crate::connectors::recent::PAGE;
use crate::connectors::{Call, Fault, Recent, RecentPage};
use crate::domain::recent::{RecentKind, RecentPost};
use async_trait::async_trait;

const FIELDS: &str = "id,message,created_time,permalink_url,full_picture,attachments{media_type,target{id},unshimmed_url,subattachments{target{id}}}";

#[async_trait]
impl Recent for Facebook {
    fn scopes(&self) -> &'static [&'static str] {
        &READING[1..2]
    }

    fn about(&self) -> Option<&'static str> {
        Some("Stories are not listed.")
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        call.needs(self.scopes(), "list the Page's posts")?;
        let most = PAGE.to_string();
        let mut query = vec![("fields", FIELDS), ("limit", most.as_str())];
        query.extend(older.map(|after| ("after", after)));
        let listing = listed(call, &query).await?;
        let older = listing.paging.cursors.after.filter(|_| listing.paging.next.is_some());
        Ok(RecentPage { posts: listing.data.into_iter().map(post).collect(), older })
    }
}

fn post(listed: Listed) -> RecentPost {
    let url = listed.remote().url;
    let first = listed.attachments.data.first();
    let kind = match first.map(|attached| attached.media_type.as_str()) {
        None => RecentKind::Text,
        Some("photo") => RecentKind::Picture,
        Some("album") => RecentKind::Album,
        Some(kind) if kind.starts_with("video") => match url.as_deref() {
            Some(url) if url.contains("/reel/") => RecentKind::Reel,
            _ => RecentKind::Video,
        },
        Some("link") => RecentKind::Link,
        Some(_) => RecentKind::Other,
    };
    RecentPost {
        // Publishing a video names the video, and this list the post that has it.
        also: first.and_then(|attached| attached.target()),
        at: listed.at().map(Into::into),
        url,
        kind,
        text: listed.message,
        picture: listed.full_picture,
        id: listed.id,
        ..RecentPost::default()
    }
}
