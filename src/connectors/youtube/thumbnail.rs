//! The picture that stands for a video, sent once the video is there. Sending it again puts the same picture in the place of the
//! first (Thumbnails: set).

use super::problem::{self, Operation};
use super::send;
use crate::connectors::{Call, Fault, Media, RemotePost};
use crate::domain::platform::Platform;
use crate::domain::platforms::youtube::{MAX_THUMBNAIL, THUMBNAIL_TYPES};
use http::Method;
use std::time::Duration;

const ADDRESS: &str = "https://www.googleapis.com/upload/youtube/v3/thumbnails/set";
const DEADLINE: Duration = Duration::from_secs(30);

pub async fn set(call: &Call<'_>, post: &RemotePost, media: &Media) -> Result<(), Fault> {
    let (mime, length) = (media.facts.mime.as_str(), media.source.length());
    if !THUMBNAIL_TYPES.contains(&mime) || length > MAX_THUMBNAIL {
        return Err(problem::content("options.thumbnail", "YouTube takes a JPEG or PNG of up to 2 MB as a thumbnail."));
    }
    let bytes = media.source.part(0..length).await?;
    let request = call.wire.repeatable(Platform::YouTube, Method::POST, ADDRESS).deadline(DEADLINE);
    let request = request.query("videoId", &post.id).query("uploadType", "media").bytes(mime, bytes);
    send(request, &call.grant.access, Operation::Thumbnail).await.map(drop)
}
