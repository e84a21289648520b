//! How much a text reads as if a person had written it: a score from 0 to 100, the habits that cost it points, and where they
//! stand. It works without a model: lists of words per language, and rules for sentences and signs. What it measures, and how
//! well, is in `docs/STUDIO.md`; the posts that it is judged by are in `docs/authenticity.tsv`.
//!
//! Read in this order: this file, `text` (words, sentences, signs), `language`, `lexicon` (the lists of `words`), `habits`.

mod habits;
mod language;
mod lexicon;
pub mod manner;
mod text;

pub use language::Language;

use super::marks::{self, Mark, MarkKind};
use habits::Evidence;
use lexicon::{Lexicon, Pattern};
use serde::{Deserialize, Serialize};
use text::Text;

/// Below this a text reads like a machine; how often that is right is in `docs/STUDIO.md`.
pub const MACHINE_BELOW: u32 = 50;
/// From here on it reads human.
pub const HUMAN_FROM: u32 = 75;
/// A text with fewer words says nothing about who wrote it.
const FEWEST_WORDS: usize = 5;
/// Bytes that are read; no platform takes a longer post.
const MOST_READ: usize = 70_000;
/// Words of a company's list, and characters of each, at most.
pub const MOST_HOUSE_WORDS: usize = 200;
pub const LONGEST_HOUSE_WORD: usize = 80;

/// What costs points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Habit {
    /// The company avoids this word.
    Avoided,
    Buzzword,
    Cliche,
    Intensifier,
    Call,
    Vague,
    Contrast,
    Triplet,
    Dashes,
    Question,
    Rhythm,
    Emoji,
    Hashtags,
    Passive,
    LongSentence,
    /// Long words.
    Heavy,
    /// No number, name or voice.
    Bare,
}

/// What a habit is called, why it is one, and what it costs.
struct Facts {
    one: &'static str,
    many: &'static str,
    why: &'static str,
    /// What each costs, in tenths of a point, and how many count at most.
    tenths: u32,
    most: u32,
    /// Its places are underlined.
    marked: bool,
}

impl Habit {
    pub const ALL: [Habit; 17] = [
        Self::Avoided,
        Self::Buzzword,
        Self::Cliche,
        Self::Intensifier,
        Self::Call,
        Self::Vague,
        Self::Contrast,
        Self::Triplet,
        Self::Dashes,
        Self::Question,
        Self::Rhythm,
        Self::Emoji,
        Self::Hashtags,
        Self::Passive,
        Self::LongSentence,
        Self::Heavy,
        Self::Bare,
    ];

    const fn facts(self) -> Facts {
        const fn of(one: &'static str, many: &'static str, why: &'static str, cost: (u32, u32), marked: bool) -> Facts {
            Facts { one, many, why, tenths: cost.0, most: cost.1, marked }
        }
        match self {
            Self::Avoided => of(
                "word your company avoids",
                "words your company avoids",
                "Your company avoids this word.",
                (100, 5),
                true,
            ),
            Self::Buzzword => of("buzzword", "buzzwords", "A buzzword: say what it does instead.", (90, 5), true),
            Self::Cliche => of("worn phrase", "worn phrases", "Many posts say this in the same words.", (80, 5), true),
            Self::Intensifier => {
                of("empty intensifier", "empty intensifiers", "It says the same without this word.", (50, 3), true)
            }
            Self::Call => of(
                "stock call to action",
                "stock calls to action",
                "A stock call to action: say what people get.",
                (60, 3),
                true,
            ),
            Self::Vague => of(
                "word that fits any company",
                "words that fit any company",
                "This could stand in anybody's post.",
                (30, 6),
                false,
            ),
            Self::Contrast => of(
                "“not this, but that” sentence",
                "“not this, but that” sentences",
                "“Not this, but that” is how models write. Say only what it is.",
                (120, 2),
                true,
            ),
            Self::Triplet => {
                of("list of three", "lists of three", "Models like lists of three. Keep the best one.", (80, 2), true)
            }
            Self::Dashes => of(
                "long dash",
                "long dashes",
                "Models like long dashes. A full stop or a comma does it.",
                (80, 3),
                true,
            ),
            Self::Question => of(
                "question nobody has to answer",
                "questions nobody has to answer",
                "A question for its own sake. Say it, or ask what you want to know.",
                (60, 2),
                true,
            ),
            Self::Rhythm => {
                of("even rhythm", "even rhythms", "The sentences are all about equally long.", (60, 1), false)
            }
            Self::Emoji => of("emoji", "emoji", "Emoji at every sentence read like a template.", (50, 4), false),
            Self::Hashtags => of(
                "hashtag more than needed",
                "hashtags more than needed",
                "One or two hashtags are enough.",
                (40, 4),
                false,
            ),
            Self::Passive => of("passive", "passives", "Nobody does anything here. Say who does it.", (20, 3), true),
            Self::LongSentence => {
                of("long sentence", "long sentences", "Hard to read on a phone. Make two of it.", (30, 2), false)
            }
            Self::Heavy => of("", "", "Many long words.", (10, 12), false),
            Self::Bare => {
                of("", "", "No price, time, place or name. Say one thing that only you can say.", (100, 1), false)
            }
        }
    }

