//! Server functions of the studio.

use super::model::{StudioData, TagIdea};
use crate::domain::authenticity::HouseWords;
use crate::domain::error::AppError;
use crate::domain::ids::{AssetId, PostId};
use crate::domain::marks::Mark;
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::domain::post::SavePost;
use crate::features::brand_voice::model::HouseChange;
#[cfg(feature = "ssr")]
use crate::features::brand_voice::server::house;
use crate::features::media::model::AssetCard;
#[cfg(feature = "ssr")]
use crate::features::media::server::fitting;
#[cfg(feature = "ssr")]
use crate::infra::http::call;
#[cfg(feature = "ssr")]
use crate::infra::http::throttle;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Opens the composer: empty, or with a post. Both values are as they stand in the address. `ask`: somebody wanted to
/// publish the post now and is to know something first. `add`: files of the library that are put into it, with dots between them.
#[server]
pub async fn open_studio(
    post: Option<String>,
    at: Option<String>,
    #[server(default)] ask: bool,
    #[server(default)] add: Option<String>,
) -> Result<StudioData, AppError> {
    call::allowed(Permission::Publish, async |who| {
        super::server::service::open(&who, post.as_deref(), at.as_deref(), ask, add.as_deref()).await
    })
    .await
}

/// Changes the company's words to avoid and words that are never marked; all of them then.
#[server(input = Json)]
pub async fn change_house_words(change: HouseChange) -> Result<HouseWords, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        house::change(&who, change).await
    })
    .await
}

/// Spelling and grammar mistakes of a text.
#[server(input = Json)]
pub async fn proofread(text: String) -> Result<Vec<Mark>, AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.look, &who.user.to_string(), "looks")?;
        super::server::proofread::proofread(&who, text).await
    })
    .await
}

/// Keeps what stands in the composer that was opened under this id and is not saved.
#[server(input = Json)]
pub async fn keep_unsaved(id: PostId, work: SavePost, time: String) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        super::server::unsaved::keep(&who, id, work, &time).await
    })
    .await
}

/// Forgets what was kept.
#[server]
pub async fn forget_unsaved(id: PostId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| super::server::unsaved::forget(&who, id).await).await
}

/// Hashtags by the model, for this text. Nothing is kept.
#[server]
pub async fn propose_hashtags(#[server(default)] text: String) -> Result<Vec<TagIdea>, AppError> {
    call::allowed(Permission::Publish, async |who| super::server::hashtags::propose(&who, &text).await).await
}

/// Hashtags that the company has used or keeps as groups, those with these words.
#[server]
pub async fn suggest_hashtags(#[server(default)] search: String) -> Result<Vec<TagIdea>, AppError> {
    call::allowed(Permission::View, async |who| super::server::hashtags::suggest(&who, &search).await).await
}

/// The newest pictures of the library that an option of this platform takes; the one that is chosen is always among them.
#[server]
pub async fn option_pictures(
    platform: Platform,
    option: String,
    #[server(default)] chosen: Option<AssetId>,
) -> Result<Vec<AssetCard>, AppError> {
    call::allowed(Permission::Publish, async |who| {
        let field = platform.publishing().and_then(|publishing| publishing.options.field(&option));
        let field = field.ok_or_else(|| AppError::not_found("option"))?;
        fitting::choices(&who.tenant, field.input, chosen).await
    })
    .await
}
