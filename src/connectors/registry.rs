//! Every connector, one line each.

use super::Connector;
use super::{
    bluesky, facebook, instagram, linkedin, models, object_store, pinterest, reddit, snapchat, tiktok, x, youtube,
};
use crate::domain::platform::Platform;

static ALL: &[&Connector] = &[
    &bluesky::CONNECTOR,
    &facebook::CONNECTOR,
    &instagram::CONNECTOR,
    &linkedin::CONNECTOR,
    &models::COMPATIBLE,
    &models::GEMINI,
    &models::OPENAI,
    &object_store::CONNECTOR,
    &pinterest::CONNECTOR,
    &reddit::CONNECTOR,
    &snapchat::CONNECTOR,
    &tiktok::CONNECTOR,
    &x::CONNECTOR,
    &youtube::CONNECTOR,
];

/// Every platform that we can talk to.
pub fn all() -> impl Iterator<Item = &'static Connector> {
    ALL.iter().copied()
}

/// The connector of a platform; `None` for those that we only keep keys of.
pub fn find(platform: Platform) -> Option<&'static Connector> {
    all().find(|c| c.platform == platform)
}
