//! The house for integration tests: a database of one's own, the whole program over real HTTP, the sandbox beside it.

mod app;
mod client;
mod database;
mod firm;

pub use app::TestApp;
pub use client::{Answer, Client};
pub use database::Database;
pub use firm::{ALL, Firm, PASSWORD, client_secret};
