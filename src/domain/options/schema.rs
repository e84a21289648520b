//! What an option is: its field in forms and JSON, what it may hold, when it is asked for.

use super::{OptionValue, Options};
use crate::domain::error::Problem;
use crate::domain::ids::AssetId;
use crate::domain::post::Format;

/// The options of one platform.
#[derive(Debug)]
pub struct Schema {
    /// Counted up when the meaning of a stored value changes; kept with the values.
    pub version: u16,
    pub fields: &'static [Field],
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name in JSON, tables and forms: that of the typed struct's field.
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence below the field; may be empty.
    pub help: &'static str,
    pub input: Input,
    /// A post cannot be published without it.
    pub required: bool,
    /// The formats that have it; empty: all.
    pub formats: &'static [Format],
    /// It counts only while another option has this value.
    pub only_if: Option<(&'static str, &'static str)>,
    /// It cannot be chosen while another option has this value: the other one, its value, and what to say.
    pub never_with: Option<(&'static str, &'static str, &'static str)>,
    /// For a remote choice of which each value of another option has a list of its own (the sections of a board): that
    /// option. It counts only while something is chosen there.
    pub parent: Option<&'static str>,
}

/// What an option may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Unset is no.
    YesNo,
    /// One of these; unset is the first, unless it has to be chosen.
    Choice(&'static [Choice]),
    /// One of what the account has at the platform (boards, lists, flairs), fetched by the connector's `Choices` under
    /// this name.
    Remote(&'static str),
    /// At most so many characters.
    Text { max: usize },
    /// A time in a video, read by [`millis`].
    Seconds,
    /// A picture of the library, by its id: one of these MIME types, with so many bytes at most. It is added to the post once
    /// that is there (`connectors::Publish::add_picture`).
    Picture { types: &'static [&'static str], max_bytes: u64 },
}

/// A time in milliseconds, of `12` or `2.5` seconds: at most five digits, and three behind the point.
pub fn millis(text: &str) -> Option<u32> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let number = |digits: &str, most: usize| {
        let fits = (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| digits.bytes().fold(0, |number: u32, digit| number * 10 + u32::from(digit - b'0')))
    };
    let scale = [100, 10, 1].get(part.len().checked_sub(1)?)?;
    Some(number(whole, 5)? * 1_000 + number(part, 3)? * scale)
}

/// One of a fixed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub id: &'static str,
    pub label: &'static str,
}

impl Field {
    /// A field of which only this is said: neither required nor bound to a format or another option. Its id is given by
    /// `platform_options!`.
    pub const fn of(input: Input) -> Self {
        Self {
            id: "",
            label: "",
            help: "",
            input,
            required: false,
            formats: &[],
            only_if: None,
            never_with: None,
            parent: None,
        }
    }

    /// The field of a problem with this option.
    pub fn problem_field(&self) -> String {
        format!("options.{}", self.id)
    }

    /// Whether it counts for this format, with these other options.
    pub fn applies(&self, format: Format, options: &Options) -> bool {
        let formats = self.formats.is_empty() || self.formats.contains(&format);
        formats
            && self.only_if.is_none_or(|(other, value)| options.text(other) == Some(value))
            && self.parent.is_none_or(|parent| options.has(parent))
    }

    /// Whose list it chooses from; empty where its list depends on no other option.
    pub fn parent_in<'a>(&self, options: &'a Options) -> &'a str {
        self.parent.and_then(|parent| options.text(parent)).unwrap_or_default()
    }

    /// What the field shows for these options: what was chosen, or what choosing nothing means.
    pub fn shown<'a>(&self, options: Option<&'a Options>) -> &'a str {
        let nothing = match self.input {
            Input::Choice(choices) if !self.required => choices.first().map_or("", |choice| choice.id),
            _ => "",
        };
        options.and_then(|options| options.text(self.id)).unwrap_or(nothing)
    }

    /// What is wrong with this value. Whether a remote choice still exists is asked of the platform elsewhere.
    pub fn value_problem(&self, value: &OptionValue) -> Option<String> {
        let label = self.label;
        match (self.input, value) {
            (Input::YesNo, OptionValue::YesNo(_)) => None,
            (Input::YesNo, OptionValue::Text(_)) => Some(format!("“{label}” is yes or no: send true or false.")),
            (_, OptionValue::YesNo(_)) => Some(format!("“{label}” is a text: send it in quotes.")),
            (Input::Choice(choices), OptionValue::Text(chosen)) => {
                (!choices.iter().any(|c| c.id == chosen)).then(|| {
                    let ids: Vec<_> = choices.iter().map(|c| c.id).collect();
                    format!("“{label}” is one of {}. Choose one of these.", ids.join(", "))
                })
            }
            (Input::Remote(_), OptionValue::Text(_)) => None,
            (Input::Text { max }, OptionValue::Text(text)) => {
                let length = text.chars().count();
                (length > max)
                    .then(|| format!("“{label}” may have at most {max} characters; this has {length}. Shorten it."))
            }
            (Input::Picture { .. }, OptionValue::Text(text)) => {
                let wrong = text.parse::<AssetId>().is_err();
                wrong.then(|| format!("“{label}” is a picture of the library: send its id."))
            }
            (Input::Seconds, OptionValue::Text(text)) => {
                millis(text).is_none().then(|| format!("“{label}” is a time in seconds. Write it as in 12 or 2.5."))
            }
        }
    }
}

