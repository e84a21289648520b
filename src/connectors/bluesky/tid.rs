//! TIDs, the record keys of posts: a time in microseconds and a clock id, written in 13 characters that sort as the numbers
//! do. Source: atproto.com, specification TID.

use chrono::{DateTime, Utc};
use std::fmt;

const DIGITS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
const LENGTH: u32 = 13;
/// The highest bit is 0, 53 are microseconds since 1970, 10 the clock id.
const CLOCK_BITS: u32 = 10;
const MAX_MICROS: u64 = (1 << 53) - 1;

/// A record key of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tid(u64);

impl Tid {
    /// The key of this moment (clamped to 1970 until 2255). `clock` tells apart what happens in the same microsecond; its
    /// lower 10 bits count and should be random.
    pub fn new(at: DateTime<Utc>, clock: u16) -> Self {
        let micros = u64::try_from(at.timestamp_micros()).unwrap_or(0).min(MAX_MICROS);
        Self(micros << CLOCK_BITS | u64::from(clock) & ((1 << CLOCK_BITS) - 1))
    }

    /// Reads 13 characters; `None` for everything that is no TID, such as one with capital letters or of
    /// more than 64 bits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != LENGTH as usize {
            return None;
        }
        let number = text.bytes().try_fold(0u128, |number, byte| {
            let digit = DIGITS.iter().position(|d| *d == byte)?;
            Some(number << 5 | digit as u128)
        })?;
        u64::try_from(number).ok().map(Self)
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> u64 {
        self.0 >> CLOCK_BITS
    }
}

impl fmt::Display for Tid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        (0..LENGTH).rev().try_for_each(|at| f.write_char(char::from(DIGITS[(self.0 >> (5 * at) & 31) as usize])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_specification_s_examples_are_read() {
        for good in ["3jzfcijpj2z2a", "7777777777777", "3zzzzzzzzzzzz", "2222222222222", "jzzzzzzzzzzzz"] {
            assert_eq!(Tid::parse(good).map(|t| t.to_string()).as_deref(), Some(good));
        }
        for bad in [
            "",
            "3jzfcijpj2z21",
            "0000000000000",
            "3jzfcijpj2z2aa",
            "3jzfcijpj2z2",
            "3jzf-cij-pj2z-2a",
            "zzzzzzzzzzzzz",
            "kjzfcijpj2z2a",
            "3JZFCIJPJ2Z2A",
            "3jzfcijpj2zé",
        ] {
            assert_eq!(Tid::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_moment_has_the_key_that_other_programs_give_it() {
        // Made with the calculation of `@atproto/common-web`.
        let at = DateTime::from_timestamp_micros(1_795_823_240_123_456).unwrap();
        assert_eq!(Tid::new(at, 5).to_string(), "3n3der6x74227");
        assert_eq!(Tid::new(DateTime::UNIX_EPOCH, 0).to_string(), "2222222222222");
        assert_eq!(Tid::new(DateTime::<Utc>::MIN_UTC, 0).micros(), 0);
        assert!(Tid::parse(&Tid::new(DateTime::<Utc>::MAX_UTC, u16::MAX).to_string()).is_some());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(micros in 0..(1i64 << 53), clock in 0u16..1024) {
            let tid = Tid::new(DateTime::from_timestamp_micros(micros).unwrap(), clock);
            prop_assert_eq!(tid.micros(), micros as u64);
            prop_assert_eq!(Tid::parse(&tid.to_string()), Some(tid));
        }

        #[test]
        fn keys_sort_by_time(a in 0..(1i64 << 53), b in 0..(1i64 << 53), clock in 0u16..1024) {
            let key = |micros| Tid::new(DateTime::from_timestamp_micros(micros).unwrap(), clock).to_string();
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
        }

        #[test]
        fn nonsense_is_refused_or_written_the_same(text in "[2-7a-zA-Z0-9é]{11,14}") {
            if let Some(tid) = Tid::parse(&text) {
                prop_assert_eq!(tid.to_string(), text);
            }
        }
    }
}
