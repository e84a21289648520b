//! Server side: from memory into the table, who sees what, health, the server's logs, what browsers report, a model's words, and REST.

pub mod advice;
mod browser;
mod bundle;
pub mod collect;
pub mod figures;
pub mod health;
pub mod logs;
pub mod repair;
pub mod rest;
pub mod service;
mod store;
