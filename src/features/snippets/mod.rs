//! Snippets: words that a company keeps to use again. Templates with placeholders, texts, signatures, hashtag groups, saved
//! replies. Read `model`, `placeholders`, `server`; `page` keeps them, `form` is where one is written, `picker` puts one into a
//! text field of any page.

pub mod calls;
mod form;
pub mod model;
mod page;
pub mod picker;
pub mod placeholders;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::SnippetsPage;
