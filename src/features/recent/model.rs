//! An account's newest posts as both sides know them.

use crate::domain::ids::{ConnectionId, PostId};
use crate::domain::moment::When;
use crate::domain::platform::Platform;
use crate::domain::recent::RecentKind;
use serde::{Deserialize, Serialize};

/// One page of an account's list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecentList {
    pub id: ConnectionId,
    pub platform: Platform,
    pub handle: String,
    pub profile_url: Option<String>,
    pub posts: Vec<ListedPost>,
    /// The place at which older ones begin; `None`: these were the last.
    pub older: Option<String>,
    /// When the network said this; `None`: it has not said anything.
    pub read_at: Option<When>,
    /// The company's zone, in which all times are shown.
    pub zone: String,
    /// What is good to know of this network's list.
    pub about: Option<String>,
    pub trouble: Option<Trouble>,
    /// This person may connect accounts.
    pub may_connect: bool,
}

/// A post of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedPost {
    pub id: String,
    pub title: Option<String>,
    pub text: String,
    pub at: Option<When>,
    /// Where it can be seen.
    pub url: Option<String>,
    pub kind: RecentKind,
    /// This server can show a picture of it.
    pub has_picture: bool,
    /// Who can see it, where that is not everybody.
    pub audience: Option<String>,
    /// The post of ours that it is.
    pub ours: Option<PostId>,
}

/// Why the network said nothing (new).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    /// What is wrong and what to do, in sentences.
    pub words: String,
    pub next: Next,
}

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Whoever may connect accounts signs in again.
    Reconnect,
    /// The keys of the network.
    Keys,
    /// Asking again.
    Later,
    /// Looking at the network itself.
    Look,
}
