//! Whether what an error is about works again, for errors that no playbook is made for. A check looks at the thing itself; where
//! nothing can be looked at, it waits until the error has been away for a day.

use super::playbook::checked;
use crate::domain::error::Result;
use crate::features::diagnostics::model::{Health, RepairCheck};
use crate::features::diagnostics::server::health;
use crate::features::diagnostics::server::store::{self, Row};
use crate::infra::state::App;
use chrono::{TimeDelta, Utc};
use tokio::sync::OnceCell;

/// How long an error must be away where nothing else can be looked at.
const QUIET: TimeDelta = TimeDelta::hours(24);
/// An address must have answered so often since it failed.
const ANSWERS: i32 = 2;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// A part of the server, by its name in `health`.
    Part(&'static str),
    /// An address of ours has answered since.
    Answers,
    /// A job of the same kind was done since.
    JobDone,
    /// It did not come back.
    Quiet,
}

/// What to look at for this error. That a part works proves nothing about an address or a job that failed over it: a statement
/// may be wrong though the database answers.
pub fn of(row: &Row) -> Check {
    match row.error_type.as_str() {
        // What a browser names as its page is a stranger's word.
        "browser" => Check::Quiet,
        _ if row.method.is_some() => Check::Answers,
        _ if row.endpoint.as_deref().is_some_and(|kind| !kind.is_empty()) => Check::JobDone,
        "database" | "postgres" => Check::Part("database"),
        "files" | "storage" => Check::Part("files"),
        "queue" => Check::Part("queue"),
        _ => Check::Quiet,
    }
}

impl Check {
    /// What such an error means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Part("database") => "The database did not answer, or refused what was asked.",
            Self::Part("files") => "The file store did not take or give a file.",
            Self::Part(_) => "The queue was not worked on.",
            Self::Answers => "An address of this program did not answer as it should.",
            Self::JobDone => "A piece of work in the background ended badly.",
            Self::Quiet => "Something went wrong that cannot be looked at from here.",
        }
    }

    /// What a person can do while it is not mended.
    pub fn next(self) -> &'static str {
        match self {
            Self::Part("database") => "Check that Postgres runs, has room on its disk, and that DATABASE_URL is right.",
            Self::Part("files") => "Check that the data folder is there, is writable and has room.",
            Self::Part(_) => "Start the program or “lux worker”, and see Diagnostics → Queue.",
            Self::Answers => {
                "Open the page or repeat the call. If it fails again, send the technical details to whoever looks after this server."
            }
            Self::JobDone => "See the work under Diagnostics → Queue, and run it again there once its cause is gone.",
            Self::Quiet => "If it comes back, send the technical details to whoever looks after this server.",
        }
    }
}

/// The health of the parts, asked once for all errors of a run, when the first of them needs it.
#[derive(Default)]
pub struct Parts(OnceCell<Vec<Health>>);

impl Parts {
    async fn get(&self, app: &App) -> &[Health] {
        self.0.get_or_init(|| health::parts(app)).await
    }
}

pub async fn run(app: &App, parts: &Parts, row: &Row, check: Check) -> Result<RepairCheck> {
    Ok(match check {
        Check::Part(name) => {
            let part = parts.get(app).await.iter().find(|part| part.name == name);
            let seen = part.map_or_else(|| "It does not answer.".to_owned(), |part| format!("Now: {}.", part.detail));
            checked(format!("{name} works"), part.is_some_and(|part| part.ok), seen)
        }
        Check::Answers => {
            let (method, path) =
                (row.method.as_deref().unwrap_or_default(), row.endpoint.as_deref().unwrap_or_default());
            let seen = match row.answers {
                0 => "It has not answered since.".to_owned(),
                1 => "It has answered once since.".to_owned(),
                n => format!("It has answered {n} times since."),
            };
            checked(format!("{method} {path} answers"), row.answers >= ANSWERS, seen)
        }
        Check::JobDone => {
            let kind = row.endpoint.as_deref().unwrap_or_default();
            let ok = store::job_done_since(&app.db, kind, row.company_id, row.last_seen_at).await?;
            let seen = if ok { "Such work was done since." } else { "No such work was done since." };
            checked(format!("{kind} is done"), ok, seen)
        }
        Check::Quiet => {
            let away = Utc::now() - row.last_seen_at;
            let ok = away >= QUIET;
            let seen = if ok {
                "It has not come back for a day.".to_owned()
            } else {
                format!(
                    "It was last seen {} hours ago; after 24 without it, it counts as gone.",
                    away.num_hours().max(0)
                )
            };
            checked("it stays away", ok, seen)
        }
    })
}
