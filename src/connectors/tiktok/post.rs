//! What is sent of a post beside its files.

use super::problem::content as refused;
use crate::connectors::{Content, ContentRole, Fault, Media};
use crate::domain::options::millis;
use crate::domain::platform::Platform;
use crate::domain::platforms::tiktok::{MAX_TITLE, TikTokOptions, own_rules};
use crate::domain::post::MediaKind;
use serde_json::{Value, json};

const MAX_PICTURES: usize = 35;
/// UTF-16 code units of the text beside a video, and beside pictures.
const MAX_CAPTION: usize = 2_200;
const MAX_DESCRIPTION: usize = 4_000;

pub(super) fn options(content: &Content) -> TikTokOptions {
    TikTokOptions::read(content.format, &content.options)
}

/// The video that is published, where there is one.
pub(super) fn video_of(content: &Content) -> Option<&Media> {
    content.media.iter().find(|media| media.facts.kind() == MediaKind::Video)
}

/// TikTok's API has neither threads nor comments.
pub(super) fn only_posts(content: &Content) -> Result<(), Fault> {
    match content.role {
        ContentRole::Post => Ok(()),
        ContentRole::ReplyTo(_) => Err(ContentRole::unsupported(Platform::TikTok, "threads")),
        ContentRole::CommentOn(_) => Err(ContentRole::unsupported(Platform::TikTok, "comments for programs")),
    }
}

/// What TikTok refuses in any case, before it is asked.
pub(super) fn suitable(content: &Content, options: &TikTokOptions) -> Result<(), Fault> {
    let pictures = content.media.iter().filter(|media| media.facts.kind() == MediaKind::Picture).count();
    let (number, video) = (content.media.len(), video_of(content).is_some());
    let length = |text: &str| text.encode_utf16().count();
    let most = if video { MAX_CAPTION } else { MAX_DESCRIPTION };
    if number == 0 {
        Err(refused("media", "TikTok needs a video or pictures."))
    } else if video && number > 1 {
        Err(refused("media", "TikTok shows a video only alone."))
    } else if !video && pictures < number {
        Err(refused("media", "TikTok takes no documents."))
    } else if pictures > MAX_PICTURES {
        Err(refused("media", "TikTok takes up to 35 pictures in one post."))
    } else if length(&content.text) > most {
        Err(refused("text", &format!("TikTok allows {most} characters. Shorten the text.")))
    } else if options.title.as_deref().is_some_and(|title| length(title) > MAX_TITLE) {
        Err(refused("options.title", "TikTok allows 90 characters in a title. Shorten it."))
    } else {
        let files: Vec<_> = content.media.iter().map(|media| &media.facts).collect();
        let problem = own_rules(&content.options, &content.text, &files).into_iter().next();
        problem.map_or(Ok(()), |problem| Err(refused(&problem.field, &problem.message)))
    }
}

/// `post_info` of a video.
pub(super) fn of_video(content: &Content, options: &TikTokOptions, audience: &str) -> Value {
    let mut info = json!({
        "privacy_level": audience,
        "title": content.text,
        "disable_comment": !options.comments,
        "disable_duet": !options.duet,
        "disable_stitch": !options.stitch,
        "brand_organic_toggle": options.your_brand,
        "brand_content_toggle": options.branded_content,
        "is_aigc": options.made_with_ai,
    });
    if let Some(cover) = options.cover.as_deref().and_then(millis) {
        let film = video_of(content).and_then(|media| media.facts.video.as_ref());
        let end = film.map_or(u64::MAX, |film| film.millis);
        info["video_cover_timestamp_ms"] = u64::from(cover).min(end).into();
    }
    info
}

/// `POST content/init` of pictures, which TikTok fetches from their public addresses.
pub(super) fn of_pictures(content: &Content, options: &TikTokOptions, audience: &str) -> Value {
    let mut info = json!({
        "privacy_level": audience,
        "description": content.text,
        "disable_comment": !options.comments,
        "auto_add_music": options.music,
        "brand_organic_toggle": options.your_brand,
        "brand_content_toggle": options.branded_content,
    });
    if let Some(title) = title(options) {
        info["title"] = title.into();
    }
    let addresses: Vec<_> = content.media.iter().map(|media| media.public_url.as_str()).collect();
    json!({
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "post_info": info,
        "source_info": { "source": "PULL_FROM_URL", "photo_images": addresses, "photo_cover_index": 0 },
    })
}

pub(super) fn title(options: &TikTokOptions) -> Option<&str> {
    options.title.as_deref().map(str::trim).filter(|title| !title.is_empty())
}
