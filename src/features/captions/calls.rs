//! Server functions of captions. What is written while one looks on comes through `server/rest`.

use super::model::{PictureFit, Version, Writer};
#[cfg(feature = "ssr")]
use super::server::{describe, fits, service};
use crate::domain::error::AppError;
use crate::domain::ids::{AssetId, PostId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;

/// Which model writes, and about what for.
#[server]
pub async fn load_writer() -> Result<Writer, AppError> {
    call::allowed(Permission::Publish, async |who| service::writer(&who).await).await
}

/// The kept texts of a post, newest first; of one that was not saved yet, too.
#[server]
pub async fn list_versions(post: PostId) -> Result<Vec<Version>, AppError> {
    call::allowed(Permission::Publish, async |who| service::versions(&who, post).await).await
}

/// A picture in words, for people who cannot see it. Nothing is kept.
#[server]
pub async fn describe_picture(asset: AssetId) -> Result<String, AppError> {
    call::allowed(Permission::Publish, async |who| describe::describe(&who, asset).await).await
}

/// Whether a picture shows what a text is about. Nothing is kept, and nothing is held back because of it.
#[server]
pub async fn check_picture(asset: AssetId, #[server(default)] text: String) -> Result<PictureFit, AppError> {
    call::allowed(Permission::Publish, async |who| fits::check(&who, asset, &text).await).await
}
