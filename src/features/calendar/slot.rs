//! The place of a cell in the grid: a day, and in the grids by the hour also an hour. It stands in the document
//! (`data-day`, `data-slot`), where pointers and keys find it.

use super::model::Span;
use crate::domain::moment::{Day, LocalTime};
use leptos::prelude::document;
use leptos::web_sys::Element;

/// The hour of a new post on a day that is still to come.
const MORNING: u8 = 9;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub day: Day,
    /// `None`: the whole day, as a month shows it.
    pub hour: Option<u8>,
}

impl Slot {
    /// Where a time is shown.
    pub fn holding(span: Span, at: LocalTime) -> Self {
        Self { day: at.day, hour: (span != Span::Month).then_some(at.hour) }
    }

    /// The time of a post that is moved here from `from`: a day keeps its clock, an hour its minutes.
    pub fn moved(self, from: LocalTime) -> LocalTime {
        LocalTime { day: self.day, hour: self.hour.unwrap_or(from.hour), minute: from.minute }
    }

    /// The time that a new post gets here; `None` when it is over.
    pub fn new_post(self, now: LocalTime) -> Option<LocalTime> {
        let at = |hour, minute| LocalTime { day: self.day, hour, minute };
        let usual = at(self.hour.unwrap_or(MORNING), 0);
        let is_now = self.day == now.day && self.hour.is_none_or(|hour| hour == now.hour);
        let quarter = now.minute / 15 * 15 + 15;
        match () {
            () if usual > now => Some(usual),
            () if !is_now => None,
            () if self.hour.is_none() && now.hour < 23 => Some(at(now.hour + 1, 0)),
            () => (quarter < 60).then(|| at(now.hour, quarter)),
        }
    }

    /// The cell this many columns and rows away; `None` where a day ends. A row is an hour, or in a month a week.
    pub fn step(self, columns: i64, rows: i64) -> Option<Self> {
        match self.hour {
            None => Some(Self { day: self.day.plus(columns + 7 * rows), hour: None }),
            Some(hour) => {
                let hour = u8::try_from(i64::from(hour) + rows).ok().filter(|hour| *hour < 24)?;
                Some(Self { day: self.day.plus(columns), hour: Some(hour) })
            }
        }
    }

    /// The same place in the view before or after.
    pub fn turned(self, span: Span, by: i32) -> Self {
        let day = match span {
            Span::Month => self.day.plus_months(by),
            Span::Week | Span::Day => span.step(self.day, by),
        };
        Self { day, ..self }
    }

    /// The cell in which an element is.
    pub fn around(element: &Element) -> Option<Self> {
        let cell = element.closest("[data-day], [data-slot]").ok().flatten()?;
        match cell.get_attribute("data-slot") {
            Some(slot) => {
                let (day, hour) = slot.split_once('T')?;
                Some(Self { day: day.parse().ok()?, hour: Some(hour.parse().ok()?) })
            }
            None => Some(Self { day: cell.get_attribute("data-day")?.parse().ok()?, hour: None }),
        }
    }

    /// Its cell, if it is shown.
    pub fn cell(self) -> Option<Element> {
        let Self { day, hour } = self;
        let selector = match hour {
            Some(hour) => format!("[data-slot='{day}T{hour:02}']"),
            None => format!("[data-day='{day}']"),
        };
        document().query_selector(&selector).ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> LocalTime {
        text.parse().unwrap()
    }

    fn slot(day: &str, hour: Option<u8>) -> Slot {
        Slot { day: day.parse().unwrap(), hour }
    }

    #[test]
    fn a_day_keeps_the_clock_and_an_hour_the_minutes() {
        let from = at("2026-11-20T16:45");
        assert_eq!(slot("2026-12-31", None).moved(from), at("2026-12-31T16:45"));
        assert_eq!(slot("2026-12-31", Some(8)).moved(from), at("2026-12-31T08:45"));
    }

    #[test]
    fn a_new_post_is_never_in_the_past() {
        let new = |day, hour, now| slot(day, hour).new_post(at(now)).map(|at| at.to_string());
        let cases = [
            ("2026-11-21", None, "2026-11-20T09:12", Some("2026-11-21T09:00")),
            ("2026-11-20", None, "2026-11-20T08:59", Some("2026-11-20T09:00")),
            ("2026-11-20", None, "2026-11-20T09:00", Some("2026-11-20T10:00")),
            ("2026-11-20", None, "2026-11-20T23:10", Some("2026-11-20T23:15")),
            ("2026-11-20", None, "2026-11-20T23:50", None),
            ("2026-11-19", None, "2026-11-20T09:12", None),
            ("2026-11-20", Some(15), "2026-11-20T09:12", Some("2026-11-20T15:00")),
            ("2026-11-20", Some(9), "2026-11-20T09:12", Some("2026-11-20T09:15")),
            ("2026-11-20", Some(8), "2026-11-20T09:12", None),
            ("2026-11-19", Some(15), "2026-11-20T09:12", None),
        ];
        for (day, hour, now, wanted) in cases {
            assert_eq!(new(day, hour, now).as_deref(), wanted, "{day} {hour:?} at {now}");
        }
    }

    #[test]
    fn steps_end_with_the_day() {
        assert_eq!(slot("2026-11-30", None).step(1, 1), Some(slot("2026-12-08", None)));
        assert_eq!(slot("2026-11-30", Some(23)).step(1, 0), Some(slot("2026-12-01", Some(23))));
        assert_eq!(slot("2026-11-30", Some(23)).step(0, 1), None);
        assert_eq!(slot("2026-11-30", Some(0)).step(0, -1), None);
        assert_eq!(slot("2026-01-31", None).turned(Span::Month, 1), slot("2026-02-28", None));
        assert_eq!(slot("2026-01-31", Some(8)).turned(Span::Week, -1), slot("2026-01-24", Some(8)));
    }
}
