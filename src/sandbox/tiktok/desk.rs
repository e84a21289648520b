//! What only TikTok keeps: what was sent, by its `publish_id`, on its way to being a post.

use crate::domain::platform::Platform;
use crate::sandbox::platform_state::PlatformState;
use crate::sandbox::world::Account;
use bytes::BytesMut;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// How long the bytes of a video are waited for.
const OPEN: TimeDelta = TimeDelta::hours(1);

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Desk {
    sent: BTreeMap<String, Sent>,
}

impl PlatformState for Desk {
    const PLATFORM: Platform = Platform::TikTok;

    fn tidy(&mut self, now: DateTime<Utc>) {
        self.sent.retain(|_, sent| sent.at + TimeDelta::days(3) > now);
    }
}

impl Desk {
    pub fn add(&mut self, publish_id: String, sent: Sent) {
        self.sent.insert(publish_id, sent);
    }

    /// This account's, by its `publish_id`.
    pub fn of(&self, me: &Account, publish_id: &str) -> Option<&Sent> {
        self.sent.get(publish_id).filter(|sent| sent.account == me.id)
    }

    pub fn of_anybody(&mut self, publish_id: &str) -> Option<&mut Sent> {
        self.sent.get_mut(publish_id)
    }

    /// The upload that an address names, with its `publish_id`, while it is open.
    pub fn open(&mut self, key: &str, now: DateTime<Utc>) -> Result<(String, &mut Sent), Closed> {
        let found = self.sent.iter_mut().find(|(_, sent)| !key.is_empty() && sent.key == key);
        let (publish_id, sent) = found.ok_or(Closed::Unknown)?;
        match sent.finished {
            None if now < sent.at + OPEN => Ok((publish_id.clone(), sent)),
            None => Err(Closed::TooLate),
            Some(_) => Err(Closed::Unknown),
        }
    }
}

/// Why an address takes no bytes.
pub(super) enum Closed {
    Unknown,
    TooLate,
}

/// A video or pictures that became a post, or will.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Sent {
    pub account: String,
    /// Of a video: what its upload address is known by.
    pub key: String,
    pub at: DateTime<Utc>,
    /// `post_info`
    pub info: Value,
    /// As it was announced: bytes of all, bytes of a part.
    pub size: u64,
    pub part: u64,
    /// When everything was there.
    pub finished: Option<DateTime<Utc>>,
    /// Until then it is worked on.
    pub ready_at: DateTime<Utc>,
    /// `fail_reason`
    pub failed: Option<String>,
    /// The post.
    pub post: Option<String>,
    /// What came so far. Not in the snapshot: TikTok, too, may lose an unfinished upload.
    #[serde(skip)]
    pub bytes: BytesMut,
}

impl Sent {
    pub fn received(&self) -> u64 {
        if self.finished.is_some() { self.size } else { self.bytes.len() as u64 }
    }
}
