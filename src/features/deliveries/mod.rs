//! Deliveries: one post on one connection, published exactly once, or a person is asked. All that writes a delivery is
//! here. Read `domain::delivery` (states), then `server/machine` (transitions) and `server/deliver` (the job); `actions` is
//! what people can do with one (`offer` says when), `history` what happened to it, `linked` what was found when somebody linked a post,
//! `package` what a person gets who publishes one themselves.

pub mod actions;
pub mod calls;
pub mod chip;
pub mod history;
pub mod linked;
mod offer;
pub mod package;
#[cfg(feature = "ssr")]
pub mod server;
