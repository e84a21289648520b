//! Tokens that an older encryption key sealed are sealed with the current one (`secrets::server::reencrypt` runs it).

use super::{store, tokens};
use crate::domain::error::Result;
use crate::features::secrets::server::reencrypt::{PORTION, Reencrypt, Reencrypted};
use crate::infra::state::App;
use async_trait::async_trait;

/// The tokens of all connections.
pub struct Tokens;

#[async_trait]
impl Reencrypt for Tokens {
    async fn reencrypt(&self, app: &App) -> Result<Reencrypted> {
        reencrypt(app).await
    }
}

async fn reencrypt(app: &App) -> Result<Reencrypted> {
    let (mut all, mut after) = (Reencrypted::default(), None);
    loop {
        let rows = store::under_older_keys(&app.db, app.keys.current(), after, PORTION).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        after = Some((last.company, last.id));
        for held in rows {
            match tokens::open(&app.keys, held.company, &held) {
                Ok(grant) => {
                    let fresh = tokens::seal(&app.keys, held.company, &tokens::name_of(&held), &grant);
                    all.done += usize::from(store::swap_seals(&app.db, &held, &fresh).await?);
                }
                Err(_) => all.closed += 1,
            }
        }
    }
}
