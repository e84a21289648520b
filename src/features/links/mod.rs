//! Links: short ones of the program's own (`/s/…`), counted by day, and what campaign parameters begin with (`domain::utm`). Read
//! `model`, then `server` (`visit` is what a visitor's browser asks, `clicks` counts); `page` lists them.

pub mod calls;
pub mod model;
mod page;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::LinksPage;
