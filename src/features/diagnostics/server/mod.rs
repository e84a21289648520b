//! Server side: from memory into the table, who sees what, health, what browsers report, and REST.

mod browser;
pub mod collect;
pub mod health;
pub mod repair;
pub mod rest;
pub mod service;
mod store;
