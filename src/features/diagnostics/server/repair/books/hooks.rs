//! Other programs that are told what happens here (Zapier) and took nothing for days: their subscription was stopped.

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::HookId;
use crate::domain::incident::FaultLevel;
use crate::features::diagnostics::model::RepairCheck;
use crate::features::intake::hooks::server::subscriptions;
use crate::infra::state::App;
use async_trait::async_trait;

pub struct Hook;

fn hook(of: &Subject) -> Result<HookId> {
    let id = of.name.strip_prefix("hook:").and_then(|id| id.parse().ok());
    id.ok_or_else(|| AppError::not_found("subscription"))
}

/// `None`: it was ended. Else whether it is stopped, and what was said last where nothing arrives.
async fn now(app: &App, of: &Subject) -> Result<Option<(bool, Option<String>)>> {
    let row = sqlx::query!(
        r#"select paused_at is not null as "paused!", case when failing_since is not null then coalesce(last_error, '') end as why
           from hooks where company_id = $1 and id = $2"#,
        of.company()?.0,
        hook(of)?.0
    );
    Ok(row.fetch_optional(&app.db).await?.map(|row| (row.paused, row.why)))
}

/// Whether something waits to be sent to it, or could not be sent.
async fn unsent(app: &App, of: &Subject) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from hook_items where company_id = $1 and hook_id = $2 and state in ('waiting', 'failed')) as "unsent!""#,
        of.company()?.0,
        hook(of)?.0
    )
    .fetch_one(&app.db)
    .await?)
}

#[async_trait]
impl Playbook for Hook {
    fn kind(&self) -> &'static str {
        "subscription"
    }
    fn id(&self) -> &'static str {
        "subscribe_again"
    }
    fn meaning(&self) -> &'static str {
        "A program that asked to be told what happens here took nothing for days, so its subscription was stopped."
    }
    fn next(&self) -> &'static str {
        "Open Settings → Zapier: its subscription says what the other side answered. Turn the Zap off and on again, or remove the subscription if nobody needs it."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let rows = sqlx::query!("select company_id, id, event from hooks where paused_at is not null limit 200");
        let rows = rows.fetch_all(&app.db).await?;
        Ok(rows
            .into_iter()
            .map(|row| Found {
                company: Some(row.company_id),
                level: FaultLevel::Warning,
                message: format!(
                    "A subscription to “{}” was stopped: nothing arrived for days",
                    row.event.replace('_', " ")
                ),
                subject: format!("hook:{}", row.id),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let waits = unsent(app, of).await?;
        let (ok, seen) = match now(app, of).await? {
            None => (true, "The subscription was ended, so nothing is to be sent.".to_owned()),
            Some((true, why)) => (false, format!("It is stopped. {}", why.unwrap_or_default()).trim_end().to_owned()),
            Some((false, Some(why))) => (false, format!("What is sent does not arrive. {why}").trim_end().to_owned()),
            Some((false, None)) if waits => (false, "What waited has not arrived yet.".to_owned()),
            Some((false, None)) => (true, "All that waited has arrived.".to_owned()),
        };
        Ok(checked("what is sent arrives", ok, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        let stopped = now(app, of).await?.is_some_and(|(stopped, _)| stopped);
        Ok(stopped.then(|| "Begin the subscription again and send what waits.".into()))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        subscriptions::resume(&app.tenant(of.company()?), hook(of)?).await?;
        Ok(Done::new("Began the subscription again; what waited is being sent."))
    }
}
