//! Spelling and grammar of a text, by rules and a dictionary (harper): no model is asked, and nothing leaves the server. English
//! only; a text in another language has no marks. Names, hashtags, mentions and links are nobody's spelling mistakes.

use crate::domain::authenticity::{HouseWords, Language};
use crate::domain::entities;
use crate::domain::error::Result;
use crate::domain::marks::{self, MOST_FIXES, Mark, MarkKind};
use crate::domain::platform::Customs;
use crate::features::brand_voice::server::house;
use crate::infra::session::Granted;
use crate::infra::work::Places;
use harper_core::linting::{Lint, LintGroup, LintKind, Linter, Suggestion};
use harper_core::parsers::PlainEnglish;
use harper_core::spell::{Dictionary, FstDictionary};
use harper_core::{Dialect, Document, Span, TokenKind};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Characters that are read; what stands behind them has no marks.
const READ: usize = 5_000;
/// A longer run of letters and digits is no word: looking for what it may stand for would take minutes and gigabytes.
const LONGEST_WORD: usize = 32;
/// Different unknown words for which it is looked up what was meant, and how long that may take: the others are marked alone.
const MOST_MEANT: usize = 50;
const TIME_FOR_MEANT: Duration = Duration::from_millis(800);
/// Bytes of a reason or a proposal.
const LONGEST: usize = 300;
/// What counts as a mistake. Style is for the score of how a text reads, and how things are capitalised for whoever writes.
const MISTAKES: [LintKind; 3] = [LintKind::Repetition, LintKind::WordChoice, LintKind::Miscellaneous];

/// Words of posts that the dictionary does not know.
const POSTED: [&str; 24] = [
    "barista",
    "baristas",
    "carousels",
    "collab",
    "collabs",
    "crema",
    "giveaway",
    "giveaways",
    "hashtags",
    "livestream",
    "meetup",
    "meetups",
    "merch",
    "preorder",
    "preorders",
    "rebrand",
    "roasteries",
    "roastery",
    "signup",
    "signups",
    "unboxing",
    "webinar",
    "webinars",
    "webshop",
];

/// All rules but that of spelling, which looks for similar words much further than anybody needs. Made at the first question, as
/// the dictionary takes a moment; one text at a time.
static RULES: LazyLock<Mutex<LintGroup>> = LazyLock::new(|| {
    let mut rules = LintGroup::new_curated(FstDictionary::curated(), Dialect::American);
    rules.config.set_rule_enabled("SpellCheck", false);
    Mutex::new(rules)
});

/// A place of its own: whoever saves a post does not wait for a text that is read.
static PLACES: LazyLock<Places> = LazyLock::new(|| Places::new(1, 1));

/// The mistakes of a text, without those in words that the company never wants marked.
pub async fn proofread(who: &Granted, text: String) -> Result<Vec<Mark>> {
    let house = house::all(&who.tenant).await?;
    PLACES.run(who.tenant.company, move || mistakes(&text, &house)).await
}

fn mistakes(text: &str, house: &HouseWords) -> Vec<Mark> {
    let end = text.char_indices().nth(READ).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    let dictionary = FstDictionary::curated();
    let document = Document::new(&words_only(text), &PlainEnglish, &dictionary);
    if Language::of(text) != Language::English || !is_english(&document, &dictionary) {
        return vec![];
    }
    let lints = RULES.lock().unwrap_or_else(PoisonError::into_inner).lint(&document);
    // Words and lints count characters, a mark counts bytes.
    let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    bytes.push(text.len());
    let untouched: Vec<Range<usize>> =
        entities::find(text, Customs::Words).into_iter().map(|entity| entity.range).collect();
    let place = |span: Span| {
        let (from, to) = (*bytes.get(span.start)?, *bytes.get(span.end)?);
        let words = text.get(from..to).filter(|words| !words.trim().is_empty())?;
        let is_untouched = untouched.iter().any(|range| range.start < to && from < range.end);
        let is_allowed = house.allowed.contains(&words.to_lowercase());
        (!is_untouched && !is_allowed).then_some(((from, to), words))
    };
    let styled = lints.into_iter().filter(|lint| MISTAKES.contains(&lint.lint_kind)).filter_map(|lint| {
        let (range, words) = place(lint.span)?;
        Some(mark(range, words, &lint))
    });
    let mut found: Vec<Mark> = styled.collect();
    let mut known: HashMap<String, Vec<String>> = HashMap::new();
    let began = Instant::now();
    for token in document.tokens().filter(|token| matches!(token.kind, TokenKind::Word(None))) {
        let Some(((from, to), word)) = place(token.span) else { continue };
        let is_known = is_name(text, from, word)
            || POSTED.contains(&word.to_lowercase().as_str())
            || dictionary.contains_word_str(word);
        if is_known {
            continue;
        }
        let look = known.len() < MOST_MEANT && began.elapsed() < TIME_FOR_MEANT;
        let fixes = match known.get(word) {
            Some(fixes) => fixes.clone(),
            None if look => known.entry(word.to_owned()).or_insert(meant(word)).clone(),
            None => vec![],
        };
        let fixes = fixes.into_iter().filter(|fix| fix != word).collect();
        found.push(marked((from, to), "is not in the dictionary.", fixes));
    }
    marks::tidy(text, found)
}

