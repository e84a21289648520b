//! Marked places of a text: what stands there, why it is marked, and what could stand there instead. Style comes from
//! `authenticity`, spelling from proof-reading; both are drawn and applied by the same parts of the studio.

use super::bounds;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

/// Marks of one text at most; what makes them stops there.
pub const MOST: usize = 200;
/// Proposals of one mark at most.
pub const MOST_FIXES: usize = 5;
/// Bytes of a reason or a proposal at most.
const LONGEST: usize = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// It is correct and reads worn or machine-made.
    Style,
    /// It is written wrongly.
    Spelling,
}

/// One marked place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Where it begins and ends, in bytes of the text, on the boundaries of characters; never empty.
    pub from: u32,
    pub to: u32,
    pub kind: MarkKind,
    /// The reason, as a sentence for people.
    #[serde(deserialize_with = "words")]
    pub about: String,
    /// What could stand there instead, the best first. An empty one takes the words out.
    #[serde(default, deserialize_with = "fixes")]
    pub fixes: Vec<String>,
}

impl Mark {
    /// The marked words; `None` where the mark was made for another text.
    pub fn of<'a>(&self, text: &'a str) -> Option<&'a str> {
        text.get(self.from as usize..self.to as usize).filter(|words| !words.is_empty())
    }

    /// The text with `fix` in the place of the marked words. Taking words out takes one of the spaces around them along, and
    /// what then begins the text or a sentence gets a capital letter.
    pub fn apply(&self, text: &str, fix: &str) -> Option<String> {
        self.of(text)?;
        let (before, after) = (&text[..self.from as usize], &text[self.to as usize..]);
        if !fix.is_empty() {
            return Some([before, fix, after].concat());
        }
        let begins = |before: &str| {
            let before = before.trim_end_matches(' ');
            before.is_empty() || before.ends_with(['.', '!', '?', '\n', '…'])
        };
        let (mut before, mut after) = (before, after);
        if begins(before) {
            // With the sign that ended them, where nothing else was in the sentence.
            after = after.trim_start_matches([' ', ',', '.', '!', '?']);
            before = if after.is_empty() || after.starts_with('\n') { before.trim_end_matches(' ') } else { before };
        } else if after.starts_with([' ', '\n', ',', '.', '!', '?', ';', ':', ')']) || after.is_empty() {
            before = before.trim_end_matches(' ');
            after = if before.ends_with(',') { after.trim_start_matches(',') } else { after };
        }
        let mut rest = after.chars();
        match rest.next() {
            Some(first) if begins(before) && first.is_lowercase() => {
                Some([before, &first.to_uppercase().to_string(), rest.as_str()].concat())
            }
            _ => Some([before, after].concat()),
        }
    }
}

/// In the order of the text, none over another (the one that begins first stays, of two that begin together the longer one),
/// none that is not of this text, at most [`MOST`].
pub fn tidy(text: &str, mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.retain(|m| m.of(text).is_some());
    marks.sort_by_key(|m| (m.from, std::cmp::Reverse(m.to)));
    let mut end = 0;
    marks.retain(|m| {
        let apart = m.from >= end;
        end = if apart { m.to } else { end };
        apart
    });
    marks.truncate(MOST);
    marks
}

/// The marks of a text that is a little different by now: those before and behind the change, at their new places; none in it.
pub fn moved(marks: &[Mark], was: &str, is: &str) -> Vec<Mark> {
    let same = was.bytes().zip(is.bytes()).take_while(|(a, b)| a == b).count();
    let most = was.len().min(is.len()) - same;
    let end = was.bytes().rev().zip(is.bytes().rev()).take(most).take_while(|(a, b)| a == b).count();
    let (changed_to, shift) = (was.len() - end, is.len() as i64 - was.len() as i64);
    let place = |mark: &Mark| {
        if mark.to as usize <= same {
            return Some(mark.clone());
        }
        let shifted = |at: u32| u32::try_from(i64::from(at) + shift).ok();
        let behind = mark.from as usize >= changed_to;
        let mark = Mark { from: shifted(mark.from)?, to: shifted(mark.to)?, ..mark.clone() };
        behind.then_some(mark)
    };
    marks.iter().filter_map(place).filter(|m| m.of(is).is_some()).collect()
}

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    bounded(String::deserialize(deserializer)?)
}

fn fixes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    bounds::list::<_, String, MOST_FIXES>(deserializer)?.into_iter().map(bounded).collect()
}

fn bounded<E: Error>(text: String) -> Result<String, E> {
    if text.len() <= LONGEST { Ok(text) } else { Err(E::custom(format!("at most {LONGEST} bytes"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str, words: &str) -> Mark {
        let from = text.find(words).unwrap() as u32;
        let to = from + words.len() as u32;
        Mark { from, to, kind: MarkKind::Style, about: "Worn.".into(), fixes: vec![] }
    }

    #[test]
    fn applies_and_takes_out_cleanly() {
        let cases = [
            ("Elevate your mornings with us.", "Elevate", "Improve", "Improve your mornings with us."),
            ("It is very good.", "very", "", "It is good."),
            ("Honestly, it is good.", "Honestly,", "", "It is good."),
            ("Fresh bread. Don't miss out!", "Don't miss out!", "", "Fresh bread."),
            ("One.\nSimply call.", "Simply", "", "One.\nCall."),
            ("Größe, wirklich, zählt", "wirklich", "", "Größe, zählt"),
        ];
        for (text, words, fix, expected) in cases {
            assert_eq!(mark(text, words).apply(text, fix).as_deref(), Some(expected), "{text}");
        }
        let other = mark("Grüße an alle", "ße");
        assert_eq!(other.apply("Gr", "x"), None);
        assert_eq!(Mark { from: 3, to: 5, ..other }.of("Grüße"), None, "in the middle of a character");
    }

    #[test]
    fn marks_never_lie_over_one_another() {
        let text = "a game changer for you";
        let marks = ["changer for", "game changer", "game", "you"].map(|words| mark(text, words));
        let tidied = tidy(text, marks.into());
        assert_eq!(tidied.iter().map(|m| m.of(text).unwrap()).collect::<Vec<_>>(), ["game changer", "you"]);
        assert_eq!(tidy("a", tidied), []);
    }

    #[test]
    fn marks_move_with_what_is_typed() {
        let was = "so very good, and truly big";
        let marks = ["very", "truly"].map(|words| mark(was, words));
        let after =
            |is: &str| -> Vec<String> { moved(&marks, was, is).iter().map(|m| m.of(is).unwrap().to_owned()).collect() };
        assert_eq!(after(was), ["very", "truly"]);
        assert_eq!(after("so very good, ä and truly big"), ["very", "truly"]);
        assert_eq!(after("oh so very good, and truly big"), ["very", "truly"]);
        assert_eq!(after("so vry good, and truly big"), ["truly"]);
        assert_eq!(after("so very"), ["very"]);
        assert_eq!(after(""), Vec::<String>::new());
    }

    #[test]
    fn reads_only_what_is_bounded() {
        let json = |about: &str, fixes: usize| {
            serde_json::json!({"from":0,"to":1,"kind":"spelling","about":about,"fixes":vec!["x"; fixes]}).to_string()
        };
        let read = |json: String| serde_json::from_str::<Mark>(&json);
        assert!(read(json("fine", 5)).is_ok());
        assert!(read(json("fine", 6)).is_err());
        assert!(read(json(&"x".repeat(401), 0)).is_err());
    }
}
