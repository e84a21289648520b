//! What a model may call. A tool is a variant with its arguments, from which the schema of the answer is made; each is one call of a service
//! that pages use, with the rights of whoever asks. Reading is free; a post is only proposed; repairs are the program's own.

mod accounts;
mod documents;
mod errors;
mod found;
mod posts;

pub use accounts::trouble;
pub use errors::{error_line, open, repair};
pub use posts::read_post;

use super::shown::Shown;
use super::turn::{Draft, Turn};
use super::{help, wishes};
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::features::chat::model::ChatAction;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lines of a result.
const LISTED: usize = 10;

/// A tool with its arguments.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "tool", rename_all = "snake_case", deny_unknown_fields)]
pub enum Tool {
    /// How something is done in the program: its help.
    Help {
        /// A few words of what is asked.
        words: String,
    },
    /// Posts that wait for a person, with what is wrong.
    NeedsYou {},
    /// The connected accounts, with whether they work.
    Connections {},
    /// Posts in whose text these words stand; empty: the latest.
    FindPosts { words: String },
    /// One post, whole.
    ReadPost {
        /// Its ref.
        post: String,
    },
    /// People by a part of their name, address or company.
    FindContacts { words: String },
    /// Pictures of the library, by words of their description or file name; empty: some of them.
    FindPictures { words: String },
    /// Documents that agents delivered (weekly report, leads, health, newsletter, …), by words of them; empty: the latest.
    FindDocuments { words: String },
    /// One document, whole.
    ReadDocument {
        /// Its ref.
        document: String,
    },
    /// Errors that the program noticed and that are open, with what each means.
    OpenErrors {},
    /// How the parts of the server are: database, worker, queue, files.
    Health {},
    /// What the server's logs hold.
    Logs {
        /// Of how many hours back, 1 to 168.
        hours: u32,
    },
    /// Starts the program's repairs.
    RepairErrors {
        /// The ref of one error; null: all open ones.
        error: Option<String>,
    },
    /// Puts a post before the person, who approves, edits or refuses it.
    ProposePost {
        /// The text as it is published.
        text: String,
        /// Refs of accounts, at least one.
        accounts: Vec<String>,
        /// The ref of a picture, or null.
        picture: Option<String>,
        /// Day and time in the company's zone, as 2026-12-01T09:30; null: tomorrow at 9.
        at: Option<String>,
    },
}

/// Why a tool did nothing.
pub enum Wrong {
    /// The model named what is not there: it is told so once.
    Told(String),
    /// Something broke.
    Broken(AppError),
}

impl From<AppError> for Wrong {
    fn from(error: AppError) -> Self {
        Self::Broken(error)
    }
}

impl Tool {
    pub fn id(&self) -> &'static str {
        match self {
            Self::Help { .. } => "help",
            Self::NeedsYou {} => "needs_you",
            Self::Connections {} => "connections",
            Self::FindPosts { .. } => "find_posts",
            Self::ReadPost { .. } => "read_post",
            Self::FindContacts { .. } => "find_contacts",
            Self::FindPictures { .. } => "find_pictures",
            Self::FindDocuments { .. } => "find_documents",
            Self::ReadDocument { .. } => "read_document",
            Self::OpenErrors {} => "open_errors",
            Self::Health {} => "health",
            Self::Logs { .. } => "logs",
            Self::RepairErrors { .. } => "repair_errors",
            Self::ProposePost { .. } => "propose_post",
        }
    }

    /// What people read while it runs.
    pub fn doing(&self) -> &'static str {
        match self {
            Self::Help { .. } => "Looks into the help",
            Self::NeedsYou {} => "Looks at what waits for you",
            Self::Connections {} => "Looks at the connections",
            Self::FindPosts { .. } | Self::ReadPost { .. } => "Looks at posts",
            Self::FindContacts { .. } => "Looks for contacts",
            Self::FindPictures { .. } => "Looks for pictures",
            Self::FindDocuments { .. } | Self::ReadDocument { .. } => "Looks at documents of agents",
            Self::OpenErrors {} => "Looks at the open errors",
            Self::Health {} => "Looks at the parts of the server",
            Self::Logs { .. } => "Reads the logs",
            Self::RepairErrors { .. } => "Looks at what is broken and repairs it",
            Self::ProposePost { .. } => "Prepares the post for you",
        }
    }
}

