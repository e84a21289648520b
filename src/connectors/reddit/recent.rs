//! The account's newest posts, in all subreddits and on its own profile.

use super::publish::submitted;
use super::things::{Entry, full_name};
use super::{POSTING, Reddit};
use crate::connectors::recent::PAGE;
use crate::connectors::{Call, Fault, Recent, RecentPage};
use crate::domain::recent::{RecentKind, RecentPost};
use async_trait::async_trait;
use url::Url;

/// Where Reddit keeps pictures of posts.
const PICTURES: &str = "i.redd.it";

#[async_trait]
impl Recent for Reddit {
    fn scopes(&self) -> &'static [&'static str] {
        &POSTING[3..]
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        call.needs(self.scopes(), "list its posts")?;
        let listing = submitted(call, PAGE, older).await?;
        let older = listing.after.and_then(|name| full_name("t3", &name));
        Ok(RecentPage { posts: listing.children.into_iter().map(|thing| post(thing.data)).collect(), older })
    }
}

fn post(entry: Entry) -> RecentPost {
    let is = |said: Option<bool>| said == Some(true);
    let leads_to = entry.url.as_deref().and_then(|url| Url::parse(url).ok());
    let kind = match leads_to.as_ref().and_then(Url::host_str) {
        _ if is(entry.is_self) => RecentKind::Text,
        _ if is(entry.is_gallery) => RecentKind::Album,
        _ if is(entry.is_video) => RecentKind::Video,
        Some(PICTURES) => RecentKind::Picture,
        Some(_) => RecentKind::Link,
        None => RecentKind::Other,
    };
    RecentPost {
        url: entry.page(),
        at: entry.at().map(Into::into),
        title: Some(entry.title),
        text: entry.selftext.unwrap_or_default(),
        kind,
        picture: entry.thumbnail.filter(|address| address.starts_with("http")),
        id: entry.name,
        ..RecentPost::default()
    }
}
