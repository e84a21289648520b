//! When a job of an agent runs: a few simple rhythms in the company's time, written as words ("daily 09:00 13:00", "weekly sun
//! 18:00", "monthly 5 09:00", "quarterly 1 09:00", "hourly").

use crate::domain::moment::WEEKDAYS;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Times of one day.
pub const MAX_TIMES: usize = 6;
/// Every month has this day.
const LAST_DAY: u8 = 28;

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Clock {
    pub hour: u8,
    pub minute: u8,
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl FromStr for Clock {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (hour, minute) = text.split_once(':').ok_or(())?;
        let number = |text: &str, most: u8| {
            let fits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<u8>().ok().filter(|n| fits && *n <= most).ok_or(())
        };
        Ok(Self { hour: number(hour, 23)?, minute: number(minute, 59)? })
    }
}

/// A rhythm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Timing {
    Hourly,
    Daily(Vec<Clock>),
    /// Monday is 0.
    Weekly(u8, Clock),
    /// A day that every month has.
    Monthly(u8, Clock),
    /// The same of January, April, July and October.
    Quarterly(u8, Clock),
}

impl Timing {
    /// `hourly`, `daily`, …
    pub fn every(&self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Daily(_) => "daily",
            Self::Weekly(..) => "weekly",
            Self::Monthly(..) => "monthly",
            Self::Quarterly(..) => "quarterly",
        }
    }

    /// The times of day, with spaces.
    pub fn times(&self) -> String {
        match self {
            Self::Hourly => String::new(),
            Self::Daily(times) => times.iter().map(Clock::to_string).collect::<Vec<_>>().join(" "),
            Self::Weekly(_, at) | Self::Monthly(_, at) | Self::Quarterly(_, at) => at.to_string(),
        }
    }

    /// For people: "Sundays at 18:00".
    pub fn words(&self) -> String {
        match self {
            Self::Hourly => "every hour".into(),
            Self::Daily(times) => {
                let times: Vec<_> = times.iter().map(Clock::to_string).collect();
                match times.as_slice() {
                    [one] => format!("daily at {one}"),
                    [first @ .., last] => format!("daily at {} and {last}", first.join(", ")),
                    [] => "never".into(),
                }
            }
            Self::Weekly(day, at) => format!("{}s at {at}", WEEKDAYS[usize::from(*day % 7)]),
            Self::Monthly(day, at) => format!("on day {day} of each month at {at}"),
            Self::Quarterly(day, at) => format!("on day {day} of each quarter at {at}"),
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hourly => f.write_str("hourly"),
            Self::Daily(_) => write!(f, "daily {}", self.times()),
            Self::Weekly(day, at) => {
                let day = &WEEKDAYS[usize::from(*day % 7)][..3];
                write!(f, "weekly {} {at}", day.to_ascii_lowercase())
            }
            Self::Monthly(day, at) => write!(f, "monthly {day} {at}"),
            Self::Quarterly(day, at) => write!(f, "quarterly {day} {at}"),
        }
    }
}

impl From<Timing> for String {
    fn from(timing: Timing) -> Self {
        timing.to_string()
    }
}

impl TryFrom<String> for Timing {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Timing {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const CLOCK: &str = "Write times as 09:00, with at most six for a day.";
        let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let clock = |word: &str| word.parse::<Clock>().map_err(|()| CLOCK);
        let day = |word: &str| {
            let day = word.parse::<u8>().ok().filter(|day| (1..=LAST_DAY).contains(day));
            day.ok_or("Choose a day from 1 to 28, which every month has.")
        };
        match words.as_slice() {
            ["hourly", ..] => Ok(Self::Hourly),
            ["daily", times @ ..] if (1..=MAX_TIMES).contains(&times.len()) => {
                let mut times = times.iter().map(|word| clock(word)).collect::<Result<Vec<_>, _>>()?;
                times.sort_unstable();
                times.dedup();
                Ok(Self::Daily(times))
            }
            ["weekly", on, at] => {
                let on = WEEKDAYS.iter().position(|name| name[..3].eq_ignore_ascii_case(on));
                Ok(Self::Weekly(on.ok_or("Choose a day of the week.")? as u8, clock(at)?))
            }
            ["monthly", on, at] => Ok(Self::Monthly(day(on)?, clock(at)?)),
            ["quarterly", on, at] => Ok(Self::Quarterly(day(on)?, clock(at)?)),
            _ => Err(CLOCK),
        }
    }
}

#[cfg(feature = "ssr")]
mod clockwork {
    use super::{Clock, Timing};
    use crate::domain::moment::{Day, LocalTime};
    use crate::infra::zone::{self, Resolved};
    use chrono::{DateTime, TimeDelta, Utc};
    use chrono_tz::Tz;

    /// A quarter, and a day for the clock changes.
    const FARTHEST: i64 = 94;

    impl Timing {
        /// The first time after `after`. A time that the clocks skip comes right after the jump, one that happens twice the
        /// first time only.
        pub fn next(&self, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
            let (times, on): (&[Clock], Box<dyn Fn(Day) -> bool>) = match self {
                Self::Hourly => {
                    let next = after + TimeDelta::minutes(60 - i64::from(zone::local(zone, after).minute));
                    return DateTime::from_timestamp(next.timestamp().div_euclid(60) * 60, 0);
                }
                Self::Daily(times) => (times, Box::new(|_| true)),
                Self::Weekly(on, at) => (std::slice::from_ref(at), Box::new(move |day| day.weekday() == *on)),
                Self::Monthly(on, at) => (std::slice::from_ref(at), Box::new(move |day| day.day == *on)),
                Self::Quarterly(on, at) => {
                    (std::slice::from_ref(at), Box::new(move |day| day.day == *on && day.month % 3 == 1))
                }
            };
            // The day before, too: a time of it that the clocks skipped at midnight is after `after`.
            let first = zone::today(zone, after).plus(-1);
            (0..=FARTHEST).map(|n| first.plus(n)).filter(|day| on(*day)).find_map(|day| {
                let instants = times.iter().map(|at| instant(zone, day, *at));
                instants.filter(|at| *at > after).min()
            })
        }
    }

    fn instant(zone: Tz, day: Day, at: Clock) -> DateTime<Utc> {
        match zone::resolve(zone, LocalTime { day, hour: at.hour, minute: at.minute }) {
            Resolved::One(at) | Resolved::Twice { first: at, .. } | Resolved::Never { at, .. } => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timings_are_read_as_they_are_written() {
        for text in [
            "hourly",
            "daily 09:00 13:00 17:00",
            "weekly sun 18:00",
            "monthly 5 09:00",
            "quarterly 1 09:30",
            "daily 23:59",
        ] {
            assert_eq!(text.parse::<Timing>().map(|t| t.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(
            "daily 17:00,9:00, 09:00".parse::<Timing>().map(|t| t.to_string()).as_deref(),
            Ok("daily 09:00 17:00")
        );
        for wrong in [
            "",
            "daily",
            "daily 24:00",
            "weekly 18:00",
            "weekly someday 18:00",
            "monthly 29 09:00",
            "monthly 0 09:00",
            "daily 1 2 3 4 5 6 7",
            "weekly sun 18:60",
            "daily +9:00",
            "yearly 1 09:00",
        ] {
            assert!(wrong.parse::<Timing>().is_err(), "{wrong}");
        }
    }
}
