//! What a person chose of a platform's options, as it is sent, stored and shown.

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// More options than any platform has; more are refused while they are read.
const MAX_OPTIONS: usize = 32;
/// Characters of an option's name.
const MAX_NAME: usize = 40;
/// Characters of a value; each text option has a limit of its own below that.
const MAX_TEXT: usize = 5_000;

/// The chosen options, by the ids of their fields. As JSON an object: `{"who_can_reply": "nobody"}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options(BTreeMap<String, OptionValue>);

/// One chosen value. As JSON a string or a truth value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OptionValue {
    YesNo(bool),
    Text(String),
}

impl Options {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    pub fn get(&self, id: &str) -> Option<&OptionValue> {
        self.0.get(id)
    }

    /// The value of a choice or text.
    pub fn text(&self, id: &str) -> Option<&str> {
        match self.0.get(id)? {
            OptionValue::Text(text) => Some(text),
            OptionValue::YesNo(_) => None,
        }
    }

    pub fn is_yes(&self, id: &str) -> bool {
        self.0.get(id) == Some(&OptionValue::YesNo(true))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &OptionValue)> {
        self.0.iter().map(|(id, value)| (id.as_str(), value))
    }

    /// Sets a value, or takes it away: an empty text and "no" are the same as nothing chosen. A name that no option can
    /// have changes nothing, and a text is cut where every option's own limit is long passed.
    pub fn set(&mut self, id: &str, mut value: OptionValue) {
        if !is_name(id) {
            return;
        }
        if let OptionValue::Text(text) = &mut value
            && let Some((end, _)) = text.char_indices().nth(MAX_TEXT)
        {
            text.truncate(end);
        }
        let empty = match &value {
            OptionValue::YesNo(yes) => !yes,
            OptionValue::Text(text) => text.trim().is_empty(),
        };
        if empty {
            self.0.remove(id);
        } else if self.0.len() < MAX_OPTIONS || self.0.contains_key(id) {
            self.0.insert(id.to_owned(), value);
        }
    }

    /// With texts cleaned and what is empty taken away.
    pub fn cleaned(self, clean: impl Fn(&str) -> String) -> Self {
        let mut kept = Self::default();
        for (id, value) in self.0 {
            let value = match value {
                OptionValue::Text(text) => OptionValue::Text(clean(&text)),
                yes_or_no => yes_or_no,
            };
            kept.set(&id, value);
        }
        kept
    }
}

impl FromIterator<(String, OptionValue)> for Options {
    fn from_iter<I: IntoIterator<Item = (String, OptionValue)>>(values: I) -> Self {
        let mut options = Self::default();
        for (id, value) in values {
            options.set(&id, value);
        }
        options
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Bounded)
    }
}

/// Whether an option can be called so: as a field of a Rust struct.
fn is_name(id: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    (1..=MAX_NAME).contains(&id.len()) && id.bytes().all(plain)
}

struct Bounded;

impl<'de> Visitor<'de> for Bounded {
    type Value = Options;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of options, each a text or true or false")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Options, A::Error> {
        let mut values = BTreeMap::new();
        while let Some((id, value)) = map.next_entry::<String, OptionValue>()? {
            if values.len() == MAX_OPTIONS {
                return Err(A::Error::custom(format!("at most {MAX_OPTIONS} options can be given")));
            }
            if !is_name(&id) {
                return Err(A::Error::custom(format!(
                    "an option's name has 1 to {MAX_NAME} small letters, digits and underscores"
                )));
            }
            if matches!(&value, OptionValue::Text(text) if text.chars().count() > MAX_TEXT) {
                return Err(A::Error::custom(format!("an option has at most {MAX_TEXT} characters")));
            }
            values.insert(id, value);
        }
        Ok(Options(values))
    }
}

/// Something that an account has at its platform and that an option can name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteChoice {
    /// As the platform knows it.
    pub id: String,
    /// As people know it.
    pub label: String,
}
