//! Comments as both sides know them.

use crate::domain::ids::{CommentId, ConnectionId, PostId, ReplyId, SnippetId};
use crate::domain::moment::When;
use crate::domain::page::{Cursor, Part};
use crate::domain::permission::Role;
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// Which comments the inbox shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentFilter {
    #[default]
    Unread,
    All,
    /// Those that nobody but their author sees at the platform.
    Hidden,
}

impl CommentFilter {
    pub const ALL: [CommentFilter; 3] = [Self::Unread, Self::All, Self::Hidden];

    pub fn id(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::All => "all",
            Self::Hidden => "hidden",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Unread => "Unread",
            Self::All => "All",
            Self::Hidden => "Hidden",
        }
    }
    pub fn parse(id: &str) -> Self {
        Self::ALL.into_iter().find(|f| f.id() == id).unwrap_or_default()
    }
}

/// What of the inbox is shown, and where its part begins: all of it is in the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommentQuery {
    #[serde(default)]
    pub filter: CommentFilter,
    #[serde(default)]
    pub account: Option<ConnectionId>,
    /// Only those under this post.
    #[serde(default)]
    pub post: Option<PostId>,
    /// This one is being answered.
    #[serde(default)]
    pub reply: Option<CommentId>,
    /// The saved reply with which the answer begins.
    #[serde(default)]
    pub saved: Option<SnippetId>,
    /// What comes behind this place.
    #[serde(default)]
    pub older: Option<Cursor>,
    /// What comes before this place.
    #[serde(default)]
    pub newer: Option<Cursor>,
}

/// Where an answer of the company stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyState {
    /// To be sent.
    Queued,
    /// About to be sent, or sent with the answer unknown.
    Armed,
    Sent,
    /// Nobody can tell whether it is there: a person must look.
    Unconfirmed,
    /// It was refused.
    Failed,
    /// A person gave it up.
    Dropped,
}

impl ReplyState {
    pub const ALL: [ReplyState; 6] =
        [Self::Queued, Self::Armed, Self::Sent, Self::Unconfirmed, Self::Failed, Self::Dropped];

    pub fn id(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Armed => "armed",
            Self::Sent => "sent",
            Self::Unconfirmed => "unconfirmed",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.id() == id)
    }
    /// It is on its way, and the page will soon have to be read again.
    pub fn is_moving(self) -> bool {
        matches!(self, Self::Queued | Self::Armed)
    }
}

/// What a person says of an answer that is not out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyAct {
    /// Send it (again): it was refused, or somebody looked and it is not there.
    Send,
    /// Somebody looked, and it is there.
    IsThere,
    /// Discard it.
    Drop,
}

impl ReplyAct {
    pub fn id(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::IsThere => "is_there",
            Self::Drop => "drop",
        }
    }
}

/// An answer of the company to a comment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerCard {
    /// The comment that it is at the platform, once it is known there.
    pub comment: Option<CommentId>,
    /// What was written here; `None`: it was written at the platform.
    pub reply: Option<ReplyId>,
    pub text: String,
    pub at: When,
    pub state: ReplyState,
    /// Why it is not out, for a person.
    pub fault: Option<String>,
    /// Who wrote it here.
    pub by: Option<String>,
    /// It was taken back.
    pub removed: bool,
}

/// A comment with what was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentCard {
    pub id: CommentId,
    pub post: PostId,
    /// The first line of the post.
    pub title: String,
    pub platform: Platform,
    pub handle: String,
    /// Empty where the platform does not say.
    pub author: String,
    pub text: String,
    pub at: When,
    /// Where it can be seen, where the platform says that, else the post.
    pub url: Option<String>,
    pub unread: bool,
    pub hidden: bool,
    /// It is not there any more.
    pub removed: bool,
    pub answers: Vec<AnswerCard>,
    /// The number that the next answer would have, from 1.
    pub place: i32,
    /// The longest answer, in UTF-16 units.
    pub longest: u32,
    pub can_answer: bool,
    pub can_hide: bool,
    /// Answers can be taken back.
    pub can_remove: bool,
}

/// An account by which the inbox can be filtered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentAccount {
    pub id: ConnectionId,
    pub platform: Platform,
    pub handle: String,
}

/// A comment that is being answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replying {
    pub comment: CommentId,
    /// Saved replies to choose from.
    pub saved: Vec<(SnippetId, String)>,
    /// The chosen one, with its placeholders filled in; else empty.
    pub text: String,
}

/// The inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommentList {
    pub part: Part<CommentCard>,
    pub accounts: Vec<CommentAccount>,
    /// Why comments of some account cannot be read, for a person.
    pub troubles: Vec<String>,
    /// The first line of the post that is asked for.
    pub about: Option<String>,
    pub replying: Option<Replying>,
    /// The company's zone, in which all times are.
    pub zone: String,
    /// Of the person who looks: what is offered to them.
    #[serde(default)]
    pub role: Role,
}

impl CommentList {
    /// Something will change soon: an answer is on its way.
    pub fn is_moving(&self) -> bool {
        self.part.items.iter().flat_map(|comment| &comment.answers).any(|answer| answer.state.is_moving())
    }

    /// The newest comment that is shown and not read.
    pub fn newest_unread(&self) -> Option<&CommentCard> {
        self.part.items.iter().find(|comment| comment.unread)
    }
}
