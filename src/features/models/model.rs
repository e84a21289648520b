//! What Settings → AI shows.

use crate::domain::moment::When;
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// Longest name of a model. Bytes.
pub const MAX_NAME: usize = 120;
/// Most dollars that a monthly cap can be.
pub const MAX_CAP: u32 = 100_000;

/// The page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiBoard {
    /// What was chosen; `None`: the first service with a key.
    pub service: Option<Platform>,
    pub model: String,
    pub fallback: String,
    /// Which model was chosen for pictures; empty: the usual one.
    #[serde(default)]
    pub picture_model: String,
    /// Which model makes pictures now.
    #[serde(default)]
    pub pictures: Option<String>,
    /// Whole dollars a month; `None`: no cap.
    pub cap: Option<u32>,
    /// Services with keys.
    pub ready: Vec<Platform>,
    /// What answers now: service, model, and what is to be known of it.
    pub answers: Option<Answers>,
    /// Models that the service lists; empty where it could not be asked.
    pub listed: Vec<String>,
    /// This month: `$1.24 in 37 calls`.
    pub spent: String,
    pub calls: Vec<CallRow>,
    /// Who spent what on which kind of work this month, the dearest first.
    #[serde(default)]
    pub sums: Vec<SumRow>,
    /// Of the times.
    pub zone: String,
}

/// Which model answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    pub service: Platform,
    pub model: String,
    /// `gpt-4o answers until 14 January 2027.`; may be empty.
    pub note: String,
    /// The sandbox's stand-in answers in its place.
    #[serde(default)]
    pub stand_in: bool,
}

/// What one person spent on one kind of work this month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SumRow {
    pub by: Option<String>,
    pub feature: String,
    pub calls: i64,
    pub cost: String,
}

/// One call, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRow {
    pub id: String,
    pub at: When,
    pub by: Option<String>,
    pub feature: String,
    pub model: String,
    pub tokens: String,
    pub cost: String,
    pub outcome: String,
}
