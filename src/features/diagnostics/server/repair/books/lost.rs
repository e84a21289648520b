//! Pictures and videos that their store has no more, or not whole. What was added from a link is fetched from there again.

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId};
use crate::domain::incident::FaultLevel;
use crate::features::diagnostics::model::RepairCheck;
use crate::features::media::server::lost::{self, Condition};
use crate::infra::state::App;
use async_trait::async_trait;

pub struct Lost;

/// Files that one round looks at.
const MOST: i64 = 50;

fn asset(of: &Subject) -> Result<(CompanyId, AssetId)> {
    let id = of.name.strip_prefix("file:").and_then(|id| id.parse().ok());
    Ok((of.company()?, id.ok_or_else(|| AppError::not_found("file"))?))
}

/// What is wrong with it; `None`: nothing.
fn wrong(condition: &Condition) -> Option<&str> {
    match condition {
        Condition::Whole | Condition::Deleted => None,
        Condition::Gone => Some("its store has it no more"),
        Condition::Damaged => Some("it is damaged"),
        Condition::Locked(_) => Some("its store has no keys any more"),
    }
}

#[async_trait]
impl Playbook for Lost {
    fn kind(&self) -> &'static str {
        "lost file"
    }
    fn id(&self) -> &'static str {
        "fetch_file_again"
    }
    fn meaning(&self) -> &'static str {
        "A picture or video of the library cannot be read any more, so posts that show it cannot go out with it."
    }
    fn next(&self) -> &'static str {
        "Add the same file again under Media: it takes its old place, also in posts that show it. Or choose another one in those posts."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let mut found = vec![];
        for one in lost::missed(&app.db, MOST).await? {
            // A store that does not answer says nothing about its files.
            let Ok(condition) = lost::look(app, one.company, one.asset).await else { continue };
            match wrong(&condition) {
                None => lost::forget(&app.tenant(one.company), one.asset).await?,
                Some(words) => found.push(Found {
                    company: Some(one.company),
                    level: FaultLevel::Error,
                    message: format!("“{}”: {words}", one.name),
                    subject: format!("file:{}", one.asset),
                }),
            }
        }
        Ok(found)
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let (company, asset) = asset(of)?;
        let from = lost::came_from(app, company, asset).await?;
        let (ok, seen) = match lost::look(app, company, asset).await? {
            Condition::Whole => (true, "It is there, whole.".to_owned()),
            Condition::Deleted => (true, "The file was deleted, so nobody needs it.".to_owned()),
            Condition::Locked(words) => (false, words),
            condition => {
                let what = if condition == Condition::Gone { "Its store has it no more" } else { "It cannot be read" };
                let from = match from {
                    Some(host) => format!("it was added from {host}."),
                    None => "it was added from somebody's device, or before links were kept.".to_owned(),
                };
                (false, format!("{what}; {from}"))
            }
        };
        Ok(checked("the file can be read", ok, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        let (company, asset) = asset(of)?;
        // Where its store is locked there is no place to put it.
        if matches!(lost::look(app, company, asset).await?, Condition::Locked(_)) {
            return Ok(None);
        }
        let from = lost::came_from(app, company, asset).await?;
        Ok(from.map(|host| format!("Fetch it again from {host}, and put it back if it is the same file.")))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let (company, asset) = asset(of)?;
        lost::fetch_again(app, company, asset).await?;
        Ok(Done::new("Fetched the file again from where it came from, and put it back."))
    }
}
