//! The newest posts of an account, whoever published them: read only, and only when a person asks, as some networks take money
//! for each post that is read.

use super::{Call, Fault};
use crate::domain::recent::RecentPost;
use async_trait::async_trait;

/// Posts of one page of a list; networks that choose for themselves may give some more or less.
pub const PAGE: usize = 20;

/// Some posts, newest first.
#[derive(Clone, Debug, Default)]
pub struct RecentPage {
    pub posts: Vec<RecentPost>,
    /// For asking for those that come behind; `None`: these were the last.
    pub older: Option<String>,
}

impl RecentPage {
    /// Bytes of a place in a list.
    const LONGEST: usize = 1_000;

    /// Whether this can be a place in a list: it comes back from outside.
    pub fn is_place(place: &str) -> bool {
        (1..=Self::LONGEST).contains(&place.len()) && !place.contains(char::is_control)
    }

    /// As it can be kept and shown, whatever the network said.
    pub fn bounded(self) -> Self {
        /// More than any network is asked for.
        const MOST: usize = 100;
        Self {
            posts: self.posts.into_iter().take(MOST).filter_map(RecentPost::bounded).collect(),
            older: self.older.filter(|place| Self::is_place(place)),
        }
    }
}

/// Listing what an account has published.
#[async_trait]
pub trait Recent: Send + Sync {
    /// The permissions that the list needs.
    fn scopes(&self) -> &'static [&'static str];

    /// What a person should know of the list: what it costs, what is not in it. Sentences.
    fn about(&self) -> Option<&'static str> {
        None
    }

    /// The limited call that it makes, as the ledger of limits names it (`rate_limits::endpoint`): while it is used up, nothing
    /// is asked. None where the network counts all calls together.
    fn spends(&self) -> &'static [&'static str] {
        &[]
    }

    /// A page of the list; `older` as [`RecentPage::older`] gave it, `None` for the newest posts.
    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault>;
}
