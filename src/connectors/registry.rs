//! Every connector, one line each.

use super::Connector;
use super::instagram::Instagram;
use super::linkedin::LinkedIn;
use super::x::X;
use crate::domain::platform::Platform;

static ALL: [&dyn Connector; 3] = [
    &Instagram, //
    &LinkedIn, &X,
];

pub fn all() -> &'static [&'static dyn Connector] {
    &ALL
}

pub fn find(platform: Platform) -> Option<&'static dyn Connector> {
    all().iter().copied().find(|c| c.platform() == platform)
}
