//! An account whose platform keeps failing: it is paused, so that its posts are not given up, and goes on when the platform answers.

use super::super::playbook::{Done, Found, Playbook, Subject, Turn, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ConnectionId, UserId};
use crate::domain::incident::FaultLevel;
use crate::domain::platform::Platform;
use crate::features::connections::server::pause::{self, Pausable};
use crate::features::deliveries::server::service as deliveries;
use crate::features::diagnostics::model::RepairCheck;
use crate::infra::state::App;
use async_trait::async_trait;
use serde_json::{Value, json};

pub struct Failing;

/// So many posts that fail for the moment again and again are no accident.
const CLEAR: i64 = 3;
/// So many, and a person is asked.
const SOME: i64 = 2;

fn account(of: &Subject) -> Result<ConnectionId> {
    let id = of.name.strip_prefix("account:").and_then(|id| id.parse().ok());
    id.ok_or_else(|| AppError::not_found("account"))
}

fn name(platform: &str) -> String {
    platform.parse::<Platform>().map_or_else(|()| platform.to_owned(), |platform| platform.name().to_owned())
}

fn posts(n: i64) -> String {
    if n == 1 { "1 post".into() } else { format!("{n} posts") }
}

/// The account, how many posts fail again and again, and how many have not gone out.
async fn now(app: &App, of: &Subject) -> Result<Option<(Pausable, i64, i64)>> {
    let (company, id) = (of.company()?, account(of)?);
    let Some(account) = pause::look(app, company, id).await?.filter(|account| account.state == "active") else {
        return Ok(None);
    };
    let (often, all) = deliveries::faults_of(&app.db, company, id).await?;
    Ok(Some((account, often, all)))
}

#[async_trait]
impl Playbook for Failing {
    fn kind(&self) -> &'static str {
        "failing account"
    }
    fn id(&self) -> &'static str {
        "pause_account"
    }
    fn meaning(&self) -> &'static str {
        "A platform keeps failing for one account, so its posts are tried in vain and would be given up after an hour."
    }
    fn next(&self) -> &'static str {
        "Look at the platform's own status page. A paused account goes on by itself when the platform answers; to have it tried at once, press “Resume” beside the account under Connections."
    }
    fn asks(&self) -> Option<&'static str> {
        Some("Pause this account")
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let failing = deliveries::failing(&app.db).await?.into_iter().map(|one| Found {
            company: Some(one.company),
            level: FaultLevel::Error,
            message: format!("{} {}: {} fail again and again", name(&one.platform), one.handle, posts(one.posts)),
            subject: format!("account:{}", one.connection),
        });
        // Also when somebody marked the error as resolved: what is paused must not be forgotten.
        let paused = pause::paused(app).await?.into_iter().map(|one| Found {
            company: Some(one.company),
            level: FaultLevel::Error,
            message: format!("{} {}: paused until it answers again", name(&one.platform), one.handle),
            subject: format!("account:{}", one.id),
        });
        Ok(failing.chain(paused).collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let (ok, seen) = match now(app, of).await? {
            None => (true, "The account is not in use any more, so nothing is sent there.".to_owned()),
            Some((account, _, all)) if account.paused => {
                (false, format!("The account is paused; {} wait.", posts(all)))
            }
            Some((_, _, 0)) => (true, "No post fails there any more.".to_owned()),
            Some((_, _, all)) => (false, format!("Not gone out yet: {}.", posts(all))),
        };
        Ok(checked("posts go out there", ok, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        Ok(match now(app, of).await? {
            Some((account, ..)) if account.paused => {
                let answers = pause::answers(app, of.company()?, self::account(of)?).await.is_ok();
                answers.then(|| format!("Let {} go on: {} answers again.", account.handle, name(&account.platform)))
            }
            Some((account, often, _)) if often >= SOME => {
                let platform = name(&account.platform);
                Some(format!(
                    "Pause {} until {platform} answers; its posts wait, and none is given up.",
                    account.handle
                ))
            }
            _ => None,
        })
    }
    async fn turn(&self, app: &App, of: &Subject, planned: bool) -> Result<Turn> {
        Ok(match now(app, of).await? {
            Some((account, ..)) if account.paused && planned => Turn::Back,
            // Who let it go on a while ago is asked before it is paused again.
            Some((account, often, _)) if planned && often >= CLEAR && !account.was_resumed => Turn::Clear,
            _ if planned => Turn::Usual,
            _ => Turn::Waits,
        })
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let (company, id) = (of.company()?, account(of)?);
        let (account, often, _) = now(app, of).await?.ok_or_else(|| AppError::not_found("account"))?;
        if account.paused {
            pause::resume(app, company, id, None).await?;
            return Ok(Done::new(format!("Let {} go on; its posts go out now.", account.handle)));
        }
        let why = format!("{} failed again and again for {}.", name(&account.platform), posts(often));
        pause::pause(app, company, id, &why).await?;
        Ok(Done { what: format!("Paused {}; its posts wait.", account.handle), undo: Some(json!({ "paused": true })) })
    }
    async fn undo(&self, app: &App, of: &Subject, _: &Value, by: UserId) -> Result<()> {
        pause::resume(app, of.company()?, account(of)?, Some(by)).await.map(drop)
    }
}
