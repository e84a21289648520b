//! REST hooks: Zapier and other programs subscribe to what happens here. `model` is what the page shows, `section` a part of
//! Settings, Zapier; read `server/mod.rs` for the rest.

mod calls;
pub mod model;
pub mod section;
#[cfg(feature = "ssr")]
pub mod server;

pub use calls::{RemoveHook, ResumeHook};
