//! Server functions of the media library. Uploads are a plain route (`server/rest`), because they show progress.

use crate::domain::error::AppError;
use crate::domain::ids::AssetId;
use leptos::prelude::*;

/// Describes a picture for people who do not see it.
#[server]
pub async fn set_alt(asset: AssetId, alt: String) -> Result<(), AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::set_alt(&who, asset, &alt).await.inspect_err(set_status)
}
