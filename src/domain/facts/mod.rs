//! What a rewrite of a text must keep: numbers with their units, dates, names, links, mentions, hashtags, quotations. A rewrite
//! that loses one, or has one that was not there, is not shown.
//!
//! Compared is which facts there are, not where they stand: a rewrite may say things in another order. What it cannot see is
//! two numbers that change places, and a name that only ever begins a sentence.

use super::authenticity::Language;
use super::entities;
use super::platform::Highlight;
use std::collections::BTreeSet;

/// Bytes of a text that are compared; no platform takes a longer post.
const MOST_READ: usize = 70_000;
/// Differences that are told.
const MOST_TOLD: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    Number,
    Day,
    Name,
    Link,
    Mention,
    Hashtag,
    Quotation,
}

impl FactKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Day => "day or month",
            Self::Name => "name",
            Self::Link => "link",
            Self::Mention => "mention",
            Self::Hashtag => "hashtag",
            Self::Quotation => "quotation",
        }
    }
}

/// A fact as it stands in the text, and what makes it the same as another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub kind: FactKind,
    pub shown: String,
    key: String,
}

/// How a rewrite differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Lost(Fact),
    Invented(Fact),
}

impl Change {
    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Lost(fact) => format!("The {} “{}” is missing.", fact.kind.name(), fact.shown),
            Self::Invented(fact) => format!("The {} “{}” was not in your text.", fact.kind.name(), fact.shown),
        }
    }
}

/// Whether a rewrite has the facts of the original and no others; otherwise what is lost and what is invented.
pub fn kept(original: &str, rewritten: &str) -> Result<(), Vec<Change>> {
    let (before, after) = (Found::read(original), Found::read(rewritten));
    let lost = before.facts.iter().filter(|fact| !after.has(fact)).cloned().map(Change::Lost);
    let invented = after.facts.iter().filter(|fact| !before.says(fact)).cloned().map(Change::Invented);
    let changes: Vec<_> = lost.chain(invented).take(MOST_TOLD).collect();
    if changes.is_empty() { Ok(()) } else { Err(changes) }
}

/// The first fact that a text has and another one, which may say much more, has not.
pub fn invented(original: &str, words: &str) -> Option<Change> {
    let (before, after) = (Found::read(original), Found::read(words));
    after.facts.into_iter().find(|fact| !before.says(fact)).map(Change::Invented)
}

/// The first link or mention that a text has and another one has not: where readers are sent is nobody's guess.
pub fn invented_address(original: &str, words: &str) -> Option<Fact> {
    let (before, after) = (Found::read(original), Found::read(words));
    let leads = |fact: &Fact| matches!(fact.kind, FactKind::Link | FactKind::Mention);
    after.facts.into_iter().find(|fact| leads(fact) && !before.says(fact))
}

/// The facts of a text: in its order, each once.
pub fn facts(text: &str) -> Vec<Fact> {
    Found::read(text).facts
}

/// A text's facts, and all that stands in it.
struct Found {
    facts: Vec<Fact>,
    keys: BTreeSet<(FactKind, String)>,
    /// Its words in small letters, with a space around each: a name may begin a sentence in the other text.
    words: String,
    /// All of it in small letters with single spaces: what is quoted here may stand there without quotes.
    plain: String,
}

/// A word or number and where it stands.
struct Token<'a> {
    text: &'a str,
    /// In small letters, with straight apostrophes and without the `'s` of a name.
    low: String,
    from: usize,
    to: usize,
    /// It begins a sentence, a line, or what follows a colon.
    opens: bool,
    capital: bool,
}

impl Token<'_> {
    fn has_digit(&self) -> bool {
        self.text.contains(|c: char| c.is_ascii_digit())
    }
}

impl Found {
    fn read(text: &str) -> Self {
        let text = &text[..text.floor_char_boundary(MOST_READ)];
        let mut found = Self { facts: vec![], keys: BTreeSet::new(), words: " ".into(), plain: plain(text) };
        let (mut parts, mut at) = (vec![], 0);
        for entity in entities::find_as_read(text) {
            parts.push((at, entity.range.start));
            at = entity.range.end;
            let shown = &text[entity.range];
            match entity.kind {
                Highlight::Link => found.add(FactKind::Link, shown, address(shown)),
                Highlight::Mention => found.add(FactKind::Mention, shown, shown.to_lowercase()),
                Highlight::Tag => found.add(FactKind::Hashtag, shown, shown.to_lowercase()),
            }
        }
        parts.push((at, text.len()));
        let tokens: Vec<_> = parts.into_iter().flat_map(|(from, to)| tokens(text, from, to)).collect();
        for token in &tokens {
            found.words.push_str(&token.low);
            found.words.push(' ');
        }
        found.quotations(text);
        found.numbers(text, &tokens);
        found.names(text, &tokens);
        found
    }

