//! What was found in lines that were read one after the other: a number for each kind, and nothing that grows with them.

use super::kinds;
use super::parse::{self, Event, Level};
use crate::features::diagnostics::model::LogKind;
use crate::infra::redact::redact;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// Bytes of a line that are looked at.
const LINE: usize = 8 << 10;
/// Characters of the line that is shown as an example.
const EXAMPLE: usize = 400;

#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub count: u64,
    pub first: Option<DateTime<Utc>>,
    pub last: Option<DateTime<Utc>>,
    /// The last such line, without secrets.
    pub example: String,
}

#[derive(Debug)]
pub struct Tally {
    since: DateTime<Utc>,
    /// Of the time that was asked for.
    pub lines: u64,
    /// Of all lines that were read: the first time that one names.
    pub begins: Option<DateTime<Utc>>,
    pub findings: BTreeMap<LogKind, Finding>,
    /// Of the line before; one without a time of its own belongs to it.
    before: Option<(DateTime<Utc>, Level)>,
}

impl Tally {
    pub fn new(since: DateTime<Utc>) -> Self {
        Self { since, lines: 0, begins: None, findings: BTreeMap::new(), before: None }
    }

    /// Another file: its first lines belong to no line of this one.
    pub fn next_file(&mut self) {
        self.before = None;
    }

    fn line(&mut self, bytes: &[u8]) {
        let line = String::from_utf8_lossy(bytes);
        let line = parse::without_colours(line.trim_end_matches(['\n', '\r', '\0']));
        if line.trim_matches(['\0', ' ']).is_empty() {
            return;
        }
        let mut event = parse::event(&line);
        match (event.at, self.before) {
            (Some(at), _) => {
                self.begins = Some(self.begins.map_or(at, |known| known.min(at)));
                self.before = Some((at, event.level));
            }
            (None, Some((at, level))) => {
                event.at = Some(at);
                if level == Level::Quiet {
                    event.level = level;
                }
            }
            (None, None) => {}
        }
        if event.at.is_some_and(|at| at < self.since) {
            return;
        }
        self.lines += 1;
        if let Some(kind) = kinds::of(&event) {
            self.add(kind, &event, &line);
        }
    }

    fn add(&mut self, kind: LogKind, event: &Event<'_>, line: &str) {
        let one = |example: String| Finding { count: 0, first: event.at, last: event.at, example };
        let found = self.findings.entry(kind).or_insert_with(|| one(redact(line, EXAMPLE)));
        found.count += 1;
        found.first = found.first.into_iter().chain(event.at).min();
        // Rotated files are read after the newer ones.
        if event.at >= found.last && found.count > 1 {
            found.last = event.at;
            found.example = redact(line, EXAMPLE);
        }
    }

    /// Reads lines to the end, `budget` bytes of them at most; what is left of the budget. Of a line that is longer than [`LINE`] the
    /// rest is passed over.
    pub fn read(&mut self, mut from: impl BufRead, skip_first: bool, mut budget: u64) -> io::Result<u64> {
        let mut line = Vec::with_capacity(LINE);
        let mut skip = skip_first;
        loop {
            let bytes = from.fill_buf()?;
            if bytes.is_empty() || budget == 0 {
                break;
            }
            let end = bytes.iter().position(|b| *b == b'\n');
            let taken = end.map_or(bytes.len(), |at| at + 1);
            let room = LINE.saturating_sub(line.len()).min(taken);
            if let Some(bytes) = bytes.get(..room)
                && !skip
            {
                line.extend_from_slice(bytes);
            }
            from.consume(taken);
            budget = budget.saturating_sub(taken as u64);
            if end.is_some() {
                if !skip {
                    self.line(&line);
                }
                line.clear();
                skip = false;
            }
        }
        if !line.is_empty() {
            self.line(&line);
        }
        Ok(budget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn since() -> DateTime<Utc> {
        "2026-11-29T00:00:00Z".parse().expect("a time")
    }

    #[test]
    fn equal_lines_are_counted_with_the_last_as_example() {
        let log = "2026-11-28T23:00:00Z ERROR connection refused too long ago\n\
                   2026-11-29T01:00:00Z ERROR connection refused, job 1\n    at lux::queue: connection refused\n\
                   2026-11-29T01:00:01Z  INFO connection refused is only told\n  and so is: connection refused\n\
                   2026-11-29T01:00:02Z ERROR connection refused, token=abcdef \u{1b}]0;evil\u{7}\n";
        let mut tally = Tally::new(since());
        tally.read(log.as_bytes(), false, 10_000).expect("read");
        assert_eq!(tally.lines, 5);
        let found = &tally.findings[&LogKind::Refused];
        assert_eq!(
            (found.count, found.first, found.last),
            (3, Some(since() + chrono::TimeDelta::hours(1)), found.last)
        );
        assert!(found.example.contains("token=[hidden]") && !found.example.contains(['\u{1b}', '\u{7}']), "{found:?}");
        assert_eq!(tally.begins, Some(since() - chrono::TimeDelta::hours(1)));
        // A piece that begins in the middle of a line.
        let mut tally = Tally::new(since());
        assert_eq!(tally.read("efused\n2026-11-29T01:00:00Z ERROR x\n".as_bytes(), true, 1_000).expect("read"), 964);
        assert_eq!(tally.lines, 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_log_and_show_nothing_harmful(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            secret in "[A-Za-z0-9]{12,30}[A-Z][a-z][0-9]{4}",
        ) {
            let mut log = bytes.clone();
            log.extend_from_slice(format!("\n2026-11-29T01:00:00Z ERROR timeout password={secret} Bearer {secret}\u{1b}[2J\n").as_bytes());
            log.extend_from_slice(&bytes);
            let mut tally = Tally::new(since());
            tally.read(log.as_slice(), false, u64::MAX).expect("read");
            for found in tally.findings.values() {
                prop_assert!(!found.example.contains(&secret), "{found:?}");
                prop_assert!(found.example.chars().all(|c| !c.is_control() || c == '\t'), "{found:?}");
                prop_assert!(found.example.chars().count() <= EXAMPLE);
            }
        }
    }
}
