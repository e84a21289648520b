//! Options that only one platform has for a post: who can reply, on which board, for whom it is made. A platform describes
//! them once, as a typed struct made by [`platform_options!`]; the struct's [`Schema`] is data, from which the composer
//! draws its fields and the REST addresses and checks learn what is allowed, and the connector reads the struct. So no code
//! of the composer, the REST addresses or the checks names a platform.
//!
//! Read `schema` (what an option is), `values` (what a person chose, as it is sent and stored), then `typed` (the two
//! macros and the structs that they make).

mod schema;
#[cfg(test)]
mod tests;
mod typed;
mod values;

pub use schema::{Choice, Field, Input, Schema, millis};
pub use typed::OptionType;
pub(crate) use typed::{option_choices, platform_options};
pub use values::{OptionValue, Options, RemoteChoice};
