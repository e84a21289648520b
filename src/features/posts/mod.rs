//! Posts: content with a default text, media and per-connection variants.
//! Read `model`, `check` (what is wrong with a post), `parts` (threads and first comments), `act` (what can be done with one), `calls`, then
//! `server/service`.

pub mod act;
pub mod acts;
pub mod browse;
pub mod calls;
mod chosen;
pub mod link_card;
pub mod link_pages;
mod list;
pub mod model;
pub mod names;
mod post_page;
pub mod preview;
mod preview_shapes;
mod rich;
pub mod row;
#[cfg(feature = "ssr")]
pub mod server;

pub use list::PostsPage;
pub use post_page::PostPage;
