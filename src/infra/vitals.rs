//! When each part of this server was last seen to work, as this process saw it, and whether its pool still gives connections.
//! `features::diagnostics` shows it, and writes it down once a minute, so that a restart does not forget it.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub struct Vitals {
    worked: Mutex<BTreeMap<String, DateTime<Utc>>>,
    /// All connections of the pool for pages are taken, though the database lets others in.
    stuck: Mutex<Option<PgPool>>,
}

impl Vitals {
    /// A part was seen to work then. What is known of later stays.
    pub fn worked(&self, part: &str, at: DateTime<Utc>) {
        let mut worked = self.worked.lock().unwrap_or_else(PoisonError::into_inner);
        let last = worked.entry(part.to_owned()).or_insert(at);
        *last = at.max(*last);
    }

    pub fn last(&self, part: &str) -> Option<DateTime<Utc>> {
        self.worked.lock().unwrap_or_else(PoisonError::into_inner).get(part).copied()
    }

    pub fn all(&self) -> Vec<(String, DateTime<Utc>)> {
        let worked = self.worked.lock().unwrap_or_else(PoisonError::into_inner);
        worked.iter().map(|(part, at)| (part.clone(), *at)).collect()
    }

    pub fn set_stuck(&self, pool: Option<PgPool>) {
        *self.stuck.lock().unwrap_or_else(PoisonError::into_inner) = pool;
    }

    /// The pool that gives none.
    pub fn stuck(&self) -> Option<PgPool> {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::Vitals;
    use chrono::{TimeDelta, Utc};

    #[test]
    fn the_latest_success_counts() {
        let (vitals, now) = (Vitals::default(), Utc::now());
        assert_eq!(vitals.last("files"), None);
        vitals.worked("files", now);
        vitals.worked("files", now - TimeDelta::hours(1));
        assert_eq!((vitals.last("files"), vitals.all()), (Some(now), vec![("files".into(), now)]));
    }
}
