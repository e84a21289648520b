//! Counts visits in memory and writes them down together, once a second while there are any: a link that a million people follow
//! costs the database one statement a second, and a crash loses that second.

use super::store::{self, Visits};
use crate::domain::ids::{CompanyId, LinkId};
use chrono::{NaiveDate, Utc};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const REST: Duration = Duration::from_secs(1);
/// After the database gave no answer.
const AGAIN: Duration = Duration::from_secs(5);
/// Links and days that are kept in memory while the database gives no answer; visits of more are not counted.
const MOST: usize = 50_000;

type Key = (CompanyId, NaiveDate, LinkId);

#[derive(Default)]
struct Open {
    counts: BTreeMap<Key, (i64, i64)>,
    /// Somebody writes them down soon.
    due: bool,
}

/// Of one process; clones count together.
#[derive(Clone, Default)]
pub struct Clicks(Arc<Mutex<Open>>);

impl Clicks {
    /// One visit, today. Never waits.
    pub fn count(&self, db: &PgPool, company: CompanyId, link: LinkId, robot: bool) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        add(&mut open.counts, (company, Utc::now().date_naive(), link), if robot { (0, 1) } else { (1, 0) });
        if !std::mem::replace(&mut open.due, true) {
            tokio::spawn(self.clone().write_down(db.clone()));
        }
    }

    async fn write_down(self, db: PgPool) {
        let mut wait = REST;
        loop {
            tokio::time::sleep(wait).await;
            let counts = {
                let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                open.due = !open.counts.is_empty();
                if !open.due {
                    return;
                }
                std::mem::take(&mut open.counts)
            };
            wait = REST;
            // In the order of their keys: two nodes that write at once never wait for each other in a circle.
            let visits: Vec<_> = counts
                .iter()
                .map(|((company, day, link), (clicks, bots))| Visits {
                    company: *company,
                    day: *day,
                    link: *link,
                    clicks: *clicks,
                    bots: *bots,
                })
                .collect();
            if let Err(error) = store::add_visits(&db, &visits).await {
                tracing::warn!(%error, links = visits.len(), "visits of short links were not written down; trying again");
                let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                for (key, count) in counts {
                    add(&mut open.counts, key, count);
                }
                wait = AGAIN;
            }
        }
    }
}

fn add(counts: &mut BTreeMap<Key, (i64, i64)>, key: Key, (clicks, bots): (i64, i64)) {
    if counts.len() < MOST || counts.contains_key(&key) {
        let count = counts.entry(key).or_default();
        count.0 += clicks;
        count.1 += bots;
    }
}