    /// What stands at a mark of it.
    pub fn why(self) -> &'static str {
        self.facts().why
    }
}

/// A company's own words: never to be written, and never to be marked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseWords {
    #[serde(default, deserialize_with = "super::bounds::list::<_, _, MOST_HOUSE_WORDS>")]
    pub avoid: Vec<String>,
    #[serde(default, deserialize_with = "super::bounds::list::<_, _, MOST_HOUSE_WORDS>")]
    pub allowed: Vec<String>,
}

impl HouseWords {
    /// Adds a word to avoid, and takes it off the other list. False where nothing changes: no word, too long, or too many.
    pub fn avoid(&mut self, typed: &str) -> bool {
        add(&mut self.avoid, &mut self.allowed, typed)
    }

    /// The same for a word that is never marked.
    pub fn allow(&mut self, typed: &str) -> bool {
        add(&mut self.allowed, &mut self.avoid, typed)
    }

    /// Takes a word off both lists.
    pub fn forget(&mut self, word: &str) -> bool {
        let before = self.avoid.len() + self.allowed.len();
        self.avoid.retain(|w| w != word);
        self.allowed.retain(|w| w != word);
        self.avoid.len() + self.allowed.len() < before
    }

    /// As it is kept: each word once, in small letters with single spaces, without what is empty or too long.
    pub fn tidy(self) -> Self {
        let mut tidied = Self::default();
        for word in &self.avoid {
            tidied.avoid(word);
        }
        for word in self.allowed.iter().filter(|w| !tidied.avoid.contains(&clean(w))).cloned().collect::<Vec<_>>() {
            tidied.allow(&word);
        }
        tidied
    }
}

fn clean(typed: &str) -> String {
    let words = typed.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    words.replace('’', "'").chars().filter(|c| !c.is_control()).collect()
}

fn add(to: &mut Vec<String>, from: &mut Vec<String>, typed: &str) -> bool {
    let word = clean(typed);
    let fits = word.chars().any(char::is_alphanumeric) && word.chars().count() <= LONGEST_HOUSE_WORD;
    if !fits || to.contains(&word) || to.len() >= MOST_HOUSE_WORDS {
        return false;
    }
    from.retain(|w| *w != word);
    to.push(word);
    true
}

/// One habit of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub habit: Habit,
    /// For people: `2 buzzwords: “elevate”, “seamless”`.
    pub words: String,
    /// Where it first stands, in bytes.
    pub place: Option<(u32, u32)>,
    /// What it costs, in tenths of a point.
    pub cost: u32,
}

/// How a text reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// 0 (a machine) to 100 (a person).
    pub score: u32,
    pub language: Language,
    /// The most expensive first.
    pub reasons: Vec<Reason>,
    /// What only somebody who was there writes: the numbers and names of the text.
    pub concrete: Vec<String>,
    pub marks: Vec<Mark>,
}

