//! How a company sounds: what it says of itself, its tone, its words and texts of its own. It is part of every request to a model
//! that writes for the company, and can be learnt from a text or a page. Read `model`, `server/learn`, `page`.

pub mod calls;
pub mod model;
mod page;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::VoicePage;
