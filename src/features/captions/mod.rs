//! Texts for posts, written by a model: one per account from a brief and the post's pictures, and texts that are there written
//! anew by a short wish. Every text is kept with its post and can be taken again. Read `model` (what is asked, what is
//! answered), then `server`; what people see of it is `features::studio` (`brief`, `rewrite`).

pub mod calls;
pub mod model;
#[cfg(feature = "ssr")]
pub mod server;
