//! What the platforms allow us: how much of which budget is left, as they said in their responses (`ledger`), what the
//! nodes share of it (`shared`), and how many calls may be under way at once (`gates`).
//! What a response's headers mean is the connectors' business (`connectors::rate_limits`); nothing here knows a platform.

mod gates;
mod ledger;
pub mod shared;

pub use gates::{Gates, Permit, usual};
pub use ledger::{ANY, Budget, Ledger, Period, Reading};

use crate::domain::platform::Platform;
use std::sync::Arc;

/// Whose budgets a call uses, as the ids of two buckets: that of the app credential, and that of one account under it.
/// Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LimitKey {
    pub platform: Platform,
    /// `x:app:<fingerprint>`
    pub app: Arc<str>,
    /// `x:account:<fingerprint>:<account>`: windows per account are counted for each app by itself.
    pub account: Arc<str>,
}

impl LimitKey {
    /// `fingerprint` stands for the app credential, `account` is the account's id at the platform.
    pub fn new(platform: Platform, fingerprint: &str, account: &str) -> Self {
        Self {
            platform,
            app: format!("{platform}:app:{fingerprint}").into(),
            account: format!("{platform}:account:{fingerprint}:{account}").into(),
        }
    }
}

/// One per process.
#[derive(Debug, Default)]
pub struct Limits {
    pub ledger: Ledger,
    pub gates: Gates,
}
