//! How a file that is neither decoded nor has a small picture becomes an asset: a video, a document.

use super::service::Keeper;
use super::store::{self, AssetRow};
use super::stores;
use super::{lost, poster, room};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::AssetId;
use crate::domain::post::VideoFacts;
use crate::features::media::model::AssetCard;
use crate::infra::session::random_token;
use crate::infra::storage::MediaStore;

/// What is known of the file.
#[derive(Default)]
pub struct New<'a> {
    pub file_name: &'a str,
    pub mime: &'a str,
    pub bytes: u64,
    /// Pixels; 0 for a document.
    pub width: u32,
    pub height: u32,
    pub video: Option<&'a VideoFacts>,
    pub pages: Option<u32>,
    /// Whether what it said about place and camera is removed, and whether it may still say it.
    pub details_removed: bool,
    pub may_have_details: bool,
}

/// Makes an asset of it. `write` puts it into `place` under a key and gives the SHA-256 of what was written; the same
/// bytes again are the same asset.
pub async fn keep(
    to: Keeper<'_>,
    place: &MediaStore,
    new: New<'_>,
    write: impl AsyncFnOnce(&str) -> Result<Vec<u8>>,
) -> Result<AssetCard> {
    let (app, id) = (to.app, AssetId::new());
    let key = format!("{}/{id}.{}", to.tenant.company, store::extension(new.mime));
    room::check(app, to.tenant, place, new.bytes).await?;
    let sha256 = write(&key).await?;
    let drop_copy = async || {
        if let Err(error) = place.delete(&key).await {
            tracing::warn!(%error, key, "a spare copy of a file could not be deleted");
        }
    };
    if let Some(same) = store::find_same(to.tenant, &sha256).await? {
        let there = match stores::find(app, to.tenant.company, &same.store).await? {
            Some(place) => lost::is_there(&place, &same).await,
            None => false,
        };
        if !there {
            // What lay out of reach or was lost is here again.
            store::moved(to.tenant, same.id, place.name(), &key, false).await?;
            if new.video.is_some() {
                poster::ask_for(app, to.tenant, same.id).await?;
            }
        } else {
            drop_copy().await;
        }
        return Ok(same.card());
    }
    let video = new.video;
    let row = AssetRow {
        id,
        file_name: new.file_name.into(),
        mime: new.mime.into(),
        bytes: new.bytes as i64,
        width: new.width as i32,
        height: new.height as i32,
        store: place.name().into(),
        storage_key: key.clone(),
        public_token: random_token(),
        alt: String::new(),
        details_removed: new.details_removed,
        may_have_details: new.may_have_details,
        copy_of: None,
        copy_recipe: String::new(),
        ai_model: None,
        millis: video.and_then(|facts| i64::try_from(facts.millis).ok()),
        codec: video.map(|facts| facts.codec.clone()),
        audio: video.and_then(|facts| facts.audio.clone()),
        frames: video.and_then(|facts| i32::try_from(facts.frames).ok()),
        bit_rate: video.and_then(|facts| i64::try_from(facts.bit_rate).ok()),
        pages: new.pages.and_then(|pages| i32::try_from(pages).ok()),
        has_thumb: false,
    };
    if store::insert(to.tenant, to.by, &row, &sha256, None).await? {
        if video.is_some() {
            poster::ask_for(app, to.tenant, id).await?;
        }
        return Ok(row.card());
    }
    drop_copy().await;
    let same = store::find_same(to.tenant, &sha256).await?;
    same.map(AssetRow::card).ok_or_else(|| AppError::unavailable("The file could not be kept. Please try again."))
}
