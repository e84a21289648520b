//! What each job of each agent makes of the facts: a document, and perhaps drafts or a tag to propose. One function per job, by the
//! names of the catalogue.

mod marketing;
mod people;
mod posts;
mod social;
mod system;

use super::facts::Scene;
use super::sheet::Sheet;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, ConnectionId};
use crate::domain::moment::{Day, LocalTime};
use crate::features::agents::action::{Action, PostAction, TagAction};
use crate::features::agents::catalogue::{Agent, AgentJob};
use serde::{Deserialize, Serialize};
use std::ops::{Deref, DerefMut};

/// What a job made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Made {
    sheet: Sheet,
    pub drafts: Vec<Draft>,
    pub tag: Option<(TagAction, String)>,
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
        posts.chain(tags).collect()
    }
}

pub async fn make(scene: &Scene, agent: &Agent, job: &AgentJob) -> Result<Made> {
    match (agent.id, job.id) {
        ("strategy", "plan") => marketing::strategy(scene).await,
        ("strategy", "research") => marketing::research(scene).await,
        ("content", "article") => marketing::article(scene).await,
        ("content", "calendar") => marketing::calendar(scene).await,
        ("creative", "assets") => marketing::assets(scene).await,
        ("ads", "review") => marketing::promotion(scene).await,
        ("analytics", "daily") => posts::daily(scene).await,
        ("analytics", "weekly") => posts::weekly(scene).await,
        ("analytics", "monthly") => posts::monthly(scene).await,
        ("social", "weekly") => posts::community(scene).await,
        ("social", "posts") => social::drafts(scene).await,
        ("email", "newsletter") => people::newsletter(scene).await,
        ("email", "analysis") => people::list_growth(scene).await,
        ("sales", "score") => people::score(scene).await,
        ("sales", "pipeline") => people::pipeline(scene).await,
        ("retention", "health") => people::health(scene).await,
        ("retention", "churn") => people::churn(scene).await,
        ("operations", "health") => system::connections(scene).await,
        ("operations", "sync") => system::sync(scene).await,
        ("app", "health") => system::health(scene).await,
        ("app", "usage") => system::usage(scene).await,
        ("app", "improvements") => system::improvements(scene).await,
        _ => Err(AppError::not_found("job")),
    }
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
