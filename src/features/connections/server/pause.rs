//! Pausing an account whose platform keeps failing: nothing is sent there meanwhile, its posts wait without using up their
//! attempts, and they go on when the platform answers again or a person says so. Which accounts those are, deliveries know.

use super::tokens::call_context;
use super::{changed, store};
use crate::connectors::{Fault, Wire, registry};
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId, UserId};
use crate::infra::state::App;
use std::time::Duration;

/// How long a platform may take to answer whether it is there.
const WITHIN: Duration = Duration::from_secs(5);

/// `why`: a sentence for people. `false`: it is paused already, or not in use.
pub async fn pause(app: &App, company: CompanyId, id: ConnectionId, why: &str) -> Result<bool> {
    let paused = store::pause(&app.db, company, id, why).await?;
    if paused {
        tracing::info!(%company, connection = %id, "account paused");
    }
    Ok(paused)
}

/// Lets it go on; its posts are woken. `by`: a person who said so. `false`: it was not paused.
pub async fn resume(app: &App, company: CompanyId, id: ConnectionId, by: Option<UserId>) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    let resumed = store::resume(&mut tx, company, id, by.is_some()).await?;
    if resumed {
        changed::announce(&mut tx, company, id).await?;
    }
    tx.commit().await?;
    if resumed {
        tracing::info!(%company, connection = %id, "account goes on");
    }
    Ok(resumed)
}

/// Whether the platform answers to this account: it is asked something harmless. A refusal is an answer; what follows from it,
/// the posts find out.
pub async fn answers(app: &App, company: CompanyId, id: ConnectionId) -> std::result::Result<(), Fault> {
    let asked = async {
        let account = call_context(app, company, id).await?;
        let Some(sign_in) = registry::find(account.platform).and_then(|c| c.sign_in) else { return Ok(()) };
        let wire = Wire::new(app.outbound.clone()).on_behalf_of(company);
        sign_in.accounts(&wire, &account.keys, &account.grant).await.map(drop)
    };
    match tokio::time::timeout(WITHIN, asked).await {
        Err(_) => Err(Fault::transient("It did not answer within five seconds.")),
        Ok(Err(fault @ (Fault::Transient { .. } | Fault::UnknownOutcome { .. } | Fault::RateLimited { .. }))) => {
            Err(fault)
        }
        Ok(_) => Ok(()),
    }
}

/// An account as whoever may pause it looks at it.
pub struct Pausable {
    pub platform: String,
    pub handle: String,
    pub state: String,
    pub paused: bool,
    /// A person let it go on within the last day.
    pub was_resumed: bool,
}

/// `None`: there is no such account.
pub async fn look(app: &App, company: CompanyId, id: ConnectionId) -> Result<Option<Pausable>> {
    store::pausable(&app.db, company, id).await
}

/// An account to which nothing is sent.
pub struct PausedAccount {
    pub company: CompanyId,
    pub id: ConnectionId,
    pub platform: String,
    pub handle: String,
}

/// All of them, of all companies; bounded.
pub async fn paused(app: &App) -> Result<Vec<PausedAccount>> {
    store::paused(&app.db).await
}