impl Schema {
    /// For platforms without options.
    pub const NONE: Schema = Schema { version: 1, fields: &[] };

    pub fn field(&self, id: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Sets an option, and takes away what was chosen from the lists that depend on it.
    pub fn choose(&self, options: &mut Options, id: &str, value: OptionValue) {
        options.set(id, value);
        for child in self.fields.iter().filter(|field| field.parent == Some(id)) {
            options.set(child.id, OptionValue::YesNo(false));
        }
    }

    /// The pictures of the library that these options name, each with its field.
    pub fn pictures<'a>(
        &self,
        format: Format,
        options: &'a Options,
    ) -> impl Iterator<Item = (&'static Field, AssetId)> + use<'a> {
        let is_picture = |field: &&'static Field| matches!(field.input, Input::Picture { .. });
        let chosen = |field: &'static Field| Some((field, options.text(field.id)?.parse().ok()?));
        self.applying(format, options).filter(is_picture).filter_map(chosen)
    }

    /// The fields that count for this format, with these other options.
    pub fn applying<'a>(&self, format: Format, options: &'a Options) -> impl Iterator<Item = &'static Field> + use<'a> {
        self.fields.iter().filter(move |field| field.applies(format, options))
    }

    /// What is chosen at the platform itself, by the ids there.
    pub fn remote<'a>(&self, format: Format, options: &'a Options) -> impl Iterator<Item = &'a str> + use<'a> {
        let remote = self.applying(format, options).filter(|field| matches!(field.input, Input::Remote(_)));
        remote.filter_map(|field| options.text(field.id))
    }

    /// What was chosen of the options that count, in words: label and value. What was left as it is is not among it. `name` knows
    /// what things at the platform are called.
    pub fn in_words(
        &self,
        format: Format,
        options: &Options,
        name: impl Fn(&str) -> Option<String>,
    ) -> Vec<(&'static str, String)> {
        let chosen = self.applying(format, options).filter_map(|field| {
            let words = match (field.input, options.get(field.id)?) {
                (_, OptionValue::YesNo(yes)) => (if *yes { "yes" } else { "no" }).to_owned(),
                (Input::Choice(choices), OptionValue::Text(id)) => {
                    choices.iter().find(|c| c.id == id)?.label.to_owned()
                }
                (Input::Remote(_), OptionValue::Text(id)) => name(id).unwrap_or_else(|| "chosen".to_owned()),
                (Input::Picture { .. }, OptionValue::Text(_)) => "chosen".to_owned(),
                (Input::Seconds, OptionValue::Text(text)) => format!("{text} seconds"),
                (_, OptionValue::Text(text)) => text.clone(),
            };
            Some((field.label, words))
        });
        chosen.collect()
    }

    /// Everything that is wrong with these options for a post in this format.
    pub fn check(&self, format: Format, options: &Options) -> Vec<Problem> {
        let mut found = vec![];
        for (id, value) in options.iter() {
            match self.field(id) {
                Some(field) => {
                    let problem = field.value_problem(value).map(|words| Problem::error(field.problem_field(), words));
                    found.extend(problem);
                }
                None => found.push(Problem::error("options", format!("There is no option “{id}” here. Leave it out."))),
            }
        }
        for field in self.applying(format, options).filter(|field| field.required && !options.has(field.id)) {
            let verb = if matches!(field.input, Input::Text { .. } | Input::Seconds) { "Write" } else { "Choose" };
            found.push(Problem::error(field.problem_field(), format!("{verb} “{}” first.", field.label)));
        }
        // No platform takes a poll with the same answer twice.
        let mut answers: Vec<String> = vec![];
        for field in self.applying(format, options).filter(|field| field.id.starts_with("answer_")) {
            let Some(words) = options.text(field.id).map(|words| words.trim().to_lowercase()) else { continue };
            if !words.is_empty() && answers.contains(&words) {
                let message = format!("“{}” is the same as another answer. Change one of them.", field.label);
                found.push(Problem::error(field.problem_field(), message));
            }
            answers.push(words);
        }
        let is_chosen = |field: &&Field| !matches!(options.get(field.id), None | Some(OptionValue::YesNo(false)));
        for field in self.applying(format, options).filter(is_chosen) {
            let clash = field.never_with.filter(|(other, value, _)| options.text(other) == Some(value));
            found.extend(clash.map(|(_, _, words)| Problem::error(field.problem_field(), words)));
        }
        found
    }
}
