//! A text as words, sentences and signs: one pass over it.

use crate::domain::entities;
use crate::domain::platform::{Customs, Highlight};

/// A word, its place in bytes, and how it reads in lower case with straight apostrophes.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub from: u32,
    pub to: u32,
    pub low: String,
    /// It begins with a capital letter.
    pub capital: bool,
    pub sentence: u32,
}

impl Word {
    pub fn is_number(&self) -> bool {
        self.low.starts_with(|c: char| c.is_ascii_digit())
    }
}

/// A sentence: which words, and the sign that ends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sentence {
    pub first: usize,
    /// The word after the last one.
    pub end: usize,
    pub sign: char,
    /// A line break stands before it, or nothing.
    pub begins_line: bool,
}

/// Other things that count, with their place in bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Signs {
    pub emoji: Vec<(u32, u32)>,
    pub tags: Vec<(u32, u32)>,
    pub dashes: Vec<(u32, u32)>,
    pub mentions: u32,
    pub links: u32,
    pub exclamations: u32,
    pub brackets: u32,
}

pub(super) struct Text<'a> {
    pub source: &'a str,
    pub words: Vec<Word>,
    pub sentences: Vec<Sentence>,
    pub signs: Signs,
}

impl<'a> Text<'a> {
    pub fn read(source: &'a str) -> Self {
        let mut reader =
            Reader { text: Self { source, words: vec![], sentences: vec![], signs: Signs::default() }, line: true };
        let mut at = 0;
        for entity in entities::find(source, Customs::Words) {
            reader.plain(at, entity.range.start);
            let place = (entity.range.start as u32, entity.range.end as u32);
            match entity.kind {
                Highlight::Tag => reader.text.signs.tags.push(place),
                Highlight::Mention => reader.text.signs.mentions += 1,
                Highlight::Link => reader.text.signs.links += 1,
            }
            at = entity.range.end;
        }
        reader.plain(at, source.len());
        reader.end('\n');
        reader.text
    }

    pub fn words_of(&self, sentence: &Sentence) -> &[Word] {
        &self.words[sentence.first..sentence.end]
    }

    /// What stands between a word and the next one.
    pub fn behind(&self, word: usize) -> &'a str {
        let from = self.words[word].to as usize;
        let to = self.words.get(word + 1).map_or(self.source.len(), |next| next.from as usize);
        self.source.get(from..to).unwrap_or("")
    }
}

struct Reader<'a> {
    text: Text<'a>,
    /// The next sentence begins a line.
    line: bool,
}

impl Reader<'_> {
    /// Reads a part of the text in which there is no link, tag or mention.
    fn plain(&mut self, from: usize, to: usize) {
        let part = self.text.source.get(from..to).unwrap_or("");
        let mut chars = part.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c.is_alphanumeric() {
                let mut end = at + c.len_utf8();
                let mut last = c;
                while let Some(&(next_at, next)) = chars.peek() {
                    let inside = next.is_alphanumeric() || unicode_mark(next) || {
                        let after = part[next_at + next.len_utf8()..].chars().next();
                        after.is_some_and(|a| joins(last, next, a))
                    };
                    if !inside {
                        break;
                    }
                    chars.next();
                    (end, last) = (next_at + next.len_utf8(), next);
                }
                self.word(from + at, from + end);
                continue;
            }
            let place = ((from + at) as u32, (from + at + c.len_utf8()) as u32);
            let next = chars.peek().map(|(_, c)| *c);
            match c {
                '.' | '!' | '?' | '…' => {
                    self.text.signs.exclamations += u32::from(c == '!');
                    let over = next.is_none_or(|n| !(n.is_alphanumeric() || matches!(n, '.' | '!' | '?')));
                    if over {
                        self.end(c);
                    }
                }
                '\n' => {
                    self.end(c);
                    self.line = true;
                }
                '—' | '–' if part[..at].chars().next_back().is_none_or(|b| !b.is_ascii_digit()) => {
                    self.text.signs.dashes.push(place);
                }
                '(' => self.text.signs.brackets += 1,
                _ if is_emoji(c) => match self.text.signs.emoji.last_mut() {
                    // Joined with the one before, or its second half: flags are made of two.
                    Some(last) if last.1 == place.0 && (flag(c) || part[..at].ends_with('\u{200d}')) => {
                        last.1 = place.1
                    }
                    _ => self.text.signs.emoji.push(place),
                },
                // Joiners, styles and tones belong to the emoji before them.
                '\u{200d}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => {
                    if let Some(last) = self.text.signs.emoji.last_mut().filter(|last| last.1 == place.0) {
                        last.1 = place.1;
                    }
                }
                _ => {}
            }
        }
    }

    fn word(&mut self, from: usize, to: usize) {
        let source = &self.text.source[from..to];
        let low: String =
            source.chars().flat_map(|c| if c == '’' { '\''.to_lowercase() } else { c.to_lowercase() }).collect();
        let capital = source.starts_with(char::is_uppercase);
        let sentence = self.text.sentences.len() as u32;
        self.text.words.push(Word { from: from as u32, to: to as u32, low, capital, sentence });
    }

    /// Ends the sentence, if there are words in it.
    fn end(&mut self, sign: char) {
        let first = self.text.sentences.last().map_or(0, |s| s.end);
        let end = self.text.words.len();
        if end > first {
            self.text.sentences.push(Sentence { first, end, sign, begins_line: self.line });
            self.line = false;
        }
    }
}

/// Whether a sign stands inside a word: `don't`, `fast-paced`, `7:30`, `1,140.50`.
fn joins(before: char, sign: char, after: char) -> bool {
    match sign {
        '\'' | '’' | '-' | '‑' => after.is_alphanumeric(),
        '.' | ',' | ':' => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => false,
    }
}

fn unicode_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn flag(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

pub(super) fn is_emoji(c: char) -> bool {
    let tone = matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
    !tone
        && matches!(c, '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}')
}
