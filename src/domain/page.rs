//! Paging for every list: where a part of a list begins and ends is kept in the URL, so that a link reproduces the view.

use super::ids::Uuid;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

pub const PAGE_SIZE: u32 = 25;

/// A page by number from 1 and size: for lists that stop at a bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// From 1.
    pub number: u32,
    pub size: u32,
    /// All rows that match, over all pages.
    pub total: u64,
}

impl<T> Page<T> {
    pub fn pages(&self) -> u32 {
        (self.total.div_ceil(u64::from(self.size.max(1)))).max(1) as u32
    }
}

/// Counts that pages show are stopped one past this; beyond it they say "1,000+".
pub const COUNTED: i64 = 1_000;
/// The same for the posts of one day.
pub const DAY_COUNTED: i64 = 2_000;

/// A count that was stopped one past `bound`, as people read it: "27", "1,430", "2,000+".
pub fn up_to(bound: i64, n: i64) -> String {
    let shown = n.min(bound);
    let number = if shown >= 1_000 { format!("{},{:03}", shown / 1_000, shown % 1_000) } else { shown.to_string() };
    if n > bound { format!("{number}+") } else { number }
}

/// [`up_to`] [`COUNTED`].
pub fn counted(n: i64) -> String {
    up_to(COUNTED, n)
}

/// Where one item of a list stands: the list is ordered by time, and by id where times are equal. Written
/// `1764300000000000_019a…` (microseconds since 1970, id).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    pub at_us: i64,
    pub id: Uuid,
}

impl Cursor {
    /// The last microsecond of the year 9999.
    const LAST_US: i64 = 253_402_300_799_999_999;
    /// Before everything.
    pub const FIRST: Self = Self { at_us: 0, id: Uuid::nil() };
    /// Behind everything.
    pub const LAST: Self = Self { at_us: Self::LAST_US, id: Uuid::max() };
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.at_us, self.id)
    }
}

impl FromStr for Cursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "This is no place in a list.";
        let (at_us, id) = text.split_once('_').ok_or(WRONG)?;
        let at_us = at_us.parse().ok().filter(|us| (0..=Self::LAST_US).contains(us)).ok_or(WRONG)?;
        Ok(Self { at_us, id: id.parse().map_err(|_| WRONG)? })
    }
}

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

#[cfg(feature = "ssr")]
impl From<Cursor> for chrono::DateTime<chrono::Utc> {
    fn from(cursor: Cursor) -> Self {
        Self::from_timestamp_micros(cursor.at_us).unwrap_or_default()
    }
}

/// A part of a list that is read by key: it costs the same wherever it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part<T> {
    pub items: Vec<T>,
    /// There are newer items; they end before this one.
    pub newer: Option<Cursor>,
    /// There are older items; they begin behind this one.
    pub older: Option<Cursor>,
    /// How many match over all parts, as [`counted`]; `None`: nobody counted them.
    pub total: Option<i64>,
    /// Not everything was looked at: only so many of the newest.
    pub looked_at: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_and_read() {
        let place = Cursor { at_us: 1_764_300_000_000_001, id: Uuid::from_u128(7) };
        assert_eq!(place.to_string().parse(), Ok(place));
        for wrong in ["", "1", "_", "-1_00000000-0000-0000-0000-000000000000", "99999999999999999999_x", "1_x"] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
        assert!(format!("253402300800000000_{}", Uuid::nil()).parse::<Cursor>().is_err(), "after the year 9999");
    }

    #[test]
    fn counts_stop() {
        assert_eq!((counted(0), counted(1_000), counted(1_001)), ("0".into(), "1,000".into(), "1,000+".into()));
        assert_eq!((up_to(2_000, 1_030), up_to(2_000, 2_001)), ("1,030".into(), "2,000+".into()));
    }
}
