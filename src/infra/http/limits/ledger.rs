//! The ledger of budgets: what is left of each, by bucket (an app credential, or an account under one) and endpoint. It lives in memory, so that asking costs nothing; `shared` keeps it in step with other nodes.

use super::LimitKey;
use crate::domain::platform::Platform;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The endpoint of a budget that every call counts against.
pub const ANY: &str = "*";
/// Two answers about one window name the same end, up to rounding.
const SAME_WINDOW: TimeDelta = TimeDelta::seconds(2);
/// A budget that ended this long ago is of no interest any more.
const OLD: TimeDelta = TimeDelta::hours(24);

/// What kind of budget it is. One bucket can have several of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Some minutes long.
    Window,
    /// 24 hours long.
    Day,
    /// A load in per cent of what is allowed.
    Usage,
    /// We were told to wait; what was used up was not said.
    Hold,
}

impl Period {
    pub const ALL: [Self; 4] = [Self::Window, Self::Day, Self::Usage, Self::Hold];

    /// The word in the table.
    pub fn id(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Day => "day",
            Self::Usage => "usage",
            Self::Hold => "hold",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.id() == id)
    }
}

/// What a response said about one budget.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// It belongs to the app, and not to the account alone.
    pub of_app: bool,
    pub endpoint: &'a str,
    pub period: Period,
    pub quota: Option<i32>,
    pub remaining: i32,
    pub resets_at: DateTime<Utc>,
}

/// One budget as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// `LimitKey::app` or `LimitKey::account`.
    pub bucket: Arc<str>,
    pub platform: Platform,
    pub endpoint: Arc<str>,
    pub period: Period,
    pub quota: Option<i32>,
    pub remaining: i32,
    pub resets_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
}

impl Budget {
    /// Takes over what is newer. Responses overtake each other: within one window the lower number is the later one.
    fn update(&mut self, other: &Budget) {
        let same = (self.resets_at - other.resets_at).abs() <= SAME_WINDOW;
        if same && self.period != Period::Usage && other.remaining > self.remaining {
            return;
        }
        if same || other.seen_at >= self.seen_at {
            *self = Budget { endpoint: self.endpoint.clone(), bucket: self.bucket.clone(), ..other.clone() };
        }
    }

    /// Whether other nodes should hear of it: what decides (used up, free again, until when), and every tenth of the rest.
    fn matters(&self, saved: &Budget) -> bool {
        let step = (self.quota.unwrap_or_default() / 10).max(1);
        let empty = self.remaining <= 0;
        self.quota != saved.quota
            || empty != (saved.remaining <= 0)
            || (empty && (self.resets_at - saved.resets_at).abs() > SAME_WINDOW)
            || (self.remaining - saved.remaining).abs() >= step
    }
}

#[derive(Debug)]
struct Entry {
    budget: Budget,
    /// What the other nodes know.
    saved: Option<Budget>,
}

/// All budgets that this node knows.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<HashMap<Arc<str>, Vec<Entry>>>);

impl Ledger {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<Arc<str>, Vec<Entry>>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes down what a response said.
    pub fn note(&self, key: &LimitKey, reading: Reading<'_>, now: DateTime<Utc>) {
        let bucket = if reading.of_app { &key.app } else { &key.account };
        self.with(|all| {
            let entries = match all.get_mut(bucket.as_ref()) {
                Some(entries) => entries,
                None => all.entry(bucket.clone()).or_default(),
            };
            let known = entries
                .iter_mut()
                .find(|e| e.budget.period == reading.period && e.budget.endpoint.as_ref() == reading.endpoint);
            let endpoint = known.as_ref().map_or_else(|| reading.endpoint.into(), |e| e.budget.endpoint.clone());
            let budget = Budget {
                bucket: bucket.clone(),
                platform: key.platform,
                endpoint,
                period: reading.period,
                quota: reading.quota,
                remaining: reading.remaining,
                resets_at: reading.resets_at,
                seen_at: now,
            };
            match known {
                Some(entry) => entry.budget.update(&budget),
                None => entries.push(Entry { budget, saved: None }),
            }
        });
    }

    /// We were refused and not told for how long. The first time holds for `first`, each refusal soon after the last wait
    /// for twice as long, up to `most`; calls that were under way together are one refusal. Returns until when.
    pub fn pause(
        &self,
        key: &LimitKey,
        of_app: bool,
        endpoint: &str,
        (first, most): (TimeDelta, TimeDelta),
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let bucket = if of_app { &key.app } else { &key.account };
        let last = self.with(|all| {
            let mut holds = all.get(bucket.as_ref()).into_iter().flatten().map(|e| &e.budget);
            holds
                .find(|b| b.period == Period::Hold && b.endpoint.as_ref() == endpoint)
                .map(|b| (b.resets_at, b.resets_at - b.seen_at))
        });
        let wait = match last {
            Some((until, _)) if until > now => return until,
            Some((until, length)) if now - until <= length.max(first) => (length * 2).clamp(first, most),
            _ => first,
        };
        let resets_at = now + wait;
        self.note(key, Reading { of_app, endpoint, period: Period::Hold, quota: None, remaining: 0, resets_at }, now);
        resets_at
    }

