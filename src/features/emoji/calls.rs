//! The server function of emoji.

use super::model::Emoji;
#[cfg(feature = "ssr")]
use super::server::found;
use crate::domain::error::AppError;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;

/// Emoji that these words mean; without words, those that fit the text, and without a text the first ones.
#[server]
pub async fn find_emoji(
    #[server(default)] words: String,
    #[server(default)] text: String,
) -> Result<Vec<Emoji>, AppError> {
    call::allowed(Permission::View, async |_| Ok(found(&words, &text))).await
}
