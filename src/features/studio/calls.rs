//! Server functions of the studio.

use super::model::StudioData;
use crate::domain::error::AppError;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;

/// Opens the composer: empty, or with a post. Both values are as they stand in the address. `ask`: somebody wanted to
/// publish the post now and is to know something first.
#[server]
pub async fn open_studio(
    post: Option<String>,
    at: Option<String>,
    #[server(default)] ask: bool,
) -> Result<StudioData, AppError> {
    call::allowed(Permission::Publish, async |who| {
        super::server::service::open(&who, post.as_deref(), at.as_deref(), ask).await
    })
    .await
}