    /// A call succeeded: the next refusal of this endpoint begins anew with a short wait.
    pub fn succeeded(&self, key: &LimitKey, endpoint: impl Fn() -> String, now: DateTime<Utc>) {
        let over = |e: &Entry| e.budget.period == Period::Hold && e.budget.resets_at <= now;
        self.with(|all| {
            for bucket in [&key.app, &key.account] {
                let Some(entries) = all.get_mut(bucket.as_ref()).filter(|entries| entries.iter().any(over)) else {
                    continue;
                };
                let endpoint = endpoint();
                entries.retain(|e| !(over(e) && (*e.budget.endpoint == *ANY || *e.budget.endpoint == *endpoint)));
            }
        });
    }

    /// One unit of the account's budget was used, where the response did not say what is left.
    pub fn spend(&self, key: &LimitKey, endpoint: &str, period: Period) {
        self.with(|all| {
            let entries = all.get_mut(key.account.as_ref()).into_iter().flatten();
            let budgets = entries.map(|e| &mut e.budget);
            for budget in budgets.filter(|b| b.period == period && b.endpoint.as_ref() == endpoint) {
                budget.remaining = (budget.remaining - 1).max(0);
            }
        });
    }

    /// Until when calls to these endpoints would be refused. `None`: they may be made, as far as we know.
    pub fn blocked_until(&self, key: &LimitKey, endpoints: &[&str], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.with(|all| {
            let entries = [&key.app, &key.account].into_iter().filter_map(|bucket| all.get(bucket.as_ref())).flatten();
            let concerns = |endpoint: &str| endpoint == ANY || endpoints.contains(&endpoint);
            let budgets = entries.map(|e| &e.budget);
            budgets
                .filter(|b| b.remaining <= 0 && b.resets_at > now && concerns(&b.endpoint))
                .map(|b| b.resets_at)
                .max()
        })
    }

    /// Whether this budget of the account was asked for and the response still counts.
    pub fn is_known(&self, key: &LimitKey, endpoint: &str, period: Period, now: DateTime<Utc>) -> bool {
        self.with(|all| {
            let entries = all.get(key.account.as_ref()).into_iter().flatten();
            let mut budgets = entries.map(|e| &e.budget);
            budgets.any(|b| b.period == period && b.endpoint.as_ref() == endpoint && b.resets_at > now)
        })
    }

    /// What the other nodes do not know yet and should.
    pub fn unsaved(&self) -> Vec<Budget> {
        let news = |e: &&Entry| e.saved.as_ref().is_none_or(|saved| e.budget.matters(saved));
        self.with(|all| all.values().flatten().filter(news).map(|e| e.budget.clone()).collect())
    }

    /// These are known to the other nodes now.
    pub fn mark_saved(&self, budgets: &[Budget]) {
        self.with(|all| {
            for budget in budgets {
                if let Some(entry) = find(all, budget) {
                    entry.saved = Some(budget.clone());
                }
            }
        });
    }

    /// What another node has written.
    pub fn merge(&self, budget: Budget) {
        self.with(|all| match find(all, &budget) {
            Some(entry) => {
                entry.budget.update(&budget);
                entry.saved = Some(budget);
            }
            None => {
                let entry = Entry { saved: Some(budget.clone()), budget };
                all.entry(entry.budget.bucket.clone()).or_default().push(entry);
            }
        });
    }

    /// Drops what ended long ago.
    pub fn forget(&self, now: DateTime<Utc>) {
        self.with(|all| {
            all.retain(|_, entries| {
                entries.retain(|e| e.budget.resets_at > now - OLD);
                !entries.is_empty()
            });
        });
    }
}

