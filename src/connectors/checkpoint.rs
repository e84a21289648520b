//! What a connector remembers of a delivery between its steps.

use super::{Fault, Media};
use crate::domain::ids::AssetId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The connector's own small, versioned memory of a delivery, saved after every step: media ids, container ids.
pub type Checkpoint = Value;

/// Reads a connector's checkpoint; one that it did not write (or an older version wrote) means preparing again.
pub(super) fn read<T: DeserializeOwned>(checkpoint: &Checkpoint, version: u64) -> Result<T, Fault> {
    let lost = || Fault::PreparationLost { message: "This was prepared by another version of LUX.".into() };
    if checkpoint.get("v").and_then(Value::as_u64) != Some(version) {
        return Err(lost());
    }
    serde_json::from_value(checkpoint.clone()).map_err(|_| lost())
}

/// The checkpoint as it is saved.
pub(super) fn write(checkpoint: &impl Serialize) -> Checkpoint {
    serde_json::to_value(checkpoint).expect("checkpoints are plain structs with string keys")
}

/// Whether the pictures that were sent are the first ones of the content, in this order.
pub(super) fn in_order(sent: impl IntoIterator<Item = Option<AssetId>>, media: &[Media]) -> bool {
    let mut media = media.iter();
    sent.into_iter().all(|asset| media.next().is_some_and(|m| asset == Some(m.facts.asset)))
}
