//! Campaigns as both sides know them.

use crate::domain::bounds;
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::{CampaignId, ConnectionId, PlannedId, PostId};
use crate::domain::moment::Day;
use crate::domain::page::{Cursor, Part};
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// Campaigns of one company.
pub const MOST: i64 = 500;
/// Characters of what a brief says.
pub const MAX_NAME: usize = 100;
pub const MAX_GOAL: usize = 500;
pub const MAX_PRODUCT: usize = 500;
pub const MAX_AUDIENCE: usize = 200;
pub const MAX_BUDGET: usize = 100;
/// Accounts of one campaign.
pub const MAX_ACCOUNTS: usize = 12;
/// Days of one campaign.
pub const MAX_DAYS: i64 = 92;
/// Posts that one campaign plans.
pub const MAX_POSTS: usize = 40;
/// Characters of a strategy.
pub const MAX_STRATEGY: usize = 3_000;
/// Messages, and the characters of one.
pub const MAX_MESSAGES: usize = 5;
pub const MAX_MESSAGE: usize = 300;
/// Characters of a planned text.
pub const MAX_TEXT: usize = 5_000;

/// Where a campaign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    Writing,
    /// Writing ended early; what was made by then is there.
    Stopped,
    Ready,
    /// Something of it was accepted.
    Running,
    /// The same, and its last day is over.
    Done,
}

impl CampaignState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Writing => "Writing",
            Self::Stopped => "Stopped",
            Self::Ready => "Plan ready",
            Self::Running => "Running",
            Self::Done => "Done",
        }
    }
}

/// Where a planned post is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedState {
    Proposed,
    /// A post is being made of it.
    Accepting,
    Draft,
    Scheduled,
    Refused,
}

impl PlannedState {
    pub fn parse(id: &str) -> Self {
        match id {
            "accepting" => Self::Accepting,
            "draft" => Self::Draft,
            "scheduled" => Self::Scheduled,
            "refused" => Self::Refused,
            _ => Self::Proposed,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Proposed => "Waits for you",
            Self::Accepting => "Is being accepted",
            Self::Draft => "Accepted as draft",
            Self::Scheduled => "Accepted and scheduled",
            Self::Refused => "Refused",
        }
    }

    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Draft | Self::Scheduled)
    }
}

/// What is done with planned posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Draft,
    Schedule,
    Refuse,
    Undo,
}

/// Something to do with a campaign as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignAct {
    Delete,
    Restore,
    /// Ends the writing.
    Cancel,
    GoOn,
    /// Leaves the rest to people.
    Finish,
}

impl CampaignAct {
    /// As it stands in forms.
    pub fn id(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Cancel => "cancel",
            Self::GoOn => "go_on",
            Self::Finish => "finish",
        }
    }
}

/// Accounts that were ticked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenAccounts(#[serde(deserialize_with = "bounds::list::<_, _, 50>")] pub Vec<ConnectionId>);

impl ChosenAccounts {
    /// With commas between them.
    pub fn words(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// Planned posts that were ticked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChosenPlanned(#[serde(deserialize_with = "bounds::list::<_, _, MAX_POSTS>")] pub Vec<PlannedId>);

/// Which campaigns are shown, and where their part begins: all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CampaignQuery {
    /// Words of the name or the goal.
    #[serde(default)]
    pub search: String,
    #[serde(default)]
    pub older: Option<Cursor>,
    #[serde(default)]
    pub newer: Option<Cursor>,
}

/// How many posts it has in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Without those that were refused.
    pub planned: i64,
    pub waiting: i64,
    pub drafts: i64,
    pub scheduled: i64,
    pub live: i64,
    /// Need a person, or failed.
    pub trouble: i64,
}

impl Counts {
    pub fn accepted(self) -> i64 {
        self.drafts + self.scheduled + self.live + self.trouble
    }

    /// "12 posts planned: 6 wait for you, 4 scheduled, 2 published".
    pub fn words(self) -> String {
        let parts = [
            (self.waiting, "to decide"),
            (self.drafts, "drafts"),
            (self.scheduled, "scheduled"),
            (self.live, "published"),
            (self.trouble, "need you"),
        ];
        let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        match self.planned {
            0 => "No posts planned yet".into(),
            1 => format!("1 post: {}", parts.join(", ")),
            n => format!("{n} posts: {}", parts.join(", ")),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignCard {
    pub id: CampaignId,
    pub name: String,
    pub from: Day,
    pub to: Day,
    pub state: CampaignState,
    pub counts: Counts,
}

impl CampaignCard {
    /// "Mon 30 Nov to Sun 20 Dec"
    pub fn days(&self) -> String {
        if self.from == self.to { self.from.short() } else { format!("{} to {}", self.from.short(), self.to.short()) }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignList {
    pub part: Part<CampaignCard>,
    pub may_edit: bool,
    pub zone: String,
}

/// An account, as pages show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountLine {
    pub id: ConnectionId,
    pub platform: Option<Platform>,
    pub handle: String,
    /// Nothing can be posted there now.
    pub gone: bool,
}

/// What the form of a brief begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BriefForm {
    pub accounts: Vec<AccountLine>,
    pub from: Day,
    pub to: Day,
    /// Whether texts are written by a model.
    pub has_model: bool,
    pub zone: String,
}

/// A campaign's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignDetail {
    pub card: CampaignCard,
    /// Name and words of what the brief says.
    pub brief: Vec<(String, String)>,
    pub strategy: String,
    pub messages: Vec<String>,
    pub note: String,
    /// Why it stopped.
    pub why: String,
    pub version: i32,
    /// Of a hundred, while it is written.
    pub percent: u32,
    pub posts: Vec<PlannedCard>,
    pub comments: i64,
    /// Of the short links in its posts; `None`: there are none in them.
    pub clicks: Option<i64>,
    pub may_edit: bool,
    pub has_model: bool,
    pub zone: String,
}

impl CampaignDetail {
    /// Something changes by itself: it is worth looking again soon.
    pub fn moves(&self) -> bool {
        self.card.state == CampaignState::Writing || self.posts.iter().any(|post| post.rewriting)
    }
}

/// A planned post.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedCard {
    pub id: PlannedId,
    pub state: PlannedState,
    pub version: i32,
    pub edited: bool,
    pub rewriting: bool,
    pub account: AccountLine,
    pub text: String,
    /// "213 of 280 characters"
    pub length: String,
    pub hint: String,
    /// Address of a small picture and its description; no address and the file's name for a video without a still.
    pub picture: Option<(String, String)>,
    /// As a form has it, and as people read it.
    pub at: String,
    pub at_words: String,
    /// What stands against publishing it as it is.
    pub problems: Vec<String>,
    pub reason: String,
    pub post: Option<PostId>,
    /// Of the post that it became.
    pub delivery: Option<DeliveryState>,
    pub in_bin: bool,
    pub url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_at_a_glance() {
        let counts = Counts { planned: 12, waiting: 6, scheduled: 4, live: 2, ..Counts::default() };
        assert_eq!(counts.words(), "12 posts: 6 to decide, 4 scheduled, 2 published");
        assert_eq!((Counts::default().words(), counts.accepted()), ("No posts planned yet".into(), 6));
    }
}
