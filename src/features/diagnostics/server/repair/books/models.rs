//! Language models: a service that fails again and again, and a month's sum that is not the sum of its calls.

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::UserId;
use crate::domain::incident::FaultLevel;
use crate::features::diagnostics::model::RepairCheck;
use crate::features::models::server as models;
use crate::infra::state::App;
use async_trait::async_trait;
use serde_json::{Value, json};

/// The last calls of a company all failed.
pub struct Model;

#[async_trait]
impl Playbook for Model {
    fn kind(&self) -> &'static str {
        "model"
    }
    fn id(&self) -> &'static str {
        "use_fallback_model"
    }
    fn meaning(&self) -> &'static str {
        "The language model failed several times in a row, so no texts are written."
    }
    fn next(&self) -> &'static str {
        "Open Settings → AI: choose another model or service, and look at its own status page."
    }
    fn asks(&self) -> Option<&'static str> {
        Some("Use the second model first")
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let rows = sqlx::query!(
            r#"select c.id from companies c cross join lateral (
                 select count(*) as n, count(*) filter (where l.outcome = 'failed') as failed
                 from (select outcome from model_calls m where m.company_id = c.id and m.started_at > now() - interval '1 day'
                         and m.outcome <> 'running'
                       order by m.started_at desc limit 3) l) x
               where x.n = 3 and x.failed = 3 limit 200"#
        )
        .fetch_all(&app.db)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Found {
                company: Some(row.id),
                level: FaultLevel::Error,
                message: "The language model failed three times in a row".into(),
                subject: "model:calls".into(),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let last = sqlx::query!(
            "select outcome, detail from model_calls where company_id = $1 and outcome <> 'running'
             order by started_at desc limit 1",
            of.company()?.0
        );
        let last = last.fetch_optional(&app.db).await?;
        let ok = last.as_ref().is_none_or(|call| call.outcome != "failed");
        let seen = match last {
            Some(call) if !ok => format!("The last question failed: {}.", call.detail),
            _ => "The last question was answered.".to_owned(),
        };
        Ok(checked("the model answers", ok, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        let second = models::second(&app.tenant(of.company()?)).await?;
        Ok(second.map(|model| format!("Ask {model} first from now on, and the other one when it fails.")))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let tenant = app.tenant(of.company()?);
        // Without a name the usual model was asked, which takes no second place.
        let had = models::first(&tenant).await?.is_some();
        let first = models::swap(&tenant).await?.ok_or_else(|| AppError::conflict("No second model is chosen."))?;
        let undo = had.then(|| json!({ "first": first }));
        Ok(Done { what: format!("{first} is asked first from now on."), undo })
    }
    async fn undo(&self, app: &App, of: &Subject, before: &Value, _: UserId) -> Result<()> {
        let tenant = app.tenant(of.company()?);
        match models::second(&tenant).await? {
            Some(_) if models::first(&tenant).await?.as_deref() == before["first"].as_str() => {
                models::swap(&tenant).await.map(drop)
            }
            _ => Err(AppError::conflict("Other models were chosen meanwhile. See Settings → AI.")),
        }
    }
}

/// What a month cost by its sum, and by its calls.
pub struct Spent;

#[async_trait]
impl Playbook for Spent {
    fn kind(&self) -> &'static str {
        "count"
    }
    fn id(&self) -> &'static str {
        "rebuild_count"
    }
    fn meaning(&self) -> &'static str {
        "What was spent on language models this month was counted wrongly, so its limit would stop too early or too late."
    }
    fn next(&self) -> &'static str {
        "Compare this month under Settings → AI with the bill of the service."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let wrong = models::miscounted(&app.db).await?;
        Ok(wrong
            .into_iter()
            .map(|company| Found {
                company: Some(company),
                level: FaultLevel::Warning,
                message: "This month's costs of language models are counted wrongly".into(),
                subject: "count:model_months".into(),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let (kept, counted) = models::month_twice(&app.tenant(of.company()?)).await?;
        let seen = format!("Noted are {} calls, and there were {}.", kept.0, counted.0);
        Ok(checked("the sum is that of the calls", kept == counted, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        let (kept, counted) = models::month_twice(&app.tenant(of.company()?)).await?;
        Ok((kept != counted).then(|| format!("Count this month anew: {} calls.", counted.0)))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let calls = models::recount(&app.tenant(of.company()?)).await?;
        Ok(Done::new(format!("Counted this month anew: {calls} calls.")))
    }
}
