//! Segments: groups of contacts by a rule, or filled by hand. Read `rule` (what a rule is), `form` (a rule as the rows of a form),
//! `model`, then `server`; `page` is the list, `builder` the form of a rule.

mod builder;
mod calls;
pub mod form;
pub mod model;
mod page;
pub mod rule;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::SegmentsPage;
