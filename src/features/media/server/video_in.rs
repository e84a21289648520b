//! How a video becomes an asset, whether it came in one request or in parts.

use super::poster;
use super::service::Keeper;
use super::store::{self, AssetRow};
use super::video::{self, Video};
use super::video_clean;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, CompanyId};
use crate::features::media::model::{AssetCard, Why};
use crate::infra::session::random_token;
use crate::infra::work;
use bytes::Bytes;
use futures::future::BoxFuture;
use std::ops::Range;

/// What a video is.
pub struct SeenVideo {
    pub mime: &'static str,
    pub video: Video,
    /// Where in the file it says something about place, person and camera.
    pub personal: Vec<Range<u64>>,
}

/// Looks at a file of `length` bytes, of which `read` gives a range; the inner error says why it cannot be used.
pub async fn look<'a>(
    company: CompanyId,
    mime: &'static str,
    length: u64,
    read: impl Fn(Range<u64>) -> BoxFuture<'a, Result<Bytes>>,
) -> Result<std::result::Result<SeenVideo, Why>> {
    let video::Found { index, mut personal } = match video::find_index(length, &read).await? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let bytes = read(index.clone()).await?;
    let looked = move || video::read_index(&bytes, length).map(|video| (video, video_clean::places(&bytes)));
    let found = work::off_thread(company, looked).await?;
    Ok(found.map(|(video, places)| {
        personal.extend(places.into_iter().map(|p| index.start + p.start..index.start + p.end));
        SeenVideo { mime, video, personal }
    }))
}

/// Makes an asset of a video of `bytes` bytes. `write` puts it into the store under a key, without the personal parts unless the
/// company keeps them, and gives its SHA-256; the same bytes again are the same asset.
pub async fn keep(
    to: Keeper<'_>,
    file_name: &str,
    bytes: u64,
    seen: &SeenVideo,
    keeps_details: bool,
    write: impl AsyncFnOnce(&str) -> Result<Vec<u8>>,
) -> Result<AssetCard> {
    let (app, id) = (to.app, AssetId::new());
    let key = format!("{}/{id}.{}", to.tenant.company, store::extension(seen.mime));
    let sha256 = write(&key).await?;
    let drop_copy = async || {
        if let Err(error) = app.media.delete(&key).await {
            tracing::warn!(%error, key, "a spare copy of a video could not be deleted");
        }
    };
    if let Some(same) = store::find_same(to.tenant, &sha256).await? {
        drop_copy().await;
        return Ok(same.card());
    }
    let facts = &seen.video.facts;
    let row = AssetRow {
        id,
        file_name: file_name.into(),
        mime: seen.mime.into(),
        bytes: bytes as i64,
        width: seen.video.width as i32,
        height: seen.video.height as i32,
        storage_key: key.clone(),
        public_token: random_token(),
        alt: String::new(),
        details_removed: !keeps_details && !seen.personal.is_empty(),
        may_have_details: keeps_details,
        copy_of: None,
        copy_recipe: String::new(),
        millis: i64::try_from(facts.millis).ok(),
        codec: Some(facts.codec.clone()),
        audio: facts.audio.clone(),
        frames: i32::try_from(facts.frames).ok(),
        bit_rate: i64::try_from(facts.bit_rate).ok(),
        pages: None,
        has_thumb: false,
    };
    if store::insert(to.tenant, to.by, &row, &sha256).await? {
        poster::ask_for(to.app, to.tenant, id).await?;
        return Ok(row.card());
    }
    drop_copy().await;
    let same = store::find_same(to.tenant, &sha256).await?;
    same.map(AssetRow::card).ok_or_else(|| AppError::unavailable("The video could not be kept. Please try again."))
}
