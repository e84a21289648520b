//! From the wall-clock time that a person means to the instant at which a post is due.

use crate::domain::error::{AppError, Problem, Result, Severity};
use crate::domain::moment::{Day, LocalTime};
use crate::domain::post::TimeCheck;
use crate::infra::zone::{self, Resolved};
use chrono::{DateTime, TimeDelta, Utc};

/// Later than this is a slip of the year.
const FARTHEST: TimeDelta = TimeDelta::days(3660);

/// When a post is due, and what to tell about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    pub at: DateTime<Utc>,
    pub local: LocalTime,
    pub note: Option<Problem>,
}

/// Resolves a wall-clock time; the error says what is wrong and proposes a time.
pub fn due(zone_name: &str, local: LocalTime, second: bool, now: DateTime<Utc>) -> Result<Due> {
    let (check, at) = look(zone_name, Some(local), second, now);
    match (check.problem, at) {
        (note, Some(at)) if note.as_ref().is_none_or(|n| n.severity == Severity::Warning) => {
            Ok(Due { at, local, note: note.filter(|_| !second) })
        }
        (problem, _) => {
            Err(AppError::problems(vec![problem.unwrap_or_else(|| Problem::error("time", "Choose a day and time."))]))
        }
    }
}

/// The same for the composer, which shows it beside the field. `None`: nothing was chosen.
pub fn check(zone_name: &str, local: Option<LocalTime>, now: DateTime<Utc>) -> TimeCheck {
    let (first, at) = look(zone_name, local, false, now);
    // The first of two may be over while the second is still to come.
    if first.twice && at.is_none() { look(zone_name, local, true, now).0 } else { first }
}

fn look(
    zone_name: &str,
    local: Option<LocalTime>,
    second: bool,
    now: DateTime<Utc>,
) -> (TimeCheck, Option<DateTime<Utc>>) {
    let zone = zone::of(zone_name);
    let Some(local) = local.filter(|t| is_a_time(*t)) else {
        let problem = Some(Problem::error("time", "Choose a day and time first."));
        return (TimeCheck { problem, proposal: Some(zone::local(zone, next_quarter(now))), twice: false }, None);
    };
    let (at, twice) = match zone::resolve(zone, local) {
        Resolved::One(at) => (at, false),
        Resolved::Twice { first, second: later } => (if second { later } else { first }, true),
        Resolved::Never { proposal, .. } => {
            let message = format!(
                "{} does not exist on {} in {zone_name} because the clocks go forward. Choose {}?",
                local.clock(),
                local.day.short(),
                if proposal.day == local.day { proposal.clock() } else { proposal.short() }
            );
            let problem = Some(Problem::error("time", message));
            return (TimeCheck { problem, proposal: Some(proposal), twice: false }, None);
        }
    };
    if at < now - TimeDelta::minutes(1) {
        let proposal = zone::local(zone, next_quarter(now));
        let message = format!(
            "{} is in the past: it is {} in {zone_name} now. Choose {}?",
            local.short(),
            zone::local(zone, now).clock(),
            proposal.short()
        );
        let problem = Some(Problem::error("time", message));
        return (TimeCheck { problem, proposal: Some(proposal), twice }, None);
    }
    if let Some(slip) = too_far(at, now) {
        return (TimeCheck { problem: Some(slip), proposal: None, twice }, None);
    }
    let note = twice.then(|| {
        Problem::warning(
            "time",
            format!(
                "{} happens twice on {} because the clocks go back. The first one is used unless you choose the second.",
                local.clock(),
                local.day.short()
            ),
        )
    });
    (TimeCheck { problem: note, proposal: None, twice }, Some(at))
}

