//! One case per connector: keys, a grant, a post, and how the platform answers when all is well.

use super::peer::{Reply, Seen};
use super::{bluesky, facebook, instagram, linkedin, pinterest, reddit, tiktok, x, youtube};
use crate::connectors::{AppKeys, Content, ContentRole, Credentials, Grant, Media, MediaSource, RemotePost, registry};
use crate::domain::ids::AssetId;
use crate::domain::options::{OptionValue, Options};
use crate::domain::platform::Platform;
use crate::domain::post::{MediaFacts, PartKind, PostContent, VideoFacts};
use bytes::Bytes;
use chrono::{TimeDelta, Utc};

pub struct Case {
    pub platform: Platform,
    pub account: &'static str,
    pub handle: &'static str,
    /// What a person types into the platform's form; nothing where they consent on a page of the platform.
    pub typed: &'static [(&'static str, &'static str)],
    /// The answer to each request when all is well.
    pub well: fn(&Seen) -> Reply,
    /// Whether a request is the irreversible one.
    pub commits: fn(&Seen) -> bool,
    pub live_id: &'static str,
    /// Requests other than GET until two pictures are ready.
    pub preparing: usize,
    /// A refresh swaps the refresh token, too.
    pub rotates: bool,
    /// The answer to a refresh that the platform refuses for good.
    pub refused_refresh: fn() -> Reply,
    pub revokes: bool,
    pub media_type: &'static str,
    /// What a person has to choose for a post there.
    pub options: &'static [(&'static str, &'static str)],
    /// The id of a reply or comment that follows the post.
    pub part_id: &'static str,
    /// Holds the request that made a reply or comment (`PART` below the post) against the platform's documentation.
    pub part_sent: fn(&Case, &Seen),
}

pub const CODE: &str = "code-4711-secret";
pub const ACCESS: &str = "access-4711-secret";
pub const REFRESH: &str = "refresh-4711-secret";
pub const NEW_ACCESS: &str = "access-4712-secret";
pub const NEW_REFRESH: &str = "refresh-4712-secret";
pub const CLIENT_SECRET: &str = "client-4711-secret";
pub const PART: &str = "More about it & the farm: https://northwind.example/farm #origin";
pub const TEXT: &str = "Fresh beans & a new roast, at https://northwind.example/roast #coffee";

/// One line per connector; each case stands in the file of its platform.
static ALL: &[fn() -> Case] = &[
    bluesky::case,
    facebook::case,
    instagram::case,
    linkedin::case,
    pinterest::case,
    reddit::case,
    tiktok::case,
    x::case,
    youtube::case,
];

pub fn find(platform: Platform) -> Option<Case> {
    ALL.iter().copied().map(|case| case()).find(|case| case.platform == platform)
}

pub fn case(platform: Platform) -> Case {
    find(platform).unwrap_or_else(|| panic!("{platform} has a connector, but no conformance case"))
}

pub fn keys() -> AppKeys {
    let all = [("client_id", "client-id"), ("client_key", "client-id"), ("client_secret", CLIENT_SECRET)];
    AppKeys(all.map(|(k, v)| (k.into(), v.into())).into())
}

pub fn grant() -> Grant {
    let flows = registry::all().filter_map(|c| c.sign_in).filter_map(|s| s.method().flow().ok());
    Grant {
        access: ACCESS.into(),
        refresh: Some(REFRESH.into()),
        access_expires_at: Some(Utc::now() + TimeDelta::days(30)),
        refresh_expires_at: Some(Utc::now() + TimeDelta::days(300)),
        // All that any platform asks for, and what LinkedIn gives to its partners.
        scopes: flows.flat_map(|flow| flow.scopes).chain(&["r_member_social"]).map(|s| (*s).to_owned()).collect(),
    }
}

impl Case {
    /// What is typed into the form.
    pub fn credentials(&self) -> Credentials {
        Credentials(self.typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect())
    }

    /// A post with so many pictures; with one video where the case says that it is of those.
    pub fn content(&self, pictures: usize) -> Content {
        if self.media_type.starts_with("video/") && pictures > 0 {
            return self.film();
        }
        let picture = |n: usize| Media {
            facts: MediaFacts {
                asset: AssetId::new(),
                mime: self.media_type.into(),
                bytes: 8,
                width: 1080,
                height: 1080,
                alt: format!("Picture {n}"),
                video: None,
                pages: None,
            },
            source: MediaSource::of_bytes(Bytes::from_static(b"\xff\xd8picture")),
            public_url: format!("https://lux.example/media/unguessable-{n}.jpg"),
        };
        let media = (1..=pictures).map(picture).collect();
        let mut options = Options::default();
        for (id, value) in self.options {
            options.set(id, OptionValue::Text((*value).to_owned()));
        }
        Content { post: PostContent { media, options, ..PostContent::of_text(TEXT) }, role: ContentRole::Post }
    }

    /// A video of 300 KiB, which no platform that takes it in parts takes as one.
    fn film(&self) -> Content {
        let mut content = Case { media_type: "image/jpeg", ..*self }.content(1);
        let media = &mut content.post.media[0];
        let bytes = Bytes::from(vec![b'v'; 300 << 10]);
        media.facts.mime = self.media_type.into();
        media.facts.bytes = bytes.len() as u64;
        media.facts.alt = String::new();
        media.facts.video = Some(VideoFacts {
            millis: 5_000,
            codec: "h264".into(),
            audio: Some("aac".into()),
            frames: 30_000,
            bit_rate: 1_000_000,
        });
        media.source = MediaSource::of_bytes(bytes);
        media.public_url = "https://lux.example/media/unguessable-1.mp4".into();
        content
    }

    /// The post of this case, as it is known once it is live.
    pub fn parent(&self) -> RemotePost {
        RemotePost { id: self.live_id.into(), url: Some("https://northwind.example/the-post".into()) }
    }

    /// A further part of that post.
    pub fn part(&self, kind: PartKind) -> Content {
        let role = match kind {
            PartKind::Reply => ContentRole::ReplyTo(self.parent()),
            PartKind::Comment => ContentRole::CommentOn(self.parent()),
        };
        Content { post: PostContent::of_text(PART), role }
    }
}
