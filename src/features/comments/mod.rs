//! Comments under the company's published posts: collected from the platforms, read and answered in one inbox. Read `model`,
//! then `server`; `page` is the inbox, `card` one comment in it
//! (with `saved`, the saved replies). All that writes comments and answers is here; what can be
//! done at a platform is `connectors::converse`.

mod calls;
mod card;
pub mod model;
mod page;
mod saved;
#[cfg(feature = "ssr")]
pub mod server;

pub use page::CommentsPage;
