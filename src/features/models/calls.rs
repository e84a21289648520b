//! Server functions of Settings → AI. All of them need the right to keep keys, even for looking.

use super::model::AiBoard;
#[cfg(feature = "ssr")]
use super::server::settings;
use crate::domain::error::AppError;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply};
use leptos::prelude::*;

/// Which model answers, what it costs, what was asked.
#[server]
pub async fn load_ai() -> Result<AiBoard, AppError> {
    call::allowed(Permission::Secrets, async |who| settings::board(&who).await).await
}

/// Keeps the choice. Empty: the first service with a key, its usual models, no cap. `painter`: the model that makes
/// pictures. `cap` in whole dollars a month.
#[server]
pub async fn save_ai(
    #[server(default)] service: String,
    #[server(default)] model: String,
    #[server(default)] fallback: String,
    #[server(default)] painter: String,
    #[server(default)] cap: String,
) -> Result<(), AppError> {
    call::keeping([
        ("service", &service),
        ("model", &model),
        ("fallback", &fallback),
        ("painter", &painter),
        ("cap", &cap),
    ])
    .allowed(Permission::Secrets, async |who| {
        settings::save_all(&who, &service, (&model, &fallback, &painter), &cap).await?;
        reply::redirect_to("/settings/ai?done");
        Ok(())
    })
    .await
}
