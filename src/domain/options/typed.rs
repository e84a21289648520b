//! The typed side of options: a struct per platform whose fields are its options, made together with their schema, so that
//! neither can have a field that the other lacks.

use super::OptionValue;

/// A Rust type that an option can be read into. The value was checked against the field before.
pub trait OptionType: Sized {
    /// `None`: nothing was chosen.
    fn read(value: Option<&OptionValue>) -> Self;
}

impl OptionType for bool {
    fn read(value: Option<&OptionValue>) -> Self {
        value == Some(&OptionValue::YesNo(true))
    }
}

impl OptionType for Option<String> {
    fn read(value: Option<&OptionValue>) -> Self {
        match value {
            Some(OptionValue::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }
}

/// An enum of a fixed list of choices: `Variant = "id" "Label"`. The first is what an unset option means.
macro_rules! option_choices {
    ($(#[$doc:meta])* $visibility:vis enum $name:ident { $first:ident = $first_id:literal $first_label:literal, $($variant:ident = $id:literal $label:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        $visibility enum $name {
            #[default]
            $first,
            $($variant,)*
        }

        impl $name {
            pub const CHOICES: &'static [$crate::domain::options::Choice] = &[
                $crate::domain::options::Choice { id: $first_id, label: $first_label },
                $($crate::domain::options::Choice { id: $id, label: $label },)*
            ];
        }

        impl $crate::domain::options::OptionType for $name {
            fn read(value: Option<&$crate::domain::options::OptionValue>) -> Self {
                match value {
                    $(Some($crate::domain::options::OptionValue::Text(text)) if text == $id => Self::$variant,)*
                    _ => Self::$first,
                }
            }
        }
    };
}
pub(crate) use option_choices;

/// A platform's options: the struct, and its schema as the constant `SCHEMA`. Each field has a type that can be read and
/// its `Field` without the id, which is the field's own name.
macro_rules! platform_options {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident, version $version:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty = $spec:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility struct $name {
            $($(#[$field_doc])* pub $field: $type,)+
        }

        impl $name {
            pub const SCHEMA: $crate::domain::options::Schema = $crate::domain::options::Schema {
                version: $version,
                fields: &[$($crate::domain::options::Field { id: stringify!($field), ..$spec }),+],
            };

            /// What was chosen, with the meaning of what was not. `options` were checked against the schema; what does not
            /// count beside the others reads as not chosen.
            pub fn read(format: $crate::domain::post::Format, options: &$crate::domain::options::Options) -> Self {
                let chosen = |id: &str| {
                    let field = Self::SCHEMA.field(id).filter(|field| field.applies(format, options));
                    field.and_then(|field| options.get(field.id))
                };
                Self { $($field: $crate::domain::options::OptionType::read(chosen(stringify!($field))),)+ }
            }
        }
    };
}
pub(crate) use platform_options;
