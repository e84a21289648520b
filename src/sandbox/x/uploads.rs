//! What only X keeps: media that were uploaded for posts.

use crate::domain::platform::Platform;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::world::Account;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long an upload that no post uses is kept.
const KEPT: TimeDelta = TimeDelta::days(1);

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Uploads {
    /// By media id.
    uploads: BTreeMap<String, Upload>,
}

impl PlatformState for Uploads {
    const PLATFORM: Platform = Platform::X;

    fn tidy(&mut self, now: DateTime<Utc>) {
        self.uploads.retain(|_, u| u.expires_at + TimeDelta::days(1) > now);
    }
}

impl Uploads {
    pub fn insert(&mut self, upload: Upload) {
        self.uploads.insert(upload.id.clone(), upload);
    }

    /// This account's upload of that id, if it has not expired.
    pub fn of(&mut self, account: &Account, id: &str, now: DateTime<Utc>) -> Option<&mut Upload> {
        self.uploads.get_mut(id).filter(|u| u.account == account.id && now < u.expires_at)
    }
}

/// One picture, GIF or video.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Upload {
    pub id: String,
    pub account: String,
    /// `tweet_image`, `tweet_gif` or `tweet_video`.
    pub category: String,
    /// The size that the app announced.
    pub declared_bytes: u64,
    pub phase: Phase,
    /// Key of the kept bytes.
    pub picture: Option<String>,
    pub bytes: u64,
    pub alt: String,
    pub expires_at: DateTime<Utc>,
    pub ready_at: DateTime<Utc>,
    /// What was appended so far. Not in the snapshot: X, too, may lose an unfinished upload.
    #[serde(skip)]
    pub segments: BTreeMap<u16, Bytes>,
}

/// How far an upload has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// The bytes are not complete.
    Waiting,
    /// Ready at `ready_at`.
    Taken,
    Failed,
}

impl Upload {
    /// An upload without bytes.
    pub fn new(id: String, account: &Account, category: &str, declared_bytes: u64, now: DateTime<Utc>) -> Self {
        Self {
            id,
            account: account.id.clone(),
            category: category.to_owned(),
            declared_bytes,
            phase: Phase::Waiting,
            picture: None,
            bytes: 0,
            alt: String::new(),
            expires_at: now + KEPT,
            ready_at: now,
            segments: BTreeMap::new(),
        }
    }
}
