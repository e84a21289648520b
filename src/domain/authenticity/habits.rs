//! Habits that are no words of a list: how sentences are built, which signs stand where, and what is missing.

use super::Habit;
use super::language::Language;
use super::text::{Sentence, Text, Word};

/// A habit at a place, in bytes.
pub(super) struct Place {
    pub habit: Habit,
    pub from: u32,
    pub to: u32,
}

/// What a language says such sentences with, with spaces around each word.
struct Grammar {
    /// "is not".
    not: &'static str,
    /// "just", behind a "not".
    only: &'static str,
    /// What the second half begins with: "it's".
    resumes: &'static str,
    /// "but".
    but: &'static str,
    and: &'static str,
    /// Forms of "be" in front of a participle.
    be: &'static str,
    participles: &'static [&'static str],
}

fn grammar(language: Language) -> &'static Grammar {
    match language {
        Language::English => &Grammar {
            not: " isn't aren't doesn't don't wasn't not never ",
            only: " just only simply merely about ",
            resumes: " it's it they they're that's its ",
            but: " but it's they're ",
            and: " and or ",
            be: " is are was were be been being ",
            participles: &["ed", "made", "built", "grown", "given", "driven", "chosen", "known", "done"],
        },
        Language::German => &Grammar {
            not: " nicht kein keine ",
            only: " nur einfach bloß ",
            resumes: " es sie er ",
            but: " sondern ",
            and: " und oder sowie ",
            be: " wird werden wurde wurden worden ",
            participles: &["iert", "tet"],
        },
        Language::French => &Grammar {
            not: " n'est ne n'a n'ont pas ",
            only: " seulement qu'une qu'un que simplement ",
            resumes: " c'est elle il ",
            but: " mais c'est ",
            and: " et ou ",
            be: " est sont été était sera ",
            participles: &["é", "ée", "és", "ées"],
        },
        Language::Spanish => &Grammar {
            not: " no ",
            only: " solo sólo solamente trata es ",
            resumes: " es llega son se ",
            but: " sino ",
            and: " y e o ",
            be: " es son fue fueron está están ser sido ",
            participles: &["ado", "ada", "ados", "adas", "ido", "ida", "idos", "idas"],
        },
    }
}

fn among(list: &str, word: &str) -> bool {
    list.as_bytes().split(|b| *b == b' ').any(|w| w == word.as_bytes())
}

/// Sentences longer than this are hard to read on a phone.
const LONG_SENTENCE: usize = 28;
const SHORT_SENTENCE: usize = 4;

pub(super) fn find(text: &Text, language: Language) -> Vec<Place> {
    let grammar = grammar(language);
    let mut places = vec![];
    contrasts(text, grammar, &mut places);
    triplets(text, grammar, &mut places);
    passives(text, grammar, &mut places);
    sentences(text, &mut places);
    signs(text, &mut places);
    places
}

/// "It's not X, it's Y", "not only X but Y".
fn contrasts(text: &Text, grammar: &Grammar, places: &mut Vec<Place>) {
    for (number, sentence) in text.sentences.iter().enumerate() {
        let words = text.words_of(sentence);
        let Some(not) = words.iter().position(|w| among(grammar.not, &w.low)) else { continue };
        let after = &words[not + 1..];
        let only = after.iter().take(2).any(|w| among(grammar.only, &w.low));
        let turn = after.iter().skip(1).find(|w| among(grammar.but, &w.low));
        let next = text.sentences.get(number + 1).map(|s| &text.words_of(s)[0]);
        let next = next.filter(|w| sentence.sign == '.' && words.len() <= 14 && among(grammar.resumes, &w.low));
        let last = match (turn, next) {
            (Some(turn), _) => turn,
            (None, Some(next)) => next,
            (None, None) if only => &after[0],
            _ => continue,
        };
        places.push(Place { habit: Habit::Contrast, from: words[not].from, to: last.to });
    }
}

/// "A, B, and C" without a number or a name in it.
fn triplets(text: &Text, grammar: &Grammar, places: &mut Vec<Place>) {
    let words = &text.words;
    let mut at = 0;
    while at + 3 < words.len() {
        let plain = |w: &Word| !w.is_number();
        let found = text.behind(at).starts_with(',').then(|| {
            (at + 1..(at + 5).min(words.len() - 2))
                .find(|j| among(grammar.and, &words[j + 1].low) && matches!(text.behind(*j), ", " | " "))
        });
        match found.flatten() {
            Some(j) if words[at..=j + 2].iter().all(|w| plain(w) && w.sentence == words[at].sentence) => {
                places.push(Place { habit: Habit::Triplet, from: words[at].from, to: words[j + 2].to });
                at = j + 2;
            }
            _ => at += 1,
        }
    }
}

fn passives(text: &Text, grammar: &Grammar, places: &mut Vec<Place>) {
    for at in 0..text.words.len() {
        let word = &text.words[at];
        if !among(grammar.be, &word.low) {
            continue;
        }
        let behind = text.words[at + 1..].iter().take(2).filter(|w| w.sentence == word.sentence);
        let mut behind = behind.filter(|w| w.low.len() > 3 && grammar.participles.iter().any(|p| w.low.ends_with(p)));
        if let Some(participle) = behind.next() {
            places.push(Place { habit: Habit::Passive, from: word.from, to: participle.to });
        }
    }
}

