//! Kinds of fields: which texts are a value of a kind, and how such a value is kept. All values are texts: a number is kept as
//! `1234.5`, a date as `2026-11-29`, yes and no as `yes` and `no`, a choice as it stands in the list. So two of them can be compared
//! by the database, and a text that is none is told from them.

use crate::domain::moment::Day;
use serde::{Deserialize, Serialize};

/// Digits before and behind the point.
const WHOLE: usize = 15;
const PARTS: usize = 6;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    #[default]
    Text,
    Number,
    Date,
    YesNo,
    Choice,
}

impl FieldKind {
    pub const ALL: [FieldKind; 5] = [Self::Text, Self::Number, Self::Date, Self::YesNo, Self::Choice];

    pub fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::YesNo => "yes_no",
            Self::Choice => "choice",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Number => "Number",
            Self::Date => "Date",
            Self::YesNo => "Yes or no",
            Self::Choice => "Choice from a list",
        }
    }
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// A value as it is kept; `None`: the text is none of this kind. What is kept already stays as it is.
    pub fn read(self, text: &str, choices: &[String]) -> Option<String> {
        let text = text.trim();
        match self {
            Self::Text => Some(text.to_owned()),
            Self::Number => number(text),
            Self::Date => day(text).map(|day| day.to_string()),
            Self::YesNo => yes(text).map(|yes| if yes { "yes" } else { "no" }.to_owned()),
            Self::Choice => {
                let wanted = text.to_lowercase();
                choices.iter().find(|choice| choice.to_lowercase() == wanted).cloned()
            }
        }
    }

    /// A value as people read it; `None` as in [`Self::read`].
    pub fn shown(self, text: &str, choices: &[String]) -> Option<String> {
        let value = self.read(text, choices)?;
        Some(match self {
            Self::Date => value.parse::<Day>().map(Day::short).unwrap_or(value),
            Self::YesNo => if value == "yes" { "Yes" } else { "No" }.to_owned(),
            Self::Text | Self::Number | Self::Choice => value,
        })
    }

    /// What is said of a value that is none.
    pub fn wrong(self) -> &'static str {
        match self {
            Self::Text => "Not a text",
            Self::Number => "Not a number",
            Self::Date => "Not a date",
            Self::YesNo => "Neither yes nor no",
            Self::Choice => "Not in the list",
        }
    }

    /// How to write one that fits.
    pub fn asks(self) -> &'static str {
        match self {
            Self::Text => "Write a text.",
            Self::Number => "Write a number: 1250 or 12.5.",
            Self::Date => "Write a date as year, month and day: 2026-11-29.",
            Self::YesNo => "Choose yes or no.",
            Self::Choice => "Choose one of the list.",
        }
    }
}

/// Yes or no, as files and forms say it.
fn yes(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "on" | "ja" | "j" | "oui" | "si" | "sí" => Some(true),
        "no" | "n" | "false" | "0" | "off" | "nein" | "non" => Some(false),
        _ => None,
    }
}

/// `1,234.50`, `1.234,50`, `1 234,5` and `1'234.5` are 1234.5. With one sign alone, three digits behind a comma are thousands
/// (`1,234`) and anything else is a decimal; a point alone is a decimal point.
fn number(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’')).collect();
    let (minus, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
        return None;
    }
    let (points, commas) = (digits.matches('.').count(), digits.matches(',').count());
    let last = digits.rfind(['.', ',']);
    let thousands = last.is_some_and(|at| digits.len() - at == 4 && (1..=3).contains(&at)) && !digits.starts_with('0');
    let decimal = match (points, commas) {
        (0, 0) => None,
        (1, 0) => Some('.'),
        (0, 1) if thousands => None,
        (0, 1) => Some(','),
        (_, 0) | (0, _) => None,
        _ => last.and_then(|at| digits[at..].chars().next()),
    };
    let (whole, parts) = match decimal {
        Some(sign) => digits.split_once(sign)?,
        None => (digits, ""),
    };
    let groups: Vec<_> = whole.split(['.', ',']).collect();
    let torn =
        groups.len() > 1 && (groups[0].is_empty() || groups[0].len() > 3 || groups[1..].iter().any(|g| g.len() != 3));
    if torn || parts.contains(['.', ',']) || (whole.is_empty() && parts.is_empty()) {
        return None;
    }
    let whole = groups.concat();
    let whole = whole.trim_start_matches('0');
    let parts = parts.trim_end_matches('0');
    if whole.len() > WHOLE || parts.len() > PARTS {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if minus && (whole != "0" || !parts.is_empty()) { "-" } else { "" };
    let point = if parts.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{parts}"))
}

/// `2026-11-29`, also with a time behind it, `2026/11/29`, `29.11.2026`; `11/29/2026`, where it can be read in one way only.
fn day(text: &str) -> Option<Day> {
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    let sign = date.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = date.split(sign);
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str| !part.is_empty() && part.len() <= 4 && part.chars().all(|c| c.is_ascii_digit());
    if parts.next().is_some() || ![one, two, three].into_iter().all(digits) {
        return None;
    }
    let new = |year: &str, month: &str, day: &str| {
        (year.len() == 4).then(|| Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)).flatten()
    };
    if one.len() == 4 {
        return new(one, two, three);
    }
    match (new(three, two, one), new(three, one, two)) {
        (found, _) if sign == '.' => found,
        (Some(found), Some(other)) => (found == other).then_some(found),
        (found, other) => found.or(other),
    }
}

