//! What the pages about segments show.

use super::form::Row;
use crate::domain::ids::{ContactId, DraftId, SegmentId};
use crate::domain::moment::When;
use crate::domain::page::counted;
use serde::{Deserialize, Serialize};

/// How people get into a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// By sources and tags, as they come in; it is there from the start.
    Newsletter,
    /// Whoever fits a rule, while they do.
    Rule,
    /// Put in and taken out by hand.
    List,
}

impl SegmentKind {
    pub fn parse(id: &str) -> Option<Self> {
        match id {
            "newsletter" => Some(Self::Newsletter),
            "rule" => Some(Self::Rule),
            "list" => Some(Self::List),
            _ => None,
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Newsletter => "Newsletter",
            Self::Rule => "By a rule",
            Self::List => "By hand",
        }
    }
}

/// A segment as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentRow {
    pub id: SegmentId,
    pub name: String,
    pub kind: SegmentKind,
    /// As `domain::page::counted`.
    pub members: i64,
    /// Its rule in words; empty for lists.
    pub words: String,
    /// It is being worked out, and so many contacts were looked at.
    pub looked_at: Option<i32>,
    pub changed: When,
    pub by: Option<String>,
}

/// How many fit what is being built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// `None`: there is nothing to count yet, or it took too long.
    pub number: Option<i64>,
    /// Only so many of the newest contacts were looked at.
    pub of_newest: Option<i64>,
    pub sample: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    pub id: ContactId,
    pub name: String,
    pub email: String,
}

impl Counted {
    /// "12 people fit.", and what that is not.
    pub fn words(&self) -> String {
        match (self.number, self.of_newest) {
            (None, _) => "Fill in a condition to see how many fit.".into(),
            (Some(1), None) => "1 person fits.".into(),
            (Some(n), None) => format!("{} fit.", people(n)),
            (Some(n), Some(of)) => format!(
                "About: {} of the newest {} contacts fit. All of them are looked at when you save.",
                thousands(n),
                thousands(of)
            ),
        }
    }
}

fn thousands(n: i64) -> String {
    if n >= 1_000 { format!("{},{:03}", n / 1_000, n % 1_000) } else { n.to_string() }
}

/// "1 person", "12 people"
pub fn people(n: i64) -> String {
    if n == 1 { "1 person".into() } else { format!("{} people", thousands(n)) }
}

/// The same for a count that stops at a bound.
pub fn people_up_to(n: i64) -> String {
    if n == 1 { "1 person".into() } else { format!("{} people", counted(n)) }
}

/// What is being built, with what there is to choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Builder {
    pub id: Option<DraftId>,
    pub segment: Option<SegmentId>,
    pub name: String,
    pub rows: Vec<Row>,
    pub count: Counted,
    pub tags: Vec<String>,
    pub sources: Vec<String>,
    /// The keys of the company's fields.
    pub fields: Vec<String>,
}

/// What the address asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentQuery {
    /// A form for a new one.
    #[serde(default)]
    pub new: Option<SegmentForm>,
    #[serde(default)]
    pub edit: Option<SegmentId>,
    #[serde(default)]
    pub draft: Option<DraftId>,
    /// A form without JavaScript was refused a moment ago: what was typed there is shown again.
    #[serde(default)]
    pub failed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentForm {
    Rule,
    List,
}

/// A list of people that is renamed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renamed {
    pub id: SegmentId,
    pub name: String,
}

/// The whole page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentPage {
    pub rows: Vec<SegmentRow>,
    /// Lists and the newsletter, which conditions can name.
    pub lists: Vec<(SegmentId, String)>,
    pub builder: Option<Builder>,
    pub renamed: Option<Renamed>,
    pub zone: String,
    /// Whether the reader may change the newsletter's rule.
    pub may_set_up: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_says_what_it_is() {
        let counted = |number, of_newest| Counted { number, of_newest, sample: vec![] }.words();
        assert_eq!(counted(Some(1), None), "1 person fits.");
        assert_eq!(counted(Some(1_234), None), "1,234 people fit.");
        assert!(counted(Some(5), Some(20_000)).starts_with("About: 5 of the newest 20,000 contacts fit."));
        assert!(counted(None, None).starts_with("Fill in"));
    }
}
