//! A fault that the program noticed in itself: how bad it is.

use serde::{Deserialize, Serialize};

/// How bad a fault is, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultLevel {
    /// Worth knowing; somebody may have to do something.
    Warning,
    /// Something did not work.
    Error,
    /// A part of the program broke off or does not work at all.
    Critical,
}

impl FaultLevel {
    pub const ALL: [FaultLevel; 3] = [Self::Critical, Self::Error, Self::Warning];

    /// As tables, addresses and programs have it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "Warning",
            Self::Error => "Error",
            Self::Critical => "Critical",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.id() == id)
    }
}
