//! Publishing: exactly once, or ask. Read `model` (states), then `server/machine` (transitions), `server/deliver` (the job);
//! `needs` is the page of everything that waits for a person, `actions` what they can do (`offer` says when); `guard` and
//! `checks` look ahead.

pub mod actions;
pub mod calls;
pub mod checks;
pub mod chip;
pub mod guard;
pub mod history;
pub mod model;
mod needs;
mod offer;
#[cfg(feature = "ssr")]
pub mod server;

pub use needs::NeedsPage;
