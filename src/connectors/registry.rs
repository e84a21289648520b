//! Every connector, one line each.

use super::Connector;
use super::instagram::Instagram;
use super::linkedin::LinkedIn;
use super::x::X;
use crate::domain::platform::Platform;

static ALL: [Connector; 3] = [
    Connector::social(Platform::Instagram, &Instagram),
    Connector::social(Platform::LinkedIn, &LinkedIn),
    Connector::social(Platform::X, &X),
];

/// Every platform that we can talk to.
pub fn all() -> &'static [Connector] {
    &ALL
}

/// The connector of a platform; `None` for those that we only keep keys of.
pub fn find(platform: Platform) -> Option<&'static Connector> {
    ALL.iter().find(|c| c.platform == platform)
}
