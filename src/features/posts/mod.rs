//! Posts: content with a default text, media and per-connection variants.
//! Read `model`, `check` (what is wrong with a post), `calls`, then `server/service`.

pub mod calls;
pub mod check;
pub mod model;
pub mod post_page;
#[cfg(feature = "ssr")]
pub mod server;
