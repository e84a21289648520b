//! Keys of services that did not pass their test, and values under an older encryption key.

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::incident::FaultLevel;
use crate::domain::platform::Platform;
use crate::features::diagnostics::model::RepairCheck;
use crate::features::secrets::server::{reencrypt, service as secrets};
use crate::infra::state::App;
use async_trait::async_trait;

/// Keys that a service refused when they were tried.
pub struct Test;

fn service(of: &Subject) -> Result<Platform> {
    let id = of.name.strip_prefix("keys:").and_then(|id| id.parse().ok());
    id.ok_or_else(|| AppError::not_found("service"))
}

/// Whether there are keys at all. New ones count as not tried.
async fn entered(app: &App, of: &Subject) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from secrets where company_id = $1 and platform = $2) as "there!""#,
        of.company()?.0,
        service(of)?.id()
    )
    .fetch_one(&app.db)
    .await?)
}

#[async_trait]
impl Playbook for Test {
    fn kind(&self) -> &'static str {
        "keys"
    }
    fn id(&self) -> &'static str {
        "test_keys"
    }
    fn meaning(&self) -> &'static str {
        "A service did not accept the keys that are entered for it."
    }
    fn next(&self) -> &'static str {
        "Open Settings → Integrations, enter the keys that the service shows now, and press “Test”."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let rows = sqlx::query!("select company_id, platform from secret_tests where not passed limit 200");
        let rows = rows.fetch_all(&app.db).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let platform: Platform = row.platform.parse().ok()?;
                Some(Found {
                    company: Some(row.company_id),
                    level: FaultLevel::Warning,
                    message: format!("{}: the keys did not pass their test", platform.name()),
                    subject: format!("keys:{}", platform.id()),
                })
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let row = sqlx::query!(
            "select passed, detail from secret_tests where company_id = $1 and platform = $2",
            of.company()?.0,
            service(of)?.id()
        );
        let (ok, seen) = match row.fetch_optional(&app.db).await? {
            Some(row) => (row.passed, row.detail),
            None if entered(app, of).await? => (false, "Other keys were entered, and not tried yet.".to_owned()),
            None => (true, "These keys are not entered any more.".to_owned()),
        };
        Ok(checked("the service accepts the keys", ok, seen))
    }
    async fn plan(&self, _: &App, of: &Subject) -> Result<Option<String>> {
        Ok(Some(format!("Try the keys at {} again.", service(of)?.name())))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let platform = service(of)?;
        secrets::test_again(app, &app.tenant(of.company()?), platform).await?;
        Ok(Done::new(format!("Tried the keys at {} again.", platform.name())))
    }
}

/// Keys and sign-ins that are not encrypted with the current encryption key.
pub struct Encryption;

#[async_trait]
impl Playbook for Encryption {
    fn kind(&self) -> &'static str {
        "encryption"
    }
    fn id(&self) -> &'static str {
        "encrypt_again"
    }
    fn meaning(&self) -> &'static str {
        "Keys or sign-ins are encrypted with another key than the current one."
    }
    fn next(&self) -> &'static str {
        "Put the older key back into ENCRYPTION_KEYS, behind the first one, and start the program again; without it they must be entered anew."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let left = reencrypt::left_everywhere(&app.db, &app.keys).await?;
        let (level, message) = match (left.older, left.missing) {
            (0, 0) => return Ok(vec![]),
            (n, 0) => (FaultLevel::Warning, format!("{n} keys and sign-ins are under an older encryption key")),
            (_, n) => (
                FaultLevel::Critical,
                format!("{n} keys and sign-ins cannot be opened: their encryption key is missing"),
            ),
        };
        Ok(vec![Found { company: None, level, message, subject: "encryption:keys".into() }])
    }
    async fn check(&self, app: &App, _: &Subject) -> Result<RepairCheck> {
        let left = reencrypt::left_everywhere(&app.db, &app.keys).await?;
        let seen = match (left.older, left.missing) {
            (0, 0) => "All are under the current key.".to_owned(),
            (older, missing) => format!("{older} are under an older key, and {missing} under one that is missing."),
        };
        Ok(checked("all is under the current key", left.older + left.missing == 0, seen))
    }
    async fn plan(&self, app: &App, _: &Subject) -> Result<Option<String>> {
        let left = reencrypt::left_everywhere(&app.db, &app.keys).await?;
        Ok((left.older > 0).then(|| format!("Encrypt {} of them with the current key.", left.older)))
    }
    async fn act(&self, app: &App, _: &Subject) -> Result<Done> {
        reencrypt::enqueue(&app.db).await?;
        Ok(Done::new("Put encrypting them with the current key into the queue."))
    }
}
