//! Media: images that were uploaded, their facts, and the address under which platforms fetch them.
//! Read `model`, `server/inspect` (what a picture is), `server/service`, `server/rest`.

pub mod calls;
pub mod model;
#[cfg(feature = "ssr")]
pub mod server;
