//! The server function of the frame.

use crate::domain::error::AppError;
use crate::domain::frame::FrameData;
use leptos::prelude::*;

/// Everything the frame shows. For whoever is signed in, with or without a company.
#[server]
pub async fn frame() -> Result<FrameData, AppError> {
    use crate::infra::http::reply;
    use crate::infra::session;
    async { super::server::frame(session::who().await?).await }.await.inspect_err(reply::set_status)
}
