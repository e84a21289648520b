//! What an agent may propose. Each kind is one act of a service that people use too; a person decides whether it is done.

use crate::domain::bounds;
use crate::domain::ids::{AssetId, ConnectionId, ContactId};
use crate::domain::moment::LocalTime;
use crate::features::contacts::segments::rule::Group;
use serde::{Deserialize, Serialize};

/// Characters of a proposed post.
pub const MAX_TEXT: usize = 5_000;
/// People whom one proposal is about.
pub const MAX_CONTACTS: usize = 100;

/// An act with everything that it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// A post, scheduled or as a draft.
    Post(PostAction),
    /// A tag for some contacts.
    Tag(TagAction),
    /// A segment with a rule.
    Segment(SegmentAction),
    /// An idea for a post, kept as a draft without accounts and time.
    Idea(IdeaAction),
}

impl Action {
    /// Whether it can be taken back, so that a company may let its agents do it without asking. A post only as a draft; what is scheduled,
    /// published, mailed, deleted or costs money always asks.
    pub fn is_reversible(&self) -> bool {
        match self {
            Self::Post(_) | Self::Tag(_) | Self::Segment(_) | Self::Idea(_) => true,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostAction {
    #[serde(deserialize_with = "bounds::list::<_, _, 50>")]
    pub accounts: Vec<ConnectionId>,
    pub text: String,
    #[serde(default, deserialize_with = "bounds::list::<_, _, 10>")]
    pub media: Vec<AssetId>,
    /// In the company's zone.
    pub at: LocalTime,
    /// Becomes a draft with that time instead of being scheduled.
    #[serde(default)]
    pub draft: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TagAction {
    pub tag: String,
    #[serde(deserialize_with = "bounds::list::<_, _, 100>")]
    pub contacts: Vec<ContactId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentAction {
    pub name: String,
    pub rule: Group,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdeaAction {
    /// What it is about, in a word or two.
    pub about: String,
    /// The text of the draft.
    pub text: String,
}
