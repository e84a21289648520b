//! What the frame around every signed-in page shows.

use crate::domain::ids::CompanyId;
use crate::domain::moment::When;
use crate::domain::permission::Role;
use serde::{Deserialize, Serialize};

/// What the frame around every signed-in page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameData {
    pub name: String,
    /// Of the name, at most two letters. Made on the server: what is a letter and how it is capitalised are tables.
    pub initials: String,
    pub email: String,
    /// The company that is being looked at; `None` until the person belongs to one.
    pub company: Option<CompanyBadge>,
    /// Of its name, or of the words that stand there without one.
    pub company_initials: String,
    /// Every company of the person, by name.
    pub companies: Vec<CompanyBadge>,
    /// The platforms are stand-ins on this machine.
    pub sandbox: Option<SandboxLine>,
    /// What waits for a person: deliveries and proposals.
    pub attention: i64,
    /// The proposals among it.
    pub proposals: i64,
    /// A critical error is open, for those who look after the company or the server.
    pub alarm: bool,
    /// Nothing goes out at the moment, or only late.
    pub pause: Option<Pause>,
    /// The company's clock (UTC without a company).
    pub now: When,
}

impl FrameData {
    pub fn zone(&self) -> &str {
        self.company.as_ref().map_or("UTC", |c| &c.zone)
    }
}

/// What says on every page that the platforms are stand-ins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxLine {
    /// Of the stand-ins' pages.
    pub address: String,
    /// As this browser's cookie [`SANDBOX_LINE`] had it when the page was asked for.
    pub folded: bool,
}

/// The cookie in which a browser remembers that the line of the sandbox is folded; its value then is `folded`.
pub const SANDBOX_LINE: &str = "lux_sandbox";

/// A company as the switcher shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompanyBadge {
    pub id: CompanyId,
    pub name: String,
    pub role: Role,
    /// IANA name.
    pub zone: String,
}

/// Nothing goes out at the moment, or only late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub kind: PauseKind,
    pub since: Option<When>,
}

/// Whether the queue is being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseKind {
    /// No worker shows signs of life.
    NoWorker,
    /// More than two minutes behind.
    Behind,
}
