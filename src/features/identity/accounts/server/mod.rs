//! The server's half of accounts: `password` (hashing), `store` (SQL), `service` (rules).

mod password;
pub mod service;
mod store;
