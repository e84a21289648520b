//! What a kind of job is: the type that runs it says how it is called, what it is given, when it runs and what people read
//! about it. A room has one type per job; `features::jobs` registers each with one line.

use super::{Claim, Outcome, Recovery};
use crate::domain::error::Result;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A kind of job. A lease can run out at any time: [`Job::RECOVERY`] says what then becomes of it. What is done when it is given up
/// ([`Job::on_dead`]) may be repeated in any case.
pub trait Job: Send + Sync + 'static {
    /// What it is given: ids and little else, because what they name is read when the job runs. Its JSON waits in the table
    /// for months: a field may be added with a default, and is not renamed. What cannot be read is given up at once.
    type Payload: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Its name in the table; unique. A new name needs a migration for the jobs that wait under the old one.
    const KIND: &'static str;
    /// What it does, for people: "Publish a post".
    const TITLE: &'static str;
    /// Lower first; publishing has 100.
    const PRIORITY: i16 = 100;
    /// How many times it is tried before it is given up.
    const ATTEMPTS: i32;
    /// Whether it may be run again when a run of it was cut off.
    const RECOVERY: Recovery = Recovery::Again;
    /// Whether people may cancel one that waits. Not where something else would wait for it for ever: it ends by its own rules.
    const CAN_BE_CANCELLED: bool = true;
    /// Whether the first run may begin up to [`super::AHEAD`] before the job is due. It prepares itself then, and waits for
    /// its moment ([`Claim::until`]) before it does what others can see.
    const PREPARES: bool = false;
    /// When it runs by the clock. One job may have several, each with its own payload.
    const SCHEDULES: &'static [Schedule<Self::Payload>] = &[];

    fn run(&self, claim: &Claim, payload: Self::Payload) -> impl Future<Output = Outcome> + Send;

    /// The job is about to be given up (`Dead`, or out of attempts): put what it was about into a state that a person
    /// sees. Runs under the claim; when it fails, the job is kept and this is tried again later.
    fn on_dead(&self, claim: &Claim, payload: Self::Payload, why: &str) -> impl Future<Output = Result<()>> + Send {
        let _ = (claim, payload, why);
        std::future::ready(Ok(()))
    }
}

/// A cron line that puts a job into the queue, as the job declares it.
pub struct Schedule<P> {
    /// Its name in the tables of ticks and stops; unique. Also the job's key, so that a firing never piles up behind an
    /// unfinished one.
    pub name: &'static str,
    /// Six fields, seconds first, in UTC: `0 0 2 * * *`.
    pub cron: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does: a sentence.
    pub does: &'static str,
    /// What follows for people while it is stopped: a sentence that begins with "While this is stopped".
    pub when_stopped: &'static str,
    /// What the job is given at a tick.
    pub payload: fn(DateTime<Utc>) -> P,
}

/// The payload of a job that needs to be told nothing: `{}`, and `{"scheduled_for": instant}` when a schedule fired it, which
/// helps whoever reads the table.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Tick {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<DateTime<Utc>>,
}

impl Tick {
    pub fn at(scheduled_for: DateTime<Utc>) -> Self {
        Self { scheduled_for: Some(scheduled_for) }
    }
}

/// A [`Job`] whose type the worker need not know.
#[async_trait]
pub(super) trait Handler: Send + Sync {
    fn recovery(&self) -> Recovery;
    fn prepares(&self) -> bool;
    async fn run(&self, claim: &Claim, payload: &Value) -> Outcome;
    async fn on_dead(&self, claim: &Claim, payload: &Value, why: &str) -> Result<()>;
}

#[async_trait]
impl<J: Job> Handler for J {
    fn recovery(&self) -> Recovery {
        J::RECOVERY
    }

    fn prepares(&self) -> bool {
        J::PREPARES
    }

    async fn run(&self, claim: &Claim, payload: &Value) -> Outcome {
        match J::Payload::deserialize(payload) {
            Ok(payload) => Job::run(self, claim, payload).await,
            // It will not become readable by waiting.
            Err(error) => Outcome::Dead {
                why: format!("What this job was given cannot be read ({error}), so it is not tried again."),
            },
        }
    }

    async fn on_dead(&self, claim: &Claim, payload: &Value, why: &str) -> Result<()> {
        match J::Payload::deserialize(payload) {
            Ok(payload) => Job::on_dead(self, claim, payload, why).await,
            // Nobody can say what it was about.
            Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tick_is_written_and_read_as_it_always_was() {
        let at: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        assert_eq!(json!(Tick::at(at)), json!({ "scheduled_for": "2026-11-20T12:00:00Z" }));
        assert_eq!(json!(Tick::default()), json!({}));
        for old in [json!({}), json!({ "scheduled_for": at }), json!({ "something": "newer" })] {
            assert!(Tick::deserialize(&old).is_ok(), "{old}");
        }
        for wrong in [json!(null), json!("now"), json!({ "scheduled_for": "soon" })] {
            assert!(Tick::deserialize(&wrong).is_err(), "{wrong}");
        }
    }
}
