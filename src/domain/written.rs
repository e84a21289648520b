//! Days and times as people write them: "20 Nov", "20.11.2026", "2026-11-20"; "9", "9:30", "0930", "9 pm".

use super::moment::{Day, MONTHS, WEEKDAYS};

/// Longer than any date that is meant as one.
const MOST: usize = 40;

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDay {
    /// It is not written as one.
    Unreadable,
    /// Its month has no such day; `last` is the last one that it has.
    Beyond { day: u8, last: Day },
}

/// Reads a day. `today` fills in the year that is left out: the one in which the day is still to come. `month_first`: of two
/// numbers that could both be it, the month is the first one.
pub fn day(text: &str, today: Day, month_first: bool) -> Result<Day, NoDay> {
    match text.trim() {
        word if word.eq_ignore_ascii_case("today") => return Ok(today),
        word if word.eq_ignore_ascii_case("tomorrow") => return Ok(today.plus(1)),
        _ => {}
    }
    let (day, month, year) = numbers(text, month_first).ok_or(NoDay::Unreadable)?;
    let beyond = |year| {
        let last = Day::new(year, month, 1).map(Day::last_of_month).filter(|last| day > last.day);
        last.map_or(NoDay::Unreadable, |last| NoDay::Beyond { day, last })
    };
    match year {
        Some(year) => Day::new(year, month, day).ok_or_else(|| beyond(year)),
        None => {
            let mut days = (0..=4).filter_map(|ahead| Day::new(today.year + ahead, month, day));
            let year = today.year + i32::from(month < today.month);
            days.find(|day| *day >= today).ok_or_else(|| beyond(year))
        }
    }
}

/// Day, month and year as they are written.
fn numbers(text: &str, month_first: bool) -> Option<(u8, u8, Option<i32>)> {
    if text.len() > MOST {
        return None;
    }
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<_> = words.filter(|word| named(&WEEKDAYS, word).is_none()).collect();
    let number = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<i32>().ok();
    let (day, month, year) = match words[..] {
        [year, month, day] if year.len() == 4 && number(year).is_some() => (number(day)?, number(month)?, Some(year)),
        [first, second, ref rest @ ..] if rest.len() < 2 => {
            let year = rest.first().copied();
            match (named(&MONTHS, first), named(&MONTHS, second)) {
                (Some(month), _) => (number(second)?, month, year),
                (_, Some(month)) => (number(first)?, month, year),
                _ => {
                    let (a, b) = (number(first)?, number(second)?);
                    // Between points the day is always first.
                    let points = text.contains('.');
                    let swapped = b > 12 || (month_first && a <= 12);
                    if swapped && !points { (b, a, year) } else { (a, b, year) }
                }
            }
        }
        _ => return None,
    };
    let year = match year.map(number) {
        Some(year) => Some(year.map(|year| if year < 100 { 2000 + year } else { year })?),
        None => None,
    };
    Some((u8::try_from(day).ok()?, u8::try_from(month).ok()?, year))
}

/// Which of the names this is the beginning of, from 1; three letters at least.
fn named(names: &[&str], word: &str) -> Option<i32> {
    let is =
        |name: &&str| word.len() >= 3 && name.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    (1..).zip(names).find(|(_, name)| is(name)).map(|(n, _)| n)
}

/// Reads a time of day: hour and minute.
pub fn clock(text: &str) -> Option<(u8, u8)> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() > MOST {
        return None;
    }
    let half = ["am", "pm"].into_iter().find(|half| text.ends_with(half));
    let text = text.trim_end_matches("am").trim_end_matches("pm").trim();
    let (hour, minute) = match text.split_once([':', '.', 'h', ' ']) {
        Some((hour, "")) => (hour, "0"),
        Some((hour, minute)) => (hour, minute),
        None if text.len() <= 2 => (text, "0"),
        None => text.split_at_checked(text.len() - 2)?,
    };
    let number = |digits: &str| {
        let is_one = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<u8>().ok().filter(|_| is_one)
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some("am") => hour % 12,
        Some(_) => hour % 12 + 12,
    };
    (hour < 24 && minute < 60).then_some((hour, minute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_as_people_write_them() {
        let today = Day::new(2026, 11, 20).unwrap();
        let read = |text: &str| day(text, today, false).ok().map(|day| day.to_string());
        for text in
            ["2026-12-03", "3.12.2026", "03/12/26", "3 Dec", "Thu 3 Dec 2026", "December 3rd, 2026", "3. dec", "3.12."]
        {
            assert_eq!(read(text).as_deref(), Some("2026-12-03"), "{text}");
        }
        // What is over this year is meant for the next; a leap day for the next leap year.
        assert_eq!(read("20 Nov").as_deref(), Some("2026-11-20"));
        assert_eq!(read("19 Nov").as_deref(), Some("2027-11-19"));
        assert_eq!(read("29 Feb").as_deref(), Some("2028-02-29"));
        for text in
            ["", "3", "Dec", "31 Nov", "3.13.2026", "13.13.2026", "0 Dec", "12 12 12 12", "2026-02-30", "ten Dec"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!((read("Today").as_deref(), read(" tomorrow ").as_deref()), (Some("2026-11-20"), Some("2026-11-21")));
        let american = |text: &str| day(text, today, true).ok().map(|day| day.to_string());
        assert_eq!(american("12/3/2026").as_deref(), Some("2026-12-03"));
        assert_eq!(american("3.12.2026").as_deref(), Some("2026-12-03"));
        assert_eq!(american("3.1.2027").as_deref(), Some("2027-01-03"));
        assert_eq!(american("24/12/2026").as_deref(), Some("2026-12-24"));
        assert_eq!(read("12/24/2026").as_deref(), Some("2026-12-24"));
    }

    #[test]
    fn a_day_that_its_month_has_not_is_named_with_the_last_one() {
        let today = Day::new(2026, 11, 20).unwrap();
        let beyond = |text: &str| match day(text, today, false) {
            Err(NoDay::Beyond { day, last }) => format!("{day} {last}"),
            other => format!("{other:?}"),
        };
        assert_eq!(beyond("31/02"), "31 2027-02-28");
        assert_eq!(beyond("31 Nov"), "31 2026-11-30");
        assert_eq!(beyond("29.2.2027"), "29 2027-02-28");
        assert_eq!(beyond("2028-02-30"), "30 2028-02-29");
        for text in ["0 Dec", "3.13.2026", "banana", "300 Nov"] {
            assert_eq!(day(text, today, false), Err(NoDay::Unreadable), "{text}");
        }
    }

    #[test]
    fn times_as_people_write_them() {
        let read = |text: &str| clock(text).map(|(h, m)| format!("{h:02}:{m:02}"));
        for (text, time) in [
            ("9", "09:00"),
            ("09", "09:00"),
            ("9:30", "09:30"),
            ("0930", "09:30"),
            ("930", "09:30"),
            ("9.30", "09:30"),
            ("9h", "09:00"),
            ("21:05", "21:05"),
            ("9 pm", "21:00"),
            ("12am", "00:00"),
            ("12:15 PM", "12:15"),
            ("0", "00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(time), "{text}");
        }
        for text in ["", "24", "9:60", "25:00", "13 pm", "0 am", "9:3o", "12345", "+9", "now", "é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,48}", first: bool) {
            let _ = day(&text, Day::new(2026, 11, 20).unwrap(), first);
            let _ = clock(&text);
        }
    }
}