/// What a run of steps has found.
#[derive(Default)]
pub struct Found {
    pub shown: Shown,
    pub page: Value,
    pub results: Vec<Value>,
}

impl Found {
    /// Whether words of others stand in what the model was told: then what it wants to do may be somebody else's wish, in whatever
    /// words and letters that was written. The help is the program's own, as is what a page is for.
    pub fn has_words_of_others(&self, turn: &Turn) -> bool {
        let results = self.results.iter().any(|result| result["tool"] != "help");
        let page = !self.page["post"].is_null() || !self.page["error"].is_null();
        let before = turn.history.iter().any(|message| !message.of_person && !message.text.is_empty());
        // A fact may have been copied from somewhere.
        let known = !turn.known.is_empty();
        results
            || page
            || before
            || known
            || turn.ask.action == ChatAction::Diagnose
            || wishes::quotes(&turn.ask.message)
    }
}

fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// What may not be done is an answer; what broke is an error.
fn or_refused(done: Result<Value>) -> Result<Value> {
    match done {
        Err(error) if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::Invalid) => {
            Ok(json!({ "refused": error.message }))
        }
        Err(error) if matches!(error.kind, ErrorKind::Conflict | ErrorKind::RateLimited) => {
            Ok(json!({ "refused": error.message }))
        }
        done => done,
    }
}

pub async fn run(turn: &Turn, draft: &mut Draft, found: &mut Found, tool: &Tool) -> Result<Value, Wrong> {
    let shown = &mut found.shown;
    let done = match tool {
        Tool::Help { words } => Ok(help_of(draft, words)),
        Tool::NeedsYou {} => posts::needs(turn, shown).await,
        Tool::Connections {} => accounts::list(turn, shown).await,
        Tool::FindPosts { words } => posts::find(turn, shown, words).await,
        Tool::ReadPost { post } => {
            let id = shown.find_post(post).ok_or_else(|| not_shown("post", post))?;
            posts::read_post(turn, shown, id).await
        }
        Tool::FindContacts { words } => found::contacts(turn, shown, words).await,
        Tool::FindPictures { words } => found::pictures(turn, shown, words).await,
        Tool::FindDocuments { words } => documents::find(turn, shown, words).await,
        Tool::ReadDocument { document } => documents::read(turn, shown, document).await.map(Ok)?,
        Tool::OpenErrors {} => errors::list(turn, shown).await,
        Tool::Health {} => errors::health(turn).await,
        Tool::Logs { hours } => errors::logs(turn, *hours).await,
        Tool::RepairErrors { error } => {
            let id = match error.as_deref().filter(|name| !name.is_empty()) {
                None => None,
                Some(name) => Some(shown.find_error(name).ok_or_else(|| not_shown("error", name))?),
            };
            errors::repair(turn, draft, found, id).await
        }
        Tool::ProposePost { text, accounts, picture, at } => {
            posts::propose(turn, draft, found, (text, accounts, picture.as_deref(), at.as_deref())).await?
        }
    };
    Ok(or_refused(done)?)
}

fn not_shown(what: &str, name: &str) -> Wrong {
    let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    Wrong::Told(format!(
        "There is no {what} with the ref \"{name}\" in this data. Call the tool that lists them, or answer without it."
    ))
}

fn help_of(draft: &mut Draft, words: &str) -> Value {
    let topics = help::search(&short(words, 300));
    for topic in &topics {
        draft.source(topic.source());
    }
    let topics: Vec<_> =
        topics.iter().map(|t| json!({ "title": t.title, "page": t.href, "text": t.text.replace('\n', " ") })).collect();
    json!(topics)
}
