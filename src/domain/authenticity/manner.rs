//! How somebody writes, counted: what a company's own texts have in common.

use super::language::Language;
use super::text::Text;
use std::collections::BTreeMap;

/// Fewer words than this say nothing.
const FEWEST_WORDS: usize = 40;
/// Frequent words that are named.
const MOST_FREQUENT: usize = 10;

/// How a text is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    pub language: Language,
    /// Words of a sentence, on average.
    pub sentence: usize,
    /// Per hundred words.
    pub emoji: usize,
    pub exclamations: usize,
    pub tags: usize,
    /// How it speaks of itself: "we" or "I"; empty: not at all.
    pub speaks_as: &'static str,
    /// How it speaks to its readers: "you", "du", "Sie"; empty: not at all.
    pub speaks_to: &'static str,
    /// Words that come again and again, the most frequent first.
    pub frequent: Vec<String>,
}

/// Ways to speak of somebody: what each is called, and its words.
type Ways = &'static [(&'static str, &'static str)];

/// How each language speaks of itself and to its readers.
fn persons(language: Language) -> (Ways, Ways) {
    match language {
        Language::English => (&[("we", "we our us"), ("I", "i my me")], &[("you", "you your yours")]),
        Language::German => (
            &[("wir", "wir unser unsere unseren uns"), ("ich", "ich mein meine mir mich")],
            &[("du", "du dein deine dir dich"), ("ihr", "euch euer eure"), ("Sie", "ihnen ihre ihren ihrem")],
        ),
        Language::French => (
            &[("nous", "nous notre nos"), ("je", "je j'ai mon ma mes")],
            &[("tu", "tu ton ta tes toi"), ("vous", "vous votre vos")],
        ),
        Language::Spanish => (
            &[("nosotros", "nosotros nuestra nuestro nuestros nos somos"), ("yo", "yo mi mis me")],
            &[("tú", "tú tu tus te"), ("usted", "usted ustedes su sus")],
        ),
    }
}

/// `None`: too short to say anything.
pub fn of(source: &str) -> Option<Manner> {
    let text = Text::read(source);
    let words = text.words.len();
    if words < FEWEST_WORDS {
        return None;
    }
    let language = Language::guess(&text.words);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in &text.words {
        *counts.entry(&word.low).or_default() += 1;
    }
    let most = |named: &[(&'static str, &'static str)]| {
        let count = |list: &str| list.split(' ').filter_map(|word| counts.get(word)).sum::<usize>();
        let best = named.iter().map(|(name, list)| (count(list), *name)).max_by_key(|(n, _)| *n);
        best.filter(|(n, _)| *n >= 2).map_or("", |(_, name)| name)
    };
    let (itself, readers) = persons(language);
    let in_hundred = |n: usize| (n * 100).div_ceil(words);
    let is_name = |word: &str| {
        word.chars().count() >= 4 && !language.has_small_word(word) && !word.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut frequent: Vec<_> = counts.iter().filter(|(word, n)| **n >= 3 && is_name(word)).collect();
    frequent.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    Some(Manner {
        language,
        sentence: words / text.sentences.len().max(1),
        emoji: in_hundred(text.signs.emoji.len()),
        exclamations: in_hundred(text.signs.exclamations as usize),
        tags: in_hundred(text.signs.tags.len()),
        speaks_as: most(itself),
        speaks_to: most(readers),
        frequent: frequent.into_iter().take(MOST_FREQUENT).map(|(word, _)| (*word).to_owned()).collect(),
    })
}

impl Manner {
    /// In sentences that a person or a model can follow.
    pub fn words(&self) -> String {
        let mut said = vec![match self.sentence {
            0..=9 => format!("Short sentences, about {} words each.", self.sentence.max(1)),
            10..=17 => format!("Sentences of about {} words.", self.sentence),
            n => format!("Long sentences, about {n} words each."),
        }];
        match (self.speaks_as, self.speaks_to) {
            ("", "") => {}
            (itself, "") => said.push(format!("Speaks of itself as “{itself}”.")),
            ("", readers) => said.push(format!("Speaks to its readers as “{readers}”.")),
            (itself, readers) => {
                said.push(format!("Speaks of itself as “{itself}” and to its readers as “{readers}”."))
            }
        }
        let rate = |n: usize, none: &str, few: &str, many: &str| match n {
            0 => none.to_owned(),
            1..=3 => few.to_owned(),
            _ => many.to_owned(),
        };
        said.push(rate(self.emoji, "No emoji.", "An emoji now and then.", "Many emoji."));
        said.push(rate(
            self.exclamations,
            "No exclamation marks.",
            "Few exclamation marks.",
            "Many exclamation marks.",
        ));
        if self.tags > 0 {
            said.push("Uses hashtags.".into());
        }
        said.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_how_it_is_written() {
        let roast = "We roast on Tuesdays. You can watch us. Our roastery smells of coffee! ".repeat(4);
        let manner = of(&roast).expect("long enough");
        assert_eq!(
            (manner.language, manner.sentence, manner.speaks_as, manner.speaks_to),
            (Language::English, 4, "we", "you")
        );
        assert!(manner.frequent.contains(&"roastery".to_owned()) && !manner.frequent.contains(&"your".to_owned()));
        let words = manner.words();
        assert!(words.starts_with("Short sentences, about 4 words each. Speaks of itself as “we”"), "{words}");
        assert!(words.contains("No emoji.") && words.contains("Many exclamation marks."), "{words}");
        let german = "Wir backen jeden Morgen für dich und deine Nachbarn. Unser Brot ist nicht süß, und du kannst es bei uns ansehen. "
            .repeat(3);
        let manner = of(&german).expect("long enough");
        assert_eq!((manner.language, manner.speaks_as, manner.speaks_to), (Language::German, "wir", "du"));
        assert_eq!(of("Too short to tell."), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC{0,12} ){0,120}") {
            if let Some(manner) = of(&text) {
                assert!(!manner.words().is_empty() && manner.frequent.len() <= MOST_FREQUENT);
            }
        }
    }
}
