//! Keys and grants for many calls at once: what is asked for at the same time is read with one statement. Nothing is kept
//! between statements, so a changed key or a renewed token counts at once.

use super::store::{self, Held};
use super::tokens::{self, Authorised};
use crate::connectors::{AppKeys, Fault};
use crate::domain::error::AppError;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::domain::platform::Platform;
use crate::features::secrets::server::service as secrets;
use crate::infra::batch::Batcher;
use crate::infra::state::App;
use std::sync::Arc;

pub struct Loader {
    app: App,
    held: Batcher<(CompanyId, ConnectionId), Option<Held>>,
    keys: Batcher<(CompanyId, Platform), Result<AppKeys, AppError>>,
}

impl Loader {
    pub fn new(app: &App) -> Self {
        let db = app.pipeline.0.clone();
        let held = Batcher::start(move |asked: Arc<[(CompanyId, ConnectionId)]>| {
            let db = db.clone();
            async move { store::held_many(&db, &asked).await }
        });
        let for_keys = app.clone();
        let keys = Batcher::start(move |asked: Arc<[(CompanyId, Platform)]>| {
            let app = for_keys.clone();
            async move { secrets::app_keys_many(&app, &asked).await }
        });
        Self { app: app.clone(), held, keys }
    }

    /// As [`tokens::call_context`].
    pub async fn call_context(&self, company: CompanyId, connection: ConnectionId) -> Result<Authorised, Fault> {
        let held = self.held.ask((company, connection)).await.map_err(tokens::transient)?;
        let held = held.ok_or_else(tokens::not_connected)?;
        let platform = tokens::usable(&held)?;
        let keys = self.keys.ask((company, platform)).await.and_then(|keys| keys).map_err(tokens::transient)?;
        tokens::authorise(&self.app, company, held, platform, keys).await
    }
}
