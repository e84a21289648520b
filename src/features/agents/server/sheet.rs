//! A document while it is written: sections of Markdown, and beside them the findings (sentences with numbers), which stand on
//! top and are all that a model is told. What people and networks wrote goes in by [`said`], which takes its marks away.

use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Characters of a quoted text.
const QUOTED: usize = 90;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Sheet {
    pub title: String,
    /// By which a later run finds the same document: "2026-W48".
    pub period: String,
    /// What stands out, the most important first.
    pub findings: Vec<String>,
    body: String,
}

impl Sheet {
    pub fn new(title: impl Into<String>, period: impl Into<String>) -> Self {
        Self { title: title.into(), period: period.into(), ..Self::default() }
    }

    pub fn finding(&mut self, words: impl Into<String>) {
        self.findings.push(words.into());
    }

    pub fn section(&mut self, title: &str) {
        let _ = write!(self.body, "## {title}\n\n");
    }

    pub fn text(&mut self, words: &str) {
        let _ = write!(self.body, "{words}\n\n");
    }

    pub fn list(&mut self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            let _ = writeln!(self.body, "- {line}");
        }
        self.body.push('\n');
    }

    /// A table, or `empty` where there are no rows.
    pub fn table(&mut self, head: &[&str], rows: Vec<Vec<String>>, empty: &str) {
        if rows.is_empty() {
            self.text(empty);
            return;
        }
        let _ = writeln!(self.body, "| {} |", head.join(" | "));
        let _ = writeln!(self.body, "|{}", " --- |".repeat(head.len()));
        for row in rows {
            let _ = writeln!(self.body, "| {} |", row.join(" | "));
        }
        self.body.push('\n');
    }

    /// What the run says in one line.
    pub fn headline(&self) -> String {
        let first = self.findings.first().map_or(self.title.as_str(), String::as_str);
        first.replace("**", "").chars().take(200).collect()
    }

    /// The findings as a model is told them, and as its words are compared with.
    pub fn told(&self) -> String {
        self.findings.join("\n").replace("**", "").replace('\\', "")
    }

    /// All of it. `summary`: a model's words; `note`: what a key would add.
    pub fn markdown(&self, summary: Option<&str>, note: Option<&str>, missing: &[&str]) -> String {
        let mut text = format!("# {}\n\n", self.title);
        if let Some(summary) = summary {
            let _ = write!(text, "{}\n\n", said_whole(summary));
        }
        if !self.findings.is_empty() {
            text.push_str("## What stands out\n\n");
            for finding in &self.findings {
                let _ = writeln!(text, "- {finding}");
            }
            text.push('\n');
        }
        text.push_str(&self.body);
        if !missing.is_empty() || note.is_some() {
            text.push_str("## What this does not know\n\n");
            for line in missing.iter().copied().chain(note) {
                let _ = writeln!(text, "- {line}");
            }
        }
        text
    }
}

/// Words from outside on one line, short, with every mark of Markdown taken for a character.
pub fn said(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    if line.chars().count() > QUOTED {
        short.push('…');
    }
    escaped(&short)
}

/// The same of a longer text, whose paragraphs stay.
fn said_whole(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|p| escaped(&p.split_whitespace().collect::<Vec<_>>().join(" ")));
    paragraphs.filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// A text from outside as a paragraph of its own, with its line breaks.
pub fn said_in_full(text: &str) -> String {
    said_whole(&text.lines().map(str::trim).collect::<Vec<_>>().join("\n\n"))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_punctuation()
            && !matches!(c, '.' | ',' | '\'' | '"' | ':' | ';' | '?' | '/' | '%' | '@' | '(' | ')')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// 1234 as "1,234".
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n < 0 { format!("−{out}") } else { out }
}

/// "1 post", "3 posts".
pub fn count(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// "+3", "−2" or "the same".
pub fn change(now: i64, before: i64) -> String {
    match now - before {
        0 => "the same".into(),
        d if d > 0 => format!("+{}", number(d)),
        d => number(d),
    }
}

/// A share in whole percent; `None` of nothing.
pub fn percent(part: i64, of: i64) -> Option<i64> {
    (of > 0).then(|| (part * 100 + of / 2) / of)
}

/// The same in words.
pub fn share(part: i64, of: i64) -> String {
    percent(part, of).map_or_else(|| "–".into(), |p| format!("{p} %"))
}

/// A number with one digit behind the point: `ten_times` is it times ten.
pub fn tenth(ten_times: i64) -> String {
    format!("{}.{}", number(ten_times / 10), ten_times % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        assert_eq!([number(7), number(1_234), number(1_234_567), number(-45)], ["7", "1,234", "1,234,567", "−45"]);
        assert_eq!((change(3, 3), change(5, 3), change(1, 3)), ("the same".into(), "+2".into(), "−2".into()));
        assert_eq!((percent(1, 3), percent(2, 3), percent(1, 0)), (Some(33), Some(67), None));
        assert_eq!(tenth(12_345), "1,234.5");
    }

    #[test]
    fn words_from_outside_have_no_marks() {
        assert_eq!(said("**Hi** <b>|x|</b>\n# no"), r"\*\*Hi\*\* \<b\>\|x\|\</b\> \# no");
        assert!(said(&"x".repeat(200)).ends_with('…'));
    }
}