impl Report {
    pub fn heading(&self) -> &'static str {
        match self.score {
            HUMAN_FROM.. => "Reads human",
            MACHINE_BELOW.. => "Reads mostly human",
            _ => "Reads like a machine",
        }
    }
}

/// Something that costs points, with its place and what could stand there.
struct Found {
    habit: Habit,
    from: u32,
    to: u32,
    fixes: Vec<String>,
}

/// How a text reads; `None` where it is too short to say. Takes time in proportion to its length.
pub fn read(source: &str, house: &HouseWords) -> Option<Report> {
    let source = &source[..source.floor_char_boundary(MOST_READ)];
    let text = Text::read(source);
    if text.words.len() < FEWEST_WORDS {
        return None;
    }
    let language = Language::guess(&text.words);
    let found = find(&text, language, house);
    let evidence = habits::evidence(&text, language);
    let tally = Tally::of(&text, language, &found, &evidence);
    let reasons = tally.reasons(source, &found);
    let marks = found.into_iter().filter(|f| f.habit.facts().marked).map(Found::mark);
    Some(Report {
        score: tally.score(),
        language,
        reasons,
        concrete: concrete(&text),
        marks: marks::tidy(source, marks.collect()),
    })
}

impl Found {
    fn mark(self) -> Mark {
        let Self { habit, from, to, fixes } = self;
        Mark { from, to, kind: MarkKind::Style, about: habit.why().into(), fixes }
    }
}

