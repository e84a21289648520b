//! Which SQL writes which table, read off the string literals of the sources.

use std::collections::{BTreeMap, BTreeSet};

/// One statement that writes a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Write {
    /// `insert into`, `update` …
    pub verb: &'static str,
    /// `None` where the name is put together at run time and cannot be read.
    pub table: Option<String>,
}

/// For each table those who write it, with the places: what owns the table is read off the sources, not declared.
#[derive(Default)]
pub struct Writers(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Writers {
    pub fn add(&mut self, table: &str, owner: String, place: String) {
        self.0.entry(table.to_owned()).or_default().entry(owner).or_default().insert(place);
    }

    /// The tables of more than one owner: a line that names them, then a line for each place.
    pub fn conflicts(&self) -> Vec<String> {
        let mut lines = vec![];
        for (table, owners) in self.0.iter().filter(|(_, owners)| owners.len() > 1) {
            let names = owners.keys().cloned().collect::<Vec<_>>().join(", ");
            lines.push(format!("{table} is written by {names}:"));
            lines.extend(owners.values().flatten().map(|place| format!("  {place}")));
        }
        lines
    }

    pub fn owners(&self) -> BTreeSet<&str> {
        self.0.values().flat_map(|owners| owners.keys().map(String::as_str)).collect()
    }

    pub fn tables_of(&self, owner: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(_, owners)| owners.contains_key(owner)).map(|(table, _)| table.as_str())
    }
}

/// The tables that the migrations create, by the names they bear in the end.
pub fn schema<'a>(migrations: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for text in migrations {
        let words = words(text);
        for at in 0..words.len() {
            let mut rest = Phrase(&words[at..]);
            if rest.take("create") {
                rest.take("unlogged");
                if rest.take("table") {
                    rest.skip(&["if", "not", "exists"]);
                    tables.extend(rest.name());
                }
            } else if rest.take("alter") && rest.take("table") {
                rest.skip(&["if", "exists", "only"]);
                let old = rest.name();
                if rest.take("rename") && rest.take("to") {
                    tables.extend(rest.name());
                    old.map(|old| tables.remove(&old));
                }
            }
        }
    }
    tables
}

/// Every write in a string literal, wherever in the statement (a `with` clause too). Text that is no SQL has none: a
/// table of the schema must stand where SQL has it.
pub fn writes(literal: &str, schema: &BTreeSet<String>) -> Vec<Write> {
    let words = words(literal);
    let mut found = vec![];
    // `"update "` alone is the beginning of a statement that goes on at run time; `"Update"` is a button.
    if let Some(verb) = ["update", "truncate", "copy"].into_iter().find(|verb| literal.strip_suffix(' ') == Some(verb))
    {
        found.push(Write { verb, table: None });
    }
    for at in 0..words.len() {
        if at > 0 && words[at - 1] == "." {
            continue;
        }
        let rest = Phrase(&words[at..]);
        let first = at == 0 || words[at - 1] == ";";
        let Some((verb, tables)) = rest.write(first) else { continue };
        for table in tables {
            match table {
                Name::Plain(name) if schema.contains(&name) => found.push(Write { verb, table: Some(name) }),
                Name::Plain(_) => {}
                Name::Unreadable => found.push(Write { verb, table: None }),
            }
        }
    }
    found
}

enum Name {
    Plain(String),
    Unreadable,
}

/// The words of a statement from some place on.
struct Phrase<'a>(&'a [String]);

