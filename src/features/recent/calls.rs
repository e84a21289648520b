//! Server functions of the page of newest posts.

use super::model::RecentList;
use crate::domain::error::AppError;
use crate::domain::ids::ConnectionId;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;

/// The newest posts of an account, or those from a place of its list on. Asks the network, unless it was asked within the last
/// minute.
#[server]
pub async fn load_recent(id: ConnectionId, #[server(default)] older: String) -> Result<RecentList, AppError> {
    call::allowed(Permission::View, async |who| super::server::service::list(&who, id, &older).await).await
}
