//! What people read is everyday English: none of the words below stands in a text of the program, but where it is named here
//! with the reason. A text is a string of several words, on the server one that begins with a capital letter, a number or a
//! place for a value; or a single word with a capital letter.

use super::sources::{File, Source, only_in_tests, parse};
use std::collections::BTreeSet;
use syn::parse::{ParseStream, Parser as _};
use syn::visit::{self, Visit};
use syn::{Item, Lit, LitStr};

/// In the singular; the plural counts too.
const FORBIDDEN: [&str; 40] = [
    "api",
    "async",
    "backend",
    "boolean",
    "cache",
    "callback",
    "cron",
    "database",
    "delivery",
    "endpoint",
    "entity",
    "exception",
    "frontend",
    "heartbeat",
    "idempotent",
    "instance",
    "invalid",
    "job",
    "json",
    "lease",
    "localhost",
    "metadata",
    "null",
    "oauth",
    "parser",
    "payload",
    "postgres",
    "postgresql",
    "queue",
    "regex",
    "runtime",
    "schema",
    "sql",
    "tenant",
    "timestamp",
    "token",
    "unexpected",
    "uuid",
    "webhook",
    "worker",
];

/// Files (by the beginning of their path), the words that may stand there, and why. `*`: all of them.
pub type Excused = (&'static str, &'static [&'static str], &'static str);

const OWNER: &str = "for whoever looks after the server";
const THEIRS: &str = "called so by the service that it comes from";
const PROGRAMS: &str = "an answer to a program";
const MODELS: &str = "said to a model";
const TOLD: &str = "why work was given up, which stands under Diagnostics";

pub const EXCUSED: &[Excused] = &[
    ("src/app/server/", &["*"], OWNER),
    ("src/features/diagnostics/", &["*"], OWNER),
    ("src/features/queue/", &["*"], OWNER),
    ("src/infra/", &["*"], OWNER),
    ("src/ui/page/tabs.rs", &["queue"], OWNER),
    ("src/ui/page/pause.rs", &["queue"], "shown to those who see Diagnostics"),
    ("src/features/chat/server/places.rs", &["queue", "job"], OWNER),
    ("src/domain/platforms/", &["*"], THEIRS),
    ("src/connectors/", &["*"], THEIRS),
    ("src/features/models/page.rs", &["token"], "what answers of models are counted and paid in"),
    ("src/features/intake/server/", &["*"], PROGRAMS),
    ("src/features/posts/server/rest/", &["*"], PROGRAMS),
    ("src/features/intake/page.rs", &["webhook"], THEIRS),
    ("src/features/agents/", &["job"], "what an agent does for the company"),
    ("src/features/agents/server/words.rs", &["json"], MODELS),
    ("src/features/brand_voice/server/learn.rs", &["json"], MODELS),
    ("src/features/campaigns/server/words.rs", &["json"], MODELS),
    ("src/features/captions/server/fits.rs", &["json"], MODELS),
    ("src/features/captions/server/hashtags.rs", &["json"], MODELS),
    ("src/features/captions/server/prompt.rs", &["json"], MODELS),
    ("src/features/chat/server/prompt.rs", &["json"], MODELS),
    ("src/features/comments/server/send.rs", &["job"], TOLD),
    ("src/features/contacts/segments/server/refresh.rs", &["job"], TOLD),
    ("src/features/contacts/server/tidy.rs", &["job"], TOLD),
    ("src/features/deliveries/server/deliver.rs", &["job"], TOLD),
    ("src/features/intake/hooks/server/send.rs", &["job"], TOLD),
];

/// Which of the words stand in a text.
pub fn forbidden(text: &str) -> Vec<&'static str> {
    let mut found = vec![];
    for word in text.split(|c: char| c.is_whitespace() || c == '-' || c == '/') {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let word = word.strip_suffix("’s").or_else(|| word.strip_suffix("'s")).unwrap_or(&word);
        let is = |one: &str| {
            word == one
                || word.strip_suffix('s') == Some(one)
                || one.strip_suffix('y').is_some_and(|s| word.strip_suffix("ies") == Some(s))
        };
        found.extend(FORBIDDEN.into_iter().filter(|one| is(one)));
    }
    found
}

