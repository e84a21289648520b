//! The only way out of a connector: base URLs from settings, timeouts, size caps, limits, journal, fault classes.

use crate::infra::http::outbound::Outbound;

/// A connector's HTTP door. Cheap to clone.
#[derive(Clone)]
pub struct Wire {
    pub outbound: Outbound,
}

impl Wire {
    pub fn new(outbound: Outbound) -> Self {
        Self { outbound }
    }
}