    fn add(&mut self, kind: FactKind, shown: &str, key: String) {
        if self.keys.insert((kind, key.clone())) {
            self.facts.push(Fact { kind, shown: shown.to_owned(), key });
        }
    }

    /// Whether a fact of another text is in this one, too.
    fn has(&self, fact: &Fact) -> bool {
        match fact.kind {
            // In whatever case, at the start of a sentence or not.
            FactKind::Name => self.words.contains(&[" ", &fact.key, " "].concat()),
            kind => self.keys.contains(&(kind, fact.key.clone())),
        }
    }

    /// The same where what is quoted may stand without its quotation marks.
    fn says(&self, fact: &Fact) -> bool {
        self.has(fact) || (fact.kind == FactKind::Quotation && self.plain.contains(&fact.key))
    }

    fn quotations(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(['“', '„', '«', '"']) {
            let open = rest[at..].chars().next().unwrap_or('"');
            let inside = &rest[at + open.len_utf8()..];
            let close: &[char] = match open {
                '“' => &['”'],
                '„' => &['“', '”'],
                '«' => &['»'],
                _ => &['"'],
            };
            let Some(end) = inside.find(close) else {
                rest = inside;
                continue;
            };
            let quoted = inside[..end].trim();
            if quoted.contains(char::is_alphanumeric) {
                self.add(FactKind::Quotation, quoted, plain(quoted));
            }
            rest = &inside[end..];
            rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
        }
    }

    fn numbers(&mut self, text: &str, tokens: &[Token]) {
        for (at, token) in tokens.iter().enumerate() {
            let beside = |other: Option<&Token>| other.is_some_and(|t| t.has_digit());
            let (before, next) = (at.checked_sub(1).map(|at| &tokens[at]), tokens.get(at + 1));
            if let Some(day) = day(token, beside(before) || beside(next)) {
                self.add(FactKind::Day, token.text, day.to_owned());
                continue;
            }
            let Some((number, letters)) = number(&token.low) else { continue };
            let near = next.filter(|next| matches!(&text[token.to..next.from], " " | "\u{a0}" | "\u{202f}" | "-"));
            let sign = sign_before(&text[..token.from]).or_else(|| sign_behind(&text[token.to..]));
            let unit =
                sign.or_else(|| if letters.is_empty() { near.and_then(|n| unit(&n.low)) } else { unit(letters) });
            let key = match unit {
                Some(unit) => [&number, unit].concat(),
                None => [&number, letters].concat(),
            };
            // With what belongs to it, so that people recognise it.
            let from =
                token.from - if sign_before(&text[..token.from]).is_some() { last_len(&text[..token.from]) } else { 0 };
            let to = match near {
                Some(next) if unit.is_some() && letters.is_empty() && sign.is_none() => next.to,
                _ => token.to + sign_length(&text[token.to..]),
            };
            self.add(FactKind::Number, text[from..to].trim(), key);
        }
    }

    fn names(&mut self, text: &str, tokens: &[Token]) {
        let language = Language::of(text);
        let small = |token: &Token| {
            matches!(token.low.as_str(), "i" | "i'm" | "i've" | "i'd" | "i'll") || language.has_small_word(&token.low)
        };
        let is_name = |token: &Token| {
            token.capital
                && !token.has_digit()
                && !small(token)
                && day(token, true).is_none()
                && number(&token.low).is_none()
        };
        let mut at = 0;
        while at < tokens.len() {
            let run = tokens[at..].iter().enumerate().take_while(|(n, token)| {
                is_name(token)
                    && (*n == 0 || (!token.opens && text[tokens[at + n - 1].to..token.from].trim().is_empty()))
            });
            let length = run.count();
            let run = &tokens[at..at + length];
            at += length.max(1);
            let shouted = |t: &Token| t.text.chars().skip(1).any(char::is_uppercase);
            // The word that begins a sentence has its capital letter from there.
            let run = match run {
                [first, rest @ ..] if first.opens && !shouted(first) => rest,
                run => run,
            };
            // In German every noun has a capital letter: there only several in a row, or capitals inside, make a name.
            let named = match (language, run) {
                (_, []) => false,
                (Language::German, [one]) => shouted(one),
                _ => true,
            };
            if named {
                let key = run.iter().map(|t| t.low.as_str()).collect::<Vec<_>>().join(" ");
                self.add(FactKind::Name, &text[run[0].from..run[run.len() - 1].to], key);
            }
        }
    }
}

fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace('’', "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An address without what makes no difference.
fn address(link: &str) -> String {
    let low = link.to_lowercase();
    let bare = low.strip_prefix("https://").or_else(|| low.strip_prefix("http://")).unwrap_or(&low);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    // Only the host is the same in any case.
    let path_at = bare.find('/').unwrap_or(bare.len());
    let path = &link[link.len() - (bare.len() - path_at)..];
    [&bare[..path_at], path.trim_end_matches('/')].concat()
}

fn tokens(text: &str, from: usize, to: usize) -> Vec<Token<'_>> {
    let part = &text[from..to];
    let mut list = vec![];
    let mut opens =
        from == 0 || text[..from].trim_end_matches([' ', '“', '"', '(']).ends_with(['.', '!', '?', '\n', ':']);
    let mut chars = part.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if !c.is_alphanumeric() {
            let inside = matches!(
                c,
                ' ' | ','
                    | ';'
                    | '('
                    | ')'
                    | '\''
                    | '’'
                    | '-'
                    | '&'
                    | '/'
                    | '\u{a0}'
                    | '€'
                    | '$'
                    | '£'
                    | '%'
                    | '+'
                    | '~'
            );
            // A quotation begins with a capital letter of its own; an emoji or a bullet stands between sentences.
            opens = opens && matches!(c, ' ' | '(' | '\u{a0}' | '€' | '$' | '£') || !inside;
            continue;
        }
        let (mut end, mut last) = (at + c.len_utf8(), c);
        while let Some(&(next_at, next)) = chars.peek() {
            let after = part[next_at + next.len_utf8()..].chars().next();
            let digits = last.is_ascii_digit() && after.is_some_and(|a| a.is_ascii_digit());
            let letters = after.is_some_and(char::is_alphanumeric);
            let inside = next.is_alphanumeric()
                || (matches!(next, '\'' | '’') && letters)
                || (matches!(next, '.' | ',' | ':') && digits)
                || (next == '-' && letters && !last.is_ascii_digit());
            if !inside {
                break;
            }
            chars.next();
            (end, last) = (next_at + next.len_utf8(), next);
        }
        let word = &part[at..end];
        let low = word.to_lowercase().replace('’', "'");
        let low = low.strip_suffix("'s").map_or_else(|| low.clone(), str::to_owned);
        list.push(Token { text: word, low, from: from + at, to: from + end, opens, capital: c.is_uppercase() });
        opens = false;
    }
    list
}

/// A day of the week or a month, by its English name. Short and ambiguous ones count beside a number or with a capital letter
/// inside a sentence.
fn day(token: &Token, beside_number: bool) -> Option<&'static str> {
    const NAMES: [(&str, &str); 19] = [
        ("monday", " monday mondays montag montags lundi lunes "),
        ("tuesday", " tuesday tuesdays dienstag dienstags mardi martes tues "),
        ("wednesday", " wednesday wednesdays mittwoch mittwochs mercredi miércoles "),
        ("thursday", " thursday thursdays donnerstag donnerstags jeudi jueves thurs "),
        ("friday", " friday fridays freitag freitags vendredi viernes "),
        ("saturday", " saturday saturdays samstag samstags samedi sábado sábados "),
        ("sunday", " sunday sundays sonntag sonntags dimanche domingo domingos "),
        ("january", " january januar janvier enero "),
        ("february", " february februar février febrero "),
        ("march", " märz marzo "),
        ("april", " april avril abril "),
        ("may", " mayo "),
        ("june", " june juni juin junio "),
        ("july", " july juli juillet julio "),
        ("august", " august août agosto "),
        ("september", " september septembre septiembre "),
        ("october", " october oktober octobre octubre "),
        ("november", " november novembre noviembre "),
        ("december", " december dezember décembre diciembre "),
    ];
    const SHORT: [(&str, &str); 19] = [
        ("monday", " mon "),
        ("tuesday", " tue "),
        ("wednesday", " wed "),
        ("thursday", " thu "),
        ("friday", " fri "),
        ("saturday", " sat "),
        ("sunday", " sun "),
        ("january", " jan "),
        ("february", " feb "),
        ("march", " mar march mars "),
        ("april", " apr "),
        ("may", " may mai "),
        ("june", " jun "),
        ("july", " jul "),
        ("august", " aug "),
        ("september", " sep sept "),
        ("october", " oct okt "),
        ("november", " nov "),
        ("december", " dec dez "),
    ];
    let find = |names: &[(&'static str, &str)]| {
        names.iter().find(|(_, names)| names.split(' ').any(|n| n == token.low && !n.is_empty())).map(|(day, _)| *day)
    };
    find(&NAMES).or_else(|| find(&SHORT).filter(|_| token.capital && (beside_number || !token.opens)))
}

