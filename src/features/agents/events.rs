//! What happens in a company and wakes agents, as data: which agent listens for what, and which of its jobs it does then. A company
//! switches each of them off on the agent's page.

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    PostLive,
    ContactCaptured,
    IncidentOpened,
    /// A number was reached: so many publications, so many contacts.
    Milestone,
}

/// The numbers of publications and of contacts that are milestones.
pub const MILESTONES: [i64; 10] = [10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 7_500, 10_000];

impl Event {
    pub const ALL: [Self; 4] = [Self::PostLive, Self::ContactCaptured, Self::IncidentOpened, Self::Milestone];

    /// As it stands in the database.
    pub fn id(self) -> &'static str {
        match self {
            Self::PostLive => "post_live",
            Self::ContactCaptured => "contact_captured",
            Self::IncidentOpened => "incident_opened",
            Self::Milestone => "milestone",
        }
    }

    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.id() == id)
    }

    /// For "It also works when …".
    pub fn when(self) -> &'static str {
        match self {
            Self::PostLive => "a post goes live",
            Self::ContactCaptured => "a new contact comes in",
            Self::IncidentOpened => "an error is noticed",
            Self::Milestone => "a round number is reached (10, 50, 100 … publications or contacts)",
        }
    }

    /// "3 posts went live"; `key`: what was reached.
    pub fn happened(self, n: i64, key: &str) -> String {
        match (self, n) {
            (Self::PostLive, 1) => "a post went live".into(),
            (Self::PostLive, n) => format!("{n} posts went live"),
            (Self::ContactCaptured, 1) => "a new contact came in".into(),
            (Self::ContactCaptured, n) => format!("{n} new contacts came in"),
            (Self::IncidentOpened, 1) => "an error was noticed".into(),
            (Self::IncidentOpened, n) => format!("{n} errors were noticed"),
            (Self::Milestone, _) => format!("there are {key} now"),
        }
    }
}

/// An agent that listens.
#[derive(Debug)]
pub struct Wakes {
    pub agent: &'static str,
    pub event: Event,
    /// What it does then.
    pub job: &'static str,
}

const fn wakes(agent: &'static str, event: Event, job: &'static str) -> Wakes {
    Wakes { agent, event, job }
}

/// Who listens for what.
pub const WAKES: [Wakes; 5] = [
    wakes("analytics", Event::PostLive, "daily"),
    wakes("sales", Event::ContactCaptured, "score"),
    wakes("app", Event::IncidentOpened, "health"),
    wakes("operations", Event::IncidentOpened, "health"),
    wakes("strategy", Event::Milestone, "plan"),
];

/// What this agent could listen for.
pub fn of(agent: &str) -> impl Iterator<Item = &'static Wakes> {
    WAKES.iter().filter(move |wakes| wakes.agent == agent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::agents::catalogue;

    #[test]
    fn agents_are_woken_for_jobs_that_they_have() {
        for it in &WAKES {
            assert!(catalogue::find(it.agent).and_then(|agent| agent.job(it.job)).is_some(), "{}", it.agent);
            assert_eq!(Event::parse(it.event.id()), Some(it.event));
        }
    }
}
