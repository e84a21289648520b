//! Fields of a company's own, each with a kind. Read `kind` (which texts are a number, a date …), `model`; `page` is where they are
//! made and changed, `server/fields.rs` keeps them and fits what comes in, `server/tidy.rs` what was there before.

mod calls;
pub mod kind;
pub mod model;
mod page;

pub use page::FieldsPage;
