//! Server functions of the studio.

use super::model::StudioData;
use crate::domain::error::AppError;
use leptos::prelude::*;

/// Opens the composer: empty, or with a post. Both values are as they stand in the address.
#[server]
pub async fn open_studio(post: Option<String>, at: Option<String>) -> Result<StudioData, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::open(&who, post.as_deref(), at.as_deref()).await.inspect_err(set_status)
}
