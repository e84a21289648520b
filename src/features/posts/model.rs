//! Posts as both sides know them.

use super::act::{PostAct, offered};
use crate::domain::connection::ConnectionSummary;
use crate::domain::delivery::{DeliveryCard, DeliveryState};
use crate::domain::error::Severity;
use crate::domain::ids::{CampaignId, ConnectionId, PostId};
use crate::domain::moment::When;
use crate::domain::options::RemoteChoice;
use crate::domain::permission::Role;
use crate::domain::post::{PostContent, Target, TargetProblem};
use crate::features::media::model::AssetCard;
use crate::features::preflight::model::CheckSummary;
use serde::{Deserialize, Serialize};

/// A post as lists, the calendar and home show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostCard {
    pub id: PostId,
    /// The first line of the text, at most 120 characters.
    pub title: String,
    pub due: Option<When>,
    pub updated: When,
    pub thumbnail: Option<String>,
    /// One for each account; further parts of the post are not among them.
    pub deliveries: Vec<DeliveryCard>,
    /// Further parts of the post that a person must look at.
    pub parts: Vec<DeliveryCard>,
    /// The state that matters most among the deliveries: attention first, then under way, then the rest.
    pub state: DeliveryState,
    /// What the last check of its planned deliveries came to.
    #[serde(default)]
    pub check: Option<CheckSummary>,
    /// Of the person who looks: what is offered to them.
    #[serde(default)]
    pub role: Role,
}

impl PostCard {
    /// What can be done with it by whoever looks.
    pub fn offered(&self) -> Vec<PostAct> {
        offered(self.deliveries.iter().map(|d| d.state), self.role)
    }

    /// Everything of this post that a person must look at.
    pub fn waiting(&self) -> impl Iterator<Item = &DeliveryCard> {
        self.deliveries.iter().chain(&self.parts).filter(|d| d.state.needs_attention())
    }
}

/// The state of a post as one word: what needs attention wins, then what is under way, then the least advanced.
pub fn overall(states: impl IntoIterator<Item = DeliveryState>) -> DeliveryState {
    use DeliveryState::*;
    const ORDER: [DeliveryState; 15] = [
        Unconfirmed,
        Failed,
        NeedsEdit,
        NeedsReconnect,
        Held,
        ByHand,
        Armed,
        Ready,
        Waiting,
        Preparing,
        Processing,
        Queued,
        Draft,
        Live,
        Cancelled,
    ];
    let states: Vec<_> = states.into_iter().collect();
    ORDER.into_iter().find(|s| states.contains(s)).unwrap_or(Draft)
}

/// A post as the composer opens it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostDetail {
    pub id: PostId,
    pub version: i32,
    pub content: PostContent<AssetCard>,
    pub targets: Vec<Target>,
    /// The accounts of the targets.
    pub accounts: Vec<ConnectionSummary>,
    /// The post itself and its further parts, account by account.
    pub deliveries: Vec<DeliveryCard>,
    pub state: DeliveryState,
    /// The time that was chosen; for a draft only a plan.
    pub due: Option<When>,
    /// Whether text, media, targets and time may still change.
    pub editable: bool,
    /// The company's zone, in which all local times are.
    pub zone: String,
    pub updated: When,
    /// In the bin; restoring brings it back as a draft.
    pub deleted: bool,
    /// Seconds until it is worth looking again, while something is under way or about to be.
    pub look_again_s: Option<u32>,
    /// It is out where comments can be read.
    #[serde(default)]
    pub comments: bool,
    /// What its options choose at the platforms, by name.
    #[serde(default)]
    pub names: Vec<(ConnectionId, RemoteChoice)>,
    /// The campaign that it was made by.
    #[serde(default)]
    pub campaign: Option<(CampaignId, String)>,
    /// Of the person who looks: what is offered to them.
    #[serde(default)]
    pub role: Role,
}

impl PostDetail {
    /// What can be done with it by whoever looks.
    pub fn offered(&self) -> Vec<PostAct> {
        offered(self.deliveries.iter().filter(|d| d.part.is_none()).map(|d| d.state), self.role)
    }
}

/// The answer to a save: it is kept in any case. `problems`: with an error among them it was not scheduled and is a
/// draft; warnings alone are notes ("this time happens twice").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub id: PostId,
    pub version: i32,
    pub state: DeliveryState,
    pub due: Option<When>,
    pub problems: Vec<TargetProblem>,
    /// What to know before it is published now; with anything here nothing went out, and somebody must say so again.
    #[serde(default)]
    pub asks: Vec<String>,
}

impl Saved {
    /// It was to be scheduled, and something kept it from that.
    pub fn blocked(&self) -> bool {
        self.problems.iter().any(|p| p.problem.severity == Severity::Error)
    }
}

/// What the page behind a link says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageLook {
    pub title: Option<String>,
    pub description: Option<String>,
    /// The address of its picture, on this server.
    pub picture: Option<String>,
    /// Why the page cannot be read; no error, as the post can go out all the same.
    #[serde(default)]
    pub unread: Option<String>,
}
