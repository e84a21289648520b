//! A post as it is written and planned: what the composer, the REST addresses and the importers send, and what is said back.
//! Read this file, then `parts` (threads and first comments) and `check` (what stands against it).

pub mod check;
mod format;
pub mod parts;

pub use format::Format;
pub use parts::Parts;

use crate::domain::error::Problem;
use crate::domain::ids::{AssetId, ConnectionId, PostId};
use crate::domain::moment::LocalTime;
use serde::{Deserialize, Serialize};

/// One connection that the post goes to, with its own text if it has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub connection: ConnectionId,
    /// `None`: the post's text.
    #[serde(default)]
    pub text: Option<String>,
}

/// What to do with a post on saving.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Plan {
    /// Keep it; promise nothing.
    Draft,
    /// The same, with the time that is in mind; a time that cannot be is left out.
    Planned {
        local: LocalTime,
    },
    /// Publish at this wall-clock time of the company's zone. `second` chooses the later of two when clocks go back.
    Schedule {
        local: LocalTime,
        #[serde(default)]
        second: bool,
    },
    Now,
    /// As `Now`, unless the guards have something to say: then nothing goes out and the person is asked first.
    NowIfClear,
}

impl Plan {
    pub fn is_now(self) -> bool {
        matches!(self, Self::Now | Self::NowIfClear)
    }
}

/// Everything that the composer sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavePost {
    /// `None`: a new post.
    #[serde(default)]
    pub id: Option<PostId>,
    /// The version that was opened; another one in the table is a conflict.
    #[serde(default)]
    pub version: Option<i32>,
    pub text: String,
    #[serde(default)]
    pub link: Option<String>,
    #[serde(default)]
    pub media: Vec<AssetId>,
    #[serde(default)]
    pub targets: Vec<Target>,
    #[serde(default)]
    pub parts: Parts,
    pub plan: Plan,
}

/// A problem with one target, or with the post as a whole (`connection: None`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetProblem {
    pub connection: Option<ConnectionId>,
    pub problem: Problem,
}

/// What these say, each thing once, though several accounts may say it.
pub fn words_of(found: impl IntoIterator<Item = TargetProblem>) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    for TargetProblem { problem, .. } in found {
        if !words.contains(&problem.message) {
            words.push(problem.message);
        }
    }
    words
}

/// What a wall-clock time means in the company's zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimeCheck {
    /// Why it cannot be used (error), or what to know about it (warning).
    pub problem: Option<Problem>,
    /// A time that can be used instead.
    pub proposal: Option<LocalTime>,
    /// The clocks go back over it: it happens twice.
    pub twice: bool,
}
