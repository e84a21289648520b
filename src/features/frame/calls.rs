//! The server function of the frame.

use crate::domain::error::AppError;
use crate::domain::frame::FrameData;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
use leptos::prelude::*;

/// Everything the frame shows. For whoever is signed in, with or without a company.
#[server]
pub async fn frame() -> Result<FrameData, AppError> {
    call::signed_in(async |who| super::server::frame(who).await).await
}
