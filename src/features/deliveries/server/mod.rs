//! Deliveries on the server. Read in this order: `machine` (what may happen), `consequence` (what follows from a fault),
//! `store` (the SQL), `deliver` (the job that drives one delivery, with `run`, its tools, and `batchers`, what serves many at
//! once), `call` (the one irreversible call), `probe` (what became of it), `service` (what people and other features may
//! ask for), `history` (how it is told), `linked` (a post that a person has found), `removal` (taking back what is published),
//! `by_hand` (one that a person publishes) and `package` (what they need for it), `parts` (threads and first comments),
//! `sweep` (the safety net),
//! `targets` (the deliveries that a choice of accounts makes).

mod batchers;
mod by_hand;
pub mod call;
pub mod consequence;
pub mod deliver;
pub mod extras;
pub mod history;
pub mod linked;
pub mod machine;
mod of_post;
pub mod package;
pub mod parts;
pub mod probe;
pub mod removal;
pub mod rest;
pub(crate) mod run;
pub mod service;
pub mod store;
pub mod sweep;
pub mod targets;
