//! The platforms that have a stand-in: one line each (and the `mod` of its folder in `sandbox`).

use super::stand_in::StandIn;
use crate::domain::platform::Platform;

/// In the order in which pages show them.
#[rustfmt::skip]
pub(super) static STAND_INS: &[&dyn StandIn] = &[
    &super::x::X,
    &super::linkedin::LinkedIn,
    &super::instagram::Instagram,
    &super::facebook::Facebook,
    &super::bluesky::Bluesky,
    &super::pinterest::Pinterest,
    &super::reddit::Reddit,
    &super::tiktok::TikTok,
    &super::youtube::YouTube,
];

/// The stand-in of a platform, if there is one.
pub(super) fn find(platform: Platform) -> Option<&'static dyn StandIn> {
    STAND_INS.iter().copied().find(|s| s.platform() == platform)
}

/// The platforms that have a stand-in.
pub fn platforms() -> impl Iterator<Item = Platform> {
    STAND_INS.iter().map(|s| s.platform())
}
