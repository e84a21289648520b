//! Snippets: words that a company keeps to use again. Templates with placeholders, texts, signatures, hashtag groups, saved
//! replies. Read `model`, `placeholders`, `server`; `page` keeps them, `bar` is what is done
//! with several, `form` is where one is written, `picker` puts one into a
//! text field of any page.

mod bar;
pub mod calls;
mod documents;
mod form;
pub mod model;
mod page;
pub mod picker;
pub mod placeholders;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::SnippetsPage;
