//! A connection (an account at a platform that the company has connected), as far as several features know it.

use crate::domain::account::AccountFacts;
use crate::domain::ids::ConnectionId;
use crate::domain::platform::Platform;
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

/// An account that posts can go to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionSummary {
    pub id: ConnectionId,
    pub platform: Platform,
    /// `@northwind`: as people know it.
    pub handle: String,
    pub display_name: String,
    pub state: ConnectionState,
    /// Why it must be reconnected; may be empty.
    pub reason: String,
    /// What decides its rules.
    #[serde(default)]
    pub facts: AccountFacts,
}

#[cfg(test)]
impl ConnectionSummary {
    /// An account that can be used.
    pub fn sample(n: u128, platform: Platform) -> Self {
        Self {
            id: ConnectionId::from_u128(n),
            platform,
            handle: "@northwind".into(),
            display_name: "Northwind".into(),
            state: ConnectionState::Active,
            reason: String::new(),
            facts: AccountFacts::default(),
        }
    }
}
