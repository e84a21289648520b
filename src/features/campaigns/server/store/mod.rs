//! SQL of campaigns: the campaigns themselves and their model answers (`campaigns`), planned posts (`planned`).

pub mod campaigns;
pub mod planned;

use crate::domain::moment::{Day, LocalTime};
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

/// As Postgres has a day.
pub fn date(day: Day) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year, u32::from(day.month), u32::from(day.day)).unwrap_or_default()
}

pub fn day(date: NaiveDate) -> Day {
    Day::from_number(i64::from(date.num_days_from_ce()) - 719_163)
}

pub fn local(at: NaiveDateTime) -> LocalTime {
    LocalTime { day: day(at.date()), hour: at.hour() as u8, minute: at.minute() as u8 }
}
