//! Wall-clock times and zones (IANA, from the bundled database, so that results do not depend on the server's).

use crate::domain::moment::{Day, LocalTime};
use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// What a wall-clock time means in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    One(DateTime<Utc>),
    /// The clocks go back: it happens twice.
    Twice {
        first: DateTime<Utc>,
        second: DateTime<Utc>,
    },
    /// The clocks go forward over it. `proposal` is the same distance after the jump, as the clock then shows.
    Never {
        proposal: LocalTime,
        at: DateTime<Utc>,
    },
}

pub fn parse(zone: &str) -> Option<Tz> {
    zone.parse().ok()
}

/// The zone of a company row; a zone that is no longer known counts as UTC.
pub fn of(zone: &str) -> Tz {
    parse(zone).unwrap_or(Tz::UTC)
}

pub fn names() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|z| z.name())
}

pub fn local(zone: Tz, at: DateTime<Utc>) -> LocalTime {
    let t = at.with_timezone(&zone);
    LocalTime { day: day_of(t.date_naive()), hour: t.hour() as u8, minute: t.minute() as u8 }
}

pub fn today(zone: Tz, now: DateTime<Utc>) -> Day {
    local(zone, now).day
}

/// A date that no [`Day`] can be is the first or last one.
fn day_of(d: NaiveDate) -> Day {
    Day::from_number(i64::from(d.num_days_from_ce()) - 719_163)
}

pub fn naive(t: LocalTime) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(t.day.year, u32::from(t.day.month), u32::from(t.day.day))
        .and_then(|d| d.and_hms_opt(u32::from(t.hour), u32::from(t.minute), 0))
        .unwrap_or_default()
}

pub fn resolve(zone: Tz, time: LocalTime) -> Resolved {
    let naive = naive(time);
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(t) => Resolved::One(t.to_utc()),
        LocalResult::Ambiguous(a, b) => Resolved::Twice { first: a.min(b).to_utc(), second: a.max(b).to_utc() },
        LocalResult::None => {
            // Read it with the offset before the jump: the instant is right after it, by as much as was skipped.
            let before = zone.offset_from_utc_datetime(&(naive - TimeDelta::hours(24)));
            let offset = TimeDelta::seconds(i64::from(before.fix().local_minus_utc()));
            let at = (naive - offset).and_utc();
            Resolved::Never { proposal: local(zone, at), at }
        }
    }
}

/// The instant at which a day begins; where midnight is skipped, the first one that exists.
pub fn start_of(zone: Tz, day: Day) -> DateTime<Utc> {
    match resolve(zone, LocalTime { day, hour: 0, minute: 0 }) {
        Resolved::One(t) | Resolved::Twice { first: t, .. } | Resolved::Never { at: t, .. } => t,
    }
}

/// What happens to the clock on a day, in words; `None` on the days (nearly all) on which nothing does.
pub fn clock_change(zone: Tz, day: Day) -> Option<String> {
    let hours = (start_of(zone, day.plus(1)) - start_of(zone, day)).num_minutes() - 24 * 60;
    match hours {
        0 => None,
        m if m < 0 => Some(format!("Clocks go forward by {}", length(-m))),
        m => Some(format!("Clocks go back by {}", length(m))),
    }
}

/// The hours that the clock leaves out on a day, from the first to the last minute.
pub fn skipped_hours(zone: Tz, day: Day) -> Vec<u8> {
    if clock_change(zone, day).is_none() {
        return vec![];
    }
    let is_never = |hour, minute| matches!(resolve(zone, LocalTime { day, hour, minute }), Resolved::Never { .. });
    (0..24).filter(|&hour| is_never(hour, 0) && is_never(hour, 59)).collect()
}

fn length(minutes: i64) -> String {
    match minutes {
        60 => "one hour".into(),
        m if m % 60 == 0 => format!("{} hours", m / 60),
        m => format!("{m} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: &str) -> LocalTime {
        s.parse().unwrap()
    }

    #[test]
    fn jumps_and_folds() {
        let cases = [
            ("Europe/Lisbon", "2026-03-29T01:30", "2026-03-29T02:30"),
            ("America/New_York", "2026-03-08T02:30", "2026-03-08T03:30"),
            ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45"),
        ];
        for (zone, asked, proposed) in cases {
            match resolve(of(zone), at(asked)) {
                Resolved::Never { proposal, .. } => assert_eq!(proposal, at(proposed), "{zone}"),
                other => panic!("{zone} {asked}: {other:?}"),
            }
        }
        for (zone, twice) in [("Europe/Lisbon", "2026-10-25T01:30"), ("America/New_York", "2026-11-01T01:30")] {
            assert!(matches!(resolve(of(zone), at(twice)), Resolved::Twice { .. }), "{zone}");
        }
        let plain = resolve(of("Asia/Kathmandu"), at("2026-11-20T10:00"));
        assert_eq!(plain, Resolved::One("2026-11-20T04:15:00Z".parse().unwrap()));
    }

    #[test]
    fn days_on_which_clocks_change() {
        let lisbon = of("Europe/Lisbon");
        let change = |d: &str| clock_change(lisbon, d.parse().unwrap());
        assert_eq!(change("2026-03-29").as_deref(), Some("Clocks go forward by one hour"));
        assert_eq!(change("2026-10-25").as_deref(), Some("Clocks go back by one hour"));
        assert_eq!(change("2026-11-20"), None);
        let skipped = |zone, d: &str| skipped_hours(of(zone), d.parse().unwrap());
        assert_eq!(skipped("Europe/Lisbon", "2026-03-29"), [1]);
        assert_eq!(skipped("Asia/Beirut", "2026-03-29"), [0]);
        assert_eq!(skipped("Europe/Lisbon", "2026-10-25"), [0u8; 0]);
        // Half an hour only.
        assert_eq!(skipped("Australia/Lord_Howe", "2026-10-04"), [0u8; 0]);
    }

    #[test]
    fn midnight_that_does_not_exist() {
        // Beirut moves its clocks at midnight.
        let start = start_of(of("Asia/Beirut"), "2026-03-29".parse().unwrap());
        assert_eq!(local(of("Asia/Beirut"), start), at("2026-03-29T01:00"));
    }
}
