//! Emoji as both sides know them.

use serde::{Deserialize, Serialize};

/// Emoji of one answer.
pub const MOST: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emoji {
    pub sign: String,
    /// Its English name.
    pub name: String,
}
