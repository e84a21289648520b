//! A post as it is written and planned: what the composer, the REST addresses and the importers send, and what is said back.
//! Read `content` (what is published), this file, then `parts` (threads and first comments), `format` and `check` (what
//! stands against a post).

pub mod check;
mod content;
mod format;
mod media;
pub mod parts;

pub use content::PostContent;
pub use format::Format;
pub use media::{MediaFacts, MediaKind, VideoFacts};
pub use parts::{PartKind, Parts};

use crate::domain::bounds;
use crate::domain::error::Problem;
use crate::domain::ids::{AssetId, ConnectionId, PostId};
use crate::domain::moment::LocalTime;
use crate::domain::options::Options;
use serde::{Deserialize, Serialize};

/// Entries of any list in a post as it arrives: more than any of them may have once doubled and empty ones are left out.
pub(crate) const MAX_LISTED: usize = 100;

/// One connection that the post goes to, and what differs there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub connection: ConnectionId,
    /// `None`: the post's text.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub format: Format,
    /// The platform's own options.
    #[serde(default)]
    pub options: Options,
}

impl Target {
    /// With the post's text, in the ordinary format, without options.
    pub fn to(connection: ConnectionId) -> Self {
        Self { connection, text: None, format: Format::default(), options: Options::default() }
    }
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

/// Descriptions of pictures, for people who cannot see them.
pub type Alts = Vec<(AssetId, String)>;

/// Everything that the composer sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavePost {
    /// `None`: a new post.
    #[serde(default)]
    pub id: Option<PostId>,
    /// The version that was opened; another one in the table is a conflict.
    #[serde(default)]
    pub version: Option<i32>,
    #[serde(flatten)]
    pub content: PostContent<AssetId>,
    /// How pictures are described in this post. One that is not in here keeps what the post says of it, and a new one
    /// starts with what was last said of it elsewhere.
    #[serde(default, deserialize_with = "bounds::list::<_, _, MAX_LISTED>")]
    pub alts: Alts,
    #[serde(default, deserialize_with = "bounds::list::<_, _, MAX_LISTED>")]
    pub targets: Vec<Target>,
    pub plan: Plan,
}

/// The first line that says something, at most 120 characters.
pub fn title_of(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("Untitled post");
    let mut title: String = line.chars().take(120).collect();
    if line.chars().count() > 120 {
        title.push('…');
    }
    title
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
