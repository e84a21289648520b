//! A conversation as both sides know it.

use crate::domain::error::AppError;
use crate::domain::ids::{ConversationId, ErrorId, MessageId, ProposalId};
use crate::domain::moment::When;
use crate::domain::page::Cursor;
use crate::features::agents::model::{Block, ProposalCard};
use serde::{Deserialize, Serialize};

/// Characters of a question.
pub const MAX_MESSAGE: usize = 4_000;
/// Bytes of the address of the page on which it is asked.
pub const MAX_FROM: usize = 300;
/// Characters of what is searched for.
pub const MAX_SEARCH: usize = 100;
/// Questions and answers of one conversation.
pub const MOST_MESSAGES: i64 = 200;
/// Conversations that a person has.
pub const MOST_CONVERSATIONS: i64 = 2_000;

/// What is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatAction {
    /// An answer.
    #[default]
    Message,
    /// What is wrong, and what each of it means.
    Diagnose,
    /// The open errors are repaired: a person pressed the button.
    Repair,
}

impl ChatAction {
    pub fn id(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Diagnose => "diagnose",
            Self::Repair => "repair",
        }
    }
}

/// A question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatAsk {
    /// `None`: it begins a conversation.
    #[serde(default)]
    pub conversation: Option<ConversationId>,
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub action: ChatAction,
    /// The page on which it is asked, as the address bar has it.
    #[serde(default)]
    pub from: String,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerState {
    #[default]
    Writing,
    Done,
    /// The person stopped it.
    Stopped,
    /// It broke off.
    Cut,
    /// The model refused, was away, or said what cannot be used.
    Failed,
    /// It took more steps, words or time than one answer may take.
    Limit,
    /// The month's limit for AI is reached.
    Paused,
}

impl AnswerState {
    pub const ALL: [AnswerState; 7] =
        [Self::Writing, Self::Done, Self::Stopped, Self::Cut, Self::Failed, Self::Limit, Self::Paused];

    pub fn id(self) -> &'static str {
        match self {
            Self::Writing => "writing",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Cut => "cut",
            Self::Failed => "failed",
            Self::Limit => "limit",
            Self::Paused => "paused",
        }
    }

    pub fn parse(id: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.id() == id).unwrap_or(Self::Cut)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Writing => "Being written",
            Self::Done => "",
            Self::Stopped => "Stopped",
            Self::Cut => "Broke off",
            Self::Failed => "Not answered",
            Self::Limit => "Not finished",
            Self::Paused => "Paused",
        }
    }
}

/// What an answer did, proposes or offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// Errors were looked at and repaired, with what came of each.
    Repair { repairs: Vec<RepairLine>, more: usize },
    /// A post that waits for a person's yes.
    Proposal { id: ProposalId },
    /// A button: the open errors, or the one that is named, can be repaired.
    Offer { error: Option<ErrorId> },
}

/// One error in the report of a repair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepairLine {
    pub error: ErrorId,
    pub message: String,
    /// What such an error means.
    pub meaning: String,
    /// What was done, if anything was.
    pub receipt: Option<ReceiptLine>,
    /// What was looked at in the end, and what was seen.
    pub seen: String,
    pub resolved: bool,
    /// What a person can do, while it is not resolved.
    pub next: Option<String>,
    /// It is done when a person agrees, on the error's page.
    pub asks: Option<String>,
}

/// Before, what was done, after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceiptLine {
    pub before: String,
    pub done: String,
    pub after: String,
    pub can_undo: bool,
}

/// A page that an answer is out of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub title: String,
    pub href: String,
}

/// A conversation in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConversationLine {
    pub id: ConversationId,
    pub title: String,
    pub changed: When,
}

/// A question or an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageCard {
    pub id: MessageId,
    pub of_person: bool,
    /// A question as it was typed; of an answer the Markdown.
    pub text: String,
    /// An answer as elements.
    pub blocks: Vec<Block>,
    pub state: AnswerState,
    pub problem: String,
    pub acts: Vec<ActCard>,
    pub sources: Vec<Source>,
    /// The page on which it was asked.
    pub page: Option<Source>,
    pub model: String,
    pub at: When,
}

/// What an answer did, as one sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ActCard {
    Repair(Vec<RepairLine>, usize),
    /// As it is now.
    Proposal(Box<ProposalCard>),
    Offer(Option<ErrorId>),
}

/// Which conversations are shown, and which one is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatQuery {
    #[serde(default)]
    pub conversation: Option<ConversationId>,
    #[serde(default)]
    pub search: String,
    #[serde(default)]
    pub older: Option<Cursor>,
    /// The page on which one would ask.
    #[serde(default)]
    pub from: String,
    /// The one of the last hour is open, and there is no list.
    #[serde(default)]
    pub panel: bool,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatBoard {
    pub conversations: Vec<ConversationLine>,
    pub older: Option<Cursor>,
    pub open: Option<ConversationLine>,
    pub messages: Vec<MessageCard>,
    /// Which model answers; `None`: there is no key, and rules do.
    pub model: Option<String>,
    /// That model is the sandbox's stand-in.
    pub stand_in: bool,
    /// May add a key.
    pub may_add_key: bool,
    pub may_decide: bool,
    /// The page on which one would ask.
    pub page: Option<Source>,
    /// Questions to begin with.
    pub ideas: Vec<String>,
    pub zone: String,
}

/// What is told while an answer is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChatEvent {
    Began {
        conversation: ConversationId,
    },
    /// What the program does now.
    Doing {
        words: String,
    },
    /// The answer as far as it is there.
    Said {
        blocks: Vec<Block>,
    },
    /// It is kept, in this state.
    Ended {
        state: AnswerState,
    },
}

/// How a request for an answer ended, as the browser sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With its last event.
    Whole,
    /// It was refused before anything was kept.
    Refused(String),
    /// It broke off behind its beginning.
    Lost,
}

/// What is done with a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatAct {
    Delete,
    Restore,
}

impl ChatAct {
    pub fn id(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Restore => "restore",
        }
    }
}

/// The error of a question that is empty, too long, or no text.
pub fn check_message(message: &str, needed: bool) -> Result<(), AppError> {
    let length = message.chars().count();
    if length == 0 && needed {
        return Err(AppError::invalid("message", "Write what you want to know, in 1 to 4,000 characters."));
    }
    if length > MAX_MESSAGE {
        return Err(AppError::invalid(
            "message",
            format!("The message has {length} characters; at most {MAX_MESSAGE} fit. Shorten it."),
        ));
    }
    if message.contains('\0') {
        return Err(AppError::invalid("message", "The message holds a character that is no text (NUL). Leave it out."));
    }
    Ok(())
}
