//! What lines of the log, states and lengths of time are called. The names of jobs and schedules come with them from the
//! server, where each job says its own. The program's own names stay out of sight; one that is not known is made readable.

use super::model::{Count, JobCard, JobState};
use crate::ui::Tone;

/// A line of a job's log.
pub fn log(what: &str) -> (String, Tone) {
    let (words, tone) = match what {
        "claimed" => ("Started", Tone::Info),
        "done" => ("Done", Tone::Good),
        "retry" => ("Failed, is tried again", Tone::Warning),
        "wait" => ("Waits", Tone::Quiet),
        "dead" => ("Given up", Tone::Bad),
        "cancelled" => ("Cancelled", Tone::Quiet),
        "lease_lost" => ("It was interrupted and starts again", Tone::Warning),
        "again" => ("Put back by hand", Tone::Info),
        other => return (readable(other), Tone::Quiet),
    };
    (words.into(), tone)
}

/// A job's state as a chip.
pub fn state(job: &JobCard) -> (&'static str, Tone) {
    match job.state {
        JobState::Ready if job.due => ("Due now", Tone::Info),
        JobState::Ready => ("Waiting", Tone::Quiet),
        other => outcome(other),
    }
}

/// The state of a run.
pub fn outcome(state: JobState) -> (&'static str, Tone) {
    match state {
        JobState::Ready => ("Starts in a moment", Tone::Info),
        JobState::Running => ("Running", Tone::Info),
        JobState::Done => ("Done", Tone::Good),
        JobState::Dead => ("Given up", Tone::Bad),
        JobState::Cancelled => ("Cancelled", Tone::Quiet),
    }
}

/// `check_links` becomes "Check links".
pub fn readable(name: &str) -> String {
    let text = name.replace(['_', '-'], " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// "10,000+"
pub fn count(count: Count) -> String {
    let digits = count.n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if count.more {
        text.push('+');
    }
    text
}

/// "45 s", "3 min 20 s", "2 h 5 min", "3 days".
pub fn span(seconds: i64) -> String {
    let s = seconds.max(0);
    match s {
        0..60 => format!("{s} s"),
        60..3_600 if s % 60 == 0 => format!("{} min", s / 60),
        60..3_600 => format!("{} min {} s", s / 60, s % 60),
        3_600..172_800 if s % 3_600 < 60 => format!("{} h", s / 3_600),
        3_600..172_800 => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
        _ => format!("{} days", s / 86_400),
    }
}

/// A short length of time: "49 ms", "1.2 s", then as [`span`].
pub fn short_span(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms if ms < 60_000.0 => format!("{:.1} s", ms / 1_000.0),
        ms => span((ms / 1_000.0) as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_names_become_readable() {
        assert_eq!(readable("check_links"), "Check links");
        assert_eq!(readable("daily-roll_up"), "Daily roll up");
        assert_eq!(log("").0, "");
    }

    #[test]
    fn numbers_and_lengths_of_time() {
        let n = |n, more| count(Count { n, more });
        assert_eq!([n(0, false), n(999, false), n(1_000, false), n(10_000, true)], ["0", "999", "1,000", "10,000+"]);
        assert_eq!(n(1_234_567, false), "1,234,567");
        let spans = [0, 59, 60, 200, 3_600, 7_500, 300_000].map(span);
        assert_eq!(spans, ["0 s", "59 s", "1 min", "3 min 20 s", "1 h", "2 h 5 min", "3 days"]);
        assert_eq!([short_span(48.7), short_span(1_234.0), short_span(90_000.0)], ["49 ms", "1.2 s", "1 min 30 s"]);
    }
}
