//! Lines of logs: when, how bad, and the words. Each line says by its shape what it is: nginx's error and access log, the journal
//! (as JSON or with times by ISO 8601), our own log (as JSON or text), or any other text. No line is refused.

use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};
use serde_json::Value;
use std::borrow::Cow;

/// How bad a line says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// For the record.
    Quiet,
    Warning,
    Error,
    /// It does not say.
    Unknown,
}

#[derive(Debug, PartialEq)]
pub struct Event<'a> {
    pub at: Option<DateTime<Utc>>,
    pub level: Level,
    pub text: Cow<'a, str>,
    /// The HTTP status of a line of an access log.
    pub status: Option<u16>,
}

impl<'a> Event<'a> {
    fn new(at: Option<DateTime<Utc>>, level: Level, text: impl Into<Cow<'a, str>>) -> Self {
        Self { at, level, text: text.into(), status: None }
    }
}

/// Programs write colours for terminals into their logs.
pub fn without_colours(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut parts = line.split('\u{1b}');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let sequence = part.strip_prefix('[').and_then(|rest| rest.split_once(|c: char| c.is_ascii_alphabetic()));
        out.push_str(sequence.map_or(part, |(_, after)| after));
    }
    Cow::Owned(out)
}

pub fn event(line: &str) -> Event<'_> {
    if line.starts_with('{')
        && let Ok(value) = serde_json::from_str::<Value>(line)
        && let Some(event) = of_json(&value)
    {
        return event;
    }
    of_nginx_errors(line).or_else(|| of_access(line)).unwrap_or_else(|| of_text(line))
}

/// One object of the journal (`journalctl -o json`), or of our own log.
fn of_json(value: &Value) -> Option<Event<'static>> {
    if let Some(micros) = value["__REALTIME_TIMESTAMP"].as_str() {
        let at = micros.parse().ok().and_then(DateTime::from_timestamp_micros);
        let message = match &value["MESSAGE"] {
            Value::String(text) => text.clone(),
            // Text that is not UTF-8 comes as bytes.
            Value::Array(bytes) => {
                let bytes: Vec<u8> = bytes.iter().filter_map(|b| u8::try_from(b.as_u64()?).ok()).collect();
                String::from_utf8_lossy(&bytes).into_owned()
            }
            _ => String::new(),
        };
        let message = without_colours(&message);
        let priority = value["PRIORITY"].as_str().and_then(|p| p.parse::<u8>().ok());
        // What a service writes to its standard error is 6 by itself, whatever it says.
        let said = match priority {
            Some(0..=3) => Level::Error,
            Some(4) => Level::Warning,
            Some(7) => Level::Quiet,
            _ => Level::Unknown,
        };
        let inner = if message.starts_with('{') { serde_json::from_str(&message).ok() } else { None };
        let inner = match inner.as_ref().and_then(of_log_of_ours) {
            Some(event) => event,
            None => {
                let Event { at, level, text, status } = event_of_text(&message);
                Event { at, level, text: Cow::Owned(text.into_owned()), status }
            }
        };
        let level = if inner.level == Level::Unknown { said } else { inner.level };
        return Some(Event { at: at.or(inner.at), level, text: inner.text, status: inner.status });
    }
    of_log_of_ours(value)
}

fn event_of_text(line: &str) -> Event<'_> {
    of_nginx_errors(line).or_else(|| of_access(line)).unwrap_or_else(|| of_text(line))
}

/// `{"timestamp": …, "level": "ERROR", "fields": {"message": …, …}, "target": …}`
fn of_log_of_ours(value: &Value) -> Option<Event<'static>> {
    let level = value["level"].as_str().and_then(level_of)?;
    let at = value["timestamp"].as_str().and_then(|t| DateTime::parse_from_rfc3339(t).ok()).map(|t| t.to_utc());
    let mut text =
        value["fields"]["message"].as_str().or_else(|| value["message"].as_str()).unwrap_or_default().to_owned();
    for (name, field) in value["fields"].as_object().into_iter().flatten() {
        if name != "message" {
            let field = field.as_str().map_or_else(|| field.to_string(), str::to_owned);
            text.push_str(&format!(" {name}={field}"));
        }
    }
    Some(Event::new(at, level, text))
}

/// `2026/11/29 01:38:44 [error] 12#12: *5 connect() failed …`, in the machine's own zone.
fn of_nginx_errors(line: &str) -> Option<Event<'_>> {
    let time = line.get(..19)?;
    let rest = line.get(19..)?.strip_prefix(" [")?;
    let (level, text) = rest.split_once("] ")?;
    let level = match level {
        "debug" | "info" | "notice" => Level::Quiet,
        "warn" => Level::Warning,
        "error" | "crit" | "alert" | "emerg" => Level::Error,
        _ => return None,
    };
    let at = NaiveDateTime::parse_from_str(time, "%Y/%m/%d %H:%M:%S").ok()?;
    Some(Event::new(of_this_machine(at), level, text))
}