/// A number in its one way of writing, and the letters that follow it at once. A code of letters and digits is its own.
fn number(low: &str) -> Option<(String, &str)> {
    if !low.starts_with(|c: char| c.is_ascii_digit()) {
        if low.contains(|c: char| c.is_ascii_digit()) {
            return Some((low.to_owned(), ""));
        }
        return in_words(low).map(|n| (n.to_owned(), ""));
    }
    let end = low.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ':'))).unwrap_or(low.len());
    let (digits, letters) = low.split_at(end);
    let letters = if matches!(letters, "st" | "nd" | "rd" | "th") { "" } else { letters };
    if digits.contains(':') {
        return Some((digits.trim_start_matches('0').to_owned(), letters));
    }
    let groups: Vec<&str> = digits.split(['.', ',']).collect();
    let number = match groups.as_slice() {
        [one] => (*one).to_owned(),
        [first, rest @ ..] if *first != "0" && first.len() <= 3 && rest.iter().all(|g| g.len() == 3) => groups.concat(),
        [whole @ .., cents] => {
            let cents = cents.trim_end_matches('0');
            if cents.is_empty() { whole.concat() } else { [&whole.concat(), ".", cents].concat() }
        }
        [] => return None,
    };
    let bare = number.trim_start_matches('0');
    let number = if bare.is_empty() || bare.starts_with('.') { ["0", bare].concat() } else { bare.to_owned() };
    Some((number, letters))
}

fn in_words(low: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 14] = [
        ("2", " two zwei deux dos "),
        ("3", " three drei trois tres "),
        ("4", " four vier quatre cuatro "),
        ("5", " five fünf cinq cinco "),
        ("6", " six sechs seis "),
        ("7", " seven sieben sept siete "),
        ("8", " eight acht huit ocho "),
        ("9", " nine neun nueve "),
        ("10", " ten zehn dix diez "),
        ("11", " eleven elf onze once "),
        ("12", " twelve zwölf douze doce "),
        ("20", " twenty zwanzig vingt veinte "),
        ("100", " hundred hundert cent cien "),
        ("1000", " thousand tausend mille mil "),
    ];
    // "Once" is a Spanish eleven and an English word.
    let found = WORDS.iter().find(|(_, words)| words.split(' ').any(|w| w == low && !w.is_empty()));
    found.map(|(number, _)| *number).filter(|_| !matches!(low, "once" | "mil"))
}

fn sign(c: char) -> Option<&'static str> {
    match c {
        '€' => Some("€"),
        '$' => Some("$"),
        '£' => Some("£"),
        '¥' => Some("¥"),
        _ => None,
    }
}

fn sign_before(text: &str) -> Option<&'static str> {
    text.chars().next_back().and_then(sign)
}

fn last_len(text: &str) -> usize {
    text.chars().next_back().map_or(0, char::len_utf8)
}

/// How many bytes of a sign for money or percent follow a number, with the space before it.
fn sign_length(text: &str) -> usize {
    let spaces: usize =
        text.chars().take_while(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}')).take(1).map(char::len_utf8).sum();
    let next = text[spaces..].chars().next().filter(|c| sign(*c).is_some() || *c == '%');
    // A sign before the next number belongs to that one.
    let free = next.filter(|c| !text[spaces + c.len_utf8()..].starts_with(|d: char| d.is_ascii_digit()));
    free.map_or(0, |c| spaces + c.len_utf8())
}

fn sign_behind(text: &str) -> Option<&'static str> {
    let length = sign_length(text);
    match text[..length].chars().next_back()? {
        '%' => Some("%"),
        other => sign(other),
    }
}

/// A unit in its one way of writing.
fn unit(low: &str) -> Option<&'static str> {
    const UNITS: [(&str, &str); 22] = [
        ("€", " euro euros eur "),
        ("$", " dollar dollars usd "),
        ("£", " pound pounds gbp quid "),
        ("%", " percent prozent pct "),
        ("kg", " kg kilo kilos "),
        ("g", " g gram grams gramm "),
        ("ml", " ml "),
        ("l", " l litre litres liter liters "),
        ("mm", " mm "),
        ("cm", " cm "),
        ("m", " m metre metres meter meters mètres metros "),
        ("km", " km "),
        ("mi", " mile miles "),
        ("am", " am "),
        ("pm", " pm "),
        ("s", " sec secs second seconds sekunden "),
        ("min", " min mins minute minutes minuten minutos "),
        ("h", " h hr hrs hour hours stunde stunden heure heures hora horas uhr "),
        ("d", " day days tag tage tagen jour jours día días "),
        ("w", " week weeks wk wks woche wochen semaine semaines semana semanas "),
        ("mo", " month months monat monate monaten mois mes meses "),
        ("y", " year years jahr jahre jahren an ans année años "),
    ];
    UNITS.iter().find(|(_, names)| names.split(' ').any(|n| n == low && !n.is_empty())).map(|(unit, _)| *unit)
}

#[cfg(test)]
mod tests;
