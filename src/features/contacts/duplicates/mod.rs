//! People who may be one: `page` shows them in pairs, to be merged field by field or told apart. How they are found and merged is in
//! `server/duplicates`.

pub mod calls;
pub mod model;
mod page;

pub use page::DuplicatesPage;