impl Phrase<'_> {
    fn take(&mut self, word: &str) -> bool {
        let there = self.0.first().is_some_and(|w| w == word);
        if there {
            self.0 = &self.0[1..];
        }
        there
    }

    fn skip(&mut self, words: &[&str]) {
        words.iter().for_each(|word| {
            self.take(word);
        });
    }

    /// A table's name, its schema left out.
    fn name(&mut self) -> Option<String> {
        let word = self.0.first().filter(|w| is_name(w))?.clone();
        self.0 = &self.0[1..];
        if self.0.first().is_some_and(|w| w == ".") {
            self.0 = &self.0[1..];
            return self.name();
        }
        Some(word)
    }

    /// The name where SQL must have one. A literal that ends there, or goes on with a placeholder of `format!`, is put
    /// together at run time.
    fn table(&mut self) -> Option<Name> {
        match self.name() {
            Some(name) => Some(Name::Plain(name)),
            None if self.0.first().is_none_or(|w| w == "{") => Some(Name::Unreadable),
            None => None,
        }
    }

    /// The verb and the tables, if a statement that writes begins here. `first`: nothing stands before it.
    fn write(mut self, first: bool) -> Option<(&'static str, Vec<Name>)> {
        if self.take("insert") {
            return self.take("into").then(|| self.table()).flatten().map(|t| ("insert into", vec![t]));
        }
        if self.take("merge") {
            return self.take("into").then(|| self.table()).flatten().map(|t| ("merge into", vec![t]));
        }
        if self.take("delete") {
            if !self.take("from") {
                return None;
            }
            self.take("only");
            return self.table().map(|t| ("delete from", vec![t]));
        }
        if self.take("update") {
            return self.update();
        }
        if self.take("copy") {
            let table = self.table()?;
            if self.take("(") {
                let end = self.0.iter().position(|w| w == ")")?;
                self.0 = &self.0[end + 1..];
            }
            let source = self.take("from") && ["stdin", "program", "''"].into_iter().any(|source| self.take(source));
            return source.then(|| ("copy from", vec![table]));
        }
        // Nothing stands before this statement; elsewhere the word is English, or a class of a page.
        if first && self.take("truncate") {
            return self.truncate();
        }
        None
    }

    /// `update t [as] [alias] set`; not the `for update of t` and the `do update set` of other statements.
    fn update(mut self) -> Option<(&'static str, Vec<Name>)> {
        self.take("only");
        let placeholder = self.0.first().is_some_and(|w| w == "{");
        if placeholder {
            let end = self.0.iter().position(|w| w == "}")?;
            self.0 = &self.0[end + 1..];
        }
        let table = if placeholder { Name::Unreadable } else { Name::Plain(self.name()?) };
        self.take("as");
        if self.take("set") {
            return Some(("update", vec![table]));
        }
        self.name()?;
        self.take("set").then(|| ("update", vec![table]))
    }

    fn truncate(mut self) -> Option<(&'static str, Vec<Name>)> {
        self.take("table");
        self.take("only");
        let mut tables = vec![];
        loop {
            tables.push(Name::Plain(self.name()?));
            if !self.take(",") {
                break;
            }
        }
        let ends =
            self.0.first().is_none_or(|w| matches!(w.as_str(), ";" | "restart" | "continue" | "cascade" | "restrict"));
        ends.then_some(("truncate", tables))
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_') && word != "set"
}

/// The words and signs of SQL in lower case; comments and values in quotes left out, names in quotes without them.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![];
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => {
                words.push("''".to_owned());
                while rest.next().is_some_and(|c| c != '\'') {}
            }
            '-' if rest.peek() == Some(&'-') => while rest.next().is_some_and(|c| c != '\n') {},
            '/' if rest.peek() == Some(&'*') => {
                let mut before = ' ';
                while let Some(c) = rest.next().filter(|c| !(before == '*' && *c == '/')) {
                    before = c;
                }
            }
            '"' => {
                let mut name = String::new();
                while let Some(c) = rest.next().filter(|c| *c != '"') {
                    name.push(c);
                }
                words.push(name);
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut word: String = c.to_lowercase().collect();
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.extend(c.to_lowercase());
                }
                words.push(word);
            }
            c if c.is_whitespace() => {}
            c => words.push(c.to_string()),
        }
    }
    words
}
