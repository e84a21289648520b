//! Health and errors as both sides know them.

use crate::domain::ids::ErrorId;
use crate::domain::incident::FaultLevel;
use crate::domain::moment::When;
use crate::domain::page::{Cursor, Part};
use serde::{Deserialize, Serialize};

/// Which errors a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorFilter {
    #[default]
    Open,
    Resolved,
}

impl ErrorFilter {
    pub const ALL: [ErrorFilter; 2] = [Self::Open, Self::Resolved];

    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Resolved => "Resolved",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.id() == id)
    }
}

/// A list's filters and where its part begins: all of it is in the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorQuery {
    #[serde(default)]
    pub filter: ErrorFilter,
    #[serde(default)]
    pub level: Option<FaultLevel>,
    #[serde(default)]
    pub older: Option<Cursor>,
    #[serde(default)]
    pub newer: Option<Cursor>,
}

/// Equal errors as a list shows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorCard {
    pub id: ErrorId,
    /// The part of the program: `queue`, `browser`.
    pub kind: String,
    pub level: FaultLevel,
    pub message: String,
    pub endpoint: Option<String>,
    pub method: Option<String>,
    /// How often it happened.
    pub count: i64,
    pub first: When,
    pub last: When,
    /// It is about the server as a whole; only its owner sees it.
    pub of_server: bool,
    pub resolved: Option<Resolved>,
}

/// How it came to an end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    pub at: When,
    /// The person; `None`: the program.
    pub by: Option<String>,
    pub note: String,
}

/// One of them, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorDetail {
    #[serde(flatten)]
    pub card: ErrorCard,
    pub stack: Option<String>,
    pub request: Option<String>,
    pub version: String,
    /// Whose request it was.
    pub user: Option<String>,
    /// What the program found out and did about it the last time.
    pub repair: Option<LastRepair>,
    /// Another one like it is open: this one stays resolved.
    pub is_back: bool,
    pub zone: String,
}

/// A part of the program and how it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// `database`, `queue`; `words` has its name for people.
    pub name: String,
    pub ok: bool,
    /// What was seen, in words.
    pub detail: String,
    /// Milliseconds until it answered.
    pub ms: u32,
}

impl Health {
    pub fn title(&self) -> &str {
        match self.name.as_str() {
            "database" => "Database",
            "schema" => "Database schema",
            "worker" => "Worker",
            "queue" => "Queue",
            "files" => "File store",
            other => other,
        }
    }

    /// What to do while it is not well.
    pub fn hint(&self) -> &'static str {
        match self.name.as_str() {
            "database" => "Check that Postgres runs and that DATABASE_URL is right.",
            "schema" => "Restart the program: it brings the schema up to date when it starts.",
            "worker" => "Start the program or “lux worker”. Nothing is published until then.",
            "queue" => "Wait a few minutes. If it stays, raise LUX_WORKER_CONCURRENCY or start another worker.",
            "files" => "Check that the data folder is there, is writable and has room.",
            _ => "",
        }
    }
}

/// The diagnostics page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// Only for the owner of the server.
    pub health: Option<Vec<Health>>,
    pub errors: Part<ErrorCard>,
    pub zone: String,
    /// May mark errors as resolved.
    pub may_resolve: bool,
}

/// Characters of the note that a person writes when they mark an error as resolved.
pub const MAX_NOTE: usize = 500;

/// What was done about an error and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    pub error: ErrorId,
    pub message: String,
    /// What such an error means.
    pub meaning: String,
    pub steps: Vec<RepairStep>,
    pub check: RepairCheck,
    pub resolved: bool,
    /// What a person can do, while it is not resolved.
    pub next: Option<String>,
}

/// Something that the program did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepairStep {
    pub name: String,
    pub done: String,
}

/// What was looked at, and what was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RepairCheck {
    pub name: String,
    pub ok: bool,
    pub seen: String,
}

/// What the last repair of an error said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LastRepair {
    pub meaning: String,
    pub steps: Vec<String>,
    /// What was looked at, and what was seen.
    pub seen: String,
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_found_by_their_words() {
        for filter in ErrorFilter::ALL {
            assert_eq!(ErrorFilter::parse(filter.id()), Some(filter));
        }
        for level in FaultLevel::ALL {
            assert_eq!(FaultLevel::parse(level.id()), Some(level));
        }
        assert_eq!((ErrorFilter::parse("lost"), FaultLevel::parse("")), (None, None));
    }
}
