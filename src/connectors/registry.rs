//! Every connector, one line each.

use super::Connector;
use crate::domain::platform::Platform;

static ALL: [&dyn Connector; 0] = [];

pub fn all() -> &'static [&'static dyn Connector] {
    &ALL
}

pub fn find(platform: Platform) -> Option<&'static dyn Connector> {
    all().iter().copied().find(|c| c.platform() == platform)
}
