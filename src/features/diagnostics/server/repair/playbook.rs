//! What a playbook is: one kind of fault that stands until somebody ends it (an account whose sign-in ran out, a schedule that did
//! not fire). It finds such faults, says what it would do about one, does it, and looks at the thing itself again.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, UserId};
use crate::domain::incident::FaultLevel;
use crate::features::diagnostics::model::RepairCheck;
use crate::infra::incidents::{Gathered, Incident, gathered};
use crate::infra::state::App;
use async_trait::async_trait;
use chrono::Utc;
use serde_json::Value;

/// A fault that was found.
#[derive(Debug)]
pub struct Found {
    /// `None`: of the server.
    pub company: Option<CompanyId>,
    pub level: FaultLevel,
    /// What stands in the list: a sentence.
    pub message: String,
    /// What it is about; nothing else of this kind and company has the same.
    pub subject: String,
}

/// One of them, as its row has it.
#[derive(Clone, Debug)]
pub struct Subject {
    pub company: Option<CompanyId>,
    pub name: String,
}

impl Subject {
    /// Of whose company this is; the server's own faults have none.
    pub fn company(&self) -> Result<CompanyId> {
        self.company.ok_or_else(|| AppError::not_found("company"))
    }
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// A sentence.
    pub what: String,
    /// What [`Playbook::undo`] needs to know; `None`: there is no way back, and none is needed.
    pub undo: Option<Value>,
}

impl Done {
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), undo: None }
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// As [`Playbook::asks`] says.
    Usual,
    /// The fault is so clear that nobody has to be asked.
    Clear,
    /// What the program did is taken back, as its reason is gone: nobody is asked, and it is no further try.
    Back,
    /// The program did what it could and looks again by itself: no person is needed yet.
    Waits,
}

#[async_trait]
pub trait Playbook: Send + Sync {
    /// The kind of its faults, as the list names the part: `sign-in`.
    fn kind(&self) -> &'static str;
    /// Its name in receipts.
    fn id(&self) -> &'static str;
    /// What such a fault means: a sentence.
    fn meaning(&self) -> &'static str;
    /// What a person can do while it is not mended: a sentence or two.
    fn next(&self) -> &'static str;
    /// The words on the button with which a person agrees; `None`: nobody has to be asked.
    fn asks(&self) -> Option<&'static str> {
        None
    }
    /// Faults of this kind that stand now; bounded.
    async fn find(&self, app: &App) -> Result<Vec<Found>>;
    /// Whether what was broken works: looks at the thing itself.
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck>;
    /// What it would do: a sentence. `None`: it can do nothing about this one.
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>>;
    /// `planned`: [`Self::plan`] would do something.
    async fn turn(&self, _app: &App, _of: &Subject, _planned: bool) -> Result<Turn> {
        Ok(Turn::Usual)
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done>;
    async fn undo(&self, _app: &App, _of: &Subject, _before: &Value, _by: UserId) -> Result<()> {
        Err(AppError::conflict("There is no way back from this."))
    }
}

/// A check's answer.
pub fn checked(name: impl Into<String>, ok: bool, seen: impl Into<String>) -> RepairCheck {
    RepairCheck { name: name.into(), ok, seen: seen.into() }
}

/// As `error_log` gets it.
pub fn as_incident(book: &dyn Playbook, found: Found) -> Gathered {
    let incident = Incident {
        kind: book.kind().into(),
        level: found.level,
        message: found.message,
        stack: None,
        endpoint: None,
        method: None,
        company: found.company,
        user: None,
        request: None,
        subject: Some(found.subject),
    };
    gathered(incident, Utc::now())
}
