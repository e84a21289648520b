//! The state of a connection, which rules and pages of several features go by.

use serde::{Deserialize, Serialize};

/// Whether an account can be posted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    Active,
    /// A person must consent again.
    Reconnect,
    /// Kept for history only.
    Disconnected,
}

impl ConnectionState {
    pub fn id(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Reconnect => "reconnect",
            Self::Disconnected => "disconnected",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        [Self::Active, Self::Reconnect, Self::Disconnected].into_iter().find(|s| s.id() == id)
    }
}
