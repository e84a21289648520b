//! Fields as both sides know them.

use super::kind::FieldKind;
use crate::domain::ids::FieldId;
use serde::{Deserialize, Serialize};

/// Fields of one company.
pub const MOST: usize = 50;
/// Characters of a name.
pub const MAX_NAME: usize = 100;
/// What there is to choose from in one field, and characters of one of it.
pub const MAX_CHOICES: usize = 100;
pub const MAX_CHOICE: usize = 100;
/// Characters of a value.
pub const MAX_VALUE: usize = 10_000;

/// A field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldCard {
    pub id: FieldId,
    /// Under which contacts have the value: the field's first name.
    pub key: String,
    pub label: String,
    pub kind: FieldKind,
    /// Of a choice: what there is to choose from.
    pub choices: Vec<String>,
}

impl FieldCard {
    /// A value as it is kept; what is none of the field's kind is kept as it came.
    pub fn fitted(&self, text: &str) -> String {
        self.kind.read(text, &self.choices).unwrap_or_else(|| text.to_owned())
    }

    pub fn value(&self, text: &str) -> FieldValue {
        match self.kind.shown(text, &self.choices) {
            Some(text) => FieldValue { text, wrong: false },
            None => FieldValue { text: text.to_owned(), wrong: true },
        }
    }
}

/// A value as people read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    pub text: String,
    /// It is none of its field's kind.
    pub wrong: bool,
}

/// The page of fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldList {
    pub fields: Vec<FieldCard>,
    /// Names that contacts have values under and that are no field yet: of the newest contacts, the first of the alphabet.
    pub names: Vec<String>,
}
