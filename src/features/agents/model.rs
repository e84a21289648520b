//! Agents as the pages know them.

use crate::domain::ids::{AgentRunId, ConnectionId, DocumentId, MemoryId, PostId, ProposalId, TaskId};
use crate::domain::moment::When;
use crate::domain::platform::Platform;
use serde::{Deserialize, Serialize};

/// Characters of a fact.
pub const MAX_WORDS: usize = 500;
/// Characters of a document.
pub const MAX_DOCUMENT: usize = 100_000;
/// Versions of a document that are kept.
pub const MAX_VERSIONS: i32 = 200;
/// Proposals that are decided with one press.
pub const MAX_CHOSEN: usize = 50;
/// Lines of a list on a page.
pub const LISTED: i64 = 50;

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Queued,
    Running,
    Done,
    Failed,
    /// Somebody cancelled it.
    Cancelled,
    /// All agents were stopped, or the budget is used up.
    Stopped,
}

impl RunState {
    pub fn parse(id: &str) -> Self {
        match id {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "done" => Self::Done,
            "cancelled" => Self::Cancelled,
            "stopped" => Self::Stopped,
            _ => Self::Failed,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "Waits for its turn",
            Self::Running => "Works",
            Self::Done => "Done",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Stopped => "Stopped",
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// Where a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    Proposed,
    Approved,
    Done,
    Refused,
    Failed,
    Undone,
}

impl ProposalState {
    pub fn parse(id: &str) -> Self {
        match id {
            "proposed" => Self::Proposed,
            "approved" => Self::Approved,
            "done" => Self::Done,
            "refused" => Self::Refused,
            "undone" => Self::Undone,
            _ => Self::Failed,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Proposed => "Waits for you",
            Self::Approved => "Is being done",
            Self::Done => "Done",
            Self::Refused => "Refused",
            Self::Failed => "Could not be done",
            Self::Undone => "Undone",
        }
    }
}

/// The page of all agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentBoard {
    pub tiles: Vec<AgentTile>,
    /// Who stopped all of them, and when.
    pub stopped: Option<Stop>,
    pub waiting: i64,
    /// What agents hand to each other.
    pub tasks: Vec<TaskCard>,
    /// What was delivered last.
    pub documents: Vec<DocumentLine>,
    /// May stop all of them, and add and drop tasks.
    pub may_change: bool,
    /// May switch them on and off.
    pub may_switch: bool,
    /// Whether a model words what agents found.
    pub has_model: bool,
    pub zone: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    pub by: String,
    pub at: When,
}

/// One agent at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentTile {
    pub agent: String,
    pub is_on: bool,
    /// Of the last run.
    pub state: Option<RunState>,
    pub headline: String,
    pub ended: Option<When>,
    pub next: Option<When>,
    /// Proposals that wait for a person.
    pub waiting: i64,
    /// The document that was written last.
    pub document: Option<DocumentId>,
}

impl AgentTile {
    /// The one thing to do, and where. `may_switch`: the person may switch it on.
    pub fn act(&self, may_switch: bool) -> (String, String) {
        let page = format!("/agents/{}", self.agent);
        match (self.waiting, self.document) {
            _ if self.state.is_some_and(RunState::is_open) => ("Watch".into(), page),
            (n, _) if n > 0 => (format!("Review {n}"), format!("/proposals?agent={}", self.agent)),
            (_, Some(document)) => ("Read".into(), format!("/agents/documents/{document}")),
            _ if !self.is_on && may_switch => ("Switch on".into(), page),
            _ => ("Open".into(), page),
        }
    }
}

/// The page of one agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentDetail {
    pub tile: AgentTile,
    pub stopped: Option<Stop>,
    pub jobs: Vec<JobCard>,
    pub runs: Vec<RunCard>,
    pub documents: Vec<DocumentLine>,
    pub proposals: Vec<ProposalCard>,
    /// What it did without asking, as long as it can be taken back.
    pub by_itself: Vec<ProposalCard>,
    pub tasks: Vec<TaskCard>,
    pub rates: Rates,
    pub autonomy: Autonomy,
    /// What it can listen for, and whether it does.
    pub listens: Vec<(String, bool)>,
    /// Millionths of a dollar of this month.
    pub spent_micros: i64,
    pub cap_micros: Option<i64>,
    /// Whose permissions it has by the clock.
    pub owner: Option<String>,
    pub may_run: bool,
    pub may_change: bool,
    pub has_model: bool,
    pub zone: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobCard {
    pub id: String,
    pub timing: String,
    pub is_on: bool,
    pub next: Option<When>,
}

/// What became of an agent's proposals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    pub accepted: i64,
    /// Of the accepted ones.
    pub edited: i64,
    pub refused: i64,
    pub undone: i64,
    /// Done without asking; not among the others.
    pub by_itself: i64,
}

/// What an agent may do without asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Autonomy {
    #[default]
    Ask,
    /// Tags, segments and drafts, which can be taken back.
    Reversible,
}

impl Autonomy {
    pub fn id(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Reversible => "reversible",
        }
    }

    /// Whatever is not known asks.
    pub fn parse(id: &str) -> Self {
        if id == Self::Reversible.id() { Self::Reversible } else { Self::Ask }
    }
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Waiting,
    Taken,
    Done,
    Dropped,
}

impl TaskState {
    pub fn parse(id: &str) -> Self {
        match id {
            "waiting" => Self::Waiting,
            "taken" => Self::Taken,
            "done" => Self::Done,
            _ => Self::Dropped,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "Waits for its next run",
            Self::Taken => "Taken up",
            Self::Done => "Done",
            Self::Dropped => "Dropped",
        }
    }
}

