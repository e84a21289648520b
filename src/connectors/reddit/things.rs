//! What Reddit lists: "things" of a kind (`t1` a comment, `t3` a post, `t5` a subreddit) with their data, in listings.

use chrono::{DateTime, Utc};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Thing<T> {
    #[serde(default)]
    pub kind: String,
    pub data: T,
}

#[derive(Deserialize)]
pub(super) struct Listing<T> {
    pub children: Vec<Thing<T>>,
    pub after: Option<String>,
}

/// A post or a comment, as far as it is looked at; the stub of comments that were left out has none of it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    /// Its kind and id: `t3_1fresh`.
    pub name: String,
    pub author: String,
    pub subreddit: String,
    pub title: String,
    pub selftext: Option<String>,
    /// A comment's text.
    pub body: Option<String>,
    pub permalink: String,
    /// Seconds since 1970.
    created_utc: f64,
    /// A post of words alone.
    pub is_self: Option<bool>,
    pub is_gallery: Option<bool>,
    pub is_video: Option<bool>,
    /// Where a link leads, or where a picture is.
    pub url: Option<String>,
    /// An address, or a word where there is no picture: `self`, `default`, `nsfw`, `spoiler`.
    pub thumbnail: Option<String>,
}

impl Entry {
    pub fn at(&self) -> Option<DateTime<Utc>> {
        // A cast from float saturates.
        DateTime::from_timestamp(self.created_utc as i64, 0).filter(|_| self.created_utc > 0.0)
    }

    pub fn since(&self, from: DateTime<Utc>) -> bool {
        self.at().is_some_and(|at| at >= from)
    }

    pub fn is_by(&self, name: &str) -> bool {
        self.author.eq_ignore_ascii_case(name)
    }

    pub fn page(&self) -> Option<String> {
        self.permalink.starts_with('/').then(|| format!("https://www.reddit.com{}", self.permalink))
    }
}

/// The letters and digits of an id without its kind.
pub(super) fn is_id(id: &str) -> bool {
    (1..=15).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A post's full name, from its id with or without the kind.
pub(super) fn full_name(kind: &str, id: &str) -> Option<String> {
    let id = id.strip_prefix(kind).and_then(|id| id.strip_prefix('_')).unwrap_or(id);
    is_id(id).then(|| format!("{kind}_{id}"))
}