fn find<'a>(all: &'a mut HashMap<Arc<str>, Vec<Entry>>, budget: &Budget) -> Option<&'a mut Entry> {
    let entries = all.get_mut(budget.bucket.as_ref())?;
    entries.iter_mut().find(|e| e.budget.period == budget.period && e.budget.endpoint == budget.endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POST: &str = "POST /2/tweets";

    fn key(account: &str) -> LimitKey {
        LimitKey::new(Platform::X, "f", account)
    }

    fn reading(remaining: i32, resets_at: DateTime<Utc>) -> Reading<'static> {
        Reading { of_app: false, endpoint: POST, period: Period::Window, quota: Some(100), remaining, resets_at }
    }

    #[test]
    fn what_is_used_up_holds_its_own_account_and_endpoint_until_the_reset() {
        let (ledger, now, mine) = (Ledger::default(), Utc::now(), key("1"));
        let end = now + TimeDelta::minutes(9);
        ledger.note(&mine, reading(1, end), now);
        assert_eq!(ledger.blocked_until(&mine, &[POST], now), None);
        ledger.note(&mine, reading(0, end), now);
        assert_eq!(ledger.blocked_until(&mine, &[POST], now), Some(end));
        assert_eq!(ledger.blocked_until(&mine, &["GET /2/users/me"], now), None);
        assert_eq!(ledger.blocked_until(&key("2"), &[POST], now), None);
        assert_eq!(ledger.blocked_until(&mine, &[POST], end), None, "the window is over");
        // The app's budget holds all of its accounts, "every call" all endpoints, the later end counts.
        let day = now + TimeDelta::hours(3);
        let app = Reading { of_app: true, endpoint: ANY, period: Period::Day, ..reading(0, day) };
        ledger.note(&mine, app, now);
        assert_eq!(ledger.blocked_until(&mine, &[POST], now), Some(day));
        assert_eq!(ledger.blocked_until(&key("2"), &["anything"], now), Some(day));
        assert_eq!(ledger.blocked_until(&LimitKey::new(Platform::X, "g", "1"), &[POST], now), None, "another app");
    }

    #[test]
    fn refusals_without_a_time_are_waited_out_longer_and_longer() {
        let (ledger, mine, bounds) = (Ledger::default(), key("1"), (TimeDelta::minutes(1), TimeDelta::minutes(6)));
        let mut now = Utc::now();
        let mut waits = vec![];
        for _ in 0..5 {
            let until = ledger.pause(&mine, false, POST, bounds, now);
            waits.push((until - now).num_minutes());
            // What was under way at the same time is the same refusal, and changes nothing.
            assert_eq!(ledger.pause(&mine, false, POST, bounds, now + TimeDelta::seconds(2)), until);
            assert_eq!(ledger.blocked_until(&mine, &[POST], now), Some(until));
            now = until + TimeDelta::seconds(3);
        }
        assert_eq!(waits, [1, 2, 4, 6, 6]);
        assert_eq!(ledger.blocked_until(&key("2"), &[POST], now), None, "another account");
        // After a success, or a quiet time, from the beginning.
        ledger.succeeded(&mine, || "GET /2/users/me".into(), now);
        assert_eq!((ledger.pause(&mine, false, POST, bounds, now) - now).num_minutes(), 6, "not this endpoint's");
        now += TimeDelta::minutes(7);
        ledger.succeeded(&mine, || POST.into(), now);
        assert_eq!((ledger.pause(&mine, false, POST, bounds, now) - now).num_minutes(), 1);
        now += TimeDelta::minutes(30);
        assert_eq!((ledger.pause(&mine, false, POST, bounds, now) - now).num_minutes(), 1);
        // The app's wait is everybody's.
        let until = ledger.pause(&mine, true, POST, bounds, now + TimeDelta::hours(1));
        assert_eq!(ledger.blocked_until(&key("2"), &[POST], now + TimeDelta::hours(1)), Some(until));
    }

    #[test]
    fn answers_that_overtake_each_other_do_not_give_back() {
        let (ledger, now, mine) = (Ledger::default(), Utc::now(), key("1"));
        let end = now + TimeDelta::minutes(9);
        ledger.note(&mine, reading(0, end), now);
        ledger.note(&mine, reading(1, end), now + TimeDelta::seconds(1));
        assert_eq!(ledger.blocked_until(&mine, &[POST], now), Some(end));
        // The next window begins full.
        ledger.note(&mine, reading(99, end + TimeDelta::minutes(15)), now + TimeDelta::seconds(2));
        assert_eq!(ledger.blocked_until(&mine, &[POST], now), None);
    }

    #[test]
    fn only_what_matters_is_written() {
        let (ledger, now, mine) = (Ledger::default(), Utc::now(), key("1"));
        let end = now + TimeDelta::minutes(9);
        let mut writes = 0;
        for left in (0..100).rev() {
            ledger.note(&mine, reading(left, end), now);
            let unsaved = ledger.unsaved();
            writes += unsaved.len();
            ledger.mark_saved(&unsaved);
        }
        assert_eq!(writes, 11, "every tenth, and the last one");
        assert!(ledger.unsaved().is_empty());
        ledger.forget(now + TimeDelta::days(2));
        assert!(ledger.with(|all| all.is_empty()));
    }

    #[test]
    fn what_another_node_wrote_counts_here() {
        let (here, there, now, mine) = (Ledger::default(), Ledger::default(), Utc::now(), key("1"));
        let end = now + TimeDelta::minutes(9);
        here.note(&mine, reading(50, end), now);
        there.note(&mine, reading(0, end), now);
        there.unsaved().into_iter().for_each(|b| here.merge(b));
        assert_eq!(here.blocked_until(&mine, &[POST], now), Some(end));
        assert!(here.unsaved().is_empty(), "what came from there is not written again");
        here.spend(&mine, POST, Period::Window);
        assert!(here.is_known(&mine, POST, Period::Window, now) && !here.is_known(&mine, POST, Period::Day, now));
    }

    #[test]
    fn periods_are_read_as_they_are_written() {
        for period in Period::ALL {
            assert_eq!(Period::parse(period.id()), Some(period));
        }
    }
}
