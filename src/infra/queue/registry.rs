//! The jobs that a program knows. Each is registered once; what the worker runs, what the clock fires and what people read
//! is taken from there.

use super::Schedule;
use super::job::{Handler, Job};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Every job of a program, ready to run. Cheap to clone; clones share the jobs and whatever they keep in memory.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: BTreeMap<&'static str, Arc<dyn Handler>>,
    catalogue: Catalogue,
}

/// What is to be known of the jobs by those who do not run them: the clock and the pages.
#[derive(Clone, Default)]
pub struct Catalogue {
    titles: BTreeMap<&'static str, &'static str>,
    /// Kinds that nobody cancels.
    kept: BTreeSet<&'static str>,
    schedules: Vec<RegisteredSchedule>,
}

/// A schedule and what it puts into the queue.
#[derive(Clone)]
pub struct RegisteredSchedule {
    pub name: &'static str,
    pub cron: &'static str,
    pub title: &'static str,
    pub does: &'static str,
    pub when_stopped: &'static str,
    pub kind: &'static str,
    pub priority: i16,
    pub max_attempts: i32,
    /// The payload of a tick.
    pub payload: Arc<dyn Fn(DateTime<Utc>) -> serde_json::Result<Value> + Send + Sync>,
}

impl Registry {
    /// With one more job.
    ///
    /// # Panics
    /// When a kind or a schedule has the name of an earlier one: a mistake in the program, which then does not start.
    #[must_use]
    pub fn with<J: Job>(self, job: J) -> Self {
        self.with_shared(Arc::new(job))
    }

    /// The same with a job that somebody else keeps, too: a test that looks into it.
    ///
    /// # Panics
    /// As [`Registry::with`].
    #[must_use]
    pub fn with_shared<J: Job>(mut self, job: Arc<J>) -> Self {
        let earlier = self.handlers.insert(J::KIND, job);
        assert!(earlier.is_none(), "two jobs have the kind “{}”", J::KIND);
        self.catalogue.titles.insert(J::KIND, J::TITLE);
        if !J::CAN_BE_CANCELLED {
            self.catalogue.kept.insert(J::KIND);
        }
        for Schedule { name, cron, title, does, when_stopped, payload } in J::SCHEDULES {
            assert!(self.catalogue.schedule(name).is_none(), "two schedules have the name “{name}”");
            self.catalogue.schedules.push(RegisteredSchedule {
                name,
                cron,
                title,
                does,
                when_stopped,
                kind: J::KIND,
                priority: J::PRIORITY,
                max_attempts: J::ATTEMPTS,
                payload: Arc::new(|at| serde_json::to_value(payload(at))),
            });
        }
        self
    }

    /// The names and schedules, without what runs them.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub(super) fn kinds(&self) -> Vec<String> {
        self.catalogue.kinds().map(str::to_owned).collect()
    }

    pub(super) fn get(&self, kind: &str) -> Option<Arc<dyn Handler>> {
        self.handlers.get(kind).cloned()
    }
}

impl Catalogue {
    /// Every kind, by name.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.titles.keys().copied()
    }

    /// What a kind of job does, for people. `None`: this program does not know the kind (a newer one does, or an older one
    /// did).
    pub fn title(&self, kind: &str) -> Option<&'static str> {
        self.titles.get(kind).copied()
    }

    /// Whether people may cancel a job of this kind that waits.
    pub fn can_be_cancelled(&self, kind: &str) -> bool {
        !self.kept.contains(kind)
    }

    /// All schedules, in the order in which their jobs were registered.
    pub fn schedules(&self) -> &[RegisteredSchedule] {
        &self.schedules
    }

    pub fn schedule(&self, name: &str) -> Option<&RegisteredSchedule> {
        self.schedules.iter().find(|schedule| schedule.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::queue::{Claim, Outcome, Tick};
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    struct Plain;

    impl Job for Plain {
        type Payload = Tick;
        const KIND: &'static str = "plain";
        const TITLE: &'static str = "Do something plain";
        const ATTEMPTS: i32 = 2;
        async fn run(&self, _: &Claim, _: Tick) -> Outcome {
            Outcome::Done
        }
    }

    #[derive(Serialize, Deserialize)]
    struct Which {
        long: bool,
    }

    /// One kind on two schedules, which differ in what it is given.
    struct Report;

    impl Job for Report {
        type Payload = Which;
        const KIND: &'static str = "report";
        const TITLE: &'static str = "Write a report";
        const ATTEMPTS: i32 = 1;
        const PRIORITY: i16 = 200;
        const SCHEDULES: &'static [Schedule<Which>] = &[
            Schedule {
                name: "report",
                cron: "0 0 1 * * *",
                title: "Report",
                does: "Writes the short report.",
                when_stopped: "While this is stopped, there is no short report.",
                payload: |_| Which { long: false },
            },
            Schedule {
                name: "long_report",
                cron: "0 0 1 * * SUN",
                title: "Long report",
                does: "Writes the long report.",
                when_stopped: "While this is stopped, there is no long report.",
                payload: |_| Which { long: true },
            },
        ];
        async fn run(&self, _: &Claim, _: Which) -> Outcome {
            Outcome::Done
        }
    }

    #[test]
    fn everything_is_taken_from_one_registration() {
        let jobs = Registry::default().with(Plain).with(Report);
        assert_eq!(jobs.kinds(), ["plain", "report"]);
        assert!(jobs.get("report").is_some() && jobs.get("other").is_none());
        let catalogue = jobs.catalogue();
        assert_eq!((catalogue.title("plain"), catalogue.title("other")), (Some("Do something plain"), None));
        let long = catalogue.schedule("long_report").unwrap();
        assert_eq!((long.kind, long.priority, long.max_attempts, long.title), ("report", 200, 1, "Long report"));
        let given: Vec<_> = catalogue.schedules().iter().map(|s| (s.payload)(Utc::now()).unwrap()).collect();
        assert_eq!(given, [json!({ "long": false }), json!({ "long": true })]);
    }

    #[test]
    #[should_panic(expected = "two jobs have the kind “plain”")]
    fn a_kind_is_registered_once() {
        let _ = Registry::default().with(Plain).with(Report).with(Plain);
    }
}
