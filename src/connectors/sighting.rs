//! Whether an address that a person gives is a post of an account: read off the address, and asked where the platform can
//! be asked.

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
pub enum Sighting {
    /// A post of this account.
    Ours {
        /// As `commit` would have named it.
        id: String,
        text: String,
    },
    NotThere,
    Anothers,
    /// It cannot be asked: why, for a person.
    Unasked(&'static str),
}

/// The host (without `www.` and the like) and the path segments of a web address.
pub(super) fn parts(address: &str) -> Option<(String, Vec<String>)> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?;
    let host = ["www.", "mobile.", "m."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host);
    let segments = url.path_segments()?.filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Some((host.to_owned(), segments))
}
