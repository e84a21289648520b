//! Comments as YouTube lists them: threads under a video, each with its first comment and some of the answers.

use super::videos::moment;
use crate::connectors::RemotePost;
use crate::connectors::converse::RemoteComment;
use crate::connectors::wire::segment;
use chrono::{DateTime, Utc};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing<T> {
    #[serde(default = "Vec::new")]
    pub items: Vec<T>,
    pub next_page_token: Option<String>,
}

#[derive(Deserialize)]
pub struct Thread {
    #[serde(default)]
    pub id: String,
    pub snippet: ThreadSnippet,
    #[serde(default)]
    pub replies: Replies,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadSnippet {
    pub top_level_comment: Comment,
    #[serde(default)]
    pub total_reply_count: usize,
}

/// Some of the answers; `total_reply_count` says how many there are.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Replies {
    pub comments: Vec<Comment>,
}

#[derive(Deserialize)]
pub struct Comment {
    #[serde(default)]
    pub id: String,
    pub snippet: CommentSnippet,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentSnippet {
    author_channel_id: Option<Author>,
    #[serde(default)]
    author_display_name: String,
    /// Only for those who may see it.
    text_original: Option<String>,
    #[serde(default)]
    text_display: String,
    #[serde(default)]
    published_at: String,
    /// Only for the channel under whose video it stands.
    moderation_status: Option<String>,
}

#[derive(Deserialize)]
struct Author {
    value: String,
}

impl CommentSnippet {
    pub fn is_of(&self, channel: &str) -> bool {
        self.author_channel_id.as_ref().is_some_and(|author| author.value == channel)
    }

    pub fn words(&self) -> &str {
        self.text_original.as_deref().unwrap_or(&self.text_display)
    }

    pub fn at(&self) -> Option<DateTime<Utc>> {
        moment(&self.published_at)
    }

    pub fn since(&self, from: DateTime<Utc>) -> bool {
        self.at().is_some_and(|at| at >= from)
    }
}

impl Comment {
    /// `under`: the comment that it answers.
    pub fn read(self, channel: &str, post: &RemotePost, under: Option<&str>) -> Option<RemoteComment> {
        let Self { id, snippet } = self;
        Some(RemoteComment {
            at: snippet.at()?,
            parent: under.map(str::to_owned),
            ours: snippet.is_of(channel),
            text: snippet.words().to_owned(),
            author: snippet.author_display_name,
            hidden: snippet.moderation_status.is_some_and(|status| status != "published"),
            url: Some(address(post, &id)),
            id,
        })
    }
}

/// Where a person can see a comment.
pub fn address(post: &RemotePost, comment: &str) -> String {
    format!("https://www.youtube.com/watch?v={}&lc={}", segment(&post.id), segment(comment))
}
