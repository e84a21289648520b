//! Contacts: people whom the company knows, where they came from, what they agreed to and what happened. Read `model`, then
//! `server`; `page` is the list, `profile` one person, `imports` brings files in, `duplicates` shows people who may be one,
//! `segments` are groups of people by a rule or by hand, `fields` what the company
//! keeps of people besides the usual. All that writes contacts is here; what other programs send comes in
//! through `intake`.

mod calls;
mod columns;
pub mod duplicates;
pub mod fields;
pub mod imports;
pub mod model;
mod page;
mod profile;
pub mod segments;
#[cfg(feature = "ssr")]
pub mod server;

pub use calls::SaveNewsletter;
pub use duplicates::DuplicatesPage;
pub use fields::FieldsPage;
pub use imports::{ImportPage, ImportsPage};
pub use page::ContactsPage;
pub use profile::ContactPage;
pub use segments::SegmentsPage;
