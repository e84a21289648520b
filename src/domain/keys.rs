//! The keys of a platform, as data: its fields, the variables that give the instance-wide defaults, where the keys come
//! from. Each platform's are in its spec (`domain::platforms`). Sources: the platforms' developer pages; reviewed 2026-11-20.

use super::platform::Platform;

/// One input of a service.
#[derive(Debug)]
pub struct Field {
    /// The name in the table and in `AppKeys`.
    pub name: &'static str,
    pub label: &'static str,
    /// The variable that holds the instance-wide default: always `<PLATFORM>_<FIELD>`.
    pub env: &'static str,
    /// Typed into a password input. The others are kept just as sealed; they are only not hidden while typing.
    pub secret: bool,
    /// Without it the service cannot be used.
    pub required: bool,
    /// What to look for; empty when the label says it all.
    pub hint: &'static str,
    pub form: Form,
}

/// What a value must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One line of text.
    Text,
    /// An `http` or `https` address.
    Address,
    /// 1 to 65535.
    Port,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// What is needed to use one service.
#[derive(Debug)]
pub struct Keys {
    pub fields: &'static [Field],
    /// The provider's page where the keys are made; `None` where every provider has its own.
    pub help_url: Option<&'static str>,
    /// One sentence worth knowing before one begins; may be empty.
    pub note: &'static str,
}

impl Keys {
    /// The field of this name, if the service has one.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The keys say themselves where they are sent to. They are the company's own altogether or the server's altogether, never
    /// mixed: or a company's address would be given the server's password.
    pub fn name_their_place(&self) -> bool {
        self.fields.iter().any(|field| field.form == Form::Address || field.name == "host")
    }

    /// The service is used without keys of the company: people connect their accounts at once.
    pub fn are_needed(&self) -> bool {
        self.fields.iter().any(|field| field.required)
    }
}

/// A secret that the service needs.
pub const fn key(name: &'static str, label: &'static str, env: &'static str, hint: &'static str) -> Field {
    Field { name, label, env, secret: true, required: true, hint, form: Form::Text }
}

/// Needed and not secret: it is shown while it is typed.
pub const fn open(name: &'static str, label: &'static str, env: &'static str, hint: &'static str) -> Field {
    Field { secret: false, ..key(name, label, env, hint) }
}

/// The same, and the service works without it.
pub const fn optional(field: Field) -> Field {
    Field { required: false, ..field }
}

/// The same, in another form than one line of text.
pub const fn shaped(field: Field, form: Form) -> Field {
    Field { form, ..field }
}

/// Every variable that gives an instance-wide default: (platform, field, variable). The settings are read by it at start.
pub fn variables() -> impl Iterator<Item = (Platform, &'static str, &'static str)> {
    Platform::ALL.into_iter().flat_map(|p| p.keys().fields.iter().map(move |field| (p, field.name, field.env)))
}

/// Longest value that is kept, in bytes.
pub const MAX_VALUE: usize = 4096;

impl Field {
    /// What is wrong with a value that was typed (already trimmed, not empty), in words for a person.
    pub fn problem(&self, value: &str) -> Option<String> {
        let label = self.label;
        if value.len() > MAX_VALUE {
            return Some(format!("{label}: this is too long to be right ({} characters).", value.chars().count()));
        }
        if value.chars().any(char::is_control) {
            return Some(format!(
                "{label}: there is a line break or another invisible character in it. Paste it again."
            ));
        }
        match self.form {
            Form::Text => None,
            Form::Address => {
                let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
                let usable =
                    rest.is_some_and(|r| !r.is_empty() && !r.starts_with('/') && !r.contains(char::is_whitespace));
                (!usable).then(|| format!("{label}: write the whole address, beginning with https://."))
            }
            Form::Port => {
                (!value.parse::<u16>().is_ok_and(|p| p > 0)).then(|| format!("{label}: a number from 1 to 65535."))
            }
            Form::OneOf(known) => (!known.contains(&value)).then(|| format!("{label}: one of {}.", known.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn fields_are_well_formed() {
        for platform in Platform::ALL {
            let (id, entry) = (platform.id(), platform.keys());
            // Where none is needed and there are some all the same, it is said why.
            let usable = entry.fields.is_empty() || entry.are_needed() || !entry.note.is_empty();
            assert!(usable, "{id} has nothing that makes it usable");
            let names: BTreeSet<_> = entry.fields.iter().map(|f| f.name).collect();
            assert_eq!(names.len(), entry.fields.len(), "{id} repeats a field");
            assert!(entry.help_url.is_none_or(|u| u.starts_with("https://")), "{id}");
            for field in entry.fields {
                assert_eq!(field.env, format!("{id}_{}", field.name).to_uppercase(), "{id}.{}", field.name);
                assert!(!field.label.is_empty());
            }
        }
        let names: BTreeSet<_> = variables().map(|(_, _, env)| env).collect();
        assert_eq!(names.len(), variables().count(), "two fields share a variable");
    }

    #[test]
    fn keys_that_name_their_place_are_not_mixed() {
        let all: Vec<_> = Platform::ALL.into_iter().filter(|p| p.keys().name_their_place()).collect();
        assert_eq!(all, [Platform::OpenAiCompatible, Platform::Smtp, Platform::ObjectStore]);
    }

    #[test]
    fn values_are_looked_at() {
        let cases = [
            (Platform::OpenAi, "api_key", "sk-not-a-real-key", true),
            (Platform::OpenAi, "api_key", "two\nlines", false),
            (Platform::Smtp, "port", "587", true),
            (Platform::Smtp, "port", "0", false),
            (Platform::Smtp, "port", "70000", false),
            (Platform::Zoho, "data_centre", "eu", true),
            (Platform::Zoho, "data_centre", "moon", false),
            (Platform::ObjectStore, "endpoint", "https://s3.example.com", true),
            (Platform::ObjectStore, "endpoint", "s3.example.com", false),
            (Platform::ObjectStore, "endpoint", "https:///x", false),
        ];
        for (platform, name, value, good) in cases {
            let problem = platform.keys().field(name).unwrap().problem(value);
            assert_eq!(problem.is_none(), good, "{platform}.{name} {value}: {problem:?}");
        }
        assert!(Platform::X.keys().field("api_key").unwrap().problem(&"a".repeat(MAX_VALUE + 1)).is_some());
        assert!(Platform::X.keys().field("password").is_none());
    }
}
