//! What only Facebook keeps: photos that nobody sees yet, videos on their way, and which tokens are of which Page.

use crate::domain::platform::Platform;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::world::Account;
use bytes::BytesMut;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long an unpublished photo, or an upload that was not finished, is kept.
pub(super) const KEPT: TimeDelta = TimeDelta::hours(24);

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Desk {
    photos: BTreeMap<String, Photo>,
    videos: BTreeMap<String, Video>,
    /// Token to Page.
    page_tokens: BTreeMap<String, PageToken>,
}

impl PlatformState for Desk {
    const PLATFORM: Platform = Platform::Facebook;

    fn tidy(&mut self, now: DateTime<Utc>) {
        let old = |at: DateTime<Utc>| at + TimeDelta::days(3) < now;
        self.photos.retain(|_, photo| !old(photo.at));
        self.videos.retain(|_, video| video.finished.is_some() || !old(video.at));
    }
}

impl Desk {
    /// The Page that a token is of; `None`: it is a person's.
    pub fn page_of(&self, token: &str) -> Option<String> {
        self.page_tokens.get(token).map(|kept| kept.page.clone())
    }

    /// The token that this consent was given for this Page before.
    pub fn token_of(&self, page: &str, grant: u64) -> Option<String> {
        let mut kept = self.page_tokens.iter().filter(|(_, kept)| kept.page == page && kept.grant == grant);
        kept.next_back().map(|(token, _)| token.clone())
    }

    pub fn keep_token(&mut self, token: String, page: &str, grant: u64) {
        self.page_tokens.retain(|_, kept| kept.page != page || kept.grant != grant);
        self.page_tokens.insert(token, PageToken { page: page.to_owned(), grant });
    }

    pub fn add_photo(&mut self, id: String, photo: Photo) {
        self.photos.insert(id, photo);
    }

    /// This Page's photo of that id, if it was not dropped meanwhile.
    pub fn photo(&mut self, page: &Account, id: &str, now: DateTime<Utc>) -> Option<&mut Photo> {
        let photo = self.photos.get_mut(id).filter(|photo| photo.page == page.id)?;
        (photo.posted || now < photo.at + KEPT).then_some(photo)
    }

    pub fn add_video(&mut self, id: String, video: Video) {
        self.videos.insert(id, video);
    }

    /// This Page's video of that id.
    pub fn video(&mut self, page: &Account, id: &str) -> Option<&mut Video> {
        self.videos.get_mut(id).filter(|video| video.page == page.id)
    }

    /// The same by the session of its upload; its id.
    pub fn video_of_session(&self, page: &Account, session: &str) -> Option<String> {
        let found = self.videos.iter().find(|(_, video)| video.page == page.id && video.session == session);
        found.map(|(id, _)| id.clone())
    }

    /// Reels of a Page that were published since then.
    pub fn reels(&self, page: &Account, since: DateTime<Utc>) -> usize {
        let recent =
            |video: &&Video| video.is_reel && video.page == page.id && video.finished.is_some_and(|at| at > since);
        self.videos.values().filter(recent).count()
    }
}

#[derive(Serialize, Deserialize)]
struct PageToken {
    page: String,
    grant: u64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Photo {
    pub page: String,
    /// Key of the kept bytes.
    pub key: String,
    pub alt: String,
    pub at: DateTime<Utc>,
    /// A post has it.
    pub posted: bool,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Video {
    pub page: String,
    /// Of an upload in parts; empty for a reel.
    pub session: String,
    pub is_reel: bool,
    /// As the app announced it; of a reel with its first bytes.
    pub size: u64,
    pub at: DateTime<Utc>,
    /// When the last call came.
    pub finished: Option<DateTime<Utc>>,
    /// Why it cannot be shown.
    pub failed: Option<String>,
    /// Until then it is worked on.
    pub ready_at: DateTime<Utc>,
    pub description: String,
    /// What came so far. Not in the snapshot: Facebook, too, may lose an unfinished upload.
    #[serde(skip)]
    pub bytes: BytesMut,
}

impl Video {
    pub fn new(page: &Account, session: String, is_reel: bool, size: u64, now: DateTime<Utc>) -> Self {
        Self {
            page: page.id.clone(),
            session,
            is_reel,
            size,
            at: now,
            finished: None,
            failed: None,
            ready_at: now,
            description: String::new(),
            bytes: BytesMut::new(),
        }
    }

    pub fn received(&self) -> u64 {
        self.bytes.len() as u64
    }
}
