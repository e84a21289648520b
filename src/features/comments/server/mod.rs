//! Comments on the server. Read in this order: `inbox` (what the page shows and marks), `collect` (the job that reads comments
//! from the platforms), `answers` (what is written here, and the job that sends it: exactly once, or a person is asked),
//! `there` (hiding and taking back, and what reaches an account), `changed` (an account was connected again); `store` is the
//! SQL.

pub mod answers;
pub mod changed;
pub mod collect;
pub mod inbox;
pub mod send;
mod store;
pub mod there;
