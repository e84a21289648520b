//! Bringing in a file of people: `page` takes the file and lists what was brought in before, `one` shows one import (what each
//! column is, what will happen, how far it is, what came of it). What it does is in `server/import`.

pub mod calls;
pub mod model;
mod one;
mod page;
mod settings;

pub use one::{ImportPage, number};
pub use page::ImportsPage;
