//! The help: docs/HELP.md, in this program. A topic is a heading, the page that it is about, the words by which people ask for it, and a
//! few sentences. It is searched by words, rare ones counting more.

use crate::features::chat::model::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A part of the help.
#[derive(Debug)]
pub struct Topic {
    pub title: &'static str,
    pub href: &'static str,
    pub text: &'static str,
    /// How much each of its words counts.
    words: BTreeMap<String, u32>,
}

impl Topic {
    pub fn source(&self) -> Source {
        Source { title: self.title.to_owned(), href: self.href.to_owned() }
    }
}

const FILE: &str = include_str!("../../../../docs/HELP.md");

pub static TOPICS: LazyLock<Vec<Topic>> = LazyLock::new(|| {
    let parts = FILE.split("\n## ").skip(1);
    parts.filter_map(topic).collect()
});

fn topic(part: &'static str) -> Option<Topic> {
    let (title, rest) = part.split_once('\n')?;
    let (head, text) = rest.trim_start().split_once("\n\n")?;
    let (href, asked) = head.strip_prefix("Page: ")?.split_once(" · Asked for as: ")?;
    let mut words = BTreeMap::new();
    for (text, weight) in [(text, 1), (asked, 4), (title, 4)] {
        for word in words_of(text) {
            let known = words.entry(word).or_default();
            *known = weight.max(*known);
        }
    }
    Some(Topic { title: title.trim(), href: href.trim(), text: text.trim(), words })
}

/// Words that say nothing of what is meant.
const EMPTY: [&str; 58] = [
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "by", "can", "could", "do", "does", "for",
    "from", "get", "have", "help", "how", "i", "if", "in", "is", "it", "let", "lux", "make", "me", "my", "need", "of",
    "on", "one", "or", "our", "please", "should", "so", "tell", "that", "the", "there", "they", "this", "to", "use",
    "want", "was", "we", "what", "when", "where", "which", "why", "with", "you",
];

/// The words of a text, without endings.
pub fn words_of(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !EMPTY.contains(word));
    words.map(stem).collect()
}

fn stem(word: &str) -> String {
    let cut = ["ations", "ation", "ings", "ing", "ies", "ied", "ers", "es", "ed", "s", "e"];
    let short = cut.iter().find_map(|end| word.strip_suffix(end).filter(|rest| rest.chars().count() >= 3));
    short.unwrap_or(word).to_owned()
}

/// What fits a question best, at most three; nothing where nothing does.
pub fn search(question: &str) -> Vec<&'static Topic> {
    let asked = words_of(question);
    if asked.is_empty() {
        return vec![];
    }
    let topics: &'static [Topic] = &TOPICS;
    let all = topics.len() as u32;
    // A word that few topics have says more.
    let rarity = |word: &String| {
        let having = topics.iter().filter(|topic| topic.words.contains_key(word)).count() as u32;
        all.checked_div(having).map_or(0, |share| 1 + share.ilog2())
    };
    let weights: Vec<(&String, u32)> = asked.iter().map(|word| (word, rarity(word))).collect();
    let score = |topic: &Topic| -> u32 {
        weights.iter().map(|(word, rarity)| topic.words.get(*word).copied().unwrap_or_default() * rarity).sum()
    };
    let mut found: Vec<_> = topics.iter().map(|topic| (score(topic), topic)).filter(|(score, _)| *score >= 5).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let best = found.first().map_or(0, |(score, _)| *score);
    found.into_iter().filter(|(score, _)| score * 2 >= best).take(3).map(|(_, topic)| topic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::chat::server::places;

    #[test]
    fn every_topic_is_read_and_leads_to_a_page() {
        assert_eq!(TOPICS.len(), FILE.matches("\n## ").count());
        for topic in TOPICS.iter() {
            assert!(places::source(topic.href).is_some(), "{}: {}", topic.title, topic.href);
            assert!((60..900).contains(&topic.text.len()), "{}: {}", topic.title, topic.text.len());
        }
    }

    #[test]
    fn questions_find_their_topic() {
        for (question, title) in [
            ("How do I connect an account?", "Connect an account"),
            ("where can I add an API key", "Keys of networks and services"),
            ("How can I schedule a post for Friday?", "Schedule a post"),
            ("my picture is refused", "Pictures and videos"),
            ("invite a colleague", "People of the company"),
            ("import contacts from a CSV file", "Bring in a file of contacts"),
            ("forgot my password", "Password and sessions"),
            ("what does unconfirmed mean", "Needs your eyes"),
            ("what can the agents do", "Agents"),
            ("zapier", "Zapier and other programs"),
            ("short links and clicks", "Short links"),
        ] {
            let found = search(question);
            assert_eq!(found.first().map(|topic| topic.title), Some(title), "{question}");
        }
        assert!(search("xyzzy").is_empty() && search("").is_empty());
    }
}
