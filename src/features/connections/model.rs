//! Connections as both sides know them.

use crate::domain::ids::ConnectionId;
use crate::domain::platform::Platform;
use crate::features::publishing::model::When;
use serde::{Deserialize, Serialize};

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

/// An account as lists and the composer show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionCard {
    pub id: ConnectionId,
    pub platform: Platform,
    pub handle: String,
    pub display_name: String,
    pub picture_url: Option<String>,
    pub profile_url: Option<String>,
    pub state: ConnectionState,
    pub state_reason: String,
    pub scopes: Vec<String>,
    pub connected_by: Option<String>,
    pub connected_at: When,
    pub expires: Option<When>,
    /// Deliveries that wait for this account.
    pub waiting_posts: i64,
}
