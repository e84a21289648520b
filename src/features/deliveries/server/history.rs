//! The events of a delivery as people read them: without the steps between that they cannot tell apart, and without saying
//! a thing twice.

use crate::domain::delivery::{DeliveryEvent, HistoryLine};

/// The events, oldest first. Equal ones in a row become one line; one without words that leaves the state's name as it is
/// (from "being made ready" to "ready", both "Publishing") adds nothing.
pub fn lines(events: Vec<DeliveryEvent>) -> Vec<HistoryLine> {
    let mut lines: Vec<HistoryLine> = vec![];
    for event in events {
        let line = line(event);
        match lines.last_mut() {
            Some(before) if before.state.name() == line.state.name() && line.note.is_empty() => {}
            Some(before) if before.state.name() == line.state.name() && before.note == line.note => {
                before.times += 1;
                before.last = Some(line.at);
            }
            _ => lines.push(line),
        }
    }
    lines
}

/// "Published", and not "Published Published."
fn line(event: DeliveryEvent) -> HistoryLine {
    let says_the_state = event.note.trim_end_matches('.') == event.to.name();
    let note = if says_the_state { String::new() } else { said(event.note) };
    HistoryLine { at: event.at, last: None, times: 1, state: event.to, note }
}

/// A note as people read it: the log counts the attempts, of which the first goes without saying.
fn said(note: String) -> String {
    let attempt = note.strip_prefix("Attempt ").and_then(|rest| rest.strip_suffix('.')?.parse::<u32>().ok());
    match attempt {
        Some(1) => String::new(),
        Some(n) => format!("Sent again: try number {n}."),
        None => note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::DeliveryState::{self, *};
    use crate::domain::moment::When;

    fn at(minute: u8) -> When {
        let local = format!("2026-11-20T16:{minute:02}").parse().unwrap();
        When { at: chrono::DateTime::UNIX_EPOCH.into(), local }
    }

    fn said(events: &[(DeliveryState, DeliveryState, &str)]) -> Vec<(&'static str, String, u32, Option<u8>)> {
        let event = |(n, (from, to, note)): (u8, &(_, _, &str))| DeliveryEvent {
            at: at(n),
            from: *from,
            to: *to,
            note: (*note).into(),
        };
        let lines = lines((0..).zip(events).map(event).collect());
        lines.into_iter().map(|l| (l.state.name(), l.note, l.times, l.last.map(|w| w.local.minute))).collect()
    }

    #[test]
    fn an_ordinary_post_has_three_lines() {
        let went_out = [
            (Draft, Queued, "Scheduled."),
            (Queued, Preparing, ""),
            (Preparing, Waiting, ""),
            (Waiting, Preparing, ""),
            (Preparing, Ready, ""),
            (Ready, Armed, "Attempt 1."),
            (Armed, Live, "Published."),
        ];
        let (scheduled, publishing, published) = ("Scheduled", "Publishing", "Published");
        let line = |state| (state, String::new(), 1, None);
        assert_eq!(said(&went_out), [line(scheduled), line(publishing), line(published)]);
    }

    #[test]
    fn attempts_are_said_as_tries_again() {
        let words = ["Attempt 1.", "Attempt 3.", "Attempt to lie.", ""].map(|note| super::said(note.to_owned()));
        assert_eq!(words, ["", "Sent again: try number 3.", "Attempt to lie.", ""]);
    }

    #[test]
    fn what_happens_again_and_again_is_counted() {
        let slow = "X could not be reached: no answer. We will try again.";
        let tries = [
            (Queued, Preparing, ""),
            (Preparing, Preparing, slow),
            (Preparing, Ready, ""),
            (Ready, Ready, slow),
            (Ready, Armed, ""),
            (Armed, Ready, slow),
            (Ready, Held, "This was due 16 minutes ago."),
        ];
        let publishing = |note: &str, times, last| ("Publishing", note.to_owned(), times, last);
        let held = ("On hold", "This was due 16 minutes ago.".to_owned(), 1, None);
        assert_eq!(said(&tries), [publishing("", 1, None), publishing(slow, 3, Some(5)), held]);
    }

    #[test]
    fn what_happened_in_between_parts_them() {
        let moves = [
            (Draft, Queued, "Scheduled."),
            (Queued, Queued, "Moved to another time."),
            (Queued, Queued, "Moved to another time."),
            (Queued, Draft, "Made a draft again."),
            (Draft, Queued, "Scheduled."),
        ];
        let found = said(&moves);
        let times: Vec<_> = found.iter().map(|(state, _, times, _)| (*state, *times)).collect();
        assert_eq!(times, [("Scheduled", 1), ("Scheduled", 2), ("Draft", 1), ("Scheduled", 1)]);
        assert_eq!(lines(vec![]), []);
    }
}
