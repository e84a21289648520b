//! Connections: accounts that a company has authorised. Read `model`, `calls`, then `server/service`.

pub mod model;
#[cfg(feature = "ssr")]
pub mod server;
