//! Comparing our text with what a platform shows: the basis of every `probe`.

use chrono::{DateTime, TimeDelta, Utc};
use unicode_normalization::UnicodeNormalization;

/// Text as it counts for comparing: composed characters, one space between words, none around.
pub fn plain(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// From when on a post can be ours: clocks differ by a little.
pub fn earliest(armed: DateTime<Utc>) -> DateTime<Utc> {
    armed - TimeDelta::seconds(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_composition_do_not_matter() {
        assert_eq!(plain(" Cafe\u{301}\r\n\r\nopen  today\u{a0}"), "Caf\u{e9} open today");
        assert_ne!(plain("open today"), plain("Open today"));
    }
}
