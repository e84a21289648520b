//! How a video becomes an asset, whether it came in one request or in parts.

use super::kept::{self, New};
use super::service::Keeper;
use super::video::{self, Video};
use super::video_clean;
use crate::domain::error::Result;
use crate::domain::ids::CompanyId;
use crate::features::media::model::{AssetCard, Why};
use crate::infra::storage::MediaStore;
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

/// Makes an asset of a video of `bytes` bytes; `write` as in [`kept::keep`], without the personal parts unless the company
/// keeps them.
pub async fn keep(
    to: Keeper<'_>,
    place: &MediaStore,
    file_name: &str,
    bytes: u64,
    seen: &SeenVideo,
    keeps_details: bool,
    write: impl AsyncFnOnce(&str) -> Result<Vec<u8>>,
) -> Result<AssetCard> {
    let new = New {
        file_name,
        mime: seen.mime,
        bytes,
        width: seen.video.width,
        height: seen.video.height,
        video: Some(&seen.video.facts),
        pages: None,
        details_removed: !keeps_details && !seen.personal.is_empty(),
        may_have_details: keeps_details,
    };
    kept::keep(to, place, new, write).await
}