/// The text with spaces in the place of what is too long to be a word; as many characters as before.
fn words_only(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word = |c: char| c.is_alphanumeric();
        let end = rest.find(|c| in_word(c) != in_word(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let length = run.chars().count();
        if in_word(first) && length > LONGEST_WORD {
            kept.extend(std::iter::repeat_n(' ', length));
        } else {
            kept.push_str(run);
        }
        rest = after;
    }
    kept
}

/// Whether the dictionary knows half of the words.
fn is_english(document: &Document, dictionary: &impl Dictionary) -> bool {
    let words = document.tokens().filter(|token| matches!(token.kind, TokenKind::Word(_)));
    let (mut all, mut known) = (0, 0);
    for word in words {
        all += 1;
        known += usize::from(dictionary.contains_word(document.get_span_content(&word.span)));
    }
    2 * known >= all
}

/// A word with a capital letter in the middle of a sentence, or with a capital or a digit behind its first letter, is a name.
fn is_name(text: &str, from: usize, word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let before = text[..from].trim_end();
    let begins = before.is_empty() || before.ends_with(['.', '!', '?', ':', '…', '\n']) || text[..from].ends_with('\n');
    letters.any(|c| c.is_uppercase() || c.is_numeric()) || (first && !begins)
}

fn mark(range: (usize, usize), words: &str, lint: &Lint) -> Mark {
    let fix = |suggestion: &Suggestion| match suggestion {
        Suggestion::ReplaceWith(with) => with.iter().collect(),
        Suggestion::InsertAfter(more) => words.chars().chain(more.iter().copied()).collect(),
        Suggestion::Remove => String::new(),
    };
    let mut fixes: Vec<String> = vec![];
    for fix in lint.suggestions.iter().map(fix).filter(|fix: &String| fix.len() <= LONGEST && fix != words) {
        if fixes.len() < MOST_FIXES && !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    // The rules write their words as Markdown.
    marked(range, &lint.message.replace(['`', '*'], ""), fixes)
}

fn marked((from, to): (usize, usize), about: &str, fixes: Vec<String>) -> Mark {
    let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    let about = about.char_indices().take_while(|(at, c)| at + c.len_utf8() <= LONGEST).map(|(_, c)| c).collect();
    Mark { from: at(from), to: at(to), kind: MarkKind::Spelling, about, fixes }
}

/// Words that a wrong one may stand for, the likeliest first: two letters were swapped, or else what differs least and is
/// common. The rules' own proposals know neither.
fn meant(word: &str) -> Vec<String> {
    let dictionary = FstDictionary::curated();
    let low: Vec<char> = word.to_lowercase().chars().collect();
    let swapped = (1..low.len()).map(|at| {
        let mut letters = low.clone();
        letters.swap(at - 1, at);
        letters
    });
    let mut all: Vec<Vec<char>> =
        swapped.filter(|letters| *letters != low && dictionary.contains_word(letters)).collect();
    let mut near = dictionary.fuzzy_match(&low, 2, 100);
    near.retain(|known| known.word.first().is_some_and(|letter| letter.is_lowercase()));
    near.sort_by_key(|known| (known.edit_distance, !known.metadata.common, known.word.first() != low.first()));
    all.extend(near.into_iter().map(|known| known.word.to_vec()));
    let is_title = word.chars().next().is_some_and(char::is_uppercase);
    let written = |letters: Vec<char>| {
        let first = letters.first().copied().into_iter().flat_map(char::to_uppercase);
        if is_title {
            first.chain(letters.iter().skip(1).copied()).collect()
        } else {
            letters.iter().collect::<String>()
        }
    };
    all.into_iter().map(written).take(MOST_FIXES - 2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(String, Vec<String>)> {
        let marks = mistakes(text, &HouseWords::default());
        marks.into_iter().map(|m| (m.of(text).expect("in the text").to_owned(), m.fixes)).collect()
    }

    #[test]
    fn mistakes_are_found_with_what_was_meant() {
        for (text, wrong, right) in [
            ("Our new beens arive on Friday morning.", "arive", "arrive"),
            ("The roastery will definately open at nine.", "definately", "definitely"),
            ("Recieve a free cup with every bag.", "Recieve", "Receive"),
            ("Teh roastery opens at nine.", "Teh", "The"),
            ("We roast the the beans ourselves.", "the the", "the"),
            ("You can have an coffee here.", "an", "a"),
            ("☕ Ünser café: we could of opened earlier.", "could of", "could have"),
        ] {
            let marks = found(text);
            let fits = marks.iter().any(|(words, fixes)| words == wrong && fixes.iter().any(|fix| fix == right));
            assert!(fits, "{text}: {marks:?}");
        }
    }

    #[test]
    fn names_tags_links_and_other_languages_are_left_alone() {
        for text in [
            "Come to Northwynd and meet Anouschka on Friday.",
            "Fresh beans #freshbeens by @northwnd at https://northwind.example/beens",
            "Our favourite colour this week is the grey of the harbour.",
            "Unsere neuen Bohnen kommen am Freitag, und wir freuen uns auf euch.",
            "Nos nouveaux grains arrivent vendredi et nous sommes heureux.",
            "Order the new iPhone case from our webshop today.",
            "Use the code spring25 or sku7x at the till.",
            "",
            "🚀🚀🚀",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn words_of_the_company_are_never_marked() {
        let text = "We call it beanology and we like it.";
        assert_eq!(found(text).len(), 1, "{:?}", found(text));
        let house = HouseWords { allowed: vec!["beanology".into()], ..HouseWords::default() };
        assert_eq!(mistakes(text, &house), []);
    }

    /// Each of these took from half a minute to gigabytes while the rule of spelling looked for similar words.
    #[test]
    fn what_is_no_word_is_not_looked_up() {
        let english = "We roast our beans on Friday morning and open the doors at nine. ".repeat(3);
        let letters = |n: usize, seed: usize| -> String {
            (0..n).map(|at| char::from(b'a' + ((at * 7 + seed * 13 + at * at * 3) % 26) as u8)).collect()
        };
        let long = format!("{english} {} {}", letters(2_300, 1), letters(2_300, 2));
        assert_eq!(mistakes(&long, &HouseWords::default()), []);
        assert_eq!(words_only(&long).chars().count(), long.chars().count());
        let many: String = (0..150).map(|n| format!("we open {} ", letters(30, n))).collect();
        let marks = mistakes(&format!("{english} {many}"), &HouseWords::default());
        assert!(marks.len() > MOST_MEANT, "{} marks", marks.len());
        assert_eq!(words_only("a b_c ☕"), "a b_c ☕");
    }

    #[test]
    fn a_long_text_is_read_to_a_limit() {
        let text = "We arive. ".repeat(5_000);
        let marks = mistakes(&text, &HouseWords::default());
        assert_eq!(marks.len(), marks::MOST);
        assert!(marks.iter().all(|mark| (mark.to as usize) <= READ));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn any_text_is_read(text in "(\\PC{0,40}|[a-z ]{0,30}|[.,!?'\"\n #@]{0,5}){0,6}") {
            let marks = mistakes(&text, &HouseWords::default());
            prop_assert_eq!(marks::tidy(&text, marks.clone()), marks);
        }
    }
}
