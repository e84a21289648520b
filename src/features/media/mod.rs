//! Media: images that were uploaded, their facts, and the address under which platforms fetch them.

pub mod model;
#[cfg(feature = "ssr")]
pub mod server;
