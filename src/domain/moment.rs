//! Time without a clock or a zone database: an instant as milliseconds, a civil date and a civil date-time.
//! Zones live on the server (`infra::zone`); the browser gets local times that were already worked out.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment(pub i64);

#[cfg(feature = "ssr")]
impl From<chrono::DateTime<chrono::Utc>> for Moment {
    fn from(t: chrono::DateTime<chrono::Utc>) -> Self {
        Self(t.timestamp_millis())
    }
}

#[cfg(feature = "ssr")]
impl From<Moment> for chrono::DateTime<chrono::Utc> {
    fn from(m: Moment) -> Self {
        chrono::DateTime::from_timestamp_millis(m.0).unwrap_or_default()
    }
}

/// A civil date in no particular zone, of the years 1 to 9999: what ISO 8601 writes with four digits. Reading one checks
/// that, and arithmetic stays within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "DayFields")]
pub struct Day {
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// A [`Day`] as it arrives, before anybody looked at it.
#[derive(Deserialize)]
struct DayFields {
    year: i32,
    month: u8,
    day: u8,
}

impl TryFrom<DayFields> for Day {
    type Error = &'static str;
    fn try_from(given: DayFields) -> Result<Self, Self::Error> {
        Self::new(given.year, given.month, given.day)
            .ok_or("this is not a day of the calendar; years go from 1 to 9999")
    }
}

pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The numbers of 1 January 1, a Monday, and of 31 December 9999.
const NUMBERS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;

impl Day {
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let valid = (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
        valid.then_some(Self { year, month, day })
    }
    /// Days since 1970-01-01 (Howard Hinnant's civil-from-days arithmetic).
    pub fn number(self) -> i64 {
        let y = i64::from(self.year) - i64::from(self.month <= 2);
        let era = y.div_euclid(400);
        let yoe = y - era * 400;
        let mp = (i64::from(self.month) + 9) % 12;
        let doy = (153 * mp + 2) / 5 + i64::from(self.day) - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        era * 146_097 + doe - 719_468
    }
    /// The day with this number, or the first or last one that there is.
    pub fn from_number(n: i64) -> Self {
        let z = n.clamp(*NUMBERS.start(), *NUMBERS.end()) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z - era * 146_097;
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = (doy - (153 * mp + 2) / 5 + 1) as u8;
        let month = if mp < 10 { mp + 3 } else { mp - 9 } as u8;
        let year = (yoe + era * 400 + i64::from(month <= 2)) as i32;
        Self { year, month, day }
    }
    pub fn plus(self, days: i64) -> Self {
        Self::from_number(self.number().saturating_add(days))
    }
    /// Monday = 0.
    pub fn weekday(self) -> u8 {
        (self.number() + 3).rem_euclid(7) as u8
    }
    pub fn monday(self) -> Self {
        self.plus(-i64::from(self.weekday()))
    }
    pub fn first_of_month(self) -> Self {
        Self { day: 1, ..self }
    }
    pub fn last_of_month(self) -> Self {
        Self { day: days_in(self.year, self.month), ..self }
    }
    pub fn plus_months(self, months: i32) -> Self {
        let n = (i64::from(self.year) * 12 + i64::from(self.month) - 1 + i64::from(months)).clamp(12, 9999 * 12 + 11);
        let (year, month) = (n.div_euclid(12) as i32, n.rem_euclid(12) as u8 + 1);
        Self { year, month, day: self.day.min(days_in(year, month)) }
    }
    pub fn month_name(self) -> &'static str {
        MONTHS[usize::from(self.month) - 1]
    }
    pub fn weekday_name(self) -> &'static str {
        WEEKDAYS[usize::from(self.weekday())]
    }
    /// "Fri 20 Nov", and "Sat 20 Nov 2027" when that is not this year: how every date is written.
    pub fn short(self) -> String {
        self.short_in(this_year())
    }
    /// The same as it is written in a given year.
    pub fn short_in(self, year: i32) -> String {
        let day = format!("{} {} {}", &self.weekday_name()[..3], self.day, &self.month_name()[..3]);
        if self.year == year { day } else { format!("{day} {}", self.year) }
    }
}

