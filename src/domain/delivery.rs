//! A delivery (one post on one connection) as browser and server know it: its states, and how lists and cards show it.

use crate::domain::ids::{ConnectionId, DeliveryId, PostId};
use crate::domain::moment::When;
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use crate::domain::post::parts::{PartKind, part_name};
use serde::{Deserialize, Serialize};

/// The word for a post that is out without a picture that was to be added to it (`DeliveryCard::fault_kind`).
pub const LACKS_PICTURE: &str = "picture";

/// One post on one connection: where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// The post is a draft.
    Draft,
    /// Waits for its time.
    Queued,
    /// Uploads and containers are being made; safe to repeat.
    Preparing,
    /// The platform works on what we uploaded.
    Waiting,
    /// Only the irreversible call is left.
    Ready,
    /// About to call, or called with the answer unknown.
    Armed,
    /// Accepted, not visible yet.
    Processing,
    /// Published.
    Live,
    /// The platform refuses the content.
    NeedsEdit,
    /// The connection must be renewed.
    NeedsReconnect,
    /// Too late by the company's policy, or stopped by a person.
    Held,
    /// We cannot tell whether it is there: a person must look.
    Unconfirmed,
    /// It is time, and a person publishes it: nothing was sent, as no program may there.
    ByHand,
    /// Refused for good or out of attempts.
    Failed,
    Cancelled,
}

/// How a state looks: the tone of its dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateTone {
    Quiet,
    Info,
    Good,
    Warning,
    Bad,
}

use DeliveryState::*;

impl DeliveryState {
    pub const ALL: [DeliveryState; 15] = [
        Draft,
        Queued,
        Preparing,
        Waiting,
        Ready,
        Armed,
        Processing,
        Live,
        NeedsEdit,
        NeedsReconnect,
        Held,
        Unconfirmed,
        ByHand,
        Failed,
        Cancelled,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Draft => "draft",
            Queued => "queued",
            Preparing => "preparing",
            Waiting => "waiting",
            Ready => "ready",
            Armed => "armed",
            Processing => "processing",
            Live => "live",
            NeedsEdit => "needs_edit",
            NeedsReconnect => "needs_reconnect",
            Held => "held",
            Unconfirmed => "unconfirmed",
            ByHand => "by_hand",
            Failed => "failed",
            Cancelled => "cancelled",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.id() == id)
    }
    /// The word that people see.
    pub fn name(self) -> &'static str {
        match self {
            Draft => "Draft",
            Queued => "Scheduled",
            Preparing | Waiting | Ready | Armed => "Publishing",
            Processing => "Processing",
            Live => "Published",
            NeedsEdit => "Needs editing",
            NeedsReconnect => "Needs reconnecting",
            Held => "On hold",
            Unconfirmed => "Unconfirmed",
            ByHand => "To post by hand",
            Failed => "Failed",
            Cancelled => "Cancelled",
        }
    }
    pub fn tone(self) -> StateTone {
        match self {
            Draft | Cancelled => StateTone::Quiet,
            Queued | Preparing | Waiting | Ready | Armed | Processing => StateTone::Info,
            Live => StateTone::Good,
            NeedsReconnect | Held | Unconfirmed | ByHand => StateTone::Warning,
            NeedsEdit | Failed => StateTone::Bad,
        }
    }
    /// A person must do something.
    pub fn needs_attention(self) -> bool {
        matches!(self, NeedsEdit | NeedsReconnect | Held | Unconfirmed | ByHand | Failed)
    }
    /// It has stopped, and a person may send it as it is.
    pub fn can_be_sent_now(self) -> bool {
        matches!(self, Held | Failed)
    }
    /// It is on its way and nothing irreversible has happened: it can still be stopped.
    pub fn is_being_prepared(self) -> bool {
        matches!(self, Preparing | Waiting | Ready)
    }
    /// Nothing irreversible has happened and nothing is under way: text, media and time may still change.
    pub fn is_editable(self) -> bool {
        matches!(self, Draft | Queued | NeedsEdit | NeedsReconnect | Held | Failed | Cancelled)
    }
}

