//! The server's logs, read for what went wrong. Which ones, only the settings say (`infra::settings::logs`). Read `files` and
//! `journal` (bounded reads from the end), `tally` (what is kept of them), `parse` (lines) and `kinds` (rules).

mod files;
mod journal;
mod kinds;
mod parse;
mod tally;

use crate::features::diagnostics::model::{LogKind, LogName};
use crate::infra::settings::logs::Logs;
use chrono::{DateTime, Utc};
use std::path::PathBuf;
pub use tally::{Finding, Tally};
use tokio::sync::Semaphore;

/// One reading at a time in this process: it keeps a processor and a disk busy.
static PLACE: Semaphore = Semaphore::const_new(1);

/// Why a log was not read, and a command that helps.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    pub what: String,
    pub fix: String,
}

/// A log and what was found in it.
#[derive(Debug)]
pub struct Source {
    pub name: LogName,
    /// The file, or the unit. `None`: the settings name none.
    pub place: Option<String>,
    pub trouble: Option<Trouble>,
    pub lines: u64,
    /// There was more in that time than is read.
    pub cut: bool,
    pub findings: Vec<(LogKind, Finding)>,
}

/// All logs that the settings name, since then; those that they do not name, empty.
pub async fn read(logs: &Logs, since: DateTime<Utc>) -> Vec<Source> {
    let _place = PLACE.acquire().await;
    let files = [
        (LogName::NginxError, &logs.nginx_error),
        (LogName::NginxAccess, &logs.nginx_access),
        (LogName::App, &logs.app),
        (LogName::Own, &logs.own),
    ];
    let mut sources = vec![];
    for (name, file) in files {
        sources.push(match file.clone() {
            Some(path) => of_file(name, path, since).await,
            None => unset(name),
        });
    }
    sources.push(match &logs.journal_unit {
        Some(unit) => of_journal(logs, unit, since).await,
        None => unset(LogName::Journal),
    });
    sources
}

fn unset(name: LogName) -> Source {
    Source { name, place: None, trouble: None, lines: 0, cut: false, findings: vec![] }
}

async fn of_file(name: LogName, path: PathBuf, since: DateTime<Utc>) -> Source {
    let place = path.display().to_string();
    let read = tokio::task::spawn_blocking(move || {
        let mut tally = Tally::new(since);
        files::read(&path, since, &mut tally).map(|cut| (tally, cut))
    });
    let read = read.await.unwrap_or_else(|_| Err(broken()));
    source(name, place, read)
}

async fn of_journal(logs: &Logs, unit: &str, since: DateTime<Utc>) -> Source {
    let Some(program) = &logs.journalctl else {
        let what = "There is no program journalctl on this machine, so its journal cannot be read.";
        let trouble =
            Trouble { what: what.into(), fix: "Set LUX_JOURNALCTL, or take LUX_LOG_JOURNAL_UNIT away.".into() };
        return source(LogName::Journal, unit.to_owned(), Err(trouble));
    };
    let read = match journal::ask(program, unit, since).await {
        Ok(answer) => tokio::task::spawn_blocking(move || {
            let mut tally = Tally::new(since);
            let cut = journal::read(&answer, &mut tally);
            (tally, cut)
        })
        .await
        .map_err(|_| broken()),
        Err(trouble) => Err(trouble),
    };
    source(LogName::Journal, unit.to_owned(), read)
}

fn source(name: LogName, place: String, read: Result<(Tally, bool), Trouble>) -> Source {
    match read {
        Ok((tally, cut)) => Source {
            name,
            place: Some(place),
            trouble: None,
            lines: tally.lines,
            cut,
            findings: tally.findings.into_iter().collect(),
        },
        Err(trouble) => Source { place: Some(place), trouble: Some(trouble), ..unset(name) },
    }
}

fn broken() -> Trouble {
    Trouble {
        what: "Reading it broke off.".into(),
        fix: "See the errors of this server on the Diagnostics page.".into(),
    }
}

/// As whom this program runs.
fn user() -> String {
    let id = nix::unistd::geteuid();
    nix::unistd::User::from_uid(id).ok().flatten().map_or_else(|| id.to_string(), |user| user.name)
}

/// For a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
