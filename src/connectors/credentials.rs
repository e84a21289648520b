//! Signing in with a form of ours, for platforms that make passwords for programs (app passwords). The form is data: the
//! connections page is drawn from it, and its fields are read into [`Credentials`], which live for one call.

use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;

/// What a person is asked for.
#[derive(Debug)]
pub struct Form {
    /// The first one says whose account it is; that alone is shown again after an error.
    pub fields: &'static [Field],
    /// Where to find it, in a sentence or two above the fields.
    pub note: &'static str,
}

/// One input of the form.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    /// One sentence below the input; may be empty.
    pub help: &'static str,
    /// What it holds before anything is typed.
    pub initial: &'static str,
    pub placeholder: &'static str,
    /// A password: it is hidden while it is typed and never shown again.
    pub is_secret: bool,
}

/// What was typed, by the names of the fields. Never kept.
#[derive(Clone, Default)]
pub struct Credentials(pub BTreeMap<String, SecretString>);

impl Credentials {
    /// The trimmed content of a field; empty if there is none.
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).map(|value| value.expose_secret().trim()).unwrap_or_default()
    }
}