/// What a person does with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskAct {
    Drop,
    Restore,
}

/// Something that one agent, or a person, hands to another agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskCard {
    pub id: TaskId,
    /// In words.
    pub from: String,
    /// The agent's id.
    pub to: String,
    pub what: String,
    /// Where its data stands: an address of this program, or nothing.
    pub reference: String,
    pub state: TaskState,
    pub result: String,
    /// The document that tells of it.
    pub document: Option<DocumentId>,
    pub at: When,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunCard {
    pub id: AgentRunId,
    pub job: String,
    pub state: RunState,
    /// Who asked for it; `None`: the clock, or what happened.
    pub by: Option<String>,
    /// What happened.
    pub woken_by: String,
    pub created: When,
    pub seconds: Option<i64>,
    pub headline: String,
    pub error: String,
    pub cost_micros: i64,
    pub steps: Vec<StepLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepLine {
    pub name: String,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentLine {
    pub id: DocumentId,
    pub agent: String,
    pub title: String,
    pub versions: i32,
    pub changed: When,
}

/// A document, as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentView {
    pub line: DocumentLine,
    /// Which version is shown.
    pub version: i32,
    pub versions: Vec<VersionLine>,
    pub blocks: Vec<Block>,
    pub markdown: String,
    pub may_change: bool,
    pub zone: String,
}

impl DocumentView {
    /// The version of a person that a later run did not take in.
    pub fn kept_beside(&self) -> Option<&VersionLine> {
        let last = self.versions.first().filter(|last| !last.by_person)?;
        self.versions.iter().find(|line| line.by_person).filter(|line| line.version < last.version)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionLine {
    pub version: i32,
    pub at: When,
    /// A person changed the document by hand.
    pub by_person: bool,
    pub by: Option<String>,
}

/// A part of a document: what Markdown says, as elements and never as HTML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Block {
    Heading(u8, Vec<Span>),
    Text(Vec<Span>),
    List(Vec<Vec<Span>>),
    Table(Vec<Vec<Vec<Span>>>),
}

/// Words of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    pub text: String,
    pub strong: bool,
    /// An address on this server; links to elsewhere stand in the text in full.
    pub href: Option<String>,
}

/// The page of all proposals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProposalList {
    pub proposals: Vec<ProposalCard>,
    pub waiting: i64,
    pub may_decide: bool,
    /// What a post can go to, for editing.
    pub accounts: Vec<AccountLine>,
    pub zone: String,
}

/// Which proposals are shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProposalQuery {
    /// Also what was decided.
    #[serde(default)]
    pub decided: bool,
    #[serde(default)]
    pub agent: Option<String>,
    /// This one is opened to be edited.
    #[serde(default)]
    pub edit: Option<ProposalId>,
}

/// A proposal with what will happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProposalCard {
    pub id: ProposalId,
    pub agent: String,
    pub state: ProposalState,
    pub version: i32,
    pub edited: bool,
    /// The agent did it without asking.
    pub by_itself: bool,
    pub why: String,
    pub created: When,
    pub decided_by: Option<String>,
    pub reason: String,
    pub post: Option<PostId>,
    pub preview: Preview,
}

/// Exactly what an approval does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Preview {
    Post {
        accounts: Vec<AccountLine>,
        text: String,
        /// Addresses of small pictures with their descriptions.
        pictures: Vec<(String, String)>,
        /// As a form has it, and as people read it.
        at: String,
        at_words: String,
    },
    Tag {
        tag: String,
        people: Vec<String>,
        more: usize,
    },
    Segment {
        name: String,
        /// The rule in words.
        rule: String,
        /// "12 people fit.", and some of them; empty once it is decided.
        count: String,
        people: Vec<String>,
    },
    Idea {
        about: String,
        text: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountLine {
    pub id: ConnectionId,
    pub platform: Option<Platform>,
    pub handle: String,
    /// Nothing can be posted there now.
    pub gone: bool,
}

/// What agents know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemoryList {
    pub facts: Vec<MemoryLine>,
    /// What the person who looks said of themselves; nobody else sees it.
    pub own: Vec<MemoryLine>,
    pub may_change: bool,
    pub zone: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemoryLine {
    pub id: MemoryId,
    /// `None`: for all of them.
    pub agent: Option<String>,
    pub words: String,
    pub source: String,
    pub at: When,
}

/// What wakes agents: the events, who listens, and what happened last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventList {
    pub kinds: Vec<EventKind>,
    pub last: Vec<EventLine>,
    /// Events are written down while an agent is on.
    pub is_any_on: bool,
    pub may_change: bool,
    pub zone: String,
}

/// An event with the agents that could listen for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventKind {
    pub event: String,
    pub listeners: Vec<Listener>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    pub agent: String,
    /// What it does then.
    pub job: String,
    pub listens: bool,
    pub is_on: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventLine {
    pub words: String,
    pub at: When,
    /// The agents that it woke.
    pub woke: Vec<String>,
    /// It woke nobody, and still may.
    pub may_wake: bool,
}

/// What is done with one or several proposals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Done as it is previewed: a post is scheduled.
    Approve,
    /// A post becomes a draft with its time.
    Draft,
    Refuse,
    Undo,
}

/// Money for people: "$0.0021".
pub fn dollars(micros: i64) -> String {
    let cents = micros / 10_000;
    if micros > 0 && micros < 10_000 {
        return "less than $0.01".into();
    }
    format!("${}.{:02}", cents / 100, cents % 100)
}
