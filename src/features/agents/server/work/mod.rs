//! What each job of each agent makes of the facts: a document, and perhaps drafts or a tag to propose. One function per job, by the
//! names of the catalogue.

mod marketing;
mod people;
mod posts;
mod social;
mod system;

use super::facts::Scene;
use super::sheet::{Sheet, count, said_in_full};
use super::tasks::Taken;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, ConnectionId, TaskId};
use crate::domain::moment::{Day, LocalTime};
use crate::features::agents::action::{Action, IdeaAction, PostAction, SegmentAction, TagAction};
use crate::features::agents::catalogue::{Agent, AgentJob};
use serde::{Deserialize, Serialize};
use std::ops::{Deref, DerefMut};

/// What a job made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Made {
    sheet: Sheet,
    pub drafts: Vec<Draft>,
    pub tag: Option<(TagAction, String)>,
    /// A segment and an idea for a post, each with why.
    #[serde(default)]
    pub segment: Option<(SegmentAction, String)>,
    #[serde(default)]
    pub idea: Option<(IdeaAction, String)>,
    /// What other agents are asked.
    #[serde(default)]
    pub hand_on: Vec<HandOn>,
    /// What came of the tasks that this run took up.
    #[serde(default)]
    pub results: Vec<(TaskId, String)>,
}

/// A finding that is a task for another agent (`hand_overs`).
#[derive(Debug, Serialize, Deserialize)]
pub struct HandOn {
    pub kind: String,
    /// One sentence.
    pub what: String,
    /// Where its data stands; empty: in the document of the run.
    pub reference: String,
    pub subject: String,
    /// It is handed on once under this key.
    pub key: String,
}

impl Deref for Made {
    type Target = Sheet;
    fn deref(&self) -> &Sheet {
        &self.sheet
    }
}

impl DerefMut for Made {
    fn deref_mut(&mut self) -> &mut Sheet {
        &mut self.sheet
    }
}

