//! `lux reset-password EMAIL`: the last way out, for whoever has the server. It works beside a running server and without one.

use super::boot;
use crate::domain::error::AppError;
use crate::features::identity::accounts::server::reset;
use crate::infra::database;
use crate::infra::postgres::{PrivatePostgres, describe};
use crate::infra::settings::Settings;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;

/// Makes the link and answers what to print.
pub async fn run(settings: Settings, email: &str) -> Result<String, String> {
    let running = match &settings.database_url {
        Some(url) => Some(url.clone()),
        None => PrivatePostgres::running(&settings.data_dir).await,
    };
    let public_url = settings.public_url.clone();
    let made = match running {
        Some(url) => {
            let db = connect(&url).await?;
            let made = reset::make_on_the_server(&db, &public_url, email).await;
            db.close().await;
            made
        }
        // Nobody runs: the database is started for this, and stopped again.
        None => {
            let booted = boot::boot(settings).await?;
            let made = reset::make_on_the_server(&booted.app.db, &public_url, email).await;
            booted.close().await;
            made
        }
    };
    let made = made.map_err(|error: AppError| error.message)?;
    Ok(format!(
        "With this link {} sets a new password. It works once, for 24 hours; a newer one takes its place.\n{}",
        made.name, made.link
    ))
}

async fn connect(url: &SecretString) -> Result<PgPool, String> {
    database::connect(url.expose_secret(), 1).await.map_err(|e| {
        format!("The database {} does not answer ({e}). Check DATABASE_URL and that Postgres runs.", describe(url))
    })
}