/// Whether a text is a number as it is kept, in millionths.
pub fn millionths(text: &str) -> Option<i128> {
    let (minus, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, parts) = digits.split_once('.').map_or((digits, "0"), |(whole, parts)| (whole, parts));
    let fits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !fits(whole, WHOLE) || !fits(parts, PARTS) {
        return None;
    }
    let parts: i128 = format!("{parts:0<PARTS$}").parse().ok()?;
    let number = whole.parse::<i128>().ok()? * 1_000_000 + parts;
    Some(if minus { -number } else { number })
}

/// Whether a text has the form of a date as it is kept.
pub fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, b)| if at == 4 || at == 7 { *b == b'-' } else { b.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("1250", "1250"),
            (" 1,234.50 ", "1234.5"),
            ("1.234,50", "1234.5"),
            ("1 234,5", "1234.5"),
            ("1'234'567.0", "1234567"),
            ("1,234", "1234"),
            ("0,234", "0.234"),
            ("12,5", "12.5"),
            ("1234,567", "1234.567"),
            ("1.234", "1.234"),
            ("1.234.567", "1234567"),
            ("-0", "0"),
            ("−3", "-3"),
            ("+007", "7"),
            (".5", "0.5"),
        ] {
            assert_eq!(FieldKind::Number.read(text, &[]).as_deref(), Some(number), "{text}");
            assert_eq!(FieldKind::Number.read(number, &[]).as_deref(), Some(number));
            assert!(millionths(number).is_some(), "{number}");
        }
        for text in
            ["", ".", ",", "-", "12a", "1.2.3", "1,23,456", "1.5,2,3", "12 €", "1e5", "1234567890123456", "0.1234567"]
        {
            assert_eq!(FieldKind::Number.read(text, &[]), None, "{text}");
        }
        assert_eq!((millionths("-1.5"), millionths("2"), millionths("1.")), (Some(-1_500_000), Some(2_000_000), None));
    }

    #[test]
    fn dates_are_read_where_they_say_one_day_only() {
        for (text, day) in [
            ("2026-11-29", "2026-11-29"),
            ("2026-11-29T10:00:00Z", "2026-11-29"),
            ("2026-11-29 10:00", "2026-11-29"),
            ("2026/3/4", "2026-03-04"),
            ("4.3.2026", "2026-03-04"),
            ("11/29/2026", "2026-11-29"),
            ("29/11/2026", "2026-11-29"),
            ("03/03/2026", "2026-03-03"),
        ] {
            assert_eq!(FieldKind::Date.read(text, &[]).as_deref(), Some(day), "{text}");
            assert!(is_day(day));
        }
        for text in
            ["", "03/04/2026", "2026-02-30", "31.11.2026", "29.11.26", "tomorrow", "2026", "1-2-3-4", "--", "46355"]
        {
            assert_eq!(FieldKind::Date.read(text, &[]), None, "{text}");
        }
    }

    #[test]
    fn yes_no_and_choices_have_one_form() {
        let tea = ["Earl Grey".to_owned(), "Grün".to_owned()];
        assert_eq!(FieldKind::Choice.read("GRÜN ", &tea).as_deref(), Some("Grün"));
        assert_eq!(FieldKind::Choice.read("Coffee", &tea), None);
        assert_eq!(FieldKind::YesNo.read("Ja", &[]).as_deref(), Some("yes"));
        assert_eq!(FieldKind::YesNo.shown("FALSE", &[]).as_deref(), Some("No"));
        assert_eq!(FieldKind::YesNo.read("perhaps", &[]), None);
        assert_eq!(FieldKind::Date.shown("2026-11-29", &[]).as_deref(), Some("Sun 29 Nov"));
        for kind in FieldKind::ALL {
            assert_eq!(FieldKind::parse(kind.id()), Some(kind));
        }
    }
}
