//! Deliveries: one post on one connection, published exactly once, or a person is asked. All that writes a delivery is
//! here. Read `domain::delivery` (states), then `server/machine` (transitions) and `server/deliver` (the job); `actions` is
//! what people can do with one (`offer` says when), `history` what happened to it.

pub mod actions;
pub mod calls;
pub mod chip;
pub mod history;
mod offer;
#[cfg(feature = "ssr")]
pub mod server;
