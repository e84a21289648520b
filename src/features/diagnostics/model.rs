//! Health and errors as both sides know them.

use crate::domain::ids::{ErrorId, RepairId};
use crate::domain::incident::FaultLevel;
use crate::domain::moment::When;
use crate::domain::page::{Cursor, Part};
use serde::{Deserialize, Serialize};

/// Which errors a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorFilter {
    #[default]
    Open,
    Resolved,
}

impl ErrorFilter {
    pub const ALL: [ErrorFilter; 2] = [Self::Open, Self::Resolved];

    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Resolved => "Resolved",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.id() == id)
    }
}

/// A list's filters and where its part begins: all of it is in the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorQuery {
    #[serde(default)]
    pub filter: ErrorFilter,
    #[serde(default)]
    pub level: Option<FaultLevel>,
    #[serde(default)]
    pub older: Option<Cursor>,
    #[serde(default)]
    pub newer: Option<Cursor>,
}

/// Equal errors as a list shows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorCard {
    pub id: ErrorId,
    /// The part of the program: `queue`, `browser`.
    pub kind: String,
    pub level: FaultLevel,
    pub message: String,
    pub endpoint: Option<String>,
    pub method: Option<String>,
    /// How often it happened.
    pub count: i64,
    pub first: When,
    pub last: When,
    /// It is about the server as a whole; only its owner sees it.
    pub of_server: bool,
    /// The program has done what it may, and it is open still.
    pub needs_person: bool,
    pub resolved: Option<Resolved>,
}

/// How it came to an end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    pub at: When,
    /// The person; `None`: the program.
    pub by: Option<String>,
    pub note: String,
}

/// One of them, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorDetail {
    #[serde(flatten)]
    pub card: ErrorCard,
    pub stack: Option<String>,
    pub request: Option<String>,
    pub version: String,
    /// Whose request it was.
    pub user: Option<String>,
    /// What the program found out and did about it the last time.
    pub repair: Option<LastRepair>,
    /// What was done about it, the latest first.
    pub receipts: Vec<Receipt>,
    /// What would be done now, and the button of a person who agrees, where one has to.
    pub would: Option<String>,
    pub asks: Option<String>,
    /// What a language model said about it, where somebody asked one; and whether one can be asked.
    pub advice: Option<Advice>,
    pub may_ask: bool,
    /// Another one like it is open: this one stays resolved.
    pub is_back: bool,
    pub zone: String,
}

/// A language model's words about an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    pub at: When,
    pub model: String,
    pub meaning: String,
    pub next: String,
    /// What the repair would do that it named; the program offers it anyway.
    pub repair: Option<String>,
}

/// A part of the program and how it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// `database`, `queue`; `words` has its name for people.
    pub name: String,
    pub ok: bool,
    /// What was seen, in words.
    pub detail: String,
    /// Milliseconds until it answered.
    pub ms: u32,
    /// When it was last seen to work, by whichever node; `None`: not yet.
    #[serde(default)]
    pub last_success: Option<When>,
}

impl Health {
    pub fn state(&self) -> &'static str {
        if self.ok { "works" } else { "fails" }
    }

    pub fn title(&self) -> &str {
        match self.name.as_str() {
            "database" => "Database",
            "schema" => "Database schema",
            "worker" => "Worker",
            "queue" => "Queue",
            "files" => "File store",
            other => other,
        }
    }

    /// What to do while it is not well.
    pub fn hint(&self) -> &'static str {
        match self.name.as_str() {
            "database" => "Check that Postgres runs and that DATABASE_URL is right.",
            "schema" => "Restart the program: it brings the schema up to date when it starts.",
            "worker" => "Start the program or “lux worker”. Nothing is published until then.",
            "queue" => "Wait a few minutes. If it stays, raise LUX_WORKER_CONCURRENCY or start another worker.",
            "files" => "Check that the data folder is there, is writable and has room.",
            _ => "",
        }
    }
}

/// The diagnostics page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// Only for the owner of the server.
    pub health: Option<Vec<Health>>,
    pub errors: Part<ErrorCard>,
    pub zone: String,
    /// May mark errors as resolved.
    pub may_resolve: bool,
}

/// Characters of the note that a person writes when they mark an error as resolved.
pub const MAX_NOTE: usize = 500;

/// What was done about an error and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    pub error: ErrorId,
    pub message: String,
    /// What such an error means.
    pub meaning: String,
    /// What would be done, where it was not done now.
    pub would: Option<String>,
    /// A person has to agree to that: the words of their button.
    pub asks: Option<String>,
    pub steps: Vec<RepairStep>,
    pub check: RepairCheck,
    pub resolved: bool,
    /// Nothing that the program may do by itself will end it.
    pub needs_person: bool,
    /// What a person can do, while it is not resolved.
    pub next: Option<String>,
}

/// Something that the program did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepairStep {
    pub name: String,
    pub done: String,
}

/// What was looked at, and what was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RepairCheck {
    pub name: String,
    pub ok: bool,
    pub seen: String,
}

/// What was done about an error: before, after, and who did it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub id: RepairId,
    pub at: When,
    /// The person; `None`: the program.
    pub by: Option<String>,
    pub before: String,
    pub done: String,
    pub after: String,
    pub mended: bool,
    pub can_undo: bool,
    pub undone: Option<Undone>,
}