/// `10.0.0.1 - - [29/Nov/2026:01:38:44 +0000] "GET / HTTP/1.1" 502 157 "-" "curl"`
fn of_access(line: &str) -> Option<Event<'_>> {
    let open = line.find(" [")? + 2;
    let (time, rest) = line.get(open..)?.split_once("] \"")?;
    if time.len() > 26 {
        return None;
    }
    let at = DateTime::parse_from_str(time, "%d/%b/%Y:%H:%M:%S %z").ok()?.to_utc();
    // nginx writes a quotation mark inside the request as \x22.
    let (_, after) = rest.split_once("\" ")?;
    let status = after.get(..3)?.parse().ok()?;
    Some(Event { at: Some(at), level: Level::Quiet, text: Cow::Borrowed(line), status: Some(status) })
}

/// A time at the beginning, a word that says how bad it is among the first: both may be missing.
fn of_text(line: &str) -> Event<'_> {
    let line = line.trim_start();
    let first = line.split(' ').next().unwrap_or_default();
    let iso = DateTime::parse_from_rfc3339(first).or_else(|_| DateTime::parse_from_str(first, "%Y-%m-%dT%H:%M:%S%z"));
    let (at, text) = match iso {
        Ok(at) => (Some(at.to_utc()), line.get(first.len()..).unwrap_or_default()),
        Err(_) => match line.get(..19).map(|t| (NaiveDateTime::parse_from_str(t, "%Y-%m-%d %H:%M:%S"), t.len())) {
            Some((Ok(at), length)) => (of_this_machine(at), line.get(length..).unwrap_or_default()),
            _ => (None, line),
        },
    };
    let mut words = text.split_whitespace().take(8).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let level = words.find_map(level_of).unwrap_or(Level::Unknown);
    Event::new(at, level, text.trim_start())
}

fn of_this_machine(at: NaiveDateTime) -> Option<DateTime<Utc>> {
    Local.from_local_datetime(&at).earliest().map(|at| at.to_utc())
}

/// As programs write it, in capitals or not; a word of a sentence is none ("an error occurred").
fn level_of(word: &str) -> Option<Level> {
    match word {
        "TRACE" | "DEBUG" | "INFO" | "NOTICE" | "debug" | "info" | "notice" => Some(Level::Quiet),
        "WARN" | "WARNING" | "warn" => Some(Level::Warning),
        "ERROR" | "ERR" | "FATAL" | "CRITICAL" | "CRIT" | "PANIC" | "EMERG" | "ALERT" => Some(Level::Error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<DateTime<Utc>> {
        Some(text.parse().expect("a time"))
    }

    #[test]
    fn every_usual_format_is_read() {
        let local = of_this_machine("2026-11-29T01:38:44".parse().expect("a time"));
        let at = utc("2026-11-29T01:38:44Z");
        for (line, time, level, begin, status) in [
            (
                "2026/11/29 01:38:44 [error] 12#12: *5 connect() failed (111: Connection refused) while connecting",
                local,
                Level::Error,
                "12#12: *5 connect()",
                None,
            ),
            ("2026/11/29 01:38:44 [notice] 1#1: start worker processes", local, Level::Quiet, "1#1: start", None),
            (
                r#"10.0.0.1 - maya [29/Nov/2026:02:38:44 +0100] "GET /a HTTP/1.1" 502 157 "-" "curl/8""#,
                at,
                Level::Quiet,
                "10.0.0.1",
                Some(502),
            ),
            (
                r#"{"__REALTIME_TIMESTAMP":"1795916324000000","PRIORITY":"3","MESSAGE":"disk is full"}"#,
                at,
                Level::Error,
                "disk is full",
                None,
            ),
            (
                r#"{"__REALTIME_TIMESTAMP":"1795916324000000","PRIORITY":"6","MESSAGE":[27,91,51,49,109,69,82,82,79,82,32,111,255]}"#,
                at,
                Level::Error,
                "ERROR o\u{fffd}",
                None,
            ),
            (
                r#"{"timestamp":"2026-11-29T01:38:44Z","level":"WARN","fields":{"message":"no answer","error":"x"},"target":"lux"}"#,
                at,
                Level::Warning,
                "no answer error=x",
                None,
            ),
            ("2026-11-29T01:38:44+0000 host lux[7]: ERROR a job broke off", at, Level::Error, "host lux[7]", None),
            ("2026-11-29T01:38:44Z  INFO request{id=1}: request", at, Level::Quiet, "INFO request", None),
            ("2026-11-29 01:38:44,123 ERROR app.db no answer", local, Level::Error, ",123 ERROR", None),
            ("    at lux::infra::queue (src/a.rs:1)", None, Level::Unknown, "at lux", None),
            ("{not json", None, Level::Unknown, "{not json", None),
        ] {
            let line = without_colours(line);
            let event = event(&line);
            assert_eq!((event.at, event.level, event.status), (time, level, status), "{line}");
            assert!(event.text.starts_with(begin), "{line}: {}", event.text);
        }
        assert_eq!(without_colours("\u{1b}[31mERROR\u{1b}[0m no"), "ERROR no");
    }

    proptest! {
        #[test]
        fn no_line_is_too_strange(
            start in proptest::sample::select(vec![
                "", "2026/11/29 01:38:44 [error] ", "{\"__REALTIME_TIMESTAMP\":", "{\"level\":\"ERROR\",\"fields\":", "10.0.0.1 - - [",
                "2026-11-29T01:38:44+0000 ", "\u{1b}[31",
            ]),
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let line = format!("{start}{}", String::from_utf8_lossy(&bytes));
            let line = without_colours(&line);
            let _ = event(&line);
        }
    }
}