/// A post that could be written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Draft {
    pub key: String,
    pub at: LocalTime,
    pub text: String,
    /// What the narrowest of its accounts takes.
    pub most: u32,
    pub why: String,
    /// The first one is used.
    pub pictures: Vec<DraftPicture>,
    pub accounts: Vec<DraftAccount>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct DraftPicture {
    pub id: AssetId,
    pub alt: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct DraftAccount {
    pub id: ConnectionId,
    pub network: String,
}

/// What is proposed, as the table gets it.
pub struct Proposed {
    pub key: String,
    pub action: Action,
    pub why: String,
}

impl Made {
    pub fn new(title: impl Into<String>, period: impl Into<String>) -> Self {
        Self { sheet: Sheet::new(title, period), ..Self::default() }
    }

    /// Asks another agent for something. `about`: the data's address and what the task is about.
    fn hand_on(&mut self, kind: &str, what: String, about: (&str, &str), key: String) {
        let (reference, subject) = (about.0.to_owned(), about.1.to_owned());
        self.hand_on.push(HandOn { kind: kind.to_owned(), what, reference, subject, key });
    }

    /// Says what came of a task.
    fn answer(&mut self, task: &Taken, result: impl Into<String>) {
        self.results.push((task.id, result.into()));
    }

    /// The tasks and what came of them, for the document.
    fn tell_of(&mut self, tasks: &[Taken]) {
        if tasks.is_empty() {
            return;
        }
        for task in tasks {
            if !self.results.iter().any(|(id, _)| *id == task.id) {
                self.answer(task, "It was looked at; nothing in the numbers of today answers it.");
            }
        }
        let n = count(tasks.len() as i64, "task that others asked for was", "tasks that others asked for were");
        self.finding(format!("**{n}** taken up."));
        self.section("Asked for by others");
        let line = |task: &Taken| {
            let result = self.results.iter().find(|(id, _)| *id == task.id).map_or("", |(_, result)| result.as_str());
            format!("{}: {} {}", said_in_full(&task.from), said_in_full(&task.what), said_in_full(result))
        };
        let lines: Vec<_> = tasks.iter().map(line).collect();
        self.list(lines);
    }

    pub fn proposals(&self) -> Vec<Proposed> {
        let posts = self.drafts.iter().map(|draft| Proposed {
            key: draft.key.clone(),
            action: Action::Post(PostAction {
                accounts: draft.accounts.iter().map(|account| account.id).collect(),
                text: draft.text.clone(),
                media: draft.pictures.iter().take(1).map(|picture| picture.id).collect(),
                at: draft.at,
                draft: false,
            }),
            why: draft.why.clone(),
        });
        let tags = self.tag.iter().map(|(tag, why)| Proposed {
            key: "tag".into(),
            action: Action::Tag(tag.clone()),
            why: why.clone(),
        });
        let segments = self.segment.iter().map(|(segment, why)| Proposed {
            key: "segment".into(),
            action: Action::Segment(segment.clone()),
            why: why.clone(),
        });
        let ideas = self.idea.iter().map(|(idea, why)| Proposed {
            key: "idea".into(),
            action: Action::Idea(idea.clone()),
            why: why.clone(),
        });
        posts.chain(tags).chain(segments).chain(ideas).collect()
    }
}

/// The tasks of one kind.
fn of_kind<'a>(tasks: &'a [Taken], kind: &'a str) -> impl Iterator<Item = &'a Taken> {
    tasks.iter().filter(move |task| task.kind == kind)
}

pub async fn make(scene: &Scene, agent: &Agent, job: &AgentJob, tasks: &[Taken]) -> Result<Made> {
    let mut made = match (agent.id, job.id) {
        ("strategy", "plan") => marketing::strategy(scene).await,
        ("strategy", "research") => marketing::research(scene).await,
        ("content", "article") => marketing::article(scene, tasks).await,
        ("content", "calendar") => marketing::calendar(scene).await,
        ("creative", "assets") => marketing::assets(scene).await,
        ("ads", "review") => marketing::promotion(scene, tasks).await,
        ("analytics", "daily") => posts::daily(scene).await,
        ("analytics", "weekly") => posts::weekly(scene).await,
        ("analytics", "monthly") => posts::monthly(scene).await,
        ("social", "weekly") => posts::community(scene).await,
        ("social", "posts") => social::drafts(scene, tasks).await,
        ("email", "newsletter") => people::newsletter(scene, tasks).await,
        ("email", "analysis") => people::list_growth(scene).await,
        ("sales", "score") => people::score(scene).await,
        ("sales", "pipeline") => people::pipeline(scene).await,
        ("retention", "health") => people::health(scene).await,
        ("retention", "churn") => people::churn(scene).await,
        ("operations", "health") => system::connections(scene, tasks).await,
        ("operations", "sync") => system::sync(scene).await,
        ("app", "health") => system::health(scene).await,
        ("app", "usage") => system::usage(scene).await,
        ("app", "improvements") => system::improvements(scene, tasks).await,
        _ => Err(AppError::not_found("job")),
    }?;
    made.tell_of(tasks);
    Ok(made)
}

/// "2026-W48": the week by ISO 8601.
fn week(day: Day) -> String {
    let thursday = day.monday().plus(3);
    let first = Day { month: 1, day: 1, ..thursday };
    format!("{}-W{:02}", thursday.year, (thursday.number() - first.number()) / 7 + 1)
}

fn month(day: Day) -> String {
    format!("{}-{:02}", day.year, day.month)
}

/// "November 2026"
fn month_name(day: Day) -> String {
    format!("{} {}", day.month_name(), day.year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_have_the_numbers_of_the_standard() {
        let of = |day: &str| week(day.parse().unwrap());
        assert_eq!(
            [of("2026-11-29"), of("2026-11-30"), of("2027-01-01"), of("2024-12-30")],
            ["2026-W48", "2026-W49", "2026-W53", "2025-W01"]
        );
    }
}
