//! Publishing: exactly once, or ask. Read `model` (states), then `server/machine` (transitions), `server/deliver` (the job).

pub mod calls;
pub mod model;
#[cfg(feature = "ssr")]
pub mod server;