/// It was taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undone {
    pub at: When,
    pub by: Option<String>,
}

/// What the last repair of an error said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LastRepair {
    pub meaning: String,
    pub steps: Vec<String>,
    /// What was looked at, and what was seen.
    pub seen: String,
    pub next: Option<String>,
}

/// A log that the diagnostics page reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogName {
    NginxError,
    NginxAccess,
    App,
    Own,
    Journal,
}

impl LogName {
    pub fn name(self) -> &'static str {
        match self {
            Self::NginxError => "nginx, errors",
            Self::NginxAccess => "nginx, requests",
            Self::App => "Application server",
            Self::Own => "LUX",
            Self::Journal => "Journal",
        }
    }

    /// The setting that names it, with an example.
    pub fn setting(self) -> &'static str {
        match self {
            Self::NginxError => "LUX_LOG_NGINX_ERROR=/var/log/nginx/error.log",
            Self::NginxAccess => "LUX_LOG_NGINX_ACCESS=/var/log/nginx/access.log",
            Self::App => "LUX_LOG_APP=/var/log/app.log",
            Self::Own => "LUX_LOG_OWN=/var/log/lux.log",
            Self::Journal => "LUX_LOG_JOURNAL_UNIT=lux.service",
        }
    }
}

/// What lines of a log are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    Refused,
    Authentication,
    Timeout,
    Memory,
    Tls,
    Disk,
    Quota,
    Upstream,
    Other,
}

impl LogKind {
    pub const ALL: [LogKind; 9] = [
        Self::Refused,
        Self::Authentication,
        Self::Timeout,
        Self::Memory,
        Self::Tls,
        Self::Disk,
        Self::Quota,
        Self::Upstream,
        Self::Other,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "Connection refused",
            Self::Authentication => "Not let in",
            Self::Timeout => "No answer in time",
            Self::Memory => "Out of memory",
            Self::Tls => "Secure connection failed",
            Self::Disk => "Disk full",
            Self::Quota => "Limit reached",
            Self::Upstream => "Server behind it failed",
            Self::Other => "Other errors",
        }
    }

    /// What it usually means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Refused => {
                "Nothing listened at an address that was called: a program is stopped, or listens elsewhere."
            }
            Self::Authentication => "A name, password, key or sign-in was not accepted.",
            Self::Timeout => "Something that was asked was too slow, or was not there at all.",
            Self::Memory => "The machine had no memory left, and the system ended a program to get some.",
            Self::Tls => "The two sides agreed on no encrypted connection: mostly an expired or wrong certificate.",
            Self::Disk => "A file could not be written, because its disk has no room.",
            Self::Quota => "More was asked for than a service, or this server, allows in that time.",
            Self::Upstream => "nginx got no usable answer from the program behind it: it broke off or was restarted.",
            Self::Other => "Lines that their program calls errors, and that are none of the other kinds.",
        }
    }

    /// What to do.
    pub fn next(self) -> &'static str {
        match self {
            Self::Refused => {
                "See that the program runs (systemctl status lux), and that LUX_ADDR and nginx name the same port."
            }
            Self::Authentication => {
                "See in the example who was refused, then renew that key or sign-in. Many from one address: somebody tries passwords."
            }
            Self::Timeout => {
                "See in the example what was asked. A platform: wait. Our own pages: look at Parts of this server."
            }
            Self::Memory => "Give the machine more memory, or lower LUX_WORKER_CONCURRENCY.",
            Self::Tls => {
                "See until when the certificate is good (certbot certificates), renew it, and check the machine's clock."
            }
            Self::Disk => "Make room: df -h shows which disk is full, du -sh /var/log what old logs take.",
            Self::Quota => "Wait until the limit starts anew, or raise it at the service that the example names.",
            Self::Upstream => "Look at the same time in the log of LUX: it says why it broke off or stopped.",
            Self::Other => "Read the example; if it comes back, send it to whoever looks after this server.",
        }
    }
}

/// What the logs of the last hours hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogReport {
    pub hours: u32,
    pub sources: Vec<LogSource>,
    pub zone: String,
}

/// One log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogSource {
    pub name: LogName,
    /// The file, or the unit. `None`: the settings name none.
    pub place: Option<String>,
    /// Why it was not read, and the command that helps.
    pub problem: Option<String>,
    pub fix: Option<String>,
    /// Lines of that time.
    pub lines: u64,
    /// Only the latest part of that time was read.
    pub cut: bool,
    pub findings: Vec<LogFinding>,
}

/// Lines of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogFinding {
    pub kind: LogKind,
    pub count: u64,
    pub first: Option<When>,
    pub last: Option<When>,
    /// The last one, without secrets.
    pub example: String,
    pub meaning: String,
    pub next: String,
}

/// How far back the logs can be read, and what is offered to choose.
pub const LOG_HOURS: [u32; 4] = [1, 6, 24, 168];
pub const MOST_LOG_HOURS: u32 = 168;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_found_by_their_words() {
        for filter in ErrorFilter::ALL {
            assert_eq!(ErrorFilter::parse(filter.id()), Some(filter));
        }
        for level in FaultLevel::ALL {
            assert_eq!(FaultLevel::parse(level.id()), Some(level));
        }
        assert_eq!((ErrorFilter::parse("lost"), FaultLevel::parse("")), (None, None));
    }
}