/// What is said of a time that nobody means.
pub fn too_far(at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Problem> {
    (at - now > FARTHEST).then(|| Problem::error("time", "This is more than ten years away. Check the year."))
}

/// The parts come from outside as plain numbers.
fn is_a_time(t: LocalTime) -> bool {
    Day::new(t.day.year, t.day.month, t.day.day).is_some() && t.hour < 24 && t.minute < 60
}

/// The next full quarter of an hour; every zone's offset is a multiple of it.
pub fn next_quarter(now: DateTime<Utc>) -> DateTime<Utc> {
    const QUARTER: i64 = 15 * 60;
    let next = (now.timestamp().div_euclid(QUARTER) + 1) * QUARTER;
    DateTime::from_timestamp(next, 0).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: &str) -> DateTime<Utc> {
        s.parse().unwrap()
    }
    fn local(s: &str) -> LocalTime {
        s.parse().unwrap()
    }

    #[test]
    fn a_plain_time_is_resolved_in_the_zone() {
        let due = due("America/New_York", local("2026-11-20T16:45"), false, at("2026-11-20T09:12:00Z")).unwrap();
        assert_eq!((due.at, due.note), (at("2026-11-20T21:45:00Z"), None));
    }

    #[test]
    fn a_time_that_is_skipped_comes_with_a_proposal() {
        let now = at("2026-01-01T00:00:00Z");
        let error = due("Europe/Lisbon", local("2026-03-29T01:30"), false, now).unwrap_err();
        assert_eq!(
            error.of("time").unwrap(),
            "01:30 does not exist on Sun 29 Mar in Europe/Lisbon because the clocks go forward. Choose 02:30?"
        );
        assert_eq!(
            check("Europe/Lisbon", Some(local("2026-03-29T01:30")), now).proposal,
            Some(local("2026-03-29T02:30"))
        );
    }

    #[test]
    fn a_time_that_happens_twice_is_the_first_unless_told() {
        let now = at("2026-01-01T00:00:00Z");
        let time = local("2026-10-25T01:30");
        let first = due("Europe/Lisbon", time, false, now).unwrap();
        assert_eq!(first.at, at("2026-10-25T00:30:00Z"));
        assert!(first.note.unwrap().message.contains("happens twice on Sun 25 Oct"));
        let second = due("Europe/Lisbon", time, true, now).unwrap();
        assert_eq!((second.at, second.note), (at("2026-10-25T01:30:00Z"), None));
        assert!(check("Europe/Lisbon", Some(time), now).twice);
        // Between the two, only the second is still possible.
        let between = at("2026-10-25T00:50:00Z");
        assert!(due("Europe/Lisbon", time, false, between).is_err());
        assert!(due("Europe/Lisbon", time, true, between).is_ok());
        let seen = check("Europe/Lisbon", Some(time), between);
        assert!(seen.twice && seen.problem.unwrap().severity == Severity::Warning);
    }

    #[test]
    fn the_past_is_refused_with_the_next_quarter_hour() {
        let now = at("2026-11-20T16:46:30Z");
        let error = due("Europe/Lisbon", local("2026-11-20T16:45"), false, now).unwrap_err();
        assert_eq!(
            error.message,
            "Fri 20 Nov, 16:45 is in the past: it is 16:46 in Europe/Lisbon now. Choose Fri 20 Nov, 17:00?"
        );
        // The minute that is just running counts as now.
        assert!(due("Europe/Lisbon", local("2026-11-20T16:46"), false, now).is_ok());
        assert_eq!(next_quarter(at("2026-11-20T17:00:00Z")), at("2026-11-20T17:15:00Z"));
    }

    #[test]
    fn a_slip_of_the_year_is_refused() {
        let now = at("2026-01-01T00:00:00Z");
        assert!(due("UTC", local("2035-12-31T10:00"), false, now).is_ok());
        let error = due("UTC", local("9999-12-31T10:00"), false, now).unwrap_err();
        assert_eq!(error.of("time").unwrap(), "This is more than ten years away. Check the year.");
        assert!(check("UTC", Some(local("2126-01-01T10:00")), now).problem.is_some());
    }

    #[test]
    fn numbers_that_are_no_time_are_refused() {
        let day = Day { year: 2026, month: 99, day: 1 };
        let now = at("2026-01-01T00:00:00Z");
        assert!(due("UTC", LocalTime { day, hour: 1, minute: 1 }, false, now).is_err());
        assert!(check("UTC", None, now).problem.is_some());
    }
}
