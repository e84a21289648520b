//! Assets as both sides know them.

use crate::domain::draft::MediaFacts;
use serde::{Deserialize, Serialize};

/// An image in the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssetCard {
    pub facts: MediaFacts,
    pub file_name: String,
    /// Address of the picture itself, on this server.
    pub url: String,
}
