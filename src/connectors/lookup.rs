//! Looking up a post by the address that a person gives: read off the address, and asked where the platform can be asked.

use chrono::{DateTime, Utc};
use url::Url;

/// What an address says by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// No post of this platform has such an address; what one looks like.
    NoPost(&'static str),
    /// A post; whose, where the address says it: a handle without `@`, or an id.
    Post { account: Option<String> },
}

/// What the platform says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// A post of this account.
    Found(FoundPost),
    /// There is no such post.
    Missing,
    /// It is another account's.
    NotOurs,
    /// It cannot be asked: why, for a person.
    Unavailable(&'static str),
}

/// A post as the platform has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPost {
    /// As `commit` would have named it.
    pub id: String,
    pub text: String,
    /// When it was published, where the platform says it.
    pub at: Option<DateTime<Utc>>,
}

/// The host (without `www.` and the like) and the path segments of a web address.
pub(super) fn parts(address: &str) -> Option<(String, Vec<String>)> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?;
    let host = ["www.", "mobile.", "m."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host);
    let segments = url.path_segments()?.filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Some((host.to_owned(), segments))
}
