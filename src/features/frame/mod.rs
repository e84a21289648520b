//! What the frame around every signed-in page shows: put together from several features, and used by the frame alone.

pub mod calls;
#[cfg(feature = "ssr")]
mod server;
