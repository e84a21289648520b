//! The faults that this process noticed in itself and that are not written into the database yet. Everything that is logged
//! as an error comes here (`Gather`, a layer of the log), and whatever is logged with a field `incident`, which names its
//! kind. Equal faults are counted: a million of them are one entry, so that a storm costs neither memory nor the database.
//! `features::diagnostics` writes them down and shows them.
//!
//! Fields of an event that count here: `incident` (its kind; without one the part of the program that logged it), `level`
//! (`warning`, `error`, `critical`), `stack`, `company`, and `echo`: this only repeats what was logged before in the same
//! request or job, so it counts only where nothing was.

use super::redact::redact;
use super::telemetry;
use crate::domain::ids::{CompanyId, UserId};
use crate::domain::incident::FaultLevel;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Different faults that are kept at most until they are written down.
const MOST: usize = 500;
/// The kind of what browsers report, and how many different ones of people who are not signed in are kept until then.
pub const BROWSER: &str = "browser";
const MOST_OF_STRANGERS: usize = 20;
/// Characters.
const LONGEST_MESSAGE: usize = 1_000;
const LONGEST_STACK: usize = 8_000;
const LONGEST_SHORT: usize = 200;

/// A fault when it is noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// `queue`, `panic`, `browser`.
    pub kind: String,
    pub level: FaultLevel,
    pub message: String,
    pub stack: Option<String>,
    /// The address that was asked for, or the kind of the job.
    pub endpoint: Option<String>,
    pub method: Option<String>,
    /// `None`: it is about the server as a whole.
    pub company: Option<CompanyId>,
    pub user: Option<UserId>,
    pub request: Option<String>,
    /// What exactly it is about ("account:…"): faults that differ in this are different ones.
    #[serde(default)]
    pub subject: Option<String>,
}

/// Equal faults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    pub fingerprint: String,
    /// The last one.
    pub incident: Incident,
    pub count: u64,
    pub first: DateTime<Utc>,
    pub last: DateTime<Utc>,
}

#[derive(Debug, Default)]
pub struct Incidents {
    gathered: Mutex<HashMap<(Option<CompanyId>, String), Gathered>>,
    /// Addresses that failed, here or on another node, and how often each has answered here since.
    failed: Mutex<HashMap<String, Answers>>,
}

/// Answers of an address that failed, which are not written down yet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answers {
    pub count: u32,
    /// The first of them.
    pub since: Option<DateTime<Utc>>,
}

impl Incidents {
    /// Counts a fault; what could be a secret is taken out of it first.
    pub fn note(&self, incident: Incident) {
        self.note_at(incident, Utc::now());
    }

    fn note_at(&self, incident: Incident, now: DateTime<Utc>) {
        let gathered = gathered(incident, now);
        if let Some(place) = gathered.incident.subject.as_ref().filter(|_| gathered.incident.method.is_some()) {
            self.watch(place, true);
        }
        self.add(gathered);
    }

    fn add(&self, new: Gathered) {
        let mut all = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        // Anybody can send what browsers report: strangers get a few places, and the program's own faults the others.
        let stranger = new.incident.kind == BROWSER && new.incident.company.is_none();
        let of_strangers = |g: &&Gathered| g.incident.kind == BROWSER && g.incident.company.is_none();
        let full = all.len() >= MOST || (stranger && all.values().filter(of_strangers).count() >= MOST_OF_STRANGERS);
        match all.entry((new.incident.company, new.fingerprint.clone())) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.count += new.count;
                known.first = known.first.min(new.first);
                if new.last >= known.last {
                    (known.last, known.incident) = (new.last, new.incident);
                }
            }
            // So many different ones say nothing that the first five hundred do not say.
            Entry::Vacant(_) if full => {}
            Entry::Vacant(place) => drop(place.insert(new)),
        }
    }

    /// All that were gathered since the last time.
    pub fn take(&self) -> Vec<Gathered> {
        let mut all = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *all).into_values().collect()
    }

    /// From now on the answers of this address (as [`place`] names it) are counted; `failed`: it has just failed, so from none.
    pub fn watch(&self, place: &str, failed: bool) {
        let mut watched = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let full = watched.len() >= MOST;
        match watched.get_mut(place) {
            Some(answers) if failed => *answers = Answers::default(),
            None if !full => drop(watched.insert(place.to_owned(), Answers::default())),
            _ => {}
        }
    }

    /// An address has answered. Counts only for those that failed before.
    pub fn answered(&self, method: &str, path: &str) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if !failed.is_empty()
            && let Some(answers) = failed.get_mut(&place(method, path))
        {
            answers.count = answers.count.saturating_add(1);
            answers.since.get_or_insert_with(Utc::now);
        }
    }

    /// The answers that were counted since the last time; they are counted on, from none.
    pub fn take_answers(&self) -> Vec<(String, Answers)> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = failed.iter_mut().filter(|(_, answers)| answers.count > 0);
        counted.map(|(place, answers)| (place.clone(), std::mem::take(answers))).collect()
    }

    /// Only these are counted from now on, and those that failed here.
    pub fn forget_others(&self, watched: &[String]) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|place, answers| answers.count > 0 || watched.contains(place));
    }

    /// Those that could not be written down.
    pub fn put_back(&self, gathered: Vec<Gathered>) {
        gathered.into_iter().for_each(|one| self.add(one));
    }
}