/// A delivery as lists and cards show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryCard {
    pub id: DeliveryId,
    pub connection: ConnectionId,
    pub platform: Platform,
    pub handle: String,
    pub state: DeliveryState,
    pub due: Option<When>,
    pub live_at: Option<When>,
    pub remote_url: Option<String>,
    /// The account's own page, while nobody can tell whether the post is there: for looking.
    #[serde(default)]
    pub profile_url: Option<String>,
    /// What went wrong, or what waits for a person to do, in words for them.
    pub fault: Option<String>,
    /// The word for it: a connector's (`Fault::kind`) or one of our own.
    #[serde(default)]
    pub fault_kind: Option<String>,
    /// What it is, if not the post itself.
    pub part: Option<Part>,
    /// What to know before a person sends it now that it has stopped.
    #[serde(default)]
    pub notes: Vec<String>,
    /// It is published, and can be deleted at the platform from here.
    #[serde(default)]
    pub can_remove: bool,
    /// It was published, and was deleted at the platform.
    #[serde(default)]
    pub removed: Option<Removed>,
}

/// When and by whom something was deleted at its platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Removed {
    pub at: When,
    /// Nobody knows any more where that person is gone.
    pub by: Option<String>,
}

impl DeliveryCard {
    /// Where a person sees it: the post itself where its address is known, else the account's page. Only what a browser may
    /// be sent to.
    pub fn page(&self) -> Option<&str> {
        let page = self.remote_url.as_deref().or(self.profile_url.as_deref());
        page.filter(|url| url.starts_with("https://") || url.starts_with("http://"))
    }

    /// Which delivery it is, for somebody who does not see where its buttons stand: `X @northwind, Post 2 of the thread`.
    pub fn called(&self) -> String {
        let part = self.part.as_ref().map(|part| format!(", {}", part.name())).unwrap_or_default();
        format!("{} {}{part}", self.platform.name(), self.handle)
    }
}

/// A post that a person has found and linked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkedPost {
    pub post: PostId,
    pub platform: Platform,
    pub handle: String,
    /// Where it is, if the person said that.
    pub url: Option<String>,
    /// The person published it, too.
    #[serde(default)]
    pub by_hand: bool,
    /// What was found there, or why nothing was checked: the line of history.
    pub note: String,
}

/// What a person needs to publish a post themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Package {
    pub delivery: DeliveryId,
    pub platform: Platform,
    pub handle: String,
    pub format: Format,
    pub text: String,
    pub link: Option<String>,
    pub files: Vec<PackageFile>,
    /// Address of all of it as one ZIP file.
    pub zip: String,
    /// The account's own page.
    pub page: Option<String>,
}

/// One picture or video of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackageFile {
    /// `1.jpg`: as it is called in the ZIP file.
    pub name: String,
    pub url: String,
    pub thumb: String,
    pub alt: String,
    pub bytes: u64,
}

/// A further part of a post: the next post of a thread, or the first comment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub kind: PartKind,
    /// Its place among the parts of the post, from 1.
    pub position: u32,
    pub text: String,
}

impl Part {
    /// From a row of a delivery; `None` for the post itself.
    pub fn of(kind: &str, part: i32, text: Option<&str>) -> Option<Self> {
        let position = u32::try_from(part).ok().filter(|n| *n > 0)?;
        Some(Self { kind: PartKind::parse(kind)?, position, text: text.unwrap_or_default().to_owned() })
    }

    /// `Post 2 of the thread`, `First comment`.
    pub fn name(&self) -> String {
        part_name(self.kind, self.position)
    }
}

/// One thing that happened to a delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryEvent {
    pub at: When,
    pub from: DeliveryState,
    pub to: DeliveryState,
    pub note: String,
}

/// One line of a delivery's history: what happened once, or several times in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The first time.
    pub at: When,
    /// The last time, where it happened more than once.
    pub last: Option<When>,
    pub times: u32,
    pub state: DeliveryState,
    /// Empty where the state says it all.
    pub note: String,
}
