//! Connected accounts: sign-ins that ended, and comments that cannot be read.

use super::super::playbook::{Done, Found, Playbook, Subject, checked};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::ConnectionId;
use crate::domain::incident::FaultLevel;
use crate::domain::platform::Platform;
use crate::features::comments::server::inbox;
use crate::features::connections::server::service as connections;
use crate::features::diagnostics::model::RepairCheck;
use crate::infra::state::App;
use async_trait::async_trait;

fn account(of: &Subject) -> Result<ConnectionId> {
    let id = of.name.strip_prefix("account:").and_then(|id| id.parse().ok());
    id.ok_or_else(|| AppError::not_found("account"))
}

fn name(platform: &str) -> String {
    platform.parse::<Platform>().map_or_else(|()| platform.to_owned(), |platform| platform.name().to_owned())
}

/// A sign-in that could not be renewed, or that only a person can renew.
pub struct SignIn;

/// An account as it is now.
struct Account {
    platform: String,
    handle: String,
    state: String,
    reason: String,
    note: String,
    /// Its access has ended, or could not be renewed again and again.
    late: bool,
}

async fn now(app: &App, of: &Subject) -> Result<Option<Account>> {
    Ok(sqlx::query_as!(
        Account,
        r#"select platform, handle, state, state_reason as reason, renewal_note as note,
                  (coalesce(access_expires_at < now(), false) or (renewal_result = 'failed' and renewal_failures >= 2)) as "late!"
           from connections where company_id = $1 and id = $2"#,
        of.company()?.0,
        account(of)?.0
    )
    .fetch_optional(&app.db)
    .await?)
}

#[async_trait]
impl Playbook for SignIn {
    fn kind(&self) -> &'static str {
        "sign-in"
    }
    fn id(&self) -> &'static str {
        "renew_sign_in"
    }
    fn meaning(&self) -> &'static str {
        "The sign-in of a connected account has ended or could not be renewed, so nothing can be published there."
    }
    fn next(&self) -> &'static str {
        "Open Connections, press “Reconnect” beside the account, and sign in at the platform. Posts that wait for it go out then."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let rows = sqlx::query!(
            r#"select company_id, id, platform, handle, state from connections
               where state = 'reconnect'
                  or (state = 'active' and renewal_result = 'failed' and renewal_failures >= 2)
               limit 500"#
        )
        .fetch_all(&app.db)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let (platform, handle) = (name(&row.platform), row.handle);
                let (level, message) = if row.state == "reconnect" {
                    (FaultLevel::Error, format!("{platform} {handle}: somebody has to sign in again"))
                } else {
                    (FaultLevel::Warning, format!("{platform} {handle}: the sign-in could not be renewed"))
                };
                Found { company: Some(row.company_id), level, message, subject: format!("account:{}", row.id) }
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let Some(account) = now(app, of).await? else {
            return Ok(checked("the account is signed in", true, "The account is gone, so nothing needs it."));
        };
        let (ok, seen) = match (account.state.as_str(), account.late) {
            ("active", false) => (true, "The account is signed in.".to_owned()),
            ("active", true) => {
                (false, if account.note.is_empty() { "Its access has ended.".into() } else { account.note })
            }
            ("disconnected", _) => (true, "The account was disconnected, so nothing needs it.".to_owned()),
            _ => (false, if account.reason.is_empty() { "The platform ended it.".into() } else { account.reason }),
        };
        Ok(checked("the account is signed in", ok, seen))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        let account = now(app, of).await?.filter(|account| account.state == "active" && account.late);
        Ok(account.map(|a| format!("Ask {} for a new sign-in of {}.", name(&a.platform), a.handle)))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        let renewed = connections::refresh_now(app, of.company()?, account(of)?).await;
        renewed.map_err(|fault| AppError::unavailable(fault.to_string()))?;
        Ok(Done::new("Renewed the sign-in at the platform."))
    }
}

/// An account whose comments could not be read.
pub struct Comments;

async fn unread(app: &App, of: &Subject) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        r#"select w.fault as "fault!" from comment_watches w
           join connections a on a.company_id = w.company_id and a.id = w.connection_id and a.state = 'active'
           where w.company_id = $1 and w.connection_id = $2 and w.fault is not null limit 1"#,
        of.company()?.0,
        account(of)?.0
    )
    .fetch_optional(&app.db)
    .await?)
}

#[async_trait]
impl Playbook for Comments {
    fn kind(&self) -> &'static str {
        "comments"
    }
    fn id(&self) -> &'static str {
        "collect_comments"
    }
    fn meaning(&self) -> &'static str {
        "Comments under posts of an account could not be read, so new ones are missing on the Comments page."
    }
    fn next(&self) -> &'static str {
        "If the platform says that a permission is missing, press “Reconnect” beside the account under Connections and allow comments."
    }
    async fn find(&self, app: &App) -> Result<Vec<Found>> {
        let rows = sqlx::query!(
            r#"select a.company_id, a.id, a.platform, a.handle from connections a
               where a.state = 'active' and exists (select from comment_watches w
                 where w.company_id = a.company_id and w.connection_id = a.id and w.fault is not null)
               limit 200"#
        )
        .fetch_all(&app.db)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Found {
                company: Some(row.company_id),
                level: FaultLevel::Warning,
                message: format!("{} {}: comments could not be read", name(&row.platform), row.handle),
                subject: format!("account:{}", row.id),
            })
            .collect())
    }
    async fn check(&self, app: &App, of: &Subject) -> Result<RepairCheck> {
        let fault = unread(app, of).await?;
        let (ok, seen) = (fault.is_none(), fault.unwrap_or_else(|| "Its comments are read.".into()));
        let last = sqlx::query_scalar!(
            "select max(read_at) from comment_watches where company_id = $1 and connection_id = $2",
            of.company()?.0,
            account(of)?.0
        );
        // What was only asked for again is not read yet.
        let read = !ok || last.fetch_one(&app.db).await?.is_some();
        Ok(checked("comments are read", ok && read, if read { seen } else { "They have not been read yet.".into() }))
    }
    async fn plan(&self, app: &App, of: &Subject) -> Result<Option<String>> {
        Ok(unread(app, of).await?.map(|_| "Read the comments of this company's accounts again now.".into()))
    }
    async fn act(&self, app: &App, of: &Subject) -> Result<Done> {
        inbox::collect_now(&app.tenant(of.company()?)).await?;
        Ok(Done::new("Put reading comments into the queue."))
    }
}
