//! What apps bring before they publish: pictures in parts or as a whole, and Instagram's containers.

use super::ask::Network;
use super::world::Account;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far an upload has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// The bytes are not there yet.
    Waiting,
    /// Ready at `ready_at`.
    Taken,
    Failed,
}

/// X media or a LinkedIn image.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Upload {
    pub network: Network,
    pub id: String,
    pub account: String,
    /// X: `tweet_image` or `tweet_gif`.
    pub category: String,
    pub declared_bytes: u64,
    pub phase: Phase,
    pub picture: Option<String>,
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    pub alt: String,
    pub expires_at: DateTime<Utc>,
    pub ready_at: DateTime<Utc>,
    /// X: what was appended so far; forgotten in a restart, as an upload may be at any time.
    #[serde(skip)]
    pub segments: BTreeMap<u16, Bytes>,
}

impl Upload {
    /// Announced: its bytes are not there yet.
    pub fn new(network: Network, id: String, account: &Account, now: DateTime<Utc>, expires_at: DateTime<Utc>) -> Self {
        Self {
            network,
            id,
            account: account.id.clone(),
            category: String::new(),
            declared_bytes: 0,
            phase: Phase::Waiting,
            picture: None,
            width: 0,
            height: 0,
            bytes: 0,
            alt: String::new(),
            expires_at,
            ready_at: now,
            segments: BTreeMap::new(),
        }
    }
}

/// An Instagram media container.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Container {
    pub id: String,
    pub account: String,
    pub caption: String,
    pub alt: String,
    pub picture: Option<String>,
    /// Of a carousel.
    pub children: Vec<String>,
    pub is_child: bool,
    pub created_at: DateTime<Utc>,
    pub ready_at: DateTime<Utc>,
    /// The media that it became.
    pub published: Option<String>,
}
