//! Server functions of the media library. Uploads are a plain route (`server/rest`), because they show progress.

use crate::domain::error::AppError;
use crate::domain::ids::AssetId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;

/// Describes a picture for people who do not see it: what a post starts with that shows it from now on.
#[server]
pub async fn set_alt(asset: AssetId, alt: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| super::server::service::set_alt(&who, asset, &alt).await).await
}
