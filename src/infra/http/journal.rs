//! What went out lately, for the diagnostics pages: who was called, where, with which answer. By construction there is
//! no field for headers, query strings or bodies, so a token, a code or a text cannot end up in here.

use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many calls are remembered; the oldest go first.
pub const KEPT: usize = 200;

/// One call to a platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub at: DateTime<Utc>,
    /// For whom; `None` when no company stands behind the call. One company must never see another one's lines.
    pub company: Option<CompanyId>,
    pub platform: Platform,
    pub method: String,
    /// The platform's own host, also when a stand-in answered.
    pub host: String,
    /// Without the query. Shortened to its first part where the path itself is a capability (upload addresses).
    pub path: String,
    /// `None`: no answer arrived.
    pub status: Option<u16>,
    /// `Fault::kind` when the call ended in a fault that the wire itself recognised.
    pub fault: Option<&'static str>,
    /// Milliseconds until the whole answer was read.
    pub ms: u64,
    /// The platform's own id of the request (`x-li-uuid`, `x-fb-trace-id`, ...): what its support asks for.
    pub request_id: Option<String>,
}

/// A ring of the last [`KEPT`] calls.
#[derive(Debug, Default)]
pub struct Journal {
    entries: Mutex<VecDeque<Entry>>,
}

impl Journal {
    pub fn record(&self, entry: Entry) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    /// This company's calls, newest first.
    pub fn of(&self, company: CompanyId) -> Vec<Entry> {
        self.select(|e| e.company == Some(company))
    }

    /// Every call, newest first: for the person who runs the server.
    pub fn all(&self) -> Vec<Entry> {
        self.select(|_| true)
    }

    fn select(&self, keep: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().rev().filter(|e| keep(e)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(company: Option<CompanyId>, path: &str) -> Entry {
        Entry {
            at: Utc::now(),
            company,
            platform: Platform::X,
            method: "GET".into(),
            host: "api.x.com".into(),
            path: path.into(),
            status: Some(200),
            fault: None,
            ms: 1,
            request_id: None,
        }
    }

    #[test]
    fn keeps_the_newest_and_separates_companies() {
        let (journal, mine, theirs) = (Journal::default(), CompanyId::new(), CompanyId::new());
        journal.record(entry(Some(theirs), "/theirs"));
        for n in 0..KEPT {
            journal.record(entry(Some(mine), &format!("/{n}")));
        }
        assert_eq!(journal.all().len(), KEPT);
        assert_eq!(journal.all()[0].path, format!("/{}", KEPT - 1));
        assert!(journal.of(theirs).is_empty(), "the oldest entry went first");
        journal.record(entry(Some(theirs), "/theirs"));
        assert_eq!(journal.of(theirs).len(), 1);
        assert_eq!(journal.of(mine).len(), KEPT - 1);
    }
}
