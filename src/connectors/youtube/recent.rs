//! The channel's newest videos: the list of its uploads, a unit of the day's quota for each page.

use super::problem::{self, Operation};
use super::videos::{moment, remote, uploads};
use super::{READING, YouTube, read};
use crate::connectors::recent::PAGE;
use crate::connectors::{Call, Fault, Recent, RecentPage};
use crate::domain::post::Format;
use crate::domain::recent::{RecentKind, RecentPost};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    #[serde(default)]
    items: Vec<Item>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    snippet: Snippet,
    content_details: Details,
    #[serde(default)]
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snippet {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    /// When it came into the list.
    #[serde(default)]
    published_at: String,
    #[serde(default)]
    thumbnails: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    video_id: String,
    /// Missing while nobody else can see it.
    video_published_at: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    /// `public`, `unlisted`, `private`.
    privacy_status: String,
}

impl Item {
    fn post(self) -> RecentPost {
        let at = self.content_details.video_published_at.unwrap_or(self.snippet.published_at);
        let picture = ["medium", "high", "default"]
            .into_iter()
            .find_map(|size| self.snippet.thumbnails[size]["url"].as_str().map(str::to_owned));
        let audience = match self.status.privacy_status.as_str() {
            "private" => Some("Private"),
            "unlisted" => Some("Unlisted"),
            _ => None,
        };
        RecentPost {
            // Whether it is a Short is not said; its address as a video leads there all the same.
            url: remote(&self.content_details.video_id, Format::Video).url,
            id: self.content_details.video_id,
            title: Some(self.snippet.title),
            text: self.snippet.description,
            at: moment(&at).map(Into::into),
            kind: RecentKind::Video,
            picture,
            audience: audience.map(str::to_owned),
            also: None,
        }
    }
}

#[async_trait]
impl Recent for YouTube {
    fn scopes(&self) -> &'static [&'static str] {
        &[READING]
    }

    fn spends(&self) -> &'static [&'static str] {
        &["GET /youtube/v3/playlistItems"]
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        call.needs(self.scopes(), "list the channel's videos")?;
        let Some(uploads) = uploads(call).await? else { return Ok(RecentPage::default()) };
        let request = read(call, "playlistItems", "snippet,contentDetails,status");
        let request = request.query("playlistId", &uploads).query("maxResults", PAGE.to_string());
        let request = older.into_iter().fold(request, |request, token| request.query("pageToken", token));
        let response = request.bearer(&call.grant.access).limits(problem::limits).send().await?;
        // The list of a channel without videos is not there.
        if response.status.as_u16() == 404 && older.is_none() {
            return Ok(RecentPage::default());
        }
        let list: List = response.accepted(|refusal| problem::fault(refusal, Operation::Read))?.json()?;
        Ok(RecentPage { posts: list.items.into_iter().map(Item::post).collect(), older: list.next_page_token })
    }
}