/// A fault as it is written down: without what could be a secret, and with what makes equal ones equal.
pub fn gathered(incident: Incident, now: DateTime<Utc>) -> Gathered {
    let short = |text: &str| redact(text, LONGEST_SHORT);
    let incident = Incident {
        kind: short(&incident.kind),
        message: redact(&incident.message, LONGEST_MESSAGE),
        stack: incident.stack.map(|stack| redact(&stack, LONGEST_STACK)),
        endpoint: incident.endpoint.as_deref().map(short),
        method: incident.method.as_deref().map(short),
        // One that the database refuses would keep all others from being written down.
        request: incident.request.map(|id| id.chars().filter(|c| !c.is_control()).take(LONGEST_SHORT).collect()),
        ..incident
    };
    let fingerprint = fingerprint(&incident);
    let place = incident.method.as_deref().zip(incident.endpoint.as_deref()).map(|(method, path)| place(method, path));
    let incident = Incident { subject: incident.subject.or(place), ..incident };
    Gathered { fingerprint, incident, count: 1, first: now, last: now }
}

/// An address, whatever ids are in it.
pub fn place(method: &str, path: &str) -> String {
    format!("{method} {}", shape(path))
}

/// The same for faults that differ in numbers, ids and times only.
fn fingerprint(incident: &Incident) -> String {
    let endpoint = incident.endpoint.as_deref().unwrap_or_default();
    let mut hash = Sha256::new();
    // A standing fault is one however its words and its weight change; its kind and what it is about say which.
    let (level, words) = match incident.subject {
        Some(_) => ("", String::new()),
        None => (incident.level.id(), shape(&incident.message)),
    };
    let subject = incident.subject.as_deref().unwrap_or_default();
    for part in [&incident.kind, level, &words, &shape(endpoint), subject] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Without what differs each time: words with a digit in them.
fn shape(text: &str) -> String {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')));
    words
        .filter(|word| !word.is_empty())
        .map(|word| if word.contains(|c: char| c.is_ascii_digit()) { "#" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// The layer of the log that feeds [`Incidents`].
pub struct Gather(pub Arc<Incidents>);

impl<S: Subscriber> Layer<S> for Gather {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut seen = Seen::default();
        event.record(&mut seen);
        if *metadata.level() != Level::ERROR && seen.kind.is_none() {
            return;
        }
        let work = telemetry::work();
        if let Some(work) = &work {
            let noted = work.noted.swap(true, std::sync::atomic::Ordering::Relaxed);
            if seen.echo && noted {
                return;
            }
        }
        let usual = if *metadata.level() == Level::ERROR { FaultLevel::Error } else { FaultLevel::Warning };
        let work = work.as_deref();
        self.0.note(Incident {
            kind: seen.kind.unwrap_or_else(|| part_of(metadata.target()).to_owned()),
            level: seen.level.as_deref().and_then(FaultLevel::parse).unwrap_or(usual),
            message: format!("{}{}", seen.message, seen.others),
            stack: seen.stack,
            endpoint: work.map(|work| work.endpoint.clone()),
            method: work.and_then(|work| work.method.clone()),
            company: seen.company.as_deref().and_then(|id| id.parse().ok()).or_else(|| work?.company.get().copied()),
            user: work.and_then(|work| work.user.get().copied()),
            request: telemetry::request_id(),
            subject: None,
        });
    }
}

/// The part of the program that a module belongs to: `lux::infra::queue::worker` to `queue`.
fn part_of(target: &str) -> &str {
    let mut parts = target.split("::");
    match (parts.next(), parts.next(), parts.next()) {
        (Some("lux"), Some("features" | "infra" | "connectors" | "app"), Some(part)) => part,
        (Some("lux"), Some(part), _) => part,
        (Some("sqlx"), ..) => "database",
        (Some(other), ..) => other,
        _ => "program",
    }
}

/// What an event says.
#[derive(Default)]
struct Seen {
    message: String,
    others: String,
    kind: Option<String>,
    level: Option<String>,
    stack: Option<String>,
    company: Option<String>,
    echo: bool,
}

impl Seen {
    fn keep(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = text,
            "incident" => self.kind = Some(text),
            "level" => self.level = Some(text),
            "stack" => self.stack = Some(text),
            "company" => self.company = Some(text),
            "reference" => {}
            name => drop(write!(self.others, "{}{name}: {text}", if self.others.is_empty() { " · " } else { ", " })),
        }
    }
}

impl Visit for Seen {
    fn record_bool(&mut self, field: &Field, value: bool) {
        match field.name() {
            "echo" => self.echo = value,
            _ => self.keep(field, value.to_string()),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.keep(field, format!("{value:?}"));
    }
}

/// Logs every panic with where it happened and how it came there. `catch_unwind` and the like go on as before.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let words = panic.payload();
        let words =
            words.downcast_ref::<String>().map(String::as_str).or_else(|| words.downcast_ref::<&str>().copied());
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let stack = std::backtrace::Backtrace::force_capture().to_string();
        tracing::error!(incident = "panic", level = "critical", at = place, stack, "{}", words.unwrap_or("panicked"));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::prelude::*;

    fn gathered(work: impl FnOnce()) -> Vec<Gathered> {
        let incidents = Arc::new(Incidents::default());
        let log = tracing_subscriber::registry().with(Gather(incidents.clone()));
        tracing::subscriber::with_default(log, work);
        let mut all = incidents.take();
        all.sort_by(|a, b| a.incident.message.cmp(&b.incident.message));
        all
    }

    #[test]
    fn equal_faults_are_one_entry_without_secrets() {
        let all = gathered(|| {
            for n in 0..10_000 {
                tracing::error!(job = n, error = "password=hunter2", "a job could not be written");
            }
            tracing::warn!("only worth a line in the log");
            tracing::warn!(incident = "connection", "an account was signed out");
        });
        let [job, connection] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(
            (job.count, job.incident.kind.as_str(), job.incident.level),
            (10_000, "incidents", FaultLevel::Error)
        );
        assert_eq!(job.incident.message, "a job could not be written · job: 9999, error: password=[hidden]");
        assert_eq!((connection.count, connection.incident.level), (1, FaultLevel::Warning));
    }

    #[test]
    fn a_storm_of_different_faults_is_bounded() {
        let name = |n: usize| n.to_string().bytes().map(|b| char::from(b - b'0' + b'a')).collect::<String>();
        let all = gathered(|| (0..5_000).for_each(|n| tracing::error!("a fault called {}", name(n))));
        assert_eq!(all.len(), MOST);
    }

    #[tokio::test]
    async fn what_only_repeats_a_fault_of_the_same_request_is_left_out() {
        let incidents = Arc::new(Incidents::default());
        let log = tracing_subscriber::registry().with(Gather(incidents.clone()));
        let _guard = tracing::subscriber::set_default(log);
        for (path, with_cause) in [("/a", true), ("/b", false)] {
            let work = telemetry::Work::request("r-1".into(), "GET", path);
            telemetry::scope(work, async {
                if with_cause {
                    tracing::error!("the cause");
                }
                tracing::error!(echo = true, "request failed");
            })
            .await;
        }
        let mut seen: Vec<_> =
            incidents.take().into_iter().map(|g| (g.incident.endpoint.unwrap(), g.incident.message)).collect();
        seen.sort();
        assert_eq!(seen, [("/a".into(), "the cause".into()), ("/b".into(), "request failed".to_owned())]);
    }

    #[test]
    fn parts_are_named_after_their_modules() {
        assert_eq!(part_of("lux::infra::queue::worker"), "queue");
        assert_eq!(part_of("lux::features::media::server::service"), "media");
        assert_eq!(part_of("lux::sandbox::x"), "sandbox");
        assert_eq!(part_of("sqlx::query"), "database");
        assert_eq!(part_of("hyper"), "hyper");
    }
}
