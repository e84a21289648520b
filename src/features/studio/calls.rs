//! Server functions of the studio.

use super::model::StudioData;
use crate::domain::error::AppError;
use leptos::prelude::*;

/// Opens the composer: empty, or with a post. Both values are as they stand in the address. `ask`: somebody wanted to
/// publish the post now and is to know something first.
#[server]
pub async fn open_studio(
    post: Option<String>,
    at: Option<String>,
    #[server(default)] ask: bool,
) -> Result<StudioData, AppError> {
    use crate::domain::permission::Permission;
    use crate::infra::http::reply::set_status;
    use crate::infra::session;
    let who = session::require(Permission::Publish).await.inspect_err(set_status)?;
    super::server::service::open(&who, post.as_deref(), at.as_deref(), ask).await.inspect_err(set_status)
}