pub fn days_in(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The year that it is in UTC. Around New Year another place may be in another one already: then a date has its year, or has it
/// not, some hours early; it is right either way.
fn this_year() -> i32 {
    // Unit tests spell dates out; they are of this year.
    #[cfg(test)]
    return 2026;
    #[cfg(all(feature = "ssr", not(test)))]
    return chrono::Datelike::year(&chrono::Utc::now());
    #[cfg(all(feature = "hydrate", not(any(test, feature = "ssr"))))]
    return js_sys::Date::new_0().get_utc_full_year() as i32;
    #[cfg(not(any(test, feature = "ssr", feature = "hydrate")))]
    0
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Day {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        let mut parts = s.splitn(3, '-');
        let mut next = || parts.next().ok_or(());
        let (y, m, d) = (next()?, next()?, next()?);
        if y.len() != 4 || m.len() != 2 || d.len() != 2 {
            return Err(());
        }
        Self::new(y.parse().map_err(drop)?, m.parse().map_err(drop)?, d.parse().map_err(drop)?).ok_or(())
    }
}

/// A wall-clock time in some zone that is kept beside it: what a person meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "LocalTimeFields")]
pub struct LocalTime {
    pub day: Day,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// A [`LocalTime`] as it arrives.
#[derive(Deserialize)]
struct LocalTimeFields {
    day: Day,
    hour: u8,
    minute: u8,
}

impl TryFrom<LocalTimeFields> for LocalTime {
    type Error = &'static str;
    fn try_from(given: LocalTimeFields) -> Result<Self, Self::Error> {
        let LocalTimeFields { day, hour, minute } = given;
        let real = hour < 24 && minute < 60;
        real.then_some(Self { day, hour, minute }).ok_or("this is not a time of the day; it goes from 00:00 to 23:59")
    }
}

impl LocalTime {
    /// "16:45"
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }
    /// "Fri 20 Nov, 16:45", with the year when that is not this one.
    pub fn short(self) -> String {
        format!("{}, {}", self.day.short(), self.clock())
    }
}

/// The form of `<input type="datetime-local">`: 2026-11-20T16:45.
impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}:{:02}", self.day, self.hour, self.minute)
    }
}

impl FromStr for LocalTime {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        let (day, clock) = s.split_once(['T', ' ']).ok_or(())?;
        let mut parts = clock.split(':');
        let hour: u8 = parts.next().ok_or(())?.parse().map_err(drop)?;
        let minute: u8 = parts.next().ok_or(())?.parse().map_err(drop)?;
        if hour > 23 || minute > 59 {
            return Err(());
        }
        Ok(Self { day: day.parse()?, hour, minute })
    }
}

/// An instant and how the company's clock shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    pub at: Moment,
    pub local: LocalTime,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days() {
        let day: Day = "2026-11-20".parse().unwrap();
        assert_eq!(day.weekday_name(), "Friday");
        assert_eq!(Day::from_number(0).to_string(), "1970-01-01");
        assert_eq!("2026-01-31".parse::<Day>().unwrap().plus_months(1).to_string(), "2026-02-28");
        assert!("2026-02-29".parse::<Day>().is_err());
        assert_eq!((day.short_in(2026), day.short_in(2027)), ("Fri 20 Nov".into(), "Fri 20 Nov 2026".into()));
        assert_eq!("2020-01-01T09:05:00".parse::<LocalTime>().unwrap().short(), "Wed 1 Jan 2020, 09:05");
    }

    #[test]
    fn arithmetic_stays_among_the_days_that_there_are() {
        let (first, last) = (Day::new(1, 1, 1).unwrap(), Day::new(9999, 12, 31).unwrap());
        assert_eq!((first.number(), last.number()), (*NUMBERS.start(), *NUMBERS.end()));
        for n in [i64::MIN, -719_163, 2_932_897, i64::MAX] {
            assert_eq!(Day::from_number(n), if n < 0 { first } else { last });
        }
        assert_eq!((first.plus(i64::MIN), last.plus(i64::MAX)), (first, last));
        assert_eq!((first.monday(), first.plus_months(-1)), (first, first));
        assert_eq!((last.plus_months(i32::MAX), first.plus_months(i32::MIN)), (last, first));
    }

    #[test]
    fn what_is_no_day_and_no_time_is_not_read() {
        let day = |json: &str| serde_json::from_str::<Day>(json);
        assert_eq!(day(r#"{"year":2026,"month":11,"day":20}"#).unwrap().to_string(), "2026-11-20");
        for (year, month, date) in [
            (-1_000_000_000, 1, 1),
            (-9999, 1, 1),
            (0, 1, 1),
            (10_000, 1, 1),
            (2026, 0, 1),
            (2026, 13, 1),
            (2026, 2, 29),
            (2026, 1, 0),
        ] {
            let error = day(&format!(r#"{{"year":{year},"month":{month},"day":{date}}}"#)).unwrap_err();
            assert!(error.to_string().starts_with("this is not a day of the calendar"), "{error}");
        }
        let time = |h: u8, m: u8| {
            serde_json::from_str::<LocalTime>(&format!(
                r#"{{"day":{{"year":2026,"month":1,"day":1}},"hour":{h},"minute":{m}}}"#
            ))
        };
        assert!(time(23, 59).is_ok() && time(24, 0).is_err() && time(0, 60).is_err());
        // What is read is what was written.
        let written = serde_json::to_string(&time(7, 5).unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<LocalTime>(&written).unwrap(), time(7, 5).unwrap());
    }

    proptest! {
        #[test]
        fn day_numbers_round_trip(n in -700_000i64..2_900_000) {
            let day = Day::from_number(n);
            prop_assert_eq!(day.number(), n);
            prop_assert_eq!(day.plus(1).number(), n + 1);
        }
        #[test]
        fn parsing_never_panics(s in ".{0,24}") {
            let _ = s.parse::<Day>();
            let _ = s.parse::<LocalTime>();
        }
    }
}