/// All habits in the text; a sentence's habit yields to the word's that stands in it.
fn find(text: &Text, language: Language, house: &HouseWords) -> Vec<Found> {
    let patterns = |list: &[String]| -> Vec<Pattern> {
        list.iter().take(MOST_HOUSE_WORDS).filter_map(|w| Pattern::read(&w.to_lowercase())).collect()
    };
    let (avoid, allowed) = (patterns(&house.avoid), patterns(&house.allowed));
    let starts = |list: &[Pattern], at: usize| list.iter().filter_map(|p| p.fits(&text.words, at)).max();
    // Which words are never marked.
    let mut free = vec![false; text.words.len()];
    let mut found = vec![];
    let place = |word: usize, words: usize| (text.words[word].from, text.words[word + words - 1].to);
    for at in 0..text.words.len() {
        if let Some(words) = starts(&allowed, at) {
            free[at..at + words].fill(true);
        }
        if let Some(words) = starts(&avoid, at) {
            let (from, to) = place(at, words);
            found.push(Found { habit: Habit::Avoided, from, to, fixes: vec![] });
            free[at..at + words].fill(true);
        }
    }
    for hit in Lexicon::of(language).find(text) {
        if free[hit.word..hit.word + hit.words].contains(&true) {
            continue;
        }
        let (from, to) = place(hit.word, hit.words);
        let capital = text.words[hit.word].capital;
        let fixes = hit.fixes.iter().map(|fix| if capital { capitalised(fix) } else { fix.clone() }).collect();
        found.push(Found { habit: hit.habit, from, to, fixes });
    }
    let places = habits::find(text, language);
    found.extend(places.into_iter().map(|p| Found { habit: p.habit, from: p.from, to: p.to, fixes: vec![] }));
    found
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The numbers and names of the text, each once, five at most.
fn concrete(text: &Text) -> Vec<String> {
    let mut list: Vec<String> = vec![];
    for word in text.words.iter().filter(|w| w.is_number()) {
        let shown = text.source.get(word.from as usize..word.to as usize).unwrap_or("").to_owned();
        if list.len() < 5 && !list.contains(&shown) {
            list.push(shown);
        }
    }
    list
}

/// What counts, per forty words where the text is longer than that.
struct Tally {
    /// In tenths, for each habit.
    units: [u32; Habit::ALL.len()],
    evidence: Evidence,
}

/// A text without any habit and without evidence, in tenths of a point.
const BASE: u32 = 700;
/// What a number, a name, a word of speech and a loose beginning or end are worth, in tenths of a point, and how many count.
const NUMBERS: (u32, u32) = (60, 3);
const NAMES: (u32, u32) = (40, 2);
const SPEECH: (u32, u32) = (70, 3);
const LOOSE: (u32, u32) = (100, 1);

impl Tally {
    fn of(text: &Text, language: Language, found: &[Found], evidence: &Evidence) -> Self {
        let words = text.words.len() as u32;
        let mut counts = [0_u32; Habit::ALL.len()];
        for f in found {
            counts[f.habit as usize] += 1;
        }
        let mut units = counts.map(|n| n.min(10_000) * 400 / words.max(40));
        // One sentence among many is no rhythm, and what is said of the whole text is not said more often in a longer one.
        for whole in [Habit::Rhythm, Habit::Question, Habit::Avoided] {
            units[whole as usize] = counts[whole as usize] * 10;
        }
        let letters: usize = text.words.iter().map(|w| w.low.chars().count()).sum();
        let usual = match language {
            Language::English => 43,
            Language::German => 50,
            Language::French => 43,
            Language::Spanish => 43,
        };
        units[Habit::Heavy as usize] = (letters as u32 * 10 / words).saturating_sub(usual) * 10;
        let bare = evidence.numbers + evidence.names + evidence.speech == 0;
        units[Habit::Bare as usize] = u32::from(bare) * 10;
        Self { units, evidence: evidence.clone() }
    }

    /// What a habit costs, in tenths of a point.
    fn cost(&self, habit: Habit) -> u32 {
        let facts = habit.facts();
        self.units[habit as usize].min(facts.most * 10) * facts.tenths / 10
    }

    fn score(&self) -> u32 {
        let worth = |(each, most): (u32, u32), n: u32| n.min(most) * each;
        let Evidence { numbers, names, speech, loose } = self.evidence;
        let good = worth(NUMBERS, numbers) + worth(NAMES, names) + worth(SPEECH, speech) + worth(LOOSE, loose);
        let costs: u32 = Habit::ALL.into_iter().map(|habit| self.cost(habit)).sum();
        ((BASE + good).saturating_sub(costs) / 10).min(100)
    }

    fn reasons(&self, source: &str, found: &[Found]) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Habit::ALL
            .into_iter()
            .filter(|habit| self.cost(*habit) >= 10)
            .map(|habit| {
                let all: Vec<_> = found.iter().filter(|f| f.habit == habit).collect();
                let place = all.first().map(|f| (f.from, f.to));
                Reason { habit, words: words(habit, source, &all), place, cost: self.cost(habit) }
            })
            .collect();
        reasons.sort_by_key(|r| std::cmp::Reverse(r.cost));
        reasons
    }
}

fn words(habit: Habit, source: &str, all: &[&Found]) -> String {
    let facts = habit.facts();
    if all.is_empty() || matches!(habit, Habit::Rhythm) {
        return facts.why.into();
    }
    let head = format!("{} {}", all.len(), if all.len() == 1 { facts.one } else { facts.many });
    let quoted = match habit {
        Habit::Avoided | Habit::Buzzword | Habit::Cliche | Habit::Intensifier | Habit::Call | Habit::Vague => 3,
        _ => return [&head, ". ", facts.why].concat(),
    };
    let mut shown: Vec<&str> = vec![];
    for f in all {
        let phrase = source.get(f.from as usize..f.to as usize).unwrap_or("");
        if shown.len() < quoted && !shown.iter().any(|s| s.eq_ignore_ascii_case(phrase)) {
            shown.push(phrase);
        }
    }
    let list: Vec<String> = shown.iter().map(|s| format!("“{s}”")).collect();
    let more = if all.len() > list.len() { " …" } else { "" };
    [&head, ": ", &list.join(", "), more].concat()
}

#[cfg(test)]
mod tests;
