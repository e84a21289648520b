//! Subscriptions as the page shows them.

use crate::domain::ids::HookId;
use crate::domain::moment::When;
use serde::{Deserialize, Serialize};

/// What one can subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookEvent {
    ContactCaptured,
    PostPublished,
    PostNeedsYou,
}

impl HookEvent {
    pub const ALL: [HookEvent; 3] = [Self::ContactCaptured, Self::PostPublished, Self::PostNeedsYou];

    pub fn id(self) -> &'static str {
        match self {
            Self::ContactCaptured => "contact_captured",
            Self::PostPublished => "post_published",
            Self::PostNeedsYou => "post_needs_you",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::ContactCaptured => "A contact came in",
            Self::PostPublished => "A post was published",
            Self::PostNeedsYou => "A post needs you",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.id() == id)
    }
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HookCard {
    pub id: HookId,
    pub event: HookEvent,
    /// Whose it is: the host of its address. The whole address is a secret of that program.
    pub host: String,
    pub user_name: String,
    pub made: When,
    pub sent: i32,
    pub last_sent: Option<When>,
    /// What is wrong since when.
    pub failing: Option<(When, String)>,
    pub paused: bool,
    /// What waits to be sent, or could not be, up to 1,000.
    pub unsent: i64,
}