/// What is wrong: a word in a text, or an excuse that nothing needs.
pub fn check(files: &[File], excused: &[Excused]) -> Vec<String> {
    let mut wrong = vec![];
    let mut used = BTreeSet::new();
    for source in parse(files).iter().filter(|source| !source.test && !source.path.starts_with("src/sandbox/")) {
        for text in texts(source) {
            for word in forbidden(&text) {
                let excuse = excused.iter().position(|(path, words, _)| {
                    source.path.starts_with(path) && (words.contains(&"*") || words.contains(&word))
                });
                match excuse {
                    Some(n) => {
                        used.insert(n);
                    }
                    None => wrong.push(format!("{}: “{word}” in “{text}”", source.path)),
                }
            }
        }
    }
    let idle = excused.iter().enumerate().filter(|(n, _)| !used.contains(n));
    wrong.extend(idle.map(|(_, (path, words, _))| format!("{path}: {words:?} is excused for nothing")));
    wrong
}

fn texts(source: &Source) -> Vec<String> {
    let of_server = !source.path.starts_with("src/features/") || source.path.contains("/server/");
    let mut texts = Texts { of_server, found: vec![] };
    texts.visit_file(&source.syntax);
    texts.found
}

/// Macros whose words are not for people who use the program.
const QUIET: [&str; 20] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug",
    "debug_assert",
    "error",
    "eprintln",
    "include_str",
    "info",
    "panic",
    "println",
    "query",
    "query_as",
    "query_scalar",
    "trace",
    "unreachable",
    "warn",
    "todo",
    "unimplemented",
    "matches",
];

struct Texts {
    of_server: bool,
    found: Vec<String>,
}

impl Texts {
    fn literal(&mut self, text: &LitStr) {
        let text = text.value();
        let named = text.starts_with(char::is_uppercase);
        let begins = named || text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '{' | '“'));
        let is_text = match text.trim().contains(' ') {
            true => begins || !self.of_server,
            false => named && text.trim().chars().all(char::is_alphabetic),
        };
        if is_text {
            self.found.push(text);
        }
    }

    fn tokens(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            if input.peek(Lit) {
                if let Lit::Str(text) = input.parse()? {
                    self.literal(&text);
                }
            } else if input.peek(syn::token::Brace) {
                let content;
                syn::braced!(content in input);
                self.tokens(&content)?;
            } else if input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in input);
                self.tokens(&content)?;
            } else if input.peek(syn::token::Bracket) {
                let content;
                syn::bracketed!(content in input);
                self.tokens(&content)?;
            } else {
                input.step(|cursor| {
                    let (_, rest) = cursor.token_tree().ok_or_else(|| cursor.error("a token"))?;
                    Ok(((), rest))
                })?;
            }
        }
        Ok(())
    }
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !only_in_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    /// Descriptions in attributes are for whoever reads the sources.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let name = called.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        if !QUIET.contains(&name.as_str()) {
            let read = |input: ParseStream<'_>| self.tokens(input);
            read.parse2(called.tokens.clone()).expect("tokens that the compiler has accepted");
        }
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.literal(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        check(&[("src/features/a/page.rs".into(), text.into())], &[])
    }

    #[test]
    fn a_word_of_programmers_is_found_where_people_read_it() {
        let page = r#"fn a() { view! { <p class="job">{format!("{n} jobs")}" in the queue"</p><b title="Job">"Two workers."</b> } }"#;
        assert_eq!(of(page).len(), 4, "{:?}", of(page));
        assert_eq!(of(r#"fn a() { AppError::conflict("The entities’ cache is full.") }"#).len(), 2);
        assert_eq!(of(r#"const A: &str = "Callback";"#).len(), 1);
    }

    #[test]
    fn code_is_no_text() {
        assert!(
            of(r#"fn a() { tracing::info!("Job done"); sqlx::query!("Select job"); b("job", "/jobs") }"#).is_empty()
        );
        assert!(of(r#"#[cfg(test)] mod tests { fn a() { b("The job waits") } }"#).is_empty());
        assert!(of(r#"#[doc = "A job"] fn a() { b("Jobber") }"#).is_empty());
    }

    #[test]
    fn an_excuse_that_nothing_needs_is_told() {
        let page: File = ("src/features/a/page.rs".into(), r#"const A: &str = "The job";"#.into());
        assert!(check(std::slice::from_ref(&page), &[("src/features/a/", &["job"], "it is one")]).is_empty());
        assert_eq!(check(&[page], &[("src/features/a/", &["queue"], "it is one")]).len(), 2);
    }
}
