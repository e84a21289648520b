//! The lists of words and phrases, and where they stand in a text. The lists are the files of `words`, read once.

use super::Habit;
use super::language::Language;
use super::text::{Text, Word};
use std::sync::OnceLock;

/// A phrase of a list.
struct Phrase {
    habit: Habit,
    pattern: Pattern,
    /// What could stand there; an empty one takes the words out.
    fixes: Vec<String>,
}

/// The words of a phrase, in lower case.
pub(super) struct Pattern {
    first: Piece,
    rest: Vec<Piece>,
    opens: bool,
}

enum Piece {
    Is(String),
    Begins(String),
    Any,
}

impl Piece {
    fn read(word: &str) -> Self {
        match word.strip_suffix('*') {
            Some(stem) => Self::Begins(stem.into()),
            None if word == "_" => Self::Any,
            None => Self::Is(word.into()),
        }
    }

    fn fits(&self, word: &str) -> bool {
        match self {
            Self::Is(own) => own == word,
            Self::Begins(stem) => word.starts_with(stem.as_str()),
            Self::Any => true,
        }
    }

    fn initial(&self) -> Option<char> {
        match self {
            Self::Is(text) | Self::Begins(text) => text.chars().next(),
            Self::Any => None,
        }
    }
}

impl Pattern {
    /// `None`: no words in it.
    pub fn read(line: &str) -> Option<Self> {
        let (opens, line) = line.strip_prefix('^').map_or((false, line), |rest| (true, rest));
        let mut pieces = line.split_whitespace().map(Piece::read);
        Some(Self { first: pieces.next()?, rest: pieces.collect(), opens })
    }

    /// How many words it takes from `at` on. Words on both sides of a sentence's end are no phrase.
    pub fn fits(&self, words: &[Word], at: usize) -> Option<usize> {
        let first = &words[at];
        let opens = at == 0 || words[at - 1].sentence != first.sentence;
        if (self.opens && !opens) || !self.first.fits(&first.low) {
            return None;
        }
        let rest = words[at + 1..].iter().take_while(|w| w.sentence == first.sentence);
        let fitting = rest.zip(&self.rest).take_while(|(word, piece)| piece.fits(&word.low)).count();
        (fitting == self.rest.len()).then_some(1 + fitting)
    }

    fn initial(&self) -> Option<char> {
        self.first.initial()
    }
}

/// Sorted by the letter that they begin with.
pub(super) struct Lexicon(Vec<Phrase>);

/// A phrase in a text: its words and what could stand there.
pub(super) struct Hit<'a> {
    pub habit: Habit,
    pub word: usize,
    pub words: usize,
    pub fixes: &'a [String],
}

impl Lexicon {
    pub fn of(language: Language) -> &'static Self {
        static READ: [OnceLock<Lexicon>; 4] = [const { OnceLock::new() }; 4];
        let list = match language {
            Language::English => include_str!("words/en.txt"),
            Language::German => include_str!("words/de.txt"),
            Language::French => include_str!("words/fr.txt"),
            Language::Spanish => include_str!("words/es.txt"),
        };
        READ[language as usize].get_or_init(|| Self::read(list))
    }

    fn read(list: &str) -> Self {
        let mut phrases = vec![];
        let mut habit = Habit::Buzzword;
        for line in list.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            if let Some(section) = line.strip_prefix('[') {
                habit = match section {
                    "cliche]" => Habit::Cliche,
                    "intensifier]" => Habit::Intensifier,
                    "call]" => Habit::Call,
                    "vague]" => Habit::Vague,
                    _ => Habit::Buzzword,
                };
                continue;
            }
            let (phrase, fixes) = line.split_once(" = ").unwrap_or((line, ""));
            let fixes = fixes.split(" | ").filter(|f| !f.is_empty());
            let fixes: Vec<String> = fixes.map(|f| if f == "-" { String::new() } else { f.into() }).collect();
            let mut add = |phrase: &str, fixes| {
                phrases.extend(Pattern::read(phrase).map(|pattern| Phrase { habit, pattern, fixes }));
            };
            match phrase.strip_prefix('~') {
                None => add(phrase, fixes),
                Some(verb) => {
                    for form in Form::ALL {
                        add(&form.of(verb), fixes.iter().map(|fix| form.of(fix)).collect());
                    }
                }
            }
        }
        phrases.sort_by_key(|p| p.pattern.initial());
        Self(phrases)
    }

    /// The phrases in a text, of those that begin at one word the longest; none over another.
    pub fn find(&self, text: &Text) -> Vec<Hit<'_>> {
        let mut hits = vec![];
        let mut at = 0;
        while at < text.words.len() {
            let hit = self.at(text, at);
            at += hit.as_ref().map_or(1, |hit| hit.words);
            hits.extend(hit);
        }
        hits
    }

    fn at(&self, text: &Text, at: usize) -> Option<Hit<'_>> {
        let initial = text.words[at].low.chars().next();
        let from = self.0.partition_point(|p| p.pattern.initial() < initial);
        let beginning = self.0[from..].iter().take_while(|p| p.pattern.initial() == initial);
        let hits = beginning.filter_map(|phrase| {
            let words = phrase.pattern.fits(&text.words, at)?;
            Some(Hit { habit: phrase.habit, word: at, words, fixes: &phrase.fixes })
        });
        // Of equally long ones the first list's.
        hits.reduce(|best, hit| if hit.words > best.words { hit } else { best })
    }
}

/// The forms of a regular English verb.
#[derive(Clone, Copy)]
enum Form {
    Plain,
    S,
    Ed,
    Ing,
}

impl Form {
    const ALL: [Form; 4] = [Self::Plain, Self::S, Self::Ed, Self::Ing];

    /// The first word of `phrase` in this form.
    fn of(self, phrase: &str) -> String {
        let (verb, rest) = phrase.find(' ').map_or((phrase, ""), |at| phrase.split_at(at));
        let base = verb.strip_suffix('e');
        let form = match (self, base, verb.strip_suffix('y')) {
            (Self::Plain, ..) => verb.to_owned(),
            (Self::S, _, Some(stem)) => format!("{stem}ies"),
            (Self::Ed, _, Some(stem)) => format!("{stem}ied"),
            (Self::S, ..) if verb.ends_with(['s', 'h', 'x']) => format!("{verb}es"),
            (Self::S, ..) => format!("{verb}s"),
            (Self::Ed, Some(_), _) => format!("{verb}d"),
            (Self::Ed, ..) => format!("{verb}ed"),
            (Self::Ing, Some(base), _) => format!("{base}ing"),
            (Self::Ing, ..) => format!("{verb}ing"),
        };
        form + rest
    }
}
