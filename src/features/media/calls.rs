//! Server functions of the media library. Uploads are a plain route (`server/rest`), because they show progress.

use crate::domain::error::AppError;
use crate::domain::ids::AssetId;
use crate::domain::limits::fit::CopyWish;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
use crate::features::media::model::AssetCard;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, throttle};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Describes a picture for people who do not see it: what a post starts with that shows it from now on.
#[server]
pub async fn set_alt(asset: AssetId, alt: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| super::server::service::set_alt(&who, asset, &alt).await).await
}

/// The copy of a picture that somebody wishes for, to fit where the picture is refused; without places the picture that it was
/// made of.
#[server(input = Json)]
pub async fn copy_picture(asset: AssetId, wish: CopyWish) -> Result<AssetCard, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.copies, &who.user.to_string(), "copies of pictures")?;
        super::server::service::copy(&who, asset, &wish).await
    })
    .await
}
