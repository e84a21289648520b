//! Finds emoji by words, in memory: the index is made with the first question and takes some 2 MB.

use super::model::{Emoji, MOST};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lines of an emoji, its name and keywords in English, German, French and Spanish; made by `scripts/emoji.mjs`.
const ANNOTATIONS: &str = include_str!("cldr/annotations.tsv");
/// Words of a question, and of a text, that are looked at.
const QUESTION: usize = 8;
const TEXT: usize = 400;
/// Characters of them.
const LONGEST: usize = 12_000;
/// A word that so many emoji have (face, hand, person) says little about a text.
const COMMON: usize = 40;

/// Words that are also keywords of some emoji, and mean nothing in a text.
const IDLE: [&str; 66] = [
    "and", "are", "but", "can", "for", "from", "get", "has", "have", "her", "his", "how", "not", "off", "one", "our",
    "out", "the", "this", "was", "who", "why", "with", "you", "your", "all", "more", "new", "now", "time", "auf",
    "aus", "bei", "das", "der", "die", "ein", "eine", "fur", "ist", "mit", "nicht", "und", "von", "wir", "zum", "avec",
    "dans", "des", "les", "nous", "pour", "une", "con", "del", "las", "los", "para", "por", "una", "two", "three",
    "zwei", "drei", "deux", "trois",
];

struct Index {
    all: Vec<Emoji>,
    /// By word, folded: which emoji, and how much of their name the word is.
    words: BTreeMap<String, Vec<(u16, u32)>>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let Index { mut all, mut words } = Index { all: vec![], words: BTreeMap::new() };
    for line in ANNOTATIONS.lines() {
        let mut parts = line.split('\t');
        let Some(sign) = parts.next() else { continue };
        let at = all.len() as u16;
        let mut of: HashMap<String, u32> = HashMap::new();
        let mut name = String::new();
        for language in parts {
            for (n, phrase) in language.split('|').enumerate().filter(|(_, phrase)| !phrase.is_empty()) {
                if n == 0 && name.is_empty() {
                    phrase.clone_into(&mut name);
                }
                let pieces = split(phrase);
                let whole = pieces.len() == 1;
                for piece in pieces {
                    // A keyword of its own, or a name of one word, says more than a piece of a phrase.
                    let weight = if whole {
                        4
                    } else if n == 0 {
                        2
                    } else {
                        1
                    };
                    let had = of.entry(piece).or_default();
                    *had = weight.max(*had);
                }
            }
        }
        for (word, weight) in of {
            words.entry(word).or_default().push((at, weight));
        }
        all.push(Emoji { sign: sign.to_owned(), name });
    }
    Index { all, words }
});

/// The words of a text in small letters and without accents.
fn split(text: &str) -> Vec<String> {
    let folded: String = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Emoji that these words mean, the best first; without words, those that fit the text, and without a text the first ones.
pub fn found(words: &str, text: &str) -> Vec<Emoji> {
    let bounded = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let asked: Vec<_> = split(&bounded(words)).into_iter().take(QUESTION).collect();
    let scores = if asked.is_empty() { INDEX.fitting(&split(&bounded(text))) } else { INDEX.meant(&asked) };
    let mut scores: Vec<_> = scores.into_iter().collect();
    // Where they are equal, in the order of Unicode.
    scores.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let found = scores.into_iter().take(MOST).filter_map(|(at, _)| INDEX.all.get(usize::from(at)).cloned());
    let found: Vec<_> = found.collect();
    if asked.is_empty() && found.is_empty() { INDEX.all.iter().take(MOST).cloned().collect() } else { found }
}

impl Index {
    /// Each word is one of theirs, or the beginning of one.
    fn meant(&self, asked: &[String]) -> HashMap<u16, u32> {
        let mut scores: Option<HashMap<u16, u32>> = None;
        for word in asked {
            let mut these: HashMap<u16, u32> = HashMap::new();
            let begin = self.words.range(word.clone()..).take_while(|(known, _)| known.starts_with(word.as_str()));
            for (known, emoji) in begin {
                for (at, weight) in emoji {
                    let score = if known == word { 10 * weight } else { *weight };
                    let had = these.entry(*at).or_default();
                    *had = score.max(*had);
                }
            }
            scores = Some(match scores {
                None => these,
                Some(before) => {
                    before.into_iter().filter_map(|(at, score)| Some((at, score + these.get(&at)?))).collect()
                }
            });
        }
        scores.unwrap_or_default()
    }

    /// Those of which a word stands in the text; rare words say more than common ones.
    fn fitting(&self, text: &[String]) -> HashMap<u16, u32> {
        let mut scores: HashMap<u16, u32> = HashMap::new();
        let mut seen = HashSet::new();
        for word in text.iter().filter(|word| word.chars().count() > 2 && !IDLE.contains(&word.as_str())).take(TEXT) {
            for (known, emoji) in self.known(word) {
                if emoji.len() > COMMON || !seen.insert(known) {
                    continue;
                }
                for (at, weight) in emoji {
                    *scores.entry(*at).or_default() += 1_000 * weight / (4 + emoji.len() as u32);
                }
            }
        }
        scores
    }

    /// The word as it is, and without the endings of plurals.
    fn known<'a>(&'a self, word: &'a str) -> impl Iterator<Item = (&'a str, &'a [(u16, u32)])> {
        let without =
            ["s", "es", "n", "en"].into_iter().filter_map(|end| word.strip_suffix(end)).filter(|w| w.len() > 2);
        let forms = std::iter::once(word).chain(without);
        forms.filter_map(|form| self.words.get_key_value(form)).map(|(known, emoji)| (known.as_str(), emoji.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(words: &str, text: &str) -> Vec<String> {
        found(words, text).into_iter().map(|emoji| emoji.sign).collect()
    }

    #[test]
    fn a_word_of_four_languages_finds_its_emoji() {
        for word in ["coffee", "Kaffee", "café", "CAFE", "coff"] {
            assert!(signs(word, "").iter().take(5).any(|sign| sign == "☕"), "{word}: {:?}", signs(word, ""));
        }
        assert_eq!(signs("red heart", "")[0], "❤️", "as keyboards write it");
        assert_eq!(signs("rotes Herz", "")[0], "❤️");
        assert!(signs("rocket", "").contains(&"🚀".to_owned()));
        assert_eq!(signs("xyzzyx", ""), [""; 0]);
        assert!(signs("face", "").len() <= MOST);
    }

    #[test]
    fn a_text_proposes_what_it_speaks_of() {
        let fits = |text: &str, sign: &str| {
            let found = signs("", text);
            assert!(found.iter().take(8).any(|known| known == sign), "{text}: {found:?}");
        };
        fits("Our new pizza is out of the oven. Come by!", "🍕");
        fits("Frische Erdbeeren und Kaffee für euch", "☕");
        fits("Nos fusées décollent: une fusée pour vous", "🚀");
        fits("Two new bicycles for our riders", "🚲");
        assert_eq!(signs("", "the and for"), signs("", ""), "nothing in it");
        assert_eq!(signs("", "").len(), MOST);
        // However long it is.
        found("", &"coffee tea 🎉 ".repeat(20_000));
    }

    #[test]
    fn every_line_is_whole() {
        assert!(INDEX.all.len() > 1_500, "{}", INDEX.all.len());
        for line in ANNOTATIONS.lines() {
            let parts: Vec<_> = line.split('\t').collect();
            assert!(parts.len() == 5 && parts.iter().all(|part| !part.is_empty()), "{line}");
        }
    }
}