fn sentences(text: &Text, places: &mut Vec<Place>) {
    let all = &text.sentences;
    let place = |habit, first: &Sentence, last: &Sentence| {
        let (from, to) = (text.words[first.first].from, text.words[last.end - 1].to);
        Place { habit, from, to }
    };
    let length = |s: &Sentence| s.end - s.first;
    places.extend(all.iter().filter(|s| length(s) > LONG_SENTENCE).map(|s| place(Habit::LongSentence, s, s)));
    // A question opens the text or ends it, and nobody is expected to answer with more than a word.
    if let [first, .., last] = all.as_slice() {
        places.extend([first, last].into_iter().filter(|s| s.sign == '?').map(|s| place(Habit::Question, s, s)));
    }
    let short = |s: &&[Sentence]| {
        s.iter().all(|s| length(s) <= SHORT_SENTENCE && !text.words_of(s).iter().any(Word::is_number))
    };
    if let Some(run) = all.windows(3).find(short) {
        places.push(place(Habit::Rhythm, &run[0], &run[2]));
    } else if all.len() >= 4 {
        let mean = text.words.len() / all.len();
        // Deviation below a quarter of the mean.
        let squares: usize = all.iter().map(|s| length(s).abs_diff(mean).pow(2)).sum();
        if mean >= 5 && squares * 16 < mean * mean * all.len() {
            places.push(place(Habit::Rhythm, &all[0], &all[all.len() - 1]));
        }
    }
}

fn signs(text: &Text, places: &mut Vec<Place>) {
    let signs = &text.signs;
    let all = |habit, list: &[(u32, u32)], places: &mut Vec<Place>| {
        places.extend(list.iter().map(|(from, to)| Place { habit, from: *from, to: *to }));
    };
    all(Habit::Dashes, &signs.dashes, places);
    all(Habit::Emoji, &signs.emoji, places);
    if signs.tags.len() >= 3 {
        all(Habit::Hashtags, &signs.tags[2..], places);
    }
}

/// What only somebody who was there can write. Counted, not marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    /// Numbers: prices, times, amounts.
    pub numbers: u32,
    /// Capital letters inside sentences; not in German, where every noun has one.
    pub names: u32,
    /// "I", "my", and words of speech.
    pub speech: u32,
    /// The text or a line begins with a small letter, or ends without a sign.
    pub loose: u32,
}

fn speech(language: Language) -> &'static str {
    match language {
        Language::English => {
            " i i'm i've i'd i'll my me mine myself ok okay so sorry til cos cuz gonna wanna tmrw dm quid daft lol btw honestly anyway oops yep nope wed fri mon tues thurs yesterday someone somebody nobody dad mum ouch bloody weird awful ugh hate squeaks nagged "
        }
        Language::German => {
            " ich mir mich mein meine gibts gibt's halt mal ehrlich leider keiner jemand irgendwie nix naja wer gestern morgen geht kriegt sorry "
        }
        Language::French => " je j'ai me moi ma mon mes on y c'était bizarre voilà désolé hier demain quelqu'un ",
        Language::Spanish => " yo me mi mis nadie alguien perdón ayer mañana aquí hoy vale lo ",
    }
}

/// Amounts and days that are written as words. English and Spanish days and months begin with a capital letter or are rare.
fn amounts(language: Language) -> &'static str {
    match language {
        Language::English => {
            " two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred half dozen noon midnight weeks hours minutes mins "
        }
        Language::German => {
            " zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig hundert montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april mai juni juli august september oktober november dezember "
        }
        Language::French => {
            " deux trois quatre cinq six sept huit neuf dix onze douze vingt cent lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre octobre novembre décembre midi "
        }
        Language::Spanish => {
            " dos tres cuatro cinco seis siete ocho nueve diez once doce veinte cien lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
        }
    }
}

pub(super) fn evidence(text: &Text, language: Language) -> Evidence {
    let mut evidence = Evidence::default();
    let (speech, amounts) = (speech(language), amounts(language));
    for sentence in &text.sentences {
        for (number, word) in text.words_of(sentence).iter().enumerate() {
            evidence.numbers += u32::from(word.is_number() || among(amounts, &word.low));
            let one = word.low.len() == 1 || word.low.starts_with("i'");
            let named = number > 0 && word.capital && !one && language != Language::German;
            evidence.names += u32::from(named);
            evidence.speech += u32::from(among(speech, &word.low));
        }
        let first = &text.words[sentence.first];
        evidence.loose += u32::from(!first.capital && !first.is_number() && sentence.begins_line);
    }
    let open = text.sentences.last().is_some_and(|last| last.sign == '\n');
    evidence.loose += u32::from(open && text.signs.emoji.is_empty() && text.signs.tags.is_empty());
    evidence.speech += text.signs.brackets;
    evidence
}
