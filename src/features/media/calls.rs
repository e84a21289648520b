//! Server functions of the media library. Uploads are plain routes (`server/rest`), because they show progress.

use crate::domain::error::AppError;
use crate::domain::ids::{AssetId, ConversionId, FolderId, MakingId};
use crate::domain::limits::fit::CopyWish;
#[cfg(feature = "ssr")]
use crate::domain::limits::fit::{Place, Reshape};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::domain::post::Format;
use crate::features::media::act::{AssetAct, AssetOutcome, ChosenAssets, FolderAct};
use crate::features::media::converted::Converter;
use crate::features::media::library::{AssetDetail, Library, LibraryQuery};
use crate::features::media::made::{MakingAct, MakingCard, PainterBoard};
use crate::features::media::model::AssetCard;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Describes a picture for people who do not see it: what a post starts with that shows it from now on.
#[server]
pub async fn set_alt(asset: AssetId, alt: String) -> Result<(), AppError> {
    call::keeping([("alt", &alt)])
        .allowed(Permission::Publish, async |who| super::server::service::set_alt(&who, asset, &alt).await)
        .await
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

/// The copy of a picture that fits at one platform, from the form of its page; leads to the copy. `part`: what is kept when
/// something is cut off, in per cent from the left or the top; `pad`: white is added instead.
#[server]
pub async fn make_copy(
    asset: AssetId,
    platform: Platform,
    #[server(default)] format: Format,
    #[server(default)] pad: bool,
    #[server(default)] part: Option<u8>,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.copies, &who.user.to_string(), "copies of pictures")?;
        let part = part.unwrap_or(50).min(100);
        let reshape = if pad { Reshape::Pad } else { Reshape::Crop };
        let wish = CopyWish { reshape, x: part, y: part, ..CopyWish::of(vec![Place { platform, format }], true) };
        let card = super::server::service::copy(&who, asset, &wish).await?;
        reply::redirect_to(&format!("/library/{}", card.facts.asset));
        Ok(())
    })
    .await
}

/// A part of the library, with its folders.
#[server(input = Json)]
pub async fn load_library(query: LibraryQuery) -> Result<Library, AppError> {
    call::allowed(Permission::View, async |who| super::server::library::page(&who, &query).await).await
}

/// One file, also one that was deleted (marked so).
#[server]
pub async fn load_asset(id: AssetId) -> Result<AssetDetail, AppError> {
    call::allowed(Permission::View, async |who| super::server::library::detail(&who, id).await).await
}

/// Does something with one file or several; the page at `back` is shown again, with what came of it, or the studio. `folder` is
/// where files are moved; none: out of any. With one file its error is the call's; of several, each that was refused is told.
#[server]
pub async fn act_on_assets(
    act: AssetAct,
    #[server(default)] ids: ChosenAssets,
    #[server(default)] folder: String,
    #[server(default)] back: String,
) -> Result<AssetOutcome, AppError> {
    call::allowed(Permission::Publish, async |who| {
        for _ in &ids.0 {
            throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        }
        let folder: Option<FolderId> = match folder.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| AppError::not_found("folder"))?),
        };
        let outcome = super::server::acts::act(&who, act, &ids.0, folder).await?;
        reply::redirect_to(&super::server::acts::next_page(&outcome, &back));
        Ok(outcome)
    })
    .await
}

/// Makes a folder and shows it, or gives one another name.
#[server]
pub async fn name_folder(#[server(default)] folder: Option<FolderId>, name: String) -> Result<(), AppError> {
    call::keeping([("name", &name)])
        .allowed(Permission::Publish, async |who| {
            throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
            let id = super::server::folders::name(&who, folder, &name).await?;
            reply::redirect_to(&format!("/library?folder={id}"));
            Ok(())
        })
        .await
}

/// Deletes a folder, which keeps its files, or takes it back.
#[server]
pub async fn act_on_folder(act: FolderAct, folder: FolderId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
        let there = match act {
            FolderAct::Delete => {
                super::server::folders::delete(&who, folder).await?;
                format!("/library?gone={folder}")
            }
            FolderAct::Restore => {
                super::server::folders::restore(&who, folder).await?;
                format!("/library?folder={folder}")
            }
        };
        reply::redirect_to(&there);
        Ok(())
    })
    .await
}

/// Adds the picture or video that an address leads to.
#[server]
pub async fn add_from_link(url: String, #[server(default)] back: String) -> Result<AssetOutcome, AppError> {
    call::keeping([("url", &url)])
        .allowed(Permission::Publish, async |who| {
            throttle::check(&who.app.throttles.copies, &who.user.to_string(), "files from links")?;
            let card = super::server::from_link::add(&who, &url).await?;
            let outcome = AssetOutcome { act: AssetAct::Added, done: vec![card.facts.asset], not: vec![] };
            reply::redirect_to(&super::server::acts::next_page(&outcome, &back));
            Ok(outcome)
        })
        .await
}

/// Which model makes pictures here and what they cost, or why none does.
#[server]
pub async fn load_painter() -> Result<PainterBoard, AppError> {
    call::allowed(Permission::View, async |who| super::server::making::painter(&who).await).await
}

/// What was asked for in the last day, and how far it is.
#[server]
pub async fn load_makings() -> Result<Vec<MakingCard>, AppError> {
    call::allowed(Permission::View, async |who| super::server::making::recent(&who).await).await
}

/// Has pictures made from a description; the library is shown, with how far they are.
#[server]
pub async fn make_pictures(
    #[server(default)] prompt: String,
    #[server(default)] shape: String,
    #[server(default)] count: String,
) -> Result<(), AppError> {
    call::keeping([("prompt", &prompt), ("shape", &shape), ("count", &count)])
        .allowed(Permission::Publish, async |who| {
            super::server::making::begin(&who, &prompt, &shape, &count).await?;
            reply::redirect_to("/library?making=1");
            Ok(())
        })
        .await
}

/// Cancels a request for pictures, or takes the note of it off the page. Pictures that are there stay.
#[server]
pub async fn act_on_making(act: MakingAct, making: MakingId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        super::server::making::act(&who, making, act).await?;
        reply::redirect_to("/library?making=1");
        Ok(())
    })
    .await
}

/// Whether this video can be converted here, and how far the last attempt is.
#[server]
pub async fn load_converter(asset: AssetId) -> Result<Converter, AppError> {
    call::allowed(Permission::View, async |who| super::server::converting::converter(&who, asset).await).await
}

/// Has a copy of a video made in the form that networks take; its page is shown, with how far it is.
#[server]
pub async fn convert_video(asset: AssetId) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        super::server::converting::begin(&who, asset).await?;
        reply::redirect_to(&format!("/library/{asset}"));
        Ok(())
    })
    .await
}

/// Cancels the conversion of a video, whose page is shown.
#[server]
pub async fn cancel_conversion(
    conversion: ConversionId,
    #[server(default)] asset: Option<AssetId>,
) -> Result<(), AppError> {
    call::allowed(Permission::Publish, async |who| {
        super::server::converting::cancel(&who, conversion).await?;
        reply::redirect_to(&asset.map_or_else(|| "/library".into(), |asset| format!("/library/{asset}")));
        Ok(())
    })
    .await
}
