//! Server functions of the brand voice. Who may write posts may change it.

use super::model::VoiceBoard;
#[cfg(feature = "ssr")]
use super::server::{learn, service};
use crate::domain::error::AppError;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
const PAGE: &str = "/settings/voice";

/// How the company sounds, and what was learnt and not kept yet.
#[server]
pub async fn load_voice() -> Result<VoiceBoard, AppError> {
    call::allowed(Permission::Publish, async |who| service::board(&who).await).await
}

/// Keeps it. `words`: with commas between them; `examples`: with lines of three dashes between them.
#[server]
pub async fn save_voice(
    #[server(default)] about: String,
    #[server(default)] tone: String,
    #[server(default)] audience: String,
    #[server(default)] words: String,
    #[server(default)] examples: String,
) -> Result<(), AppError> {
    call::keeping([
        ("about", &about),
        ("tone", &tone),
        ("audience", &audience),
        ("words", &words),
        ("examples", &examples),
    ])
    .allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        service::save(&who, [&about, &tone, &audience, &words, &examples]).await?;
        reply::redirect_to(&format!("{PAGE}?done"));
        Ok(())
    })
    .await
}

/// Reads a text, or the page at an address, and shows what it says; nothing is kept by that.
#[server]
pub async fn learn_voice(#[server(default)] text: String, #[server(default)] address: String) -> Result<(), AppError> {
    call::keeping([("text", &text), ("address", &address)])
        .allowed(Permission::Publish, async |who| {
            throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
            learn::learn(&who, &text, &address).await?;
            reply::redirect_to(PAGE);
            Ok(())
        })
        .await
}

/// Throws away what was learnt and not kept.
#[server]
pub async fn discard_learnt() -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        service::discard(&who).await?;
        reply::redirect_to(PAGE);
        Ok(())
    })
    .await
}
